"""Whether a PDF's streams expand beyond all measure, found out without any library for PDF.

Source: ISO 32000-1 sections 7.3.8 (streams) and 7.4.4 (FlateDecode, which may be applied several times).
"""

import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

#: Bytes that one stream may expand to before its ratio is looked at, and the ratio.
UNSUSPICIOUS, MAXIMUM_RATIO = 50_000_000, 200
#: Bytes that all streams together may expand to. A hundred scanned pages, packed without loss, take less.
MAXIMUM_EXPANDED = 2_000_000_000
#: Bytes taken from a stream, and let out of it, at a time.
_PIECE, _OUT = 65_536, 1_048_576
#: Compressions within compressions that are followed.
_DEPTH = 3
_STREAM = re.compile(rb"stream\r?\n")


def expands(path: Path) -> bool:
    """True for a bomb. What is not compressed by deflate, or broken, is no bomb. Raises OSError."""
    if not path.stat().st_size:
        return False
    total = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        for found in _STREAM.finditer(raw):
            if not _is_compressed(raw[found.end() : found.end() + 2]):
                continue
            end = raw.find(b"endstream", found.end())
            packed = max(1, (end if end >= 0 else len(raw)) - found.end())
            expanded = 0
            for size in _sizes(_slices(raw, found.end(), packed), _DEPTH):
                expanded += size
                if expanded > UNSUSPICIOUS and expanded > MAXIMUM_RATIO * packed:
                    return True
                if total + expanded > MAXIMUM_EXPANDED:
                    return True
            total += expanded
    return False


def _is_compressed(head: bytes) -> bool:
    """RFC 1950 section 2.2."""
    return len(head) == 2 and head[0] & 0x0F == 8 and int.from_bytes(head, "big") % 31 == 0  # noqa: PLR2004


def _slices(raw: mmap.mmap, start: int, size: int) -> Iterator[bytes]:
    for place in range(start, start + size, _PIECE):
        yield raw[place : min(place + _PIECE, start + size)]


def _sizes(packed: Iterator[bytes], depth: int) -> Iterator[int]:
    """Sizes of what comes out, and of what comes out of that again where it is compressed in turn."""
    pieces = _expanded(packed)
    first = next(pieces, b"")
    if depth > 1 and _is_compressed(first[:2]):
        yield from _sizes(_chain(first, pieces), depth - 1)
        return
    yield len(first)
    for piece in pieces:
        yield len(piece)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _expanded(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    try:
        for piece in packed:
            waiting = piece
            while waiting and not inflate.eof:
                if out := inflate.decompress(waiting, _OUT):
                    yield out
                waiting = inflate.unconsumed_tail
            if inflate.eof:
                return
    except zlib.error:
        return
