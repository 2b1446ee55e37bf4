"""Advice for the meeting room, never a condition."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Attachment, VideoFacts
from statement_intake.domain.submission import Role

#: The smallest picture that fills a meeting room's screen without blurring.
_WIDTH, _HEIGHT = 1280, 720
#: Shapes, as width over height, that fill most of a screen of 16:9: from 4:3 to the cinema's 2:1.
_NARROWEST, _WIDEST = 1.3, 2.05
#: Frames a second: from film in its American variety (24000/1001) to 60, with some slack for a rate that is measured.
_SLOWEST, _FASTEST = 23.9, 60.1
#: Codecs of sound that every player knows.
_USUAL_SOUND = {"aac", "mp3"}


def check(case: Case) -> Iterator[Finding]:
    """Upright, of an odd shape, small, in fields, too fast or slow, or in a format that the player may not know."""
    for video in case.submission.of(Role.VIDEO):
        facts = video.video
        if facts is not None and facts.readable and facts.has_picture:
            yield from _advice(video, facts)


def _advice(video: Attachment, facts: VideoFacts) -> Iterator[Finding]:
    size = {"name": video.name, "width": facts.width, "height": facts.height}
    shape = facts.width * facts.pixel_ratio / facts.height if facts.height else 0.0
    if facts.height > facts.width * facts.pixel_ratio > 0:
        yield _note("video.portrait", f"{video.name} stands upright ({facts.width}x{facts.height}).", size)
    elif 0 < facts.width < _WIDTH or 0 < facts.height < _HEIGHT:
        yield _note("video.low_resolution", f"{video.name} is small ({facts.width}x{facts.height}).", size)
    if shape >= 1 and not _NARROWEST <= shape <= _WIDEST:
        yield _note("video.aspect", f"{video.name} has an odd shape ({shape:.2f} times as wide as high).", size)
    if facts.interlaced:
        yield _note("video.interlaced", f"The picture of {video.name} is interlaced.", {"name": video.name})
    if facts.frame_rate and not _SLOWEST <= facts.frame_rate <= _FASTEST:
        message = f"{video.name} has {facts.frame_rate:g} frames a second."
        yield _note("video.frame_rate", message, {"name": video.name, "measured": facts.frame_rate})
    unheard = facts.has_sound and facts.audio_codec not in _USUAL_SOUND
    if "mp4" not in facts.container.split(",") or facts.video_codec != "h264" or unheard:
        sound = f" with {facts.audio_codec}" if unheard else ""
        used = f"{facts.video_codec}{sound} in {facts.container.partition(',')[0]}"
        message = f"{video.name} is {used}; the meeting room prefers H.264 with AAC in MP4."
        yield _note("video.format", message, {"name": video.name, "format": used})


def _note(code: str, message: str, detail: dict[str, object]) -> Finding:
    return Finding(code=code, effect=Effect.NOTE, message=message, detail=detail)
