"""Outlook's winmail.dat: the files and the text in it ([MS-OXTNEF] section 2), found without reading the files.

The stream is walked attribute by attribute; content is left where it lies (`Slice`) until it is wanted.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from statement_intake.reading.kinds.members import Closed, Member, PackedMail, Slice
from statement_intake.reading.text import clean_line, decode

SIGNATURE = b"\x78\x9f\x3e\x22"
#: Attributes and properties of one stream; files of it.
MAXIMUM_ATTRIBUTES, MAXIMUM_PROPERTIES, MAXIMUM_FILES = 20_000, 5_000, 1_000
#: Fewer bytes than an attribute has: gateways leave line breaks behind the last one.
LITTER = 11
#: Bytes of a name or a text that are read.
MAXIMUM_NAME, MAXIMUM_TEXT = 4_096, 2_000_000

# Attributes, section 2.1.3.
_OEM_CODEPAGE, _SUBJECT, _BODY, _PROPERTIES = 0x00069007, 0x00018004, 0x0002800C, 0x00069003
_NEXT_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
# Properties, [MS-OXPROPS].
_NORMALISED_SUBJECT, _SUBJECT_TEXT, _SENDER_NAME = 0x0E1D, 0x0037, 0x0C1A
_SENDER_ADDRESSES = (0x5D01, 0x0C1F)
_TEXT, _HTML, _CODEPAGE = 0x1000, 0x1013, 0x3FDE
_DATA, _SHORT_NAME, _LONG_NAME, _SHOWN_NAME, _MIME_TAG, _CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x3001, 0x370E, 0x3712
# Types of properties, [MS-OXCDATA] section 2.11.1.
_OBJECT, _STRING8, _UNICODE, _BINARY, _MANY = 0x000D, 0x001E, 0x001F, 0x0102, 0x1000
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_NAMED = 0x8000


@dataclass
class _File:
    """An attachment as its attributes come by."""

    title: str = ""
    data: Slice | None = None
    properties: dict[int, Slice] = field(default_factory=dict)
    types: dict[int, int] = field(default_factory=dict)


@dataclass
class _Stream:
    """What the walk needs wherever it is."""

    stream: BinaryIO
    path: Path
    charset: str = "cp1252"

    def take(self, form: str) -> tuple[int, ...]:
        """Little-endian integers. Raises Closed at the end."""
        size = struct.calcsize(form)
        raw = self.stream.read(size)
        if len(raw) < size:
            raise Closed("it breaks off")
        return struct.unpack(form, raw)

    def here(self, size: int) -> Slice:
        """The next *size* bytes, which are passed over. Raises Closed where they are not there."""
        place = Slice(self.path, self.stream.tell(), size)
        self.stream.seek(size, 1)
        return place

    def read(self, place: Slice | None, most: int) -> bytes:
        """The first *most* bytes of *place*; the walk goes on where it was."""
        if place is None:
            return b""
        back = self.stream.tell()
        self.stream.seek(place.start)
        raw = self.stream.read(min(place.size, most))
        self.stream.seek(back)
        return raw

    def string(self, properties: dict[int, Slice], types: dict[int, int], name: int, most: int = MAXIMUM_NAME) -> str:
        """A property that is text; empty where it is missing."""
        raw = self.read(properties.get(name), most)
        if types.get(name) == _UNICODE:
            return raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace").rstrip("\0")
        return decode(raw.rstrip(b"\0"), self.charset)


def read_tnef(path: Path) -> PackedMail:
    """What the TNEF stream in *path* holds. Raises Closed, OSError.

    A stream that breaks off gives nothing: half of a delegation's files would look like all of them.
    """
    mail, files = PackedMail(), []
    own = _File()
    with path.open("rb") as stream:
        walk = _Stream(stream, path)
        if stream.read(4) != SIGNATURE:
            raise Closed("it is no TNEF stream")
        walk.take("<H")
        for attribute, place in _attributes(walk):
            if attribute == _NEXT_FILE:
                files.append(_File())
                if len(files) > MAXIMUM_FILES:
                    raise Closed(f"it has more than {MAXIMUM_FILES:,} files")
            elif attribute == _PROPERTIES:
                own.properties, own.types = _properties(walk, place)
            elif attribute in {_FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES} and files:
                _describe(files[-1], attribute, place, walk)
            else:
                _note(mail, attribute, place, walk)
        _say(mail, walk, own.properties, own.types)
        for file in files:
            _unpack(file, walk, mail)
    return mail


def _note(mail: PackedMail, attribute: int, place: Slice, walk: _Stream) -> None:
    """An attribute of the message itself."""
    if attribute == _OEM_CODEPAGE and place.size >= 4:  # noqa: PLR2004 - 32 bits
        walk.charset = f"cp{int.from_bytes(walk.read(place, 4), 'little')}"
    elif attribute == _SUBJECT:
        mail.subject = clean_line(decode(walk.read(place, MAXIMUM_NAME).rstrip(b"\0"), walk.charset))
    elif attribute == _BODY:
        mail.text = decode(walk.read(place, MAXIMUM_TEXT).rstrip(b"\0"), walk.charset)


def _attributes(walk: _Stream) -> Iterator[tuple[int, Slice]]:
    size = walk.path.stat().st_size
    for _ in range(MAXIMUM_ATTRIBUTES):
        if size - walk.stream.tell() < LITTER:
            return
        if walk.stream.read(1) not in {b"\1", b"\2"}:  # its level
            raise Closed("it is malformed")
        attribute, length = walk.take("<II")
        if walk.stream.tell() + length + 2 > size:
            raise Closed("it breaks off")
        place = walk.here(length)
        after = walk.stream.tell() + 2
        yield attribute, place
        walk.stream.seek(after)
    raise Closed(f"it has more than {MAXIMUM_ATTRIBUTES:,} attributes")


def _describe(file: _File, attribute: int, place: Slice, walk: _Stream) -> None:
    if attribute == _FILE_TITLE:
        file.title = decode(walk.read(place, MAXIMUM_NAME).rstrip(b"\0"), walk.charset)
    elif attribute == _FILE_DATA:
        file.data = place
    elif attribute == _FILE_PROPERTIES:
        file.properties, file.types = _properties(walk, place)


def _properties(walk: _Stream, place: Slice) -> tuple[dict[int, Slice], dict[int, int]]:
    """Where each property's first value lies, and of which type it is ([MS-OXTNEF] section 2.1.3.4)."""
    found: dict[int, Slice] = {}
    types: dict[int, int] = {}
    walk.stream.seek(place.start)
    end = place.start + place.size
    (count,) = walk.take("<I")
    if count > MAXIMUM_PROPERTIES:
        raise Closed("it has too many properties")
    for _ in range(count):
        kind, name = walk.take("<HH")
        if name >= _NAMED:
            _skip_name(walk)
        values = _values(walk, kind, end)
        if values and name < _NAMED:
            found.setdefault(name, values[0])
            types.setdefault(name, kind & ~_MANY)
    return found, types


