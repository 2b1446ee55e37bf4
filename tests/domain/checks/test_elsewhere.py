"""The same file under two parties' names."""

from statement_intake.domain.checks import Elsewhere, Facts, elsewhere
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import RECEIVED, case, digest, document, video


def facts(name: str) -> Facts:
    """Kenya has sent a file of that content before."""
    before = Elsewhere(reference="SI-0000-0001", party="KEN", sha256=digest(name))
    return Facts(received=RECEIVED, elsewhere=(before,))


def test_a_video_or_text_that_another_party_has_sent_is_for_a_person() -> None:
    """No robot says whose it is."""
    assert list(elsewhere.check(case(video(), document(), facts=facts("France.mp4")))) == [
        Finding(
            code="attachment.elsewhere",
            effect=Effect.HOLD,
            message="France.mp4 came before under another party's name (KEN, SI-0000-0001).",
            detail={"name": "France.mp4", "reference": "SI-0000-0001", "party": "KEN"},
        )
    ]


def test_what_comes_beside_a_statement_may_be_everybodys() -> None:
    """The invitation, say, or a form."""
    files = (video(), document("Transcript.docx"), document("Invitation.docx"))
    assert list(elsewhere.check(case(*files, facts=facts("Invitation.docx")))) == []
    assert list(elsewhere.check(case(*files, facts=Facts(received=RECEIVED)))) == []
