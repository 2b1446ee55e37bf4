"""What people may do with a letter, and when it is too late."""

import pytest

from statement_intake.ledger.letters.states import WAITING
from tests.ledger.conftest import NOON, Book
from tests.ledger.letters.posted import put, state


@pytest.mark.parametrize("waiting", ["held", "suppressed", "queued"])
def test_a_person_sends_or_drops_what_waits_and_the_record_says_who(book: Book, waiting: str) -> None:
    """In one transaction with the audit entry."""
    handling, one, two = book.ledger.handling, put(book, waiting), put(book, waiting)
    assert handling.release(one, "Ms. Green", NOON)
    assert handling.drop(two, "Mr. Blue", NOON)
    assert [state(book, letter) for letter in (one, two)] == ["queued", "dropped"]
    assert not handling.release(two, "Ms. Green", NOON)
    dossier = book.ledger.log.dossier(book.ledger.letters.in_state("dropped")[0].reference)
    assert dossier is not None
    assert (dossier.audit[-1].actor, dossier.audit[-1].action) == ("Mr. Blue", "drop")


def test_what_changed_since_a_person_saw_it_stays_as_it_is(book: Book) -> None:
    """Seen as held; meanwhile released, sent and lost: sending it again needs a second look."""
    outbox, handling, letter = book.ledger.outbox, book.ledger.handling, put(book, "held")
    assert handling.release(letter, "Ms. Green", NOON)
    outbox.claim(letter)
    outbox.data_begins(letter)
    outbox.settle(letter, "unknown", "?", NOON)
    assert not handling.release(letter, "Mr. Blue", NOON, seen="held")
    assert not handling.drop(letter, "Mr. Blue", NOON, seen="held")
    assert handling.release(letter, "Mr. Blue", NOON, seen="unknown")


def test_what_is_sent_or_leaving_cannot_be_released_or_dropped(book: Book) -> None:
    """A second copy would be a second letter."""
    outbox, handling = book.ledger.outbox, book.ledger.handling
    for stage in ("sending", "data", "sent"):
        letter = put(book)
        outbox.claim(letter)
        if stage != "sending":
            outbox.data_begins(letter)
        if stage == "sent":
            outbox.settle(letter, "sent", "250", NOON)
        assert stage not in WAITING
        assert not handling.release(letter, "o", NOON)
        assert not handling.drop(letter, "o", NOON)
