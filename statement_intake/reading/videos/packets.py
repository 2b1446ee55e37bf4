"""The packets of a file, as ffprobe lists them: the truth about its length, which no header can bend.

`Packets.feed` takes the listing as it comes, many lines at a time, and keeps no list: a file of millions of packets
needs no more memory than one of ten.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import add, sub

#: Packets of one file; more are not counted.
MAXIMUM_PACKETS = 5_000_000
#: Streams of one file that are looked at.
MAXIMUM_STREAMS = 64
#: What `feed` understands, for ffprobe's -show_entries with `-of compact`.
PACKETS = "packet=stream_index,pts_time,dts_time,duration_time,flags"
#: Pictures are stored out of order by at most 16 (H.264 and H.265); so many are put in order.
_REORDERED = 32
#: A line; side data of a packet may stand behind it.
_LINE = re.compile(
    rb"^packet\|stream_index=(\d+)\|pts_time=([^|\n]*)\|dts_time=([^|\n]*)\|duration_time=([^|\n]*)\|flags=([^|\n]*).*\n",
    re.MULTILINE,
)

_Line = tuple[bytes, bytes, bytes, bytes, bytes]


@dataclass
class Track:
    """The presented packets of one stream. Times in seconds on the container's clock."""

    count: int = 0
    #: When the first packet is presented.
    first: float = float("inf")
    #: End of the packet that is presented longest.
    end: float = float("-inf")
    #: Start of the last packet, and whether that one says how long it lasts.
    last: float = float("-inf")
    last_has_duration: bool = True
    #: The longest time between two packets that follow each other in presentation order, and when it begins.
    largest_gap: float = 0.0
    gap_at: float = 0.0
    _waiting: list[float] = field(default_factory=list)
    _shown: float | None = None

    def add(self, starts: Sequence[float], durations: Sequence[float | None]) -> None:
        """Count packets, at least one, in the order in which they are stored."""
        self.count += len(starts)
        self.first = min(self.first, *starts)
        latest = max(starts)
        if latest >= self.last:
            place = max(place for place, start in enumerate(starts) if start == latest)
            self.last, self.last_has_duration = latest, durations[place] is not None
        self.end = max(self.end, *map(add, starts, (duration or 0.0 for duration in durations)))
        waiting = sorted((*self._waiting, *starts))
        self._show(waiting[:-_REORDERED])
        self._waiting = waiting[-_REORDERED:]

    def finish(self) -> None:
        """No more packets will come."""
        self._show(self._waiting)
        self._waiting = []

    def _show(self, starts: list[float]) -> None:
        """What is presented next."""
        if not starts:
            return
        before = starts[:1] if self._shown is None else [self._shown]
        gaps = list(map(sub, starts, before + starts))
        largest = max(gaps)
        if largest > self.largest_gap:
            self.largest_gap, self.gap_at = largest, (before + starts)[gaps.index(largest)]
        self._shown = starts[-1]

    def true_end(self, frame_rate: float) -> float | None:
        """The end of the last packet. One that does not say how long it lasts lasts as long as the others do."""
        if not self.count:
            return None
        if self.last_has_duration:
            return self.end
        usual = (self.last - self.first) / (self.count - 1) if self.count > 1 else 0.0
        return max(self.end, self.last + (1 / frame_rate if frame_rate else usual))


class TooManyPackets(Exception):  # noqa: N818 - a limit is not an error
    """The file has more than MAXIMUM_PACKETS packets."""


@dataclass
class Packets:
    """What a run of ffprobe with PACKETS says of packets, whatever else it says."""

    #: What lies before the clock's zero is not presented, as where an edit list cuts.
    clip: bool = False
    tracks: dict[int, Track] = field(default_factory=dict)
    count: int = 0
    #: How long after it was decoded the first packet of each stream is presented, in seconds.
    _delays: dict[int, float] = field(default_factory=dict)
    _rest: bytes = b""

    def feed(self, block: bytes) -> None:
        """Take the next piece of output. Raises TooManyPackets."""
        text = self._rest + block
        end = text.rfind(b"\n") + 1
        self._rest = text[end:]
        lines = _LINE.findall(text, 0, end)
        self.count += len(lines)
        if self.count > MAXIMUM_PACKETS:
            raise TooManyPackets
        for index in {line[0] for line in lines}:
            if int(index) < MAXIMUM_STREAMS:
                self._take(int(index), [line for line in lines if line[0] == index])

    def finish(self) -> None:
        """The output has ended."""
        for track in self.tracks.values():
            track.finish()

    def _take(self, index: int, lines: list[_Line]) -> None:
        """The next packets of one stream."""
        # D: decoded, but cut away by an edit list.
        if any(b"D" in flags for flags in {line[4] for line in lines}):
            lines = [line for line in lines if b"D" not in line[4]]
        if not lines:
            return
        _, presented, decoded, lasting, _ = zip(*lines, strict=True)
        starts, durations = _seconds(presented), _seconds(lasting)
        if index not in self._delays:
            both = zip(starts, _seconds(decoded), strict=True)
            late = (start - early for start, early in both if start is not None and early is not None)
            self._delays[index] = next(late, 0.0)
        if None in starts:
            starts = self._completed(index, starts, _seconds(decoded))
        known = [(start, lasts) for start, lasts in zip(starts, durations, strict=True) if start is not None]
        if self.clip and any(start < 0 for start, _ in known):
            known = [_clipped(start, lasts) for start, lasts in known if start >= 0 or start + (lasts or 0.0) > 0]
        if known:
            self.tracks.setdefault(index, Track()).add(*zip(*known, strict=True))

    def _completed(
        self, index: int, starts: Sequence[float | None], decoded: Sequence[float | None]
    ) -> list[float | None]:
        """When packets are presented: where that is not said, as long after decoding as the first of their stream.

        An MPEG program stream says it of the first picture in a unit alone, which may hold several.
        """
        pairs = zip(starts, decoded, strict=True)
        delay = self._delays[index]
        return [early + delay if start is None and early is not None else start for start, early in pairs]


def _clipped(start: float, lasts: float | None) -> tuple[float, float | None]:
    """What of a packet lies behind the clock's zero."""
    return (start, lasts) if start >= 0 else (0.0, start + (lasts or 0.0))


def _seconds(texts: Sequence[bytes]) -> list[float | None]:
    """Times as ffprobe writes them; None for "N/A"."""
    try:
        return list(map(float, texts))
    except ValueError:
        return [number(text.decode("ascii", "replace")) for text in texts]


def number(text: str | None) -> float | None:
    """A number or a fraction as ffprobe writes it; None for "N/A", 0/0 and everything that is not finite."""
    numerator, slash, denominator = (text or "").partition("/")
    try:
        value = float(numerator) / (float(denominator) if slash else 1.0)
    except (ValueError, ZeroDivisionError):
        return None
    return value if abs(value) < float("inf") else None
