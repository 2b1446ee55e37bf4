"""Letters from `queued` to what became of them: every step a compare-and-swap."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from statement_intake.ledger.engine import reading
from statement_intake.ledger.outbox import WAITING
from tests.ledger.conftest import NOON, Book


def put(book: Book, state: str = "queued") -> int:
    """A letter in that state; its key."""
    arrival = book.arrive()
    book.decide(arrival, arrival.reference, book.letter(state, to=f"{arrival.reference}@x.example"))
    return book.ledger.outbox.of(arrival.reference)[0].id


def state(book: Book, letter: int) -> str:
    """What the ledger says of it."""
    every = ("queued", "sending", "data", "sent", "deferred", "failed", "unknown", "held", "suppressed", "dropped")
    return next(row.state for row in book.ledger.outbox.in_state(*every) if row.id == letter)


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


@pytest.mark.parametrize("waiting", ["held", "suppressed", "queued"])
def test_a_person_sends_or_drops_what_waits_and_the_record_says_who(book: Book, waiting: str) -> None:
    """In one transaction with the audit entry."""
    outbox, one, two = book.ledger.outbox, put(book, waiting), put(book, waiting)
    assert outbox.release(one, "Ms. Green", NOON)
    assert outbox.drop(two, "Mr. Blue", NOON)
    assert [state(book, letter) for letter in (one, two)] == ["queued", "dropped"]
    assert not outbox.release(two, "Ms. Green", NOON)
    dossier = book.ledger.log.dossier(outbox.in_state("dropped")[0].reference)
    assert dossier is not None
    assert (dossier.audit[-1].actor, dossier.audit[-1].action) == ("Mr. Blue", "drop")


def test_what_changed_since_a_person_saw_it_stays_as_it_is(book: Book) -> None:
    """Seen as held; meanwhile released, sent and lost: sending it again needs a second look."""
    outbox, letter = book.ledger.outbox, put(book, "held")
    assert outbox.release(letter, "Ms. Green", NOON)
    outbox.claim(letter)
    outbox.data_begins(letter)
    outbox.settle(letter, "unknown", "?", NOON)
    assert not outbox.release(letter, "Mr. Blue", NOON, seen="held")
    assert not outbox.drop(letter, "Mr. Blue", NOON, seen="held")
    assert outbox.release(letter, "Mr. Blue", NOON, seen="unknown")


def test_what_is_sent_or_leaving_cannot_be_released_or_dropped(book: Book) -> None:
    """A second copy would be a second letter."""
    outbox = book.ledger.outbox
    for stage in ("sending", "data", "sent"):
        letter = put(book)
        outbox.claim(letter)
        if stage != "sending":
            outbox.data_begins(letter)
        if stage == "sent":
            outbox.settle(letter, "sent", "250", NOON)
        assert stage not in WAITING
        assert not outbox.release(letter, "o", NOON)
        assert not outbox.drop(letter, "o", NOON)


def test_the_breaker_is_asked_about_without_a_look_at_all_letters(book: Book) -> None:
    """Once a round, however many letters there are: an index in part serves only a question in its own words."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    engine = reading(book.ledger.engine)
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, text, values, *_: asked.append((text, values)))
    flood = book.ledger.outbox.flood(NOON)
    assert (flood.last_held, flood.waiting, flood.in_hour) == (None, 0, 0)
    with engine.connect() as connection:
        plans = [
            str(row)
            for text, values in list(asked)
            if text.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]
    assert len(plans) == 2
    # A newer SQLite sees that the index alone is enough: a covering one.
    assert all(re.search("USING (COVERING )?INDEX ix_letters_", plan) for plan in plans)
