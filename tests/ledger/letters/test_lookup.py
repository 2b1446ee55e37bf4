"""What is asked of the letters, and at what price."""

import re

from sqlalchemy import event

from statement_intake.ledger.engine import reading
from tests.ledger.conftest import NOON, Book


def test_the_breaker_is_asked_about_without_a_look_at_all_letters(book: Book) -> None:
    """Once a round, however many letters there are: an index in part serves only a question in its own words."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    engine = reading(book.ledger.engine)
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, text, values, *_: asked.append((text, values)))
    flood = book.ledger.letters.flood(NOON)
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
