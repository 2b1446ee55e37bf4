"""What ffprobe says of a file's packets: the truth about its length, which no header can bend.

One run lists every packet, then the streams and the container. `Packets.feed` takes the output as it comes and keeps
no list: a file of millions of packets needs no more memory than one of ten.
"""

import heapq
from dataclasses import dataclass, field

#: Packets of one file; more are not counted.
MAXIMUM_PACKETS = 5_000_000
#: Streams of one file that are looked at.
MAXIMUM_STREAMS = 64
#: The entries that `feed` understands, for ffprobe's -show_entries.
ENTRIES = (
    "packet=stream_index,pts_time,dts_time,duration_time,flags"
    ":stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,field_order,avg_frame_rate,duration"
    ":stream_disposition=default,attached_pic,timed_thumbnails"
    ":stream_side_data=rotation"
    ":format=format_name,duration,start_time"
)
#: Pictures are stored out of order by at most 16 (H.264 and H.265); so many are put in order.
_REORDERED = 32
_PACKET = b"packet|stream_index="
#: Lengths of the names in a packet's line, "=" included.
_PTS, _DTS, _DURATION, _FLAGS = (len(name) + 1 for name in ("pts_time", "dts_time", "duration_time", "flags"))


class TooManyPackets(Exception):  # noqa: N818 - a limit is not an error
    """The file has more than MAXIMUM_PACKETS packets."""


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
    last_has_duration: bool = False
    #: The longest time between two packets that follow each other in presentation order, and when it begins.
    largest_gap: float = 0.0
    gap_at: float = 0.0
    _waiting: list[float] = field(default_factory=list)
    _shown: float | None = None

    def add(self, start: float, duration: float | None) -> None:
        """Count a packet."""
        self.count += 1
        self.first = min(self.first, start)
        if start >= self.last:
            self.last, self.last_has_duration = start, duration is not None
        self.end = max(self.end, start + (duration or 0.0))
        if len(self._waiting) < _REORDERED:
            heapq.heappush(self._waiting, start)
        else:
            self._show(heapq.heappushpop(self._waiting, start))

    def finish(self) -> None:
        """No more packets will come."""
        while self._waiting:
            self._show(heapq.heappop(self._waiting))

    def _show(self, start: float) -> None:
        if self._shown is not None and start - self._shown > self.largest_gap:
            self.largest_gap, self.gap_at = start - self._shown, self._shown
        self._shown = start

    def true_end(self, frame_rate: float) -> float | None:
        """The end of the last packet. One that does not say how long it lasts lasts as long as the others do."""
        if not self.count:
            return None
        if self.last_has_duration:
            return self.end
        usual = (self.last - self.first) / (self.count - 1) if self.count > 1 else 0.0
        return max(self.end, self.last + (1 / frame_rate if frame_rate else usual))


@dataclass
class Packets:
    """Everything that one run of ffprobe with ENTRIES says, in `-of compact`."""

    #: What lies before the clock's zero is not presented, as where an edit list cuts.
    clip: bool = False
    tracks: dict[int, Track] = field(default_factory=dict)
    streams: list[dict[str, str]] = field(default_factory=list)
    container: dict[str, str] = field(default_factory=dict)
    count: int = 0
    _rest: bytes = b""

    def feed(self, block: bytes) -> None:
        """Take the next piece of output. Raises TooManyPackets."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            if line.startswith(_PACKET):
                self._packet(line)
            else:
                self._other(line)

    def finish(self) -> None:
        """The output has ended."""
        for track in self.tracks.values():
            track.finish()

    def _other(self, line: bytes) -> None:
        section, *pairs = line.decode("ascii", "replace").split("|")
        entries = dict(pair.partition("=")[::2] for pair in pairs)
        if section == "stream" and len(self.streams) < MAXIMUM_STREAMS:
            self.streams.append(entries)
        elif section == "format":
            self.container = entries

    def _packet(self, line: bytes) -> None:
        self.count += 1
        if self.count > MAXIMUM_PACKETS:
            raise TooManyPackets
        try:
            # Side data of a packet may stand behind it.
            _, index, pts, dts, lasts, flags, *_ = line.split(b"|", 6)
        except ValueError:
            return
        # D: decoded, but cut away by an edit list.
        if b"D" in flags[_FLAGS:]:
            return
        start = _seconds(pts[_PTS:])
        start = _seconds(dts[_DTS:]) if start is None else start
        if start is None:
            return
        duration = _seconds(lasts[_DURATION:])
        if self.clip and start < 0:
            if start + (duration or 0.0) <= 0:
                return
            start, duration = 0.0, start + (duration or 0.0)
        number_of = int(index[13:])
        track = self.tracks.get(number_of)
        if track is None:
            if number_of >= MAXIMUM_STREAMS:
                return
            track = self.tracks[number_of] = Track()
        track.add(start, duration)


def _seconds(text: bytes) -> float | None:
    """A time as ffprobe writes it; None for "N/A"."""
    try:
        return float(text)
    except ValueError:
        return None


def number(text: str | None) -> float | None:
    """A number or a fraction as ffprobe writes it; None for "N/A", 0/0 and everything that is not finite."""
    numerator, slash, denominator = (text or "").partition("/")
    try:
        value = float(numerator) / (float(denominator) if slash else 1.0)
    except (ValueError, ZeroDivisionError):
        return None
    return value if abs(value) < float("inf") else None
