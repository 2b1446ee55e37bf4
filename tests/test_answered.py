"""A person's own answer stops a letter that waited."""

from datetime import date, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from statement_intake.mailbox.imap import ImapMailbox
from tests.conftest import ImapAccount
from tests.house import MORNING, House, statement
from tests.test_service import run

ASKED = "<asked@kenya.go.ke>"


def answer(sender: str = "Ana Pérez <ana.perez@un.org>", to: str = ASKED, automatic: str = "") -> EmailMessage:
    """What a colleague writes to the delegation, with a copy to the mailbox."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "mission@kenya.go.ke", "Re: statement"
    mail["Date"], mail["In-Reply-To"], mail["References"] = format_datetime(MORNING), to, f"<a@b.example> {to}"
    if automatic:
        mail["Auto-Submitted"] = automatic
    mail.set_content("Thank you, all is well.")
    return mail


@pytest.fixture
def waiting(house: House) -> House:
    """A house whose letter about a statement waits for a person."""
    house.tables = {"replies": {"mode": "hold"}}
    house.deliver(statement(message_id=ASKED))
    house.round()
    assert house.letters == [("receipt", "held")]
    return house


def release(house: House) -> str:
    """Let the letter go, one round later; its state."""
    with house.open() as workshop:
        (letter,) = workshop.desk.ledger.letters.waiting()
        workshop.desk.ledger.handling.release(letter.id, "Ana", MORNING)
    house.round()
    return house.letters[0][1]


def test_a_letter_that_was_released_goes(waiting: House) -> None:
    """Where nobody has answered."""
    assert release(waiting) == "sent"


def test_a_colleagues_answer_stops_it(waiting: House) -> None:
    """The letter waits again, and says why; whoever wants it to go all the same says so."""
    waiting.deliver(answer())
    assert release(waiting) == "held"
    (response,) = waiting.rows("SELECT response FROM letters")[0]
    assert response == "a person has answered already: a mail of 2023-08-23 08:00 UTC in main"
    assert run(waiting, "outbox", "send", waiting.references[0], "--although-answered").returncode == 0
    waiting.round()
    assert waiting.letters == [("receipt", "sent")]


@pytest.mark.parametrize(
    "mail",
    [
        answer("Someone <a@elsewhere.example>"),
        answer(automatic="auto-replied"),
        answer("uncac@un.org", automatic="auto-generated; owner=x"),
        answer(to="<another@kenya.go.ke>"),
    ],
    ids=["a stranger's", "a machine's", "our own", "about another mail"],
)
def test_what_is_no_persons_answer_stops_nothing(waiting: House, mail: EmailMessage) -> None:
    """A stranger cannot silence the secretariat, and an out-of-office answer is nobody's."""
    waiting.deliver(mail)
    assert release(waiting) == "sent"


def test_a_mailbox_that_cannot_be_looked_into_keeps_the_letter(waiting: House) -> None:
    """It goes once it can be seen that nobody has answered."""
    waiting.tables |= {"mailboxes": {"main": {"path": waiting.root / "away"}}}
    assert release(waiting) == "queued"
    del waiting.tables["mailboxes"]
    waiting.round()
    assert waiting.letters == [("receipt", "sent")]


def test_an_imap_server_is_asked_for_answers(imap_account: ImapAccount) -> None:
    """In the Sent folder and in the inbox; only what names the mail, and only what is not too old."""
    imap_account.deliver(answer("inbox@un.org").as_bytes(), MORNING)
    imap_account.deliver(answer("sent@un.org").as_bytes(), MORNING, "Sent")
    imap_account.deliver(answer("other@un.org", to="<another@kenya.go.ke>").as_bytes(), MORNING)
    imap_account.deliver(answer("old@un.org").as_bytes(), MORNING - timedelta(days=90))
    mailbox = ImapMailbox("main", imap_account.settings(sent_folder="Sent"))
    headers = mailbox.answers_to(ASKED, date(2023, 8, 1))
    found = [header.partition(b"From: ")[2].split(b"\r\n")[0] for header in headers]
    assert found == [b"sent@un.org", b"inbox@un.org"]
