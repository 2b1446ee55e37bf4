"""Pages of the log."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from statement_intake.domain.search import Cursor, Order, Search
from statement_intake.ledger import search as searching
from statement_intake.ledger.ledger import Ledger, open_ledger
from tests.house import MORNING

#: Two of three hold the word.
ROWS = 40


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Submissions that came in another order than the one of their numbers."""
    made = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection, connection:
        for number in range(1, ROWS + 1):
            received = (MORNING + timedelta(minutes=number * 7 % ROWS)).replace(tzinfo=None)
            connection.execute(
                "INSERT INTO submissions (id, reference, received_at, sender, subject, together_with, items, outcome, "
                "standing, revision, mending) VALUES (?, ?, ?, '', '', '[]', '[]', 'held', 'current', 1, '{}')",
                (number, f"SI-{number}", f"{received.isoformat(' ')}.000000"),
            )
            words = "statement corruption" if number % 3 else "note"
            connection.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, words))
    yield made
    made.close()


def pages(ledger: Ledger, search: Search) -> list[list[str]]:
    """Every page of three, forwards; each is the same when one comes back to it."""
    found: list[list[str]] = []
    cursor: Cursor | None = None
    before: list[list[str]] = []
    while True:
        page = ledger.search.page(search.model_copy(update={"cursor": cursor}), 3)
        found.append([row.reference or "" for row in page.rows])
        if page.before is not None:
            back = ledger.search.page(search.model_copy(update={"cursor": page.before}), 3)
            before.append([row.reference or "" for row in back.rows])
        cursor = page.after
        if cursor is None:
            assert before == found[:-1]
            return found


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("order", [Order.RECEIVED, Order.OUTCOME])
def test_a_word_that_is_nearly_everywhere_is_found_as_a_rare_one_is(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, order: Order, *, descending: bool
) -> None:
    """Page by page, in either direction, in every order; only quicker."""
    search = Search(words="statement corrup", order=order, descending=descending)
    rare = pages(ledger, search)
    assert sum(map(len, rare)) == len({reference for page in rare for reference in page}) == 27
    monkeypatch.setattr(searching, "COUNTED_AT_MOST", 5)
    monkeypatch.setattr(searching, "_SIFTED", 4)
    assert pages(ledger, search) == rare
    assert ledger.search.page(search, 3).count == 5
