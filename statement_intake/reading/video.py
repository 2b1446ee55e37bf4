"""What a video really is: measured from its packets and by decoding its key frames, never taken from its header."""

import re
import time
from pathlib import Path

import ffmpeg
from ffmpeg._utils import convert_kwargs_to_cmd_line_args  # what ffmpeg.probe, which has no deadline, itself uses

from statement_intake.domain.message import VideoFacts
from statement_intake.reading.packets import ENTRIES, Packets, TooManyPackets, Track, number
from statement_intake.reading.tool import Ran, run

#: Containers that may be opened: those that refer to no other file. Playlists (hls, concat, dash, sdp) are not here.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,mpeg,mpegts,mpegvideo,flv,dv,mp3,wav,ogg,aac,flac,amr"
SAFE = {"protocol_whitelist": "file", "format_whitelist": FORMATS, "max_pixels": "40000000"}
#: Bytes of ffprobe's output.
MAXIMUM_OUTPUT = 200_000_000
#: Key frames to decode: enough for three minutes of any usual video, few enough for one that has nothing else.
KEY_FRAMES = 250
#: A clock that starts later than this (seconds) was running before the recording; its start is the origin.
NEAR_ZERO = 1.0
#: A file breaks off if its packets end this much before what it announced: more than both.
MISSING_SECONDS, MISSING_SHARE = 1.0, 0.02

_BROKEN = re.compile(
    rb"partial file|packet corrupt|corrupt (?:input )?packet|invalid data|error reading|ended prematurely|"
    rb"truncat|end of file|input/output error|moov atom not found",
    re.IGNORECASE,
)
_EXHAUSTED = re.compile(
    rb"cannot allocate memory|exceeds specified max pixel|out of memory|resource temporarily", re.IGNORECASE
)


def measure(path: Path, *, seconds: float) -> VideoFacts:
    """Measure the video or sound in *path*, a file of ours, within *seconds*.

    Raises ReaderFault if ffprobe or ffmpeg cannot be started.
    """
    deadline = time.monotonic() + seconds
    packets = Packets()
    arguments = {"v": "error", "threads": 1, **SAFE, "show_entries": ENTRIES, "of": "compact"}
    try:
        ran = run(
            ["ffprobe", *convert_kwargs_to_cmd_line_args(arguments), f"file:{path}"],
            seconds=seconds,
            consume=packets.feed,
            output_bytes=MAXIMUM_OUTPUT,
        )
    except TooManyPackets:
        return _limited("it has too many packets")
    if why := _limit(ran):
        return _limited(why)
    facts, announced = _facts(packets)
    if not facts.has_picture and not facts.has_sound:
        return facts.model_copy(update={"problem": _why_unreadable(ran.errors)})
    if not facts.has_picture:
        return facts.model_copy(update={"problem": "has sound but no picture"})
    if facts.seconds is None:
        return facts.model_copy(update={"problem": "announces a picture but holds none"})
    missing = announced - facts.seconds
    if _BROKEN.search(ran.errors) and missing > max(MISSING_SECONDS, MISSING_SHARE * announced):
        return facts.model_copy(update={"problem": f"breaks off after {facts.seconds:.0f} s of {announced:.0f} s"})
    return _with_decoded_picture(facts, path, deadline)


def _facts(packets: Packets) -> tuple[VideoFacts, float]:
    """Everything but whether a picture can be decoded, and the length that the headers announce for the picture."""
    pictures = [stream for stream in packets.streams if _is_picture(stream)]
    sounds = [stream for stream in packets.streams if stream.get("codec_type") == "audio"]
    picture, sound = (pictures or [{}])[0], (sounds or [{}])[0]
    shown, heard = _track(packets, picture), _track(packets, sound)
    container = packets.container.get("format_name", "")
    origin = min((track.first for track in (shown, heard) if track.starts), default=0.0)
    if origin <= NEAR_ZERO and not container.startswith("mpeg"):
        origin = 0.0
    rate = number(picture.get("avg_frame_rate")) or 0.0
    end, sound_end = shown.true_end(rate), heard.true_end(0.0)
    header = number(packets.container.get("duration"))
    facts = VideoFacts(
        readable=False,
        seconds=None if end is None else round(end - origin, 6),
        header_seconds=header,
        audio_seconds=None if sound_end is None else round(sound_end - origin, 6),
        largest_gap_seconds=round(shown.largest_gap(), 6),
        pictures=len(shown.starts),
        has_picture=bool(pictures),
        has_sound=bool(sounds),
        width=int(number(picture.get("width")) or 0),
        height=int(number(picture.get("height")) or 0),
        frame_rate=round(rate, 3),
        container=container,
        video_codec=picture.get("codec_name", ""),
        audio_codec=sound.get("codec_name", ""),
    )
    return facts, number(picture.get("duration")) or header or 0.0


def _is_picture(stream: dict[str, str]) -> bool:
    """Whether a stream is a moving picture, not cover art or thumbnails."""
    return stream.get("codec_type") == "video" and not any(
        stream.get(f"disposition:{kind}") == "1" for kind in ("attached_pic", "timed_thumbnails")
    )


def _track(packets: Packets, stream: dict[str, str]) -> Track:
    return packets.tracks.get(int(stream.get("index", "-1")), Track())


def _with_decoded_picture(facts: VideoFacts, path: Path, deadline: float) -> VideoFacts:
    """Decode key frames; if there are none, whatever comes first."""
    for options in ({"skip_frame": "nokey"}, {}):
        pictures, ran = _decode(path, deadline, options)
        if why := _limit(ran):
            return facts.model_copy(update={"limited": True, "problem": why})
        if pictures:
            return facts.model_copy(update={"readable": True})
    return facts.model_copy(update={"problem": "has a picture that cannot be decoded"})


def _decode(path: Path, deadline: float, options: dict[str, str]) -> tuple[int, Ran]:
    """How many pictures came out of a decoding run, at most KEY_FRAMES."""
    said = bytearray()
    command = (
        ffmpeg.input(f"file:{path}", threads=1, **SAFE, **options)
        .output("-", f="null", map="0:V:0", **{"frames:v": KEY_FRAMES})
        .global_args("-nostdin", "-nostats", "-v", "error", "-progress", "pipe:1")
        .compile()
    )
    ran = run(command, seconds=max(0.0, deadline - time.monotonic()), consume=said.extend, output_bytes=10_000_000)
    counts = re.findall(rb"^frame=\s*([0-9]+)", bytes(said), re.MULTILINE)
    return int(counts[-1]) if counts else 0, ran


def _limit(ran: Ran) -> str:
    """Which limit ended a run, in plain English; empty if none did."""
    if ran.stopped == "time":
        return "took longer to read than allowed"
    if ran.stopped == "output":
        return "has more packets than can be measured"
    if _EXHAUSTED.search(ran.errors):
        return "needs more memory to read than allowed"
    if ran.returncode < 0:
        return f"ended the program that reads it (signal {-ran.returncode})"
    return ""


def _limited(why: str) -> VideoFacts:
    return VideoFacts(readable=False, limited=True, problem=why)


def _why_unreadable(errors: bytes) -> str:
    if b"moov atom not found" in errors:
        return "is incomplete: the index of its contents (moov) is missing, as after an upload that broke off"
    return "is damaged or in a format that cannot be read"
