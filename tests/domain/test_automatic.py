"""Mail that no person sent."""

import pytest

from statement_intake.domain.automatic import automatic
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Address, Headers
from tests.domain.values import headers

SUBJECT = "12th EMIC statement – France 3"


def mail(*fields: tuple[str, str]) -> Headers:
    """A mail with these header fields more."""
    return headers(SUBJECT, *fields)


def test_a_persons_mail_is_none() -> None:
    """Nor is one that says so itself, or that only passed a robot."""
    plain = ("multipart/mixed", "text/plain", "video/mp4")
    for said in (mail(), mail(("auto-submitted", "no")), mail(("precedence", "bulk"))):
        assert automatic(said, plain, subject=False, files=False) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (mail(("auto-submitted", "auto-replied (vacation)")), "Auto-Submitted: auto-replied"),
        (mail(("auto-submitted", "auto-notified; x=y")), "Auto-Submitted: auto-notified"),
        (mail(("auto-submitted", "no"), ("auto-submitted", "auto-replied")), "Auto-Submitted: auto-replied"),
        (mail(("x-autoreply", "yes")), "it carries x-autoreply"),
        (mail(("x-failed-recipients", "a@b.c")), "it carries x-failed-recipients"),
        (mail(("precedence", "auto_reply")), "Precedence: auto_reply"),
        (mail(("content-type", "multipart/report; report-type=delivery-status")), "a delivery or reading report"),
        (mail(("content-type", "text/calendar; method=REPLY")), "a calendar entry"),
        (headers(sender=(Address(email="MAILER-DAEMON@mx.example"),)), "it comes from a mail server's own address"),
    ],
)
def test_each_sign_is_enough(said: Headers, why: str) -> None:
    """The finding tells which."""
    assert automatic(said, (), subject=False, files=False) == Finding(
        code="message.automatic", effect=Effect.IGNORE, message=f"Automatic mail: {why}.", detail={"why": why}
    )


def test_a_subject_alone_is_the_weakest_sign() -> None:
    """A file speaks against it; then triage keeps it in sight, unanswered."""
    found = automatic(mail(), (), subject=True, files=False)
    assert found is not None
    assert found.detail == {"why": "the subject of an automatic answer"}
    assert automatic(mail(), (), subject=True, files=True) is None


def test_a_machine_that_sends_files_is_looked_at() -> None:
    """A scanner's mail is auto-generated and carries the statement; an answer machine's is an answer."""
    assert automatic(mail(("auto-submitted", "auto-generated")), (), subject=False, files=True) is None
    assert automatic(mail(("auto-submitted", "auto-replied")), (), subject=False, files=True) is not None


def test_a_reading_report_is_told_by_its_parts() -> None:
    """Where the top-level type is not in the headers that were seen."""
    assert automatic(mail(), ("message/disposition-notification",), subject=False, files=True) is not None
