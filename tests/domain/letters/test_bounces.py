"""What mail servers say about a letter that did not arrive, read in the forms in which they say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.letters.bounces import Bounce, may_be_bounce, read_bounce
from statement_intake.domain.message import Address, Headers, Message
from tests.domain.values import knowledge

WORDS = knowledge().words
OURS = "<SI-7K3M-9QWX.1.0f3c@un.org>"


def report(
    fields: str = "", text: str = "", structure: tuple[str, ...] = ("message/delivery-status",), **headers: object
) -> Message:
    """A mail from a mail server."""
    given_headers: dict[str, object] = {"sender": (Address(email="MAILER-DAEMON@mx.example"),)} | headers
    return Message(headers=Headers.model_validate(given_headers), text=text, report=fields, structure=structure)


FAILED = (
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; mission@kenya.go.ke\nAction: failed\nStatus: 5.1.1\n"
)


def test_a_report_is_read_by_its_fields() -> None:
    """Status and diagnosis become one line; the mail that came back says which letter it is."""
    inner = Message(headers=Headers(message_id=OURS))
    diagnosis = "Diagnostic-Code: smtp; 550 5.1.1 <mission@kenya.go.ke>:\n    User unknown\n"
    mail = report(FAILED + diagnosis).model_copy(update={"enclosed": (inner,)})
    said = "550 5.1.1 <mission@kenya.go.ke>: User unknown"
    assert read_bounce(mail, WORDS) == Bounce(about=(OURS,), final=True, said=said)


@pytest.mark.parametrize("action", ["delivered", "relayed (to a foreign system)", "Expanded"])
def test_what_arrived_is_no_bounce(action: str) -> None:
    """Nobody asked to be told, and nothing is wrong."""
    assert read_bounce(report(FAILED.replace("failed", action), answers=(OURS,)), WORDS) is None


def test_a_delay_is_not_final() -> None:
    """The server goes on trying."""
    fields = FAILED.replace("failed", "delayed").replace("5.1.1", "4.4.1")
    bounce = read_bounce(report(fields, answers=(OURS,)), WORDS)
    assert bounce == Bounce(about=(OURS,), final=False, said="4.4.1")


def test_of_several_recipients_the_worst_counts() -> None:
    """The address we wrote to was forwarded to two others, and one of them failed."""
    arrived = "Final-Recipient: rfc822; a@x.example\nAction: delivered\nStatus: 2.0.0\n"
    bounce = read_bounce(report(f"{arrived}\n{FAILED}\n{arrived}", answers=(OURS,)), WORDS)
    assert bounce is not None
    assert (bounce.final, bounce.said) == (True, "5.1.1")


QMAIL = f"""Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<mission@kenya.go.ke>:
198.51.100.7 does not like recipient.
Remote host said: 550 5.1.1 unknown user

--- Below this line is a copy of the message.

Return-Path: <uncac@un.org>
Message-ID: {OURS}
"""
EXIM = f"""This message was created automatically by mail delivery software.
  mission@kenya.go.ke
    host mx.kenya.example [198.51.100.7]
    SMTP error from remote mail server after RCPT TO:<mission@kenya.go.ke>:
    552 5.2.2 mailbox full
------ This is a copy of the message's headers. ------
Message-Id: {OURS}
"""
EXCHANGE = f"""Your message did not reach some or all of the intended recipients.
      mission@kenya.go.ke on 8/23/2023 9:30 AM
            The e-mail account does not exist at the organization.
            < mx.example #5.1.1 smtp;550 User unknown>
Message ID: {OURS}
"""
WARNING = f"""This is a warning message only.  You do not need to resend your message.
Message {OURS} has not yet been delivered to mission@kenya.go.ke
451 4.7.1 try again later
"""


@pytest.mark.parametrize(
    ("text", "subject", "final", "said"),
    [
        (QMAIL, "failure notice", True, "Remote host said: 550 5.1.1 unknown user"),
        (EXIM, "Mail delivery failed: returning message to sender", True, "552 5.2.2 mailbox full"),
        (EXCHANGE, "Undeliverable: Re: 12th EMIC statement", True, "< mx.example #5.1.1 smtp;550 User unknown>"),
        (WARNING, "Warning: message delayed 24 hours", False, "451 4.7.1 try again later"),
    ],
)
def test_a_bounce_in_plain_text_is_read(text: str, subject: str, said: str, *, final: bool) -> None:
    """qmail, Exim and old Exchange send no report."""
    mail = report(text=text, structure=("text/plain",), subject=subject)
    bounce = read_bounce(mail, WORDS)
    assert bounce is not None
    assert OURS in bounce.about
    assert (bounce.final, bounce.said) == (final, said)


@pytest.mark.parametrize(
    "headers",
    [
        Headers(subject="Out of office", fields=(("auto-submitted", "auto-replied"),), answers=(OURS,)),
        Headers(fields=(("content-type", "multipart/report; report-type=disposition-notification"),)),
        Headers(subject="12th EMIC statement – Kenya 4", sender=(Address(email="mission@kenya.go.ke"),)),
    ],
)  # fmt: skip
def test_other_mail_is_no_bounce(headers: Headers) -> None:
    """Not even if it answers a letter of ours."""
    assert not may_be_bounce(headers, ("text/plain",), WORDS)


def test_a_bounce_that_names_no_mail_is_tied_to_nothing() -> None:
    """Nothing is guessed from an address."""
    assert read_bounce(report(FAILED), WORDS) is None


@given(st.text(max_size=500), st.text(max_size=500), st.text(max_size=100))
def test_nothing_in_a_bounce_breaks_the_reader(fields: str, text: str, subject: str) -> None:
    """What it says is one printable line."""
    bounce = read_bounce(report(fields, text=text, subject=subject, answers=(OURS,)), WORDS)
    assert bounce is None or (bounce.said.isprintable() and len(bounce.said) <= 300)
