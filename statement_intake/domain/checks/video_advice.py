"""Advice for the meeting room, never a condition."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Attachment, VideoFacts
from statement_intake.domain.submission import Role

#: The smallest picture that fills a meeting room's screen without blurring.
_WIDTH, _HEIGHT = 1280, 720


def check(case: Case) -> Iterator[Finding]:
    """Upright, small, or in a container that the room's player may not know."""
    for video in case.submission.of(Role.VIDEO):
        facts = video.video
        if facts is not None and facts.readable and facts.has_picture:
            yield from _advice(video, facts)


def _advice(video: Attachment, facts: VideoFacts) -> Iterator[Finding]:
    size = {"name": video.name, "width": facts.width, "height": facts.height}
    if facts.height > facts.width > 0:
        yield _note("video.portrait", f"{video.name} stands upright ({facts.width}x{facts.height}).", size)
    elif 0 < facts.width < _WIDTH or 0 < facts.height < _HEIGHT:
        yield _note("video.low_resolution", f"{video.name} is small ({facts.width}x{facts.height}).", size)
    if "mp4" not in facts.container.split(",") or facts.video_codec != "h264":
        used = f"{facts.video_codec} in {facts.container.partition(',')[0]}"
        message = f"{video.name} is {used}; the meeting room prefers H.264 in MP4."
        yield _note("video.format", message, {"name": video.name, "format": used})


def _note(code: str, message: str, detail: dict[str, object]) -> Finding:
    return Finding(code=code, effect=Effect.NOTE, message=message, detail=detail)
