"""Whether a RAR or 7z archive asks for a password. Nothing is unpacked but 7z's own table of contents.

Sources: RAR 5.0 archive format (rarlab.com/technote.htm), the TechNote.txt of RAR 4, the LZMA SDK's 7zFormat.txt.
"""

import lzma
import struct
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

#: Blocks of a RAR archive that are looked at; the first file tells of all.
BLOCKS = 100
#: Bytes of a RAR block's header; bytes of a 7z archive's table of contents, packed or not.
HEADER, TABLE = 65_536, 10_000_000

_RAR5, _RAR4, _SEVEN = b"Rar!\x1a\x07\x01\x00", b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c"
#: In a 7z table the coder "7zAES", with its identity's length before it; and where the packed streams begin.
_AES, _STREAMS = b"\x24\x06\xf1\x07\x01", 32
_PACKED_TABLE, _LZMA, _HAS_PROPERTIES = 0x17, b"\x03\x01\x01", 0x20


def asks_for_a_password(path: Path) -> bool:
    """True where the archive's files, or its table of contents, are locked. Raises OSError only."""
    with path.open("rb") as stream:
        magic = stream.read(len(_RAR5))
        try:
            if magic == _RAR5:
                return _rar5(stream)
            if magic.startswith(_RAR4):
                stream.seek(len(_RAR4))
                return _rar4(stream)
            return magic.startswith(_SEVEN) and _seven(stream)
        except (IndexError, ValueError, OverflowError, struct.error, lzma.LZMAError, MemoryError):
            # Damaged, which no password mends.
            return False


class _Numbers:
    """Bytes, taken number by number. Raises IndexError at their end."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0

    def take(self, count: int) -> bytes:
        """The next *count* bytes."""
        self.at += count
        return self.raw[self.at - count : self.at]

    def byte(self) -> int:
        """The next one."""
        self.at += 1
        return self.raw[self.at - 1]

    def rar(self) -> int:
        """RAR's numbers: seven bits a byte, the lowest first; the eighth says that another byte follows."""
        number = shift = 0
        while (byte := self.byte()) & 0x80:
            number |= (byte & 0x7F) << shift
            shift += 7
            if shift > 63:  # noqa: PLR2004 - no number is longer than 64 bits
                raise ValueError
        return number | byte << shift

    def seven(self) -> int:
        """7z's numbers: each leading bit that is set in the first byte says that another byte follows."""
        first, number, mask = self.byte(), 0, 0x80
        for place in range(0, 64, 8):
            if not first & mask:
                return number | (first & (mask - 1)) << place
            number |= self.byte() << place
            mask >>= 1
        return number


def _go(stream: BinaryIO, place: int) -> None:
    """Go on at *place*. Raises ValueError where that lies beyond the end."""
    if place > stream.seek(0, SEEK_END):
        raise ValueError
    stream.seek(place)


def _rar5(stream: BinaryIO) -> bool:
    locked, a_file, has_more, has_data = 4, 2, 1, 2
    for _ in range(BLOCKS):
        start = stream.tell()
        block = _Numbers(stream.read(HEADER))
        block.take(4)
        size = block.rar()
        end = block.at + size
        kind, flags = block.rar(), block.rar()
        more = block.rar() if flags & has_more else 0
        data = block.rar() if flags & has_data else 0
        if kind == locked:
            return True
        if kind == a_file:
            # What follows the header proper are records; number 1 says how the file is encrypted, and comes first.
            record = _Numbers(block.raw[end - more : end])
            return more > 0 and record.rar() > 0 and record.rar() == 1
        _go(stream, start + end + data)
    return False


def _rar4(stream: BinaryIO) -> bool:
    archive, a_file, locked_table, locked, has_data = 0x73, 0x74, 0x80, 0x04, 0x8000
    for _ in range(BLOCKS):
        start = stream.tell()
        kind, flags, size = struct.unpack("<xxBHH", stream.read(7))
        data = struct.unpack("<I", stream.read(4))[0] if flags & has_data else 0
        if kind == a_file:
            return bool(flags & locked)
        if kind == archive and flags & locked_table:
            return True
        _go(stream, start + size + data)
    return False


def _seven(stream: BinaryIO) -> bool:
    stream.seek(12)
    place, size = struct.unpack("<QQ", stream.read(16))
    _go(stream, _STREAMS + place)
    table = stream.read(min(size, TABLE))
    return _AES in table or (table[:1] == bytes([_PACKED_TABLE]) and _AES in _unpacked(stream, table))


def _unpacked(stream: BinaryIO, table: bytes) -> bytes:
    """The table of contents that *table*, itself packed, tells where to find; empty where that is done otherwise."""
    numbers = _Numbers(table)
    numbers.take(2)
    place, _streams, _mark, packed = numbers.seven(), numbers.seven(), numbers.byte(), numbers.seven()
    while numbers.take(2) != b"\x07\x0b":
        numbers.at -= 1
        if numbers.at >= len(table):
            return b""
    _folders, _external, _coders, coder = numbers.seven(), numbers.byte(), numbers.seven(), numbers.byte()
    if numbers.take(coder & 0x0F) != _LZMA or not coder & _HAS_PROPERTIES:
        return b""
    properties = _Numbers(numbers.take(numbers.seven()))
    _mark, size = numbers.byte(), numbers.seven()
    if max(packed, size) > TABLE:
        return b""
    rest, lc = divmod(properties.byte(), 9)
    pb, lp = divmod(rest, 5)
    _go(stream, _STREAMS + place)
    # The dictionary need not be larger than what is unpacked, whatever the archive asks for.
    filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": max(size, 4096)}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(stream.read(packed), size)
