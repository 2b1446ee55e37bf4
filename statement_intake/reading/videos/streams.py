"""From packets to facts: which stream is the picture, when it begins and ends, how it is shown."""

from typing import NamedTuple

from statement_intake.domain.message import VideoFacts
from statement_intake.reading.videos.opened import Opened, Stream
from statement_intake.reading.videos.packets import Packets, Track, number

#: Sound that begins earlier than this before the picture is part of the statement; a shorter lead is a codec's delay,
#: in seconds.
LEAD = 1.0
_FIELDS = {"tt", "bb", "tb", "bt"}
#: Quarter turns after which width and height have changed places, in degrees.
_QUARTERS = {90, 270}


class Measured(NamedTuple):
    """What opening a file and listing its packets tells."""

    #: Everything but whether a picture can be decoded.
    facts: VideoFacts
    #: The length that the headers announce for the picture, in seconds; 0 if they announce none.
    announced: float = 0.0
    #: The indices of the streams that are the picture and the sound; -1 where there is none.
    picture: int = -1
    sound: int = -1


def facts_of(opened: Opened, packets: Packets) -> Measured:
    """The facts about a file whose packets have been listed to their end."""
    picture, sound = _chosen(opened.pictures), _chosen(opened.sounds)
    shown, heard = _track(packets, picture), _track(packets, sound)
    origin = heard.first if heard.first < shown.first - LEAD or not shown.count else shown.first
    rate = number(picture.get("avg_frame_rate")) or 0.0
    header = number(opened.container.get("duration"))
    others = [_length(_track(packets, other), origin) or 0.0 for other in opened.pictures if other is not picture]
    width, height = _as_shown(picture)
    facts = VideoFacts(
        readable=False,
        seconds=_length(shown, origin, rate),
        header_seconds=header,
        audio_seconds=_length(heard, origin),
        other_picture_seconds=max(others, default=None),
        largest_gap_seconds=round(shown.largest_gap, 6),
        gap_at_seconds=round(shown.gap_at - origin, 6) if shown.largest_gap else 0.0,
        pictures=shown.count,
        has_picture=bool(opened.pictures),
        has_sound=bool(opened.sounds),
        width=width,
        height=height,
        pixel_ratio=_pixel_ratio(picture),
        interlaced=picture.get("field_order", "") in _FIELDS,
        frame_rate=round(rate, 3),
        container=opened.container.get("format_name", ""),
        video_codec=picture.get("codec_name", ""),
        audio_codec=sound.get("codec_name", ""),
    )
    announced = number(picture.get("duration")) or header or 0.0
    return Measured(facts, announced, int(picture.get("index", "-1")), int(sound.get("index", "-1")))


def _chosen(streams: list[Stream]) -> Stream:
    """The one that a player shows: marked as the default, else the first."""
    marked = [stream for stream in streams if stream.get("disposition:default") == "1"]
    return (marked or streams or [{}])[0]


def _track(packets: Packets, stream: Stream) -> Track:
    return packets.tracks.get(int(stream.get("index", "-1")), Track())


def _length(track: Track, origin: float, rate: float = 0.0) -> float | None:
    end = track.true_end(rate)
    return None if end is None else round(end - origin, 6)


def _as_shown(stream: Stream) -> tuple[int, int]:
    """Width and height in stored pixels, turned as a player turns them."""
    size = int(number(stream.get("width")) or 0), int(number(stream.get("height")) or 0)
    # Newer versions of ffprobe put the name of the side data before that of its field.
    turns = [value for name, value in stream.items() if name.endswith("rotation")]
    turned = turns and round(number(turns[0]) or 0.0) % 360 in _QUARTERS
    return (size[1], size[0]) if turned else size


def _pixel_ratio(stream: Stream) -> float:
    """Width over height of one pixel as it is shown."""
    ratio = number(stream.get("sample_aspect_ratio", "").replace(":", "/")) or 1.0
    width, height = int(number(stream.get("width")) or 0), int(number(stream.get("height")) or 0)
    return round(1 / ratio if _as_shown(stream) != (width, height) else ratio, 6)
