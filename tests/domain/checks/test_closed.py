"""The rule about archives that cannot be opened here."""

import pytest

from statement_intake.domain.checks import closed, statement, transcript, video_count
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Attachment, Category
from tests.domain.values import case, digest, document, video

RAR = Attachment(
    name="France.rar", media_type="application/vnd.rar", category=Category.ARCHIVE, size=9, sha256=digest("r")
)
HELD = Finding(
    code="attachment.closed",
    effect=Effect.HOLD,
    message="France.rar cannot be opened here (RAR); the statement may be in it.",
    detail={"name": "France.rar", "format": "RAR"},
)


@pytest.mark.parametrize("beside", [(), (video(),), (document("Statement.docx"),)], ids=["alone", "video", "document"])
def test_what_may_hold_the_missing_file_is_held(beside: tuple[Attachment, ...]) -> None:
    """And nothing is said to be missing meanwhile."""
    mail = case(RAR, *beside)
    assert list(closed.check(mail)) == [HELD]
    assert [*statement.check(mail), *transcript.check(mail), *video_count.check(mail)] == []


def test_beside_a_video_and_its_transcript_an_archive_is_an_annex() -> None:
    """Nothing is missing."""
    assert list(closed.check(case(RAR, video(), document()))) == []


@pytest.mark.parametrize("fact", ["encrypted", "bomb"])
def test_what_other_rules_speak_of_is_not_repeated(fact: str) -> None:
    """A password, or a bomb."""
    assert list(closed.check(case(RAR.model_copy(update={fact: True})))) == []
