"""Bounces of our letters, through the whole service: the letter shows that it did not arrive, and no more happens."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from tests.conftest import ImapAccount
from tests.house import MORNING, SENDER, House, statement

LATER = MORNING + timedelta(minutes=10)
FAILED = (
    f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {SENDER}\nAction: failed\n"
    "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
)
TIED = "SELECT letters.state, letters.response FROM letters"


def bounce(returned: str, kind: str = "message/rfc822", fields: str = FAILED) -> bytes:
    """A delivery report (RFC 3464) that encloses *returned*."""
    return "\r\n".join(
        [
            "Return-Path: <>", "From: MAILER-DAEMON@mx.example", "To: uncac@un.org", "Subject: Undelivered Mail",
            "Message-ID: <b1@mx.example>", "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
            "--b", "Content-Type: text/plain", "", "I'm sorry to have to inform you.", "",
            "--b", "Content-Type: message/delivery-status", "", *fields.splitlines(), "",
            "--b", f"Content-Type: {kind}", "", *returned.splitlines(), "", "--b--", "",
        ]
    ).encode()  # fmt: skip


def answered(house: House) -> str:
    """Let the service answer a statement; gives the header of its letter."""
    house.deliver(statement())
    house.round()
    assert house.letters == [("receipt", "sent")]
    assert house.sink is not None
    return house.sink.received[0].content.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[0]


def text_bounce(header: str) -> bytes:
    """As qmail writes it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "MAILER-DAEMON@mx.example", "uncac@un.org", "failure notice"
    mail.set_content(f"Hi. This is the qmail-send program.\n\n<{SENDER}>:\n550 5.1.1 User unknown\n\n{header}\n")
    return mail.as_bytes()


def test_a_bounce_is_tied_to_its_letter(house: House) -> None:
    """The letter shows the server's words; the bounce itself leaves key, date and reason behind, and no letter."""
    header = answered(house)
    house.deliver(bounce(header + "\n\nbody"), received=LATER)
    house.round()
    assert house.rows(TIED) == [("bounced", "550 5.1.1 User unknown")]
    assert house.outcomes == [("accepted", None), ("ignored", "message.automatic")]
    assert house.rows("SELECT raw_sha256, sender, facts, reference FROM messages WHERE outcome = 'ignored'") == [
        (None, None, None, None)
    ]
    assert house.rows("SELECT actor, reference FROM audit WHERE action = 'bounce'") == [
        ("service", house.references[0])
    ]


@pytest.mark.parametrize("form", ["headers only", "plain text", "threading fields"])
def test_a_bounce_that_does_not_enclose_the_letter_is_tied_to_it(house: House, form: str) -> None:
    """Postfix may return the header alone, qmail writes plain text, and Exchange only answers."""
    header = answered(house)
    message_id = next(line for line in header.splitlines() if line.lower().startswith("message-id:"))
    mails = {
        "headers only": bounce(header, "text/rfc822-headers"),
        "plain text": text_bounce(header),
        "threading fields": b"In-Reply-To: " + message_id.partition(":")[2].strip().encode() + b"\r\n"
        + bounce("Subject: something", "text/plain"),
    }  # fmt: skip
    house.deliver(mails[form], received=LATER)
    house.round()
    assert house.rows(TIED) == [("bounced", "550 5.1.1 User unknown")]


def test_a_delay_leaves_the_letter_sent_and_a_failure_follows(house: House) -> None:
    """Told twice, and written down once each; a late warning makes no failure undone."""
    header = answered(house)
    delayed = FAILED.replace("failed", "delayed").replace("550 5.1.1 User unknown", "451 4.4.1 no answer")
    for _ in range(2):
        house.deliver(bounce(header, fields=delayed), received=LATER)
    house.round()
    assert house.rows(TIED) == [("sent", "delayed: 5.1.1 451 4.4.1 no answer")]
    house.deliver(bounce(header), received=LATER)
    house.round()
    house.deliver(bounce(header, fields=delayed), received=LATER)
    house.round()
    assert house.rows(TIED) == [("bounced", "550 5.1.1 User unknown")]
    assert house.rows("SELECT action FROM audit WHERE action IN ('bounce', 'delay')")[:2] == [("delay",), ("bounce",)]


def test_a_bounce_of_somebody_elses_letter_changes_nothing(house: House) -> None:
    """Officers write from this address, too."""
    answered(house)
    house.deliver(bounce("Message-ID: <private@un.org>\nSubject: to a whistle-blower"), received=LATER)
    house.round()
    assert house.letters == [("receipt", "sent")]
    assert house.outcomes[1] == ("ignored", "message.automatic")
    # Nothing of it stays in the store.
    assert house.rows("SELECT COUNT(*) FROM messages WHERE raw_sha256 IS NOT NULL") == [(1,)]


def test_without_a_letter_no_bounce_is_downloaded(house: House) -> None:
    """While nothing has left, it cannot be about us."""
    house.deliver(bounce("Message-ID: <private@un.org>"))
    house.round()
    assert house.outcomes == [("ignored", "message.automatic")]
    assert house.stored == set()


def test_a_bounced_letter_can_be_sent_again(house: House) -> None:
    """It waits among the letters that have not arrived, and an officer may try once more."""
    header = answered(house)
    house.deliver(bounce(header), received=LATER)
    house.round()
    with house.open() as workshop:
        (waiting,) = workshop.desk.ledger.letters.waiting()
        assert (waiting.state, waiting.response) == ("bounced", "550 5.1.1 User unknown")
        assert workshop.desk.ledger.handling.release(waiting.id, "officer", house.clock())
    house.round()
    assert house.letters == [("receipt", "sent")]
    assert house.sink is not None
    assert len(house.sink.received) == 2


def test_a_bounce_is_found_on_an_imap_server(house: House, imap_account: ImapAccount) -> None:
    """BODYSTRUCTURE shows the report, and only then it is downloaded."""
    house.tables["mailboxes"] = {"main": imap_account.settings()}
    imap_account.deliver(statement().as_bytes(), MORNING)
    house.round()
    assert house.sink is not None
    header = house.sink.received[0].content.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[0]
    imap_account.deliver(bounce(header, "text/rfc822-headers"), LATER)
    house.round()
    assert house.rows(TIED) == [("bounced", "550 5.1.1 User unknown")]
