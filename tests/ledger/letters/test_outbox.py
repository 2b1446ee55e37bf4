"""Letters from `queued` to what became of them: every step a compare-and-swap."""

import threading
from datetime import timedelta

from tests.ledger.conftest import NOON, Book
from tests.ledger.letters.posted import put, state


def test_of_many_that_claim_a_letter_one_gets_it(book: Book) -> None:
    """Even if two services ran."""
    letter = put(book)
    got: list[bool] = []
    threads = [threading.Thread(target=lambda: got.append(book.ledger.outbox.claim(letter))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 5 + [True]


def test_only_a_claimed_letter_reaches_data(book: Book) -> None:
    """And only one that is on its way is settled."""
    outbox, letter = book.ledger.outbox, put(book)
    assert not outbox.data_begins(letter)
    outbox.settle(letter, "sent", "250", NOON)
    assert state(book, letter) == "queued"
    assert outbox.claim(letter)
    assert outbox.data_begins(letter)
    assert not outbox.put_back(letter)
    outbox.settle(letter, "sent", "250", NOON)
    assert state(book, letter) == "sent"


def test_a_process_that_comes_back_after_another_went_on_sends_nothing(book: Book) -> None:
    """It was thought dead; what it had claimed was recovered and claimed again."""
    outbox, letter = book.ledger.outbox, put(book)
    assert outbox.claim(letter, 1)
    outbox.recover()
    assert not outbox.claim(letter, 1)
    assert outbox.claim(letter, 2)
    assert not outbox.data_begins(letter, 1)
    assert not outbox.put_back(letter, 1)
    assert outbox.data_begins(letter, 2)


def test_a_letter_put_off_by_a_clock_that_was_wrong_is_due(book: Book) -> None:
    """No honest wait is longer than four hours."""
    outbox, letter = book.ledger.outbox, put(book)
    outbox.claim(letter)
    outbox.settle(letter, "deferred", "450", NOON, NOON + timedelta(days=1))
    assert [row.id for row in outbox.due(NOON)] == [letter]
    assert outbox.due(NOON + timedelta(hours=21)) == []


def test_a_deferred_letter_is_due_when_its_time_has_come(book: Book) -> None:
    """Not before."""
    outbox, letter = book.ledger.outbox, put(book)
    outbox.claim(letter)
    outbox.settle(letter, "deferred", "450", NOON, NOON + timedelta(minutes=5))
    assert outbox.due(NOON) == []
    assert [row.id for row in outbox.due(NOON + timedelta(minutes=5))] == [letter]


def test_recovery_separates_what_may_have_left_from_what_cannot(book: Book) -> None:
    """In `sending` nothing has left; in `data` nobody knows."""
    outbox, early, late, sent = book.ledger.outbox, put(book), put(book), put(book)
    for letter in (early, late, sent):
        outbox.claim(letter)
    outbox.data_begins(late)
    outbox.data_begins(sent)
    outbox.settle(sent, "sent", "250", NOON)
    assert outbox.recover() == 1
    assert [state(book, letter) for letter in (early, late, sent)] == ["queued", "unknown", "sent"]
    assert outbox.recover() == 0
