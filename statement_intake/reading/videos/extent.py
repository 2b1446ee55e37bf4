"""Where a video's container says that it ends, told from its outermost structure, without ffmpeg.

A file that broke off on its way and one whose header exaggerates look alike to whoever counts packets; their outermost
structure tells them apart. The walk is bounded, reads headers only, and believes no size without comparing it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from statement_intake.reading.videos.mov import Movie, read_movie
from statement_intake.reading.videos.transport import is_unfinished

#: Steps of one walk; what has more parts is not followed to its end.
_MOST_STEPS = 400_000
_UNKNOWN_RIFF = {0, 0xFFFFFFFF}
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_PACK, _SYSTEM_END = 0xBA, 0xB9
#: Packets at the end of a transport stream that are looked at: in so many each stream begins a unit as a rule.
_TAIL = 4_000


@dataclass
class Extent:
    """What a container's structure says. Octets."""

    #: "mov", "avi", "matroska", "asf", "flv", "mpegts", "mpeg", "dv", or "" for one that is not known here.
    container: str = ""
    #: How much of what the structure announces lies beyond the end of the file.
    missing: int = 0
    #: The file ends in the middle of a unit; how many more should follow, the format does not say.
    torn: bool = False
    #: What an MP4 or a QuickTime film says beyond that.
    movie: Movie = field(default_factory=Movie)


def measure_extent(path: Path) -> Extent:
    """Walk the outermost structure of *path*. Raises OSError only."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(1024)
        for is_it, walk in _WALKS:
            if is_it(head):
                return walk(stream, size)
    return Extent()


def _mov(stream: BinaryIO, size: int) -> Extent:
    movie = read_movie(stream, size)
    return Extent("mov", missing=movie.missing, torn=movie.torn, movie=movie)


def _avi(stream: BinaryIO, size: int) -> Extent:
    """RIFF chunks, several in large files. What counts is the list of the frames, not an index behind it."""
    found, start = Extent("avi"), 0
    for _ in range(_MOST_STEPS):
        stream.seek(start)
        header = stream.read(12)
        length = int.from_bytes(header[4:8], "little")
        if len(header) < 12:  # noqa: PLR2004 - a name, a size and the name of a list
            break
        if header.startswith(b"RIFF"):
            start += 12
            continue
        start += 8 + length + length % 2
        if header.startswith(b"LIST") and header[8:12] == b"movi" and length not in _UNKNOWN_RIFF:
            found.missing = max(0, start - length % 2 - size)
    return found


def _asf(stream: BinaryIO, size: int) -> Extent:
    found, start = Extent("asf"), 0
    for _ in range(_MOST_STEPS):
        stream.seek(start)
        header = stream.read(24)
        length = int.from_bytes(header[16:24], "little")
        if len(header) < 24 or length < 24:  # noqa: PLR2004 - an object's GUID and size; a live recording's are unknown
            break
        start += length
        if header.startswith(_ASF_DATA):
            found.missing = max(0, start - size)
    return found


def _matroska(stream: BinaryIO, size: int) -> Extent:
    found, start = Extent("matroska"), 0
    inside = False
    for _ in range(_MOST_STEPS):
        stream.seek(start)
        header = stream.read(12)
        element, length, used = _element(header)
        if element is None:
            break
        start += used
        if element == _SEGMENT:
            inside = True
            if length is not None:
                found.missing = max(0, start + length - size)
        elif length is None:
            if element != _CLUSTER:
                break
        else:
            start += length
            # A live recording's segment has no end: its last cluster has.
            found.torn = inside and not found.missing and start > size
    return found


def _element(header: bytes) -> tuple[int | None, int | None, int]:
    """An EBML element's identity, size (None: unknown) and the octets of both (RFC 8794 sections 4 and 5)."""
    if not header or header[0] < 0x10:  # noqa: PLR2004 - identities have at most four octets
        return None, None, 0
    first = 9 - header[0].bit_length()
    if len(header) <= first or header[first] == 0:
        return None, None, 0
    second = 9 - header[first].bit_length()
    if len(header) < first + second:
        return None, None, 0
    mask = (1 << 7 * second) - 1
    length = int.from_bytes(header[first : first + second], "big") & mask
    return int.from_bytes(header[:first], "big"), None if length == mask else length, first + second


def _flv(stream: BinaryIO, size: int) -> Extent:
    found, start = Extent("flv"), 13
    for _ in range(_MOST_STEPS):
        stream.seek(start)
        header = stream.read(4)
        if start == size or (len(header) == 4 and header[0] & 0x1F not in {8, 9, 18}):  # noqa: PLR2004 - sound, picture, script
            break
        start += 11 + int.from_bytes(header[1:4], "big") + 4
        if start > size:
            # Some recorders leave out the size that stands behind the last tag.
            found.torn = start - 4 > size
            break
    return found


def _program_stream(stream: BinaryIO, size: int) -> Extent:
    """Packs and packets of ISO/IEC 13818-1 section 2.5.3, and of its predecessor."""
    found, start = Extent("mpeg"), 0
    for _ in range(_MOST_STEPS):
        stream.seek(start)
        header = stream.read(14)
        if len(header) < 4 or header[:3] != b"\0\0\1" or header[3] < _SYSTEM_END:  # noqa: PLR2004 - a start code
            break
        if header[3] == _SYSTEM_END:
            start += 4
        elif header[3] == _PACK:
            modern = len(header) == 14 and header[4] & 0xC0 == 0x40  # noqa: PLR2004 - "01" begins an MPEG-2 pack
            start += 14 + (header[13] & 7) if modern else 12
        else:
            start += 6 + int.from_bytes(header[4:6], "big")
        found.torn = start > size
    return found


def _transport_stream(stream: BinaryIO, size: int) -> Extent:
    stream.seek(0)
    head = stream.read(1024)
    offset, step = (0, 188) if _synchronous(head, 0, 188) else (4, 192)
    last = size - size % step
    stream.seek(max(0, last - step + offset))
    if size % step and stream.read(1) == b"G":
        return Extent("mpegts", torn=True)
    start = max(0, last - _TAIL * step)
    stream.seek(start)
    tail = stream.read(last - start)
    return Extent("mpegts", torn=is_unfinished(tail[place : place + 188] for place in range(offset, len(tail), step)))


def _synchronous(head: bytes, offset: int, step: int) -> bool:
    return len(head) > 2 * step + offset and all(head[offset + place * step] == ord("G") for place in range(3))


def _dv(stream: BinaryIO, size: int) -> Extent:
    stream.seek(3)
    frame = 144_000 if stream.read(1)[0] & 0x80 else 120_000
    return Extent("dv", torn=size % frame != 0)


_WALKS: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO, int], Extent]], ...] = (
    (lambda head: head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}, _mov),
    (lambda head: head.startswith(b"RIFF") and head[8:12] == b"AVI ", _avi),
    (lambda head: head.startswith(b"\x1aE\xdf\xa3"), _matroska),
    (lambda head: head.startswith(_ASF_HEADER), _asf),
    (lambda head: head.startswith(b"FLV\x01"), _flv),
    (lambda head: head.startswith(b"\0\0\1\xba"), _program_stream),
    (lambda head: head.startswith(b"\x1f\x07\0") and len(head) > 3, _dv),  # noqa: PLR2004 - the fourth tells its size
    (lambda head: _synchronous(head, 0, 188) or _synchronous(head, 4, 192), _transport_stream),
)
