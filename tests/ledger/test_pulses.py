"""When each thing last worked, and since when it has failed, outlive the process that saw it."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from statement_intake.domain.telling.pulse import OUTBOX, Pulse

from .conftest import NOON, Book

HOUR = timedelta(hours=1)


def test_a_failure_keeps_its_beginning_until_it_works_again(book: Book) -> None:
    """The last problem is told; once settled, neither; the next failure has a beginning of its own."""
    pulses = book.ledger.pulses
    pulses.failed(OUTBOX, NOON, "no route to host")
    pulses.failed(OUTBOX, NOON + HOUR, "connection refused")
    assert pulses.all() == [Pulse(what=OUTBOX, worked_at=None, failing_since=NOON, problem="connection refused")]
    pulses.settled(OUTBOX)
    assert pulses.all() == [Pulse(what=OUTBOX, worked_at=None, failing_since=None)]
    pulses.failed(OUTBOX, NOON + 2 * HOUR, "no route to host")
    assert pulses.all() == [
        Pulse(what=OUTBOX, worked_at=None, failing_since=NOON + 2 * HOUR, problem="no route to host")
    ]


def test_what_has_not_failed_is_settled_without_a_word(book: Book, tmp_path: Path) -> None:
    """No row, and no waiting for whoever writes: every round says that it works."""
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        book.ledger.pulses.settled(OUTBOX)
    assert book.ledger.pulses.all() == []
