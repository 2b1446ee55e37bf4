"""What ffprobe says of a file's packets: the truth about its length, which no header can bend.

One run lists every packet, then the streams and the container. `Packets.feed` takes the output as it comes.
"""

from array import array
from dataclasses import dataclass, field
from itertools import pairwise

#: Packets of one file; more are not counted.
MAXIMUM_PACKETS = 5_000_000
#: Streams of one file that are looked at.
MAXIMUM_STREAMS = 64
#: The entries that `feed` understands, for ffprobe's -show_entries.
ENTRIES = (
    "packet=stream_index,pts_time,dts_time,duration_time,flags"
    ":stream=index,codec_type,codec_name,width,height,avg_frame_rate,duration"
    ":stream_disposition=attached_pic,timed_thumbnails"
    ":format=format_name,duration,start_time"
)


class TooManyPackets(Exception):  # noqa: N818 - a limit is not an error
    """The file has more than MAXIMUM_PACKETS packets."""


@dataclass
class Track:
    """The presented packets of one stream. Times in seconds on the container's clock."""

    starts: "array[float]" = field(default_factory=lambda: array("d"))
    #: End of the packet that is presented longest; None while there is none.
    end: float | None = None
    #: Start of the last packet, and whether that one says how long it lasts.
    last: float = float("-inf")
    last_has_duration: bool = False

    def add(self, start: float, duration: float | None) -> None:
        """Count a packet."""
        self.starts.append(start)
        if start >= self.last:
            self.last, self.last_has_duration = start, duration is not None
        self.end = max(self.end if self.end is not None else start, start + (duration or 0.0))

    @property
    def first(self) -> float:
        """When the first packet is presented."""
        return min(self.starts)

    def true_end(self, frame_rate: float) -> float | None:
        """The end of the last packet. One that does not say how long it lasts lasts as long as the others do."""
        if self.end is None or self.last_has_duration:
            return self.end
        usual = (self.last - self.first) / (len(self.starts) - 1) if len(self.starts) > 1 else 0.0
        return max(self.end, self.last + (1 / frame_rate if frame_rate else usual))

    def largest_gap(self) -> float:
        """The longest time between two packets that follow each other in presentation order."""
        return max((after - before for before, after in pairwise(sorted(self.starts))), default=0.0)


@dataclass
class Packets:
    """Everything that one run of ffprobe with ENTRIES says, in `-of compact`."""

    tracks: dict[int, Track] = field(default_factory=dict)
    streams: list[dict[str, str]] = field(default_factory=list)
    container: dict[str, str] = field(default_factory=dict)
    count: int = 0
    _rest: bytes = b""

    def feed(self, block: bytes) -> None:
        """Take the next piece of output. Raises TooManyPackets."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            section, *pairs = line.decode("ascii", "replace").split("|")
            entries = dict(pair.partition("=")[::2] for pair in pairs)
            if section == "packet":
                self._packet(entries)
            elif section == "stream" and len(self.streams) < MAXIMUM_STREAMS:
                self.streams.append(entries)
            elif section == "format":
                self.container = entries

    def _packet(self, entries: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAXIMUM_PACKETS:
            raise TooManyPackets
        start = number(entries.get("pts_time"))
        start = number(entries.get("dts_time")) if start is None else start
        duration = number(entries.get("duration_time"))
        # D: decoded, but cut away by an edit list. So is what ends before the clock begins.
        if start is None or "D" in entries.get("flags", "") or (start < 0 and start + (duration or 0.0) <= 0):
            return
        index = int(entries.get("stream_index", "0"))
        if index < MAXIMUM_STREAMS:
            self.tracks.setdefault(index, Track()).add(start, duration)


def number(text: str | None) -> float | None:
    """A number or a fraction as ffprobe writes it; None for "N/A", 0/0 and everything that is not finite."""
    numerator, slash, denominator = (text or "").partition("/")
    try:
        value = float(numerator) / (float(denominator) if slash else 1.0)
    except (ValueError, ZeroDivisionError):
        return None
    return value if abs(value) < float("inf") else None
