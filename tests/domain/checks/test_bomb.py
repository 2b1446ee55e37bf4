"""The rule about files that expand beyond all measure, or that a limit of ours ended."""

import pytest

from statement_intake.domain.checks import bomb
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Attachment, DocumentProblem
from tests.domain.values import case, document, video


def finding(code: str, name: str, what: str) -> Finding:
    """The silent finding about a file."""
    return Finding(code=code, effect=Effect.SILENT, message=f"{name} {what}.", detail={"name": name})


LIMITED = "took more time or memory to read than is allowed"


@pytest.mark.parametrize(
    ("attachment", "found"),
    [
        (video(), []),
        (document(), []),
        (document(problem=DocumentProblem.DAMAGED), []),
        (
            document("a.docx", problem=DocumentProblem.BOMB),
            [finding("attachment.bomb", "a.docx", "expands beyond the limits")],
        ),
        (
            document("a.docx").model_copy(update={"bomb": True}),
            [finding("attachment.bomb", "a.docx", "expands beyond the limits")],
        ),
        (document("a.docx", problem=DocumentProblem.LIMITED), [finding("message.over_limits", "a.docx", LIMITED)]),
        (video("v.mp4", limited=True), [finding("message.over_limits", "v.mp4", LIMITED)]),
    ],
)
def test_neither_is_a_verdict_about_a_statement(attachment: Attachment, found: list[Finding]) -> None:
    """Held in silence: a person looks."""
    assert list(bomb.check(case(attachment))) == found
