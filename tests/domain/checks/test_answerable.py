"""The rule about mail that must not be answered."""

from statement_intake.domain.checks import answerable
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case, headers


def test_a_delegations_mail_may_be_answered() -> None:
    """No finding where nothing speaks against an answer."""
    assert list(answerable.check(case())) == []


def test_a_list_is_not_answered() -> None:
    """The finding says why; the mail is held in sight of the secretariat."""
    through_a_list = headers("12th EMIC statement – France 3", ("list-id", "<delegates.example.org>"))
    assert list(answerable.check(case(headers=through_a_list))) == [
        Finding(
            code="message.no_reply",
            effect=Effect.SILENT,
            message="Must not be answered: it came through a list (list-id).",
            detail={"why": "it came through a list (list-id)"},
        )
    ]
