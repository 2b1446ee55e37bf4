"""What a video really is: measured from its packets and by decoding key frames, never taken from its header."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import ffmpeg
from ffmpeg._utils import convert_kwargs_to_cmd_line_args  # what ffmpeg.probe, which has no deadline, itself uses

from statement_intake.domain.message import VideoFacts
from statement_intake.reading.videos.extent import Extent, measure_extent
from statement_intake.reading.videos.opened import PICTURES, STREAMS, Opened
from statement_intake.reading.videos.packets import MAXIMUM_PACKETS, PACKETS, Packets, TooManyPackets, Track
from statement_intake.reading.videos.streams import Measured, facts_of
from statement_intake.reading.videos.tool import Ran, run

#: Containers that may be opened: those that refer to no other file. Playlists (hls, concat, dash, sdp) are not here.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,mpeg,mpegts,mpegvideo,flv,dv,mxf,mp3,wav,ogg,aac,flac,amr"
SAFE = {"protocol_whitelist": "file", "format_whitelist": FORMATS, "max_pixels": "40000000"}
#: Bytes of ffprobe's output.
MAXIMUM_OUTPUT = 500_000_000
#: Packets that are decoded when a file is opened. A picture comes out of so few as a rule, and elsewhere is looked for.
FIRST_PACKETS = 8
#: Key frames that have to come out before a picture counts as decodable. All others are looked at by the inspection.
KEY_FRAMES = 1
#: Whether one comes out does not hang on how smooth it is made.
KEYS_ONLY = {"skip_frame": "nokey", "skip_loop_filter": "all"}
#: Samples that an index may announce for what is no picture: PCM sound of a quarter of an hour has so many.
MAXIMUM_SAMPLES = 48_000_000
#: A file breaks off if its packets end this much before what it announced: more than both.
MISSING_SECONDS, MISSING_SHARE = 1.0, 0.02
#: The same where the end of the file is missing for certain.
CUT_SECONDS = 0.25

_BROKEN = re.compile(
    rb"partial file|packet corrupt|corrupt (?:input )?packet|invalid data|error reading|ended prematurely|"
    rb"truncat|end of file|input/output error|moov atom not found",
    re.IGNORECASE,
)
_EXHAUSTED = re.compile(
    rb"cannot allocate memory|exceeds specified max pixel|out of memory|resource temporarily", re.IGNORECASE
)
_NO_DECODER = re.compile(rb"decoder .{0,100}not found", re.IGNORECASE)
#: What ffprobe calls a codec that it does not know.
_NAMELESS = {"", "unknown", "none"}


def measure(path: Path, *, seconds: float) -> VideoFacts:
    """Measure the video or sound in *path*, a file of ours, within *seconds*.

    Raises ReaderFault if ffprobe or ffmpeg cannot be started, and OSError.
    """
    return measure_streams(path, seconds=seconds).facts


def measure_streams(path: Path, *, seconds: float) -> Measured:
    """The same, with the indices of the picture and the sound that are meant. Raises as `measure`."""
    deadline = time.monotonic() + seconds
    extent = measure_extent(path)
    if extent.movie.picture_samples > MAXIMUM_PACKETS or extent.movie.other_samples > MAXIMUM_SAMPLES:
        # Not opened at all: a few bytes of index can claim gigabytes of memory.
        return _limited("it has too many packets")
    try:
        opened, packets, opening_ran, listing_ran = _look(path, extent, deadline)
    except TooManyPackets:
        return _limited("it has too many packets")
    if why := _limit(listing_ran) or _limit(opening_ran):
        return _limited(why)
    measured = facts_of(opened, packets)
    facts = measured.facts.model_copy(update={"torn": extent.torn})
    if problem := _problem(measured, extent, path.stat().st_size, listing_ran.errors):
        return measured._replace(facts=facts.model_copy(update={"problem": problem}))
    if opened.decoded[str(measured.picture)]:
        return measured._replace(facts=facts.model_copy(update={"readable": True}))
    decode = partial(_decode, path, deadline, f"0:{measured.picture}")
    return measured._replace(facts=_with_decoded_picture(facts, decode))


def _look(path: Path, extent: Extent, deadline: float) -> tuple[Opened, Packets, Ran, Ran]:
    """Open the file and list its packets, at the same time: to load ffprobe takes longer than it then runs for most.

    The packets of sound, which are many, are listed only where the film's index does not tell when they are played.
    Raises TooManyPackets.
    """
    sound = extent.movie.sound
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_open, path, deadline, indexed=sound is not None)
        listed, packets, listing_ran = _list_packets(path, extent, deadline, "V" if sound else "")
        opened, opening_ran = waiting.result()
    if sound and len(opened.sounds) == 1:
        packets.tracks[int(opened.sounds[0]["index"])] = Track(count=1, first=sound.first, end=sound.end)
    elif sound:
        listed, packets, listing_ran = _list_packets(path, extent, deadline, "")
    opened.learn(listed)
    return opened, packets, opening_ran, listing_ran


def _open(path: Path, deadline: float, *, indexed: bool) -> tuple[Opened, Ran]:
    """The streams, and whether a key frame comes out of the first packets.

    *indexed*: the film's index says what the streams are; elsewhere packets have to be looked through before.
    """
    opened = Opened()
    options = {"read_intervals": f"%+#{FIRST_PACKETS}", **KEYS_ONLY}
    entries = f"{PICTURES}:{STREAMS}"
    flags = ["-nofind_stream_info"] if indexed else []
    return opened, _ffprobe(path, deadline, opened.feed, [*flags, *convert_kwargs_to_cmd_line_args(options)], entries)


def _list_packets(path: Path, extent: Extent, deadline: float, chosen: str) -> tuple[Opened, Packets, Ran]:
    """The packets of the *chosen* streams (V: the pictures; empty: all), and these. Raises TooManyPackets."""
    opened, packets = Opened(), Packets(clip=extent.container == "mov")

    def consume(block: bytes) -> None:
        packets.feed(block)
        opened.feed(block)

    options = ["-select_streams", chosen] if chosen else []
    ran = _ffprobe(path, deadline, consume, options, f"{PACKETS}:{STREAMS}")
    packets.finish()
    return opened, packets, ran


def _ffprobe(path: Path, deadline: float, consume: Callable[[bytes], None], options: list[str], entries: str) -> Ran:
    arguments = {"v": "error", "threads": 1, **SAFE, "show_entries": entries, "of": "compact"}
    return run(
        ["ffprobe", *options, *convert_kwargs_to_cmd_line_args(arguments), f"file:{path}"],
        seconds=max(0.0, deadline - time.monotonic()),
        consume=consume,
        output_bytes=MAXIMUM_OUTPUT,
        reads=[path],
    )


@dataclass(frozen=True)
class Decoded:
    """What a decoding run gave."""

    pictures: int
    ran: Ran


def _problem(measured: Measured, extent: Extent, size: int, errors: bytes) -> str:
    """Why there is no video in the file, or not the whole of it; empty if nothing speaks against it so far."""
    facts, announced = measured.facts, measured.announced
    if not facts.has_picture and not facts.has_sound:
        return _why_unreadable(errors)
    if not facts.has_picture:
        return "has sound but no picture"
    if extent.movie.protected:
        return "is protected against copying (DRM) and plays on its owner's equipment only"
    if facts.seconds is None:
        return "announces a picture but holds none"
    # Only an MP4 says how long the picture alone is.
    there = facts.seconds if extent.container == "mov" else max(facts.seconds, facts.audio_seconds or 0.0)
    slack = CUT_SECONDS if extent.missing else max(MISSING_SECONDS, MISSING_SHARE * announced)
    broken = extent.missing or extent.torn or _BROKEN.search(errors)
    # An AVI that lacks its end has no index, and nothing else in it says how long it should be.
    unindexed = extent.container == "avi" and extent.missing > 0
    if broken and announced - there > slack and not unindexed:
        return f"breaks off after {facts.seconds:.0f} s of {announced:.0f} s"
    if (not announced or unindexed) and extent.missing > MISSING_SHARE * (size + extent.missing):
        return f"breaks off after {facts.seconds:.0f} s, with {extent.missing:,} bytes missing"
    return ""


def _with_decoded_picture(facts: VideoFacts, decode: Callable[[dict[str, str]], Decoded]) -> VideoFacts:
    """Whether key frames come out; if there are none, whether anything does."""
    decoded = decode(KEYS_ONLY)
    if not decoded.pictures and not _limit(decoded.ran):
        decoded = decode({})
    if why := _limit(decoded.ran):
        return facts.model_copy(update={"limited": True, "problem": why})
    if decoded.pictures:
        return facts.model_copy(update={"readable": True})
    unknown = facts.video_codec in _NAMELESS or _NO_DECODER.search(decoded.ran.errors)
    why = "has a picture in a format that is not known here" if unknown else "has a picture that cannot be decoded"
    return facts.model_copy(update={"problem": why})


def _decode(path: Path, deadline: float, stream: str, options: dict[str, str]) -> Decoded:
    """Decode until KEY_FRAMES pictures have come out, or to the end."""
    said = bytearray()
    command = (
        ffmpeg.input(f"file:{path}", threads=1, **SAFE, **options)
        .output("-", f="null", map=stream, **{"frames:v": KEY_FRAMES})
        .global_args("-nostdin", "-nostats", "-v", "error", "-progress", "pipe:1")
        .compile()
    )
    left = max(0.0, deadline - time.monotonic())
    ran = run(command, seconds=left, consume=said.extend, output_bytes=10_000_000, reads=[path])
    counts = re.findall(rb"^frame=\s*([0-9]+)", bytes(said), re.MULTILINE)
    return Decoded(int(counts[-1]) if counts else 0, ran)


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


def _limited(why: str) -> Measured:
    return Measured(VideoFacts(readable=False, limited=True, problem=why))


def _why_unreadable(errors: bytes) -> str:
    if b"moov atom not found" in errors:
        return "is incomplete: the index of its contents (moov) is missing, as after an upload that broke off"
    return "is damaged or in a format that cannot be read"
