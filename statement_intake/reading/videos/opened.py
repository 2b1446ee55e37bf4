"""What ffprobe says when it opens a file: its streams, its container, and which of them gave a picture at once."""

from collections import Counter
from dataclasses import dataclass, field

from statement_intake.reading.videos.packets import MAXIMUM_STREAMS

#: What `feed` understands, for ffprobe's -show_entries with `-of compact`: streams and container, and pictures.
STREAMS = (
    "stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,field_order,avg_frame_rate,duration"
    ":stream_disposition=default,attached_pic,timed_thumbnails"
    ":stream_side_data=rotation"
    ":format=format_name,duration"
)
PICTURES = "frame=stream_index"
Stream = dict[str, str]


@dataclass
class Opened:
    """What a run of ffprobe with STREAMS, or PICTURES, says of streams, whatever else it says."""

    streams: dict[str, Stream] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)
    #: How many pictures, or pieces of sound, were decoded of the streams with these indices.
    decoded: Counter[str] = field(default_factory=Counter)
    _rest: bytes = b""

    def feed(self, block: bytes) -> None:
        """Take the next piece of output."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            if not line.startswith(b"packet|"):
                self._take(line)

    def _take(self, line: bytes) -> None:
        section, *pairs = line.decode("ascii", "replace").split("|")
        entries = dict(pair.partition("=")[::2] for pair in pairs)
        if section == "frame":
            self.decoded[entries.get("stream_index", "")] += 1
        elif section == "stream" and len(self.streams) < MAXIMUM_STREAMS:
            # Transport streams list what is in a programme twice.
            self.streams[entries.get("index", "")] = entries
        elif section == "format":
            self.container = entries

    def learn(self, other: "Opened") -> None:
        """Believe *other*, who looked longer, wherever it says something."""
        self.streams |= other.streams
        self.container |= other.container

    @property
    def pictures(self) -> list[Stream]:
        """The moving pictures: not cover art, not thumbnails."""
        return [
            stream
            for stream in self._streams("video")
            if not any(stream.get(f"disposition:{kind}") == "1" for kind in ("attached_pic", "timed_thumbnails"))
        ]

    @property
    def sounds(self) -> list[Stream]:
        """All that can be heard."""
        return self._streams("audio")

    def _streams(self, kind: str) -> list[Stream]:
        return [stream for stream in self.streams.values() if stream.get("codec_type") == kind]
