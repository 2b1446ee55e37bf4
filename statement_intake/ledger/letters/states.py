"""The states of a letter, the one way from one to another, and a letter's row as a value."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, select, update

from statement_intake.domain.records import QueuedLetter
from statement_intake.ledger.schema import letters, submissions

#: Letters that the service sends by itself when their time has come.
DUE = ("queued", "deferred")
#: Letters that a person may send or drop.
WAITING = ("held", "unknown", "failed", "bounced", "queued", "deferred", "suppressed")
#: Letters whose words may still be changed.
REWRITABLE = ("held", "failed", "queued", "deferred", "suppressed")
#: Letters that have not left and can still be taken back.
UNSENT = ("queued", "deferred", "held", "suppressed", "failed", "bounced")
#: Letters that are on their way at this moment.
LEAVING = ("sending", "data")
#: Letters that have left, as far as is known; only of these can a bounce speak.
LEFT = ("data", "sent", "unknown", "bounced")
#: Letters that the limits count: those that nobody was to get do not.
COUNTED = letters.c.state.not_in(("dropped", "suppressed"))


def move(connection: Connection, which: ColumnElement[bool], states: Sequence[str], to: str, **values: object) -> bool:
    """Take a letter that is in one of *states* to another, with *values*. False where it is in none of them."""
    statement = update(letters).where(which, letters.c.state.in_(states))
    return connection.execute(statement.values(state=to, **values)).rowcount == 1


def with_reference() -> Select[Any]:
    """Letters with the references of their submissions."""
    return select(letters, submissions.c.reference).join(submissions, letters.c.submission_id == submissions.c.id)


def found(reading: Engine, query: Select[Any]) -> list[QueuedLetter]:
    """The letters that a query `with_reference` finds."""
    with reading.begin() as connection:
        return [_value(row) for row in connection.execute(query)]


def _value(row: Row[tuple[object, ...]]) -> QueuedLetter:
    return QueuedLetter(
        id=row.id,
        reference=row.reference,
        state=row.state,
        kind=row.kind,
        to=row.to_address,
        subject=row.subject,
        message_id=row.message_id,
        raw=row.raw,
        look_first=row.look_first,
        attempts=row.attempts,
        written_at=row.written_at,
        response=row.response,
        language=row.language,
        body=row.body,
        next_attempt_at=row.next_attempt_at,
    )
