"""One video, attached: not several, not a link to one, not merely announced."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.links import host
from statement_intake.domain.meeting import Kind
from statement_intake.domain.submission import Role


def check(case: Case) -> Iterator[Finding]:
    """Several, by link, or missing though spoken of: each is for a person, none is a fault of the delegation's."""
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
    if not videos and submission.links:
        hosts = list(dict.fromkeys(host(link) for link in submission.links))
        yield Finding(
            code="video.by_link",
            effect=Effect.HOLD,
            message=f"No video is attached, but a link to one ({', '.join(hosts)}). It is not fetched.",
            detail={"links": list(submission.links), "hosts": hosts},
        )
    if submission.kind is Kind.WRITTEN and not case.packed and _speaks_of_video(case):
        yield Finding(
            code="video.missing",
            effect=Effect.HOLD,
            message="Only a document is attached, but the mail speaks of a video or a transcript.",
        )


def _speaks_of_video(case: Case) -> bool:
    return case.reading.speaks_of_video or case.cover.speaks_of_video
