"""Letters in the ledger, to be tried."""

from tests.ledger.conftest import Book


def put(book: Book, state: str = "queued") -> int:
    """A letter in that state; its key."""
    arrival = book.arrive()
    book.decide(arrival, arrival.reference, book.letter(state, to=f"{arrival.reference}@x.example"))
    return book.ledger.letters.of(arrival.reference)[0].id


def state(book: Book, letter: int) -> str:
    """What the ledger says of it."""
    every = ("queued", "sending", "data", "sent", "deferred", "failed", "unknown", "held", "suppressed", "dropped")
    return next(row.state for row in book.ledger.letters.in_state(*every) if row.id == letter)
