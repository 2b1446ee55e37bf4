"""What monitoring wants to know of the ledger, in figures."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, select

from statement_intake.domain.value import Value
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import letters, messages, submissions


class Read(Value):
    """The figures of one moment."""

    #: Submissions that stand, by outcome.
    outcomes: dict[str, int]
    #: Messages, by state.
    messages: dict[str, int]
    #: Letters, by state.
    letters: dict[str, int]
    #: Since when the longest-waiting message, letter and held submission waits; None where none does.
    oldest_message: datetime | None
    oldest_letter: datetime | None
    oldest_held: datetime | None


class Figures:
    """Counts; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def read(self) -> Read:
        """All figures, of the same moment."""
        current = submissions.c.standing == "current"
        with self._engine.begin() as connection:
            return Read(
                outcomes=_counts(connection, submissions, "outcome", current),
                messages=_counts(connection, messages, "state"),
                letters=_counts(connection, letters, "state"),
                oldest_message=_oldest(connection, messages, "received_at", messages.c.state == "received"),
                oldest_letter=_oldest(
                    connection, letters, "written_at", letters.c.state.in_(("queued", "deferred", "sending", "data"))
                ),
                oldest_held=_oldest(
                    connection, submissions, "received_at", current & (submissions.c.outcome == "held")
                ),
            )


def _counts(connection: Connection, table: Table, column: str, *where: ColumnElement[bool]) -> dict[str, int]:
    query = select(table.c[column], func.count()).where(*where).group_by(table.c[column])
    return {row[0]: row[1] for row in connection.execute(query)}


def _oldest(connection: Connection, table: Table, column: str, which: ColumnElement[bool]) -> datetime | None:
    oldest: datetime | None = connection.execute(select(func.min(table.c[column])).where(which)).scalar()
    return oldest
