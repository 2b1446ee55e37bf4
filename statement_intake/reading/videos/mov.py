"""What the boxes of an MP4 or a QuickTime film announce (ISO/IEC 14496-12), told without opening what they hold."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

#: Boxes of one level; what has more is not followed to its end.
_MOST_BOXES = 400_000
#: Entries of a table of times that are added up. Sound has one or two: its packets last equally long, but for the last.
_MOST_ENTRIES = 65_536
#: Boxes that hold boxes on the way to a track's index (section 8).
_PARENTS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"}
#: A media time that shows nothing, and the rate of what runs at its own pace (section 8.6.6).
_NOTHING, _NORMAL = -1, 0x10000
#: Durations from here on are negative to some who read them.
_NEGATIVE = 1 << 31


class Sound(NamedTuple):
    """When a film's sound is presented, by the table from which every player takes the time of each packet. Seconds."""

    first: float
    end: float


@dataclass
class Movie:
    """What the boxes say. Octets."""

    #: How much of what they announce lies beyond the end of the file.
    missing: int = 0
    #: A fragment lies partly beyond it.
    torn: bool = False
    #: The most samples that an index announces for a picture, and for anything else.
    picture_samples: int = 0
    other_samples: int = 0
    #: Its contents are encrypted (ISO/IEC 23001-7).
    protected: bool = False
    #: None unless the film is whole and has one track of sound, with an index that leaves no doubt.
    sound: Sound | None = None


class _Box(NamedTuple):
    kind: bytes
    #: Where its contents begin, and where it says that it ends.
    start: int
    end: int


class _Edit(NamedTuple):
    """What is shown next (section 8.6.6): for how long in the film's units, and from where in the track's own."""

    duration: int
    start: int
    rate: int


@dataclass
class _Track:
    #: "vide", "soun", ...
    kind: bytes = b""
    #: Units of time in a second.
    timescale: int = 0
    samples: int = 0
    #: How many samples the table of times has, and how long they last together; None where it is out of the ordinary.
    timed: tuple[int, int] | None = None
    edits: list[_Edit] = field(default_factory=list)
    #: Samples are not presented in the order in which they are stored.
    reordered: bool = False


def read_movie(stream: BinaryIO, size: int) -> Movie:
    """Walk the boxes of a file of *size* octets. Raises OSError only."""
    return _Walk(stream, size).movie()


@dataclass
class _Walk:
    stream: BinaryIO
    size: int
    found: Movie = field(default_factory=Movie)
    tracks: list[_Track] = field(default_factory=list)
    #: Units of time in a second, for the film as a whole.
    timescale: int = 0
    fragmented: bool = False

    def movie(self) -> Movie:
        """From beginning to end."""
        for box in self._boxes(0, self.size):
            self.fragmented |= box.kind == b"moof"
            if box.end > self.size:
                if self.fragmented:
                    self.found.torn = True
                else:
                    self.found.missing = box.end - self.size
            elif box.kind == b"moov":
                self._index(box, _Track())
        if not (self.fragmented or self.found.missing):
            self.found.sound = self._sound()
        return self.found

    def _boxes(self, start: int, end: int) -> Iterator[_Box]:
        """The boxes between two places, as far as their headers lie before *end*."""
        for _ in range(_MOST_BOXES):
            self.stream.seek(start)
            header = self.stream.read(16)
            if start + 8 > end or len(header) < 8:  # noqa: PLR2004 - size and type
                return
            length, kind, body = int.from_bytes(header[:4], "big"), header[4:8], start + 8
            if length == 1 and len(header) == 16:  # noqa: PLR2004 - and a size of 64 bits
                length, body = int.from_bytes(header[8:16], "big"), start + 16
            elif length == 0:
                length = end - start
            if length < body - start or not kind.isascii():
                return
            yield _Box(kind, body, start + length)
            start += length

    def _index(self, parent: _Box, track: _Track) -> None:
        for box in self._boxes(parent.start, parent.end):
            self.stream.seek(box.start)
            if box.kind in _PARENTS and box.kind != parent.kind:
                if box.kind == b"trak":
                    self.tracks.append(_Track())
                self._index(box, self.tracks[-1] if box.kind == b"trak" else track)
            elif box.kind == b"hdlr" and parent.kind == b"mdia":
                track.kind = self.stream.read(12)[8:12]
            else:
                self._table(box, track)

    def _table(self, box: _Box, track: _Track) -> None:
        """What a box says that holds no other; the stream is at its contents."""
        match box.kind:
            case b"mvhd":
                self.timescale = self._timescale()
            case b"mdhd":
                track.timescale = self._timescale()
            case b"mvex":
                self.fragmented = True
            case b"stsd":
                self.found.protected |= self.stream.read(16)[12:16] in {b"encv", b"enca"}
            case b"stsz" | b"stz2":
                track.samples = int.from_bytes(self.stream.read(12)[8:12], "big")
                if track.kind == b"vide":
                    self.found.picture_samples = max(self.found.picture_samples, track.samples)
                else:
                    self.found.other_samples = max(self.found.other_samples, track.samples)
            case b"stts":
                track.timed = self._times()
            case b"ctts":
                track.reordered = True
            case b"elst":
                track.edits = self._edits()

    def _timescale(self) -> int:
        header = self.stream.read(24)
        place = 20 if header[:1] == b"\1" else 12
        return int.from_bytes(header[place : place + 4], "big")

    def _entries(self, layout: str) -> list[tuple[int, ...]] | None:
        """The rows of a table; None where it is too long, or shorter than it says."""
        count = int.from_bytes(self.stream.read(4), "big")
        if count > _MOST_ENTRIES:
            return None
        rows = self.stream.read(count * struct.calcsize(layout))
        return list(struct.iter_unpack(layout, rows)) if len(rows) == count * struct.calcsize(layout) else None

    def _times(self) -> tuple[int, int] | None:
        self.stream.seek(4, 1)
        entries = self._entries(">II")
        if entries is None or any(lasts >= _NEGATIVE for _, lasts in entries):
            return None
        return sum(count for count, _ in entries), sum(count * lasts for count, lasts in entries)

    def _edits(self) -> list[_Edit]:
        """The edits; one that is impossible where they cannot be read."""
        version = self.stream.read(4)[:1]
        entries = self._entries(">QqI" if version == b"\1" else ">IiI")
        return [_Edit(0, 0, 0)] if entries is None else [_Edit(*entry) for entry in entries]

    def _sound(self) -> Sound | None:
        """The one track of sound, if no player could doubt when it begins and ends."""
        sounds = [track for track in self.tracks if track.kind == b"soun"]
        if len(sounds) != 1:
            return None
        [track] = sounds
        if track.timed is None or track.timed[0] != track.samples or track.reordered or not track.timescale:
            return None
        lasts = track.timed[1] / track.timescale
        if not track.edits:
            return Sound(0.0, lasts) if lasts else None
        *before, shown = track.edits
        delayed = len(before) == 1 and before[0].start == _NOTHING
        if (before and not delayed) or shown.start < 0 or shown.rate != _NORMAL or not self.timescale:
            return None
        first = sum(edit.duration for edit in before) / self.timescale
        lasts = min(lasts - shown.start / track.timescale, shown.duration / self.timescale)
        return Sound(first, first + lasts) if lasts > 0 else None
