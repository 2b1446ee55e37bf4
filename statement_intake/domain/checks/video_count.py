"""One video, attached: not several, not merely announced."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.meeting import Kind
from statement_intake.domain.submission import Role


def check(case: Case) -> Iterator[Finding]:
    """Several, or missing though spoken of: either is for a person, and no fault of the delegation's."""
    submission = case.submission
    videos = submission.of(Role.VIDEO)
    if len(videos) > 1:
        names = [video.name for video in videos]
        yield Finding(
            code="video.multiple",
            effect=Effect.HOLD,
            message=f"Several videos are attached: {', '.join(names)}.",
            detail={"names": names},
        )
    if submission.kind is Kind.WRITTEN and not case.packed and _speaks_of_video(case):
        yield Finding(
            code="video.missing",
            effect=Effect.HOLD,
            message="Only a document is attached, but the mail speaks of a video or a transcript.",
        )


def _speaks_of_video(case: Case) -> bool:
    return case.reading.speaks_of_video or case.cover.speaks_of_video
