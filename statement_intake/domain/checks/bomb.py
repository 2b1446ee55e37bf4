"""Files that expand beyond all measure, or that a limit of the reader ended."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Attachment, DocumentProblem


def check(case: Case) -> Iterator[Finding]:
    """Both are held in silence: neither is a verdict about a statement."""
    for attachment in case.message.attachments:
        problem = attachment.document.problem if attachment.document else None
        if attachment.bomb or problem is DocumentProblem.BOMB:
            yield _finding("attachment.bomb", attachment, "expands beyond the limits")
        elif problem is DocumentProblem.LIMITED or (attachment.video is not None and attachment.video.limited):
            yield _finding("message.over_limits", attachment, "took more time or memory to read than is allowed")


def _finding(code: str, attachment: Attachment, what: str) -> Finding:
    return Finding(
        code=code, effect=Effect.SILENT, message=f"{attachment.name} {what}.", detail={"name": attachment.name}
    )