def _skip_name(walk: _Stream) -> None:
    walk.here(16)
    (kind,) = walk.take("<I")
    (length,) = walk.take("<I")
    if kind == 1:
        walk.here(_padded(length))


def _values(walk: _Stream, kind: int, end: int) -> list[Slice]:
    single = kind & ~_MANY
    sized = single in {_OBJECT, _STRING8, _UNICODE, _BINARY}
    (count,) = walk.take("<I") if sized or kind & _MANY else (1,)
    if count > MAXIMUM_PROPERTIES or not (sized or single in _FIXED):
        raise Closed("it is malformed")
    places = []
    for _ in range(count):
        size = walk.take("<I")[0] if sized else _FIXED[single]
        if walk.stream.tell() + size > end:
            raise Closed("it is malformed")
        places.append(walk.here(size))
        walk.here(_padded(size) - size)
    return places


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4


def _say(mail: PackedMail, walk: _Stream, properties: dict[int, Slice], types: dict[int, int]) -> None:
    """What the message's own properties say."""
    subject = walk.string(properties, types, _SUBJECT_TEXT) or walk.string(properties, types, _NORMALISED_SUBJECT)
    mail.subject = clean_line(subject) or mail.subject
    mail.sender_name = clean_line(walk.string(properties, types, _SENDER_NAME))
    senders = [clean_line(walk.string(properties, types, name)) for name in _SENDER_ADDRESSES]
    mail.sender = next((sender for sender in senders if "@" in sender), "")
    mail.text = walk.string(properties, types, _TEXT, MAXIMUM_TEXT) or mail.text
    if _HTML in properties:
        page = int.from_bytes(walk.read(properties.get(_CODEPAGE), 4), "little")
        charset = "utf-8" if page == 65001 else f"cp{page}"  # noqa: PLR2004 - Windows' number of UTF-8
        mail.html = decode(walk.read(properties[_HTML], MAXIMUM_TEXT), charset)


def _unpack(file: _File, walk: _Stream, mail: PackedMail) -> None:
    """A file, or the mail that is packed in its place."""
    names = (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME)
    texts = [walk.string(file.properties, file.types, name) for name in names]
    name = next((text for text in (texts[0], file.title, *texts[1:]) if text), "")
    data = file.data
    if data is None and (place := file.properties.get(_DATA)) is not None:
        data = place
        if file.types[_DATA] == _OBJECT:
            # The interface's identity comes first; behind IID_IMessage lies a TNEF stream, behind others an OLE object.
            data = Slice(place.path, place.start + 16, max(0, place.size - 16))
    if data is not None:
        mail.files.append(
            Member(
                name=name,
                pieces=data.pieces(),
                declared_type=walk.string(file.properties, file.types, _MIME_TAG)[:200],
                inline=_CONTENT_ID in file.properties,
            )
        )
