"""There is a video in the video: a picture that can be decoded, and sound."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Attachment
from statement_intake.domain.submission import Role


def check(case: Case) -> Iterator[Finding]:
    """Judged by decoding, never by name or header. What a limit of ours ended is not judged here."""
    for video in case.submission.of(Role.VIDEO):
        facts = video.video
        if facts is None or facts.limited:
            continue
        if facts.has_sound and not facts.has_picture:
            yield _reject("video.no_picture", video, "holds sound only, no picture")
        elif not facts.readable:
            yield _reject("video.unreadable", video, facts.problem, problem=facts.problem)
        elif not facts.has_sound:
            yield _reject("video.no_sound", video, "has no sound")


def _reject(code: str, video: Attachment, what: str, **detail: str) -> Finding:
    return Finding(
        code=code, effect=Effect.REJECT, message=f"{video.name} {what}.", detail={"name": video.name, **detail}
    )
