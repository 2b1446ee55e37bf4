"""Makes what mail programs pack: winmail.dat, Outlook's .msg files, signed objects, ZIP archives of all sorts."""

import io
import struct
import subprocess
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Union

#: A compound file's folders and streams, by name.
Tree = dict[str, Union[bytes, "Tree"]]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def locked(archive: bytes) -> bytes:
    """*archive* with the mark of a password on every member."""
    raw = bytearray(archive)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(magic)
        while at >= 0:
            raw[at + place] |= 1
            at = raw.find(magic, at + 4)
    return bytes(raw)


def tnef(files: dict[str, bytes], subject: str = "s", body: str = "", mails: dict[str, bytes] | None = None) -> bytes:
    """A winmail.dat ([MS-OXTNEF]); *mails*: TNEF streams of embedded messages, by name."""
    stream = struct.pack("<IH", 0x223E9F78, 1) + _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    stream += _attribute(1, 0x00069003, _properties([(0x001F, 0x0037, subject), (0x001F, 0x1000, body)]))
    for name, content in files.items():
        stream += _attribute(2, 0x00069002, bytes(14))
        stream += _attribute(2, 0x00018010, b"SHORT~1.DOC\0")
        stream += _attribute(2, 0x0006800F, content)
        stream += _attribute(2, 0x00069005, _properties([(0x001F, 0x3707, name)]))
    for name, content in (mails or {}).items():
        interface = bytes.fromhex("0703020000000000c000000000000046")
        stream += _attribute(2, 0x00069002, bytes(14))
        stream += _attribute(
            2, 0x00069005, _properties([(0x001F, 0x3001, name), (0x000D, 0x3701, interface + content)])
        )
    return stream


def _attribute(level: int, name: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def _properties(values: list[tuple[int, int, str | bytes]]) -> bytes:
    raw = struct.pack("<I", len(values) + 2)
    raw += struct.pack("<HHi", 0x0003, 0x3705, 1)
    # A named property, by a string.
    raw += struct.pack("<HH16sII", 0x0003, 0x8001, bytes(16), 1, 8) + "abc\0".encode("utf-16-le") + struct.pack("<i", 7)
    for kind, name, value in values:
        content = value if isinstance(value, bytes) else f"{value}\0".encode("utf-16-le")
        raw += struct.pack("<HHII", kind, name, 1, len(content)) + content + bytes(-len(content) % 4)
    return raw


def msg(
    files: dict[str, bytes], subject: str = "s", body: str = "", header: str = "", sender: str = "", within: str = ""
) -> bytes:
    """A .msg file ([MS-OXMSG]); *within*: the subject of a message embedded in it."""
    tree: Tree = {
        "__properties_version1.0": bytes(32),
        **_strings({"0037": subject, "1000": body, "007D": header, "5D01": sender}),
    }
    for number, (name, content) in enumerate(files.items()):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": bytes(8),
            "__substg1.0_37010102": content,
            **_strings({"3707": name}),
        }
    if within:
        tree["__attach_version1.0_#000000FF"] = {
            "__substg1.0_3701000D": {"__properties_version1.0": bytes(24), **_strings({"0037": within})}
        }
    return compound(tree)


def _strings(values: dict[str, str]) -> Tree:
    return {f"__substg1.0_{name}001F": text.encode("utf-16-le") for name, text in values.items() if text}


@dataclass
class _Node:
    """An entry of a compound file's directory."""

    name: str
    #: 0 unused, 1 storage, 2 stream, 5 root.
    kind: int
    content: bytes = b""
    child: int = _NONE
    right: int = _NONE

    def packed(self, start: int, size: int) -> bytes:
        """Its 128 bytes."""
        name = f"{self.name}\0".encode("utf-16-le") if self.name else b""
        links = (_NONE, self.right, self.child)
        return name.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(name), self.kind, 1, *links, bytes(16), 0, 0, 0, start, size
        )


def compound(tree: Tree) -> bytes:
    """A compound file of version 3 ([MS-CFB]); the tree's leaves are streams."""
    nodes = [_Node("Root Entry", 5)]
    nodes[0].child = _enter(tree, nodes)
    mini, minifat, sectors = bytearray(), list[int](), bytearray()
    chains: list[int] = []
    places: list[tuple[int, int]] = []
    for node in nodes:
        size = len(node.content)
        if 0 < size < _CUTOFF:
            places.append((len(mini) // _MINI, size))
            count = -(-size // _MINI)
            minifat += [*range(len(minifat) + 1, len(minifat) + count), _END]
            mini += node.content + bytes(-size % _MINI)
        else:
            places.append((_append(node.content, sectors, chains) if size else _END, size))
    places[0] = (_append(bytes(mini), sectors, chains), len(mini))
    table = struct.pack(f"<{len(minifat)}I", *minifat) + b"\xff" * (-4 * len(minifat) % _SECTOR)
    first_minifat = _append(table, sectors, chains)
    directory = b"".join(node.packed(*place) for node, place in zip(nodes, places, strict=True))
    first_directory = _append(directory + _Node("", 0).packed(0, 0) * (-len(nodes) % 4), sectors, chains)
    count = 1
    while count * _SECTOR // 4 < len(chains) + count:
        count += 1
    fat = range(len(chains), len(chains) + count)
    chains += [_FAT] * count
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    numbers = (0, count, first_directory, 0, _CUTOFF, first_minifat, len(table) // _SECTOR, _END, 0)
    header += struct.pack("<9I", *numbers) + struct.pack(f"<{count}I", *fat).ljust(436, b"\xff")
    return header + bytes(sectors) + struct.pack(f"<{len(chains)}I", *chains).ljust(count * _SECTOR, b"\xff")


def _enter(tree: Tree, nodes: list[_Node]) -> int:
    """Add the nodes of a folder, each the right sibling of the one before; the first one's number."""
    numbers: list[int] = []
    for name in sorted(tree, key=lambda name: (len(name), name.upper())):
        inner = tree[name]
        numbers.append(len(nodes))
        nodes.append(_Node(name, 2, inner) if isinstance(inner, bytes) else _Node(name, 1))
        if not isinstance(inner, bytes):
            nodes[numbers[-1]].child = _enter(inner, nodes)
    for number, following in pairwise(numbers):
        nodes[number].right = following
    return numbers[0]


def _append(content: bytes, sectors: bytearray, chains: list[int]) -> int:
    first, count = len(chains), -(-len(content) // _SECTOR)
    chains += [*range(first + 1, first + count), _END]
    sectors += content + bytes(-len(content) % _SECTOR)
    return first


def signed(content: bytes, folder: Path, *more: str) -> bytes:
    """An opaque-signed object, made by openssl; with "-stream" in pieces of indefinite length."""
    key, certificate, source, target = (str(folder / name) for name in ("k.pem", "c.pem", "content", "p7m"))
    Path(source).write_bytes(content)
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", key, "-out", certificate]
    sign = ["cms", "-sign", "-binary", "-nodetach", "-in", source, "-signer", certificate, "-inkey", key]
    for arguments in (make, [*sign, "-outform", "DER", "-out", target, *more]):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)  # noqa: S603, S607
    return Path(target).read_bytes()


def sealed(content: bytes, folder: Path) -> bytes:
    """An encrypted S/MIME object, made by openssl."""
    signed(content, folder)
    source, target = str(folder / "content"), str(folder / "p7m")
    arguments = ["cms", "-encrypt", "-binary", "-in", source, "-outform", "DER", "-out", target, str(folder / "c.pem")]
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)  # noqa: S603, S607
    return Path(target).read_bytes()
