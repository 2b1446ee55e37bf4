"""A statement in a mail within the mail: when the inner one counts, and who is written to."""

from datetime import UTC, datetime

import pytest

from statement_intake.domain.forwarding import as_handed_in, received_first
from statement_intake.domain.message import Address, Attachment, Category, Message
from tests.domain.values import RECEIVED, document, headers, knowledge, message, video

OWN = frozenset({"uncac@un.org", "unov.conference@un.org"})
INNER = "12th EMIC statement – France 3"
EARLIER = datetime(2023, 8, 1, tzinfo=UTC)
EML = Attachment(name="x.eml", media_type="message/rfc822", category=Category.MESSAGE, size=9, sha256="e" * 64)


def inner(*files: Attachment, subject: str = INNER, sender: str = "capital@gouv.example") -> Message:
    """The mail within."""
    written = headers(subject, sender=(Address(email=sender),), received=EARLIER)
    return message(*(files or (video(), document())), headers=written, text="Please find attached.")


def outer(
    *within: Message, files: tuple[Attachment, ...] = (), subject: str = "Fwd: please see", **changes: object
) -> Message:
    """The mail that carries it."""
    return message(EML, *files, subject=subject, enclosed=within or (inner(),), text="FYI", **changes)


def opened(mail: Message) -> Message:
    """What counts of *mail*."""
    return as_handed_in(mail, OWN, knowledge().read_subject, knowledge().words)


def test_the_inner_mail_counts_and_the_outer_sender_is_answered() -> None:
    """Subject, files and text are the inner mail's; the outer mail's words stand before them."""
    mail = opened(outer())
    assert mail.headers.subject == INNER
    assert mail.headers.sender == outer().headers.sender
    assert [attachment.name for attachment in mail.attachments] == ["France.mp4", "Transcript.docx"]
    assert mail.text == "FYI\n\nPlease find attached."
    assert mail.forwarding is not None
    assert (mail.forwarding.subject, mail.forwarding.staff) == ("Fwd: please see", False)
    assert received_first(mail, RECEIVED) == RECEIVED


def test_the_subject_that_says_more_counts() -> None:
    """An embassy may write the right subject around what its capital called otherwise."""
    mail = opened(outer(inner(subject="The Minister's video"), subject=f"Fwd: {INNER}"))
    assert mail.headers.subject == f"Fwd: {INNER}"


@pytest.mark.parametrize(
    "mail",
    [
        outer(inner(), inner()),
        outer(files=(document("own.docx"),)),
        outer(encrypted=True),
        outer(subject="Fwd: 12th EMIC statement – Kenya 3"),
        outer(subject="Fwd: 12th EMIC statement – France 4"),
        outer(subject="Fwd: 11th EMIC statement – France 3"),
        outer(subject="Withdrawal of our statement"),
        outer(subject="Did you receive this?"),
        outer(inner(sender="uncac@un.org")),
        outer(inner(subject="Automatic reply: " + INNER)),
        outer(inner(EML)),
        message(EML, enclosed=(inner(),), text="Please withdraw the statement."),
        message(EML, enclosed=(inner(),), text="It is at https://we.tl/t-1", links=("https://we.tl/t-1",)),
        message(EML, enclosed=(message(headers=headers(INNER)),), text="FYI"),
    ],
    ids=[
        "two mails", "a document of its own", "encrypted", "another party", "other items", "another meeting",
        "a withdrawal", "a question", "our own letter", "an automatic answer", "a mail within the mail within",
        "a withdrawal in its words", "a link of its own", "nothing in it",
    ],
)  # fmt: skip
def test_where_it_is_not_sure_what_counts_the_mail_stays_as_it_came(mail: Message) -> None:
    """A person looks; nobody guesses."""
    assert opened(mail) == mail


def test_what_an_officer_passes_on_speaks_for_the_inner_sender_in_the_inner_mails_time() -> None:
    """Time by its Received field; what forbids an answer to the outer mail forbids it to the inner sender."""
    officer = headers("FW: pls register", ("precedence", "bulk"), sender=(Address(email="officer@sub.un.org"),))
    mail = opened(message(EML, enclosed=(inner(),), headers=officer, text="For EMIC."))
    assert [address.email for address in mail.headers.sender] == ["capital@gouv.example"]
    assert mail.headers.all("precedence") == ("bulk",)
    assert mail.text == "Please find attached."
    assert mail.forwarding is not None
    assert mail.forwarding.staff
    assert received_first(mail, RECEIVED) == EARLIER
    assert received_first(mail, datetime(2023, 7, 1, tzinfo=UTC)) == datetime(2023, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize("sender", ["uncac@un.org", "mission@notun.org"])
def test_our_own_address_and_a_look_alike_are_no_officer(sender: str) -> None:
    """Their mail is taken for what it says that it is."""
    mail = opened(outer(headers=headers("Fwd: see", sender=(Address(email=sender),))))
    assert mail.forwarding is not None
    assert not mail.forwarding.staff
    assert [address.email for address in mail.headers.sender] == [sender]
