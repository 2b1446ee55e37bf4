"""Messages from their first sight to their decision."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, select, update

from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import Arrival, MessageKey, Received, Struggling
from statement_intake.ledger.engine import reading
from statement_intake.ledger.places import here, key_at
from statement_intake.ledger.rows import is_due
from statement_intake.ledger.schema import messages

#: SQL databases limit the number of values in one statement.
_BATCH = 500
_ROW = insert(messages)
_STATES = select(messages.c.uid, messages.c.state).where(
    messages.c.mailbox == bindparam("mailbox"),
    messages.c.folder == bindparam("folder"),
    messages.c.uidvalidity == bindparam("uidvalidity"),
    messages.c.uid.in_(bindparam("uids", expanding=True)),
)
_BEGUN = update(messages).where(messages.c.id == bindparam("which")).values(starts=messages.c.starts + 1)


class Arrivals:
    """What has been seen in the mailboxes, and what is still to be decided."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def unknown(self, mailbox: str, folder: str, uidvalidity: str, uids: Sequence[str], now: datetime) -> list[str]:
        """Those of *uids* that have no row yet, or were refused and are to be tried again, in their order."""
        resting = ~is_due(messages.c.next_attempt_at, now)
        known: set[str] = set()
        with self._read.begin() as connection:
            for start in range(0, len(uids), _BATCH):
                query = select(messages.c.uid).where(
                    messages.c.mailbox == mailbox,
                    messages.c.folder == folder,
                    messages.c.uidvalidity == uidvalidity,
                    messages.c.uid.in_(uids[start : start + _BATCH]),
                    (messages.c.state != "refused") | resting,
                )
                known.update(connection.execute(query).scalars())
        return [uid for uid in uids if uid not in known]

    def ignore(self, others: Sequence[tuple[MessageKey, datetime, str]]) -> None:
        """Note mails that are not ours: key, date received and the finding's code of each, nothing else.

        Many in one transaction: a commit costs more than everything else about such a mail.
        """
        nothing = dict.fromkeys(("reference", "size", "raw_sha256", "next_attempt_at", "last_fault"))
        rest = {"state": "decided", "outcome": str(Outcome.IGNORED), "mark": "none"}
        rows = {key: nothing | rest | {"received_at": received, "reason": code} for key, received, code in others}
        with self._engine.begin() as connection:
            _put(connection, rows)

    def receive(self, come: Sequence[Received]) -> Collection[MessageKey]:
        """Note that raw mails are in the store, in one transaction. Gives the keys of those that had no row yet."""
        rest = {"state": "received", "next_attempt_at": None}
        rows = {mail.key: mail.model_dump(exclude={"key"}) | rest for mail in come}
        with self._engine.begin() as connection:
            return _put(connection, rows)

    def refused(self, key: MessageKey, received: datetime, text: str, next_attempt: datetime) -> int:
        """Count that the server did not hand out the message, and when to ask again. Gives the number of times."""
        row = {"received_at": received, "state": "refused", "last_fault": text[:2000], "next_attempt_at": next_attempt}
        with self._engine.begin() as connection:
            _put(connection, {key: row})
            statement = update(messages).where(here(key), messages.c.state == "refused")
            connection.execute(statement.values(faults=messages.c.faults + 1))
            return int(connection.execute(select(messages.c.faults).where(here(key))).scalar() or 0)

    def unfinished(self, now: datetime) -> list[Arrival]:
        """Messages to be decided whose time has come; those begun least often first, then the oldest."""
        query = (
            select(messages)
            .where(messages.c.state == "received")
            .where(is_due(messages.c.next_attempt_at, now))
            .order_by(messages.c.starts, messages.c.received_at, messages.c.id)
        )
        with self._read.begin() as connection:
            return [_arrival(row) for row in connection.execute(query)]

    def undecided(self) -> int:
        """How many messages are in the store, or refused by their server, and not decided."""
        with self._read.begin() as connection:
            query = select(func.count()).where(messages.c.state.in_(("received", "refused")))
            return int(connection.execute(query).scalar_one())

    def struggling(self, most: int) -> list[Struggling]:
        """Messages that cannot be taken in so far: refused by the server, or ended by a fault of ours; newest first."""
        query = (
            select(messages)
            .where(messages.c.state.in_(("refused", "received")), messages.c.faults > 0)
            .order_by(messages.c.id.desc())
            .limit(most)
        )
        with self._read.begin() as connection:
            return [
                Struggling(
                    key=key_at(row),
                    received_at=row.received_at,
                    faults=row.faults,
                    problem=row.last_fault or "",
                    next_attempt_at=row.next_attempt_at,
                )
                for row in connection.execute(query)
            ]

    def begin(self, message: int) -> None:
        """Count that work on the message begins, before it can do harm."""
        with self._engine.begin() as connection:
            connection.execute(_BEGUN, {"which": message})

    def interrupted(self, message: int) -> None:
        """Work on the message stopped for a reason of the surroundings: it counts for nothing."""
        with self._engine.begin() as connection:
            statement = update(messages).where(messages.c.id == message, messages.c.starts > 0)
            connection.execute(statement.values(starts=messages.c.starts - 1))

    def fault(self, message: int, text: str, next_attempt: datetime) -> None:
        """Count a fault of the message's own, and when to try again."""
        with self._engine.begin() as connection:
            statement = update(messages).where(messages.c.id == message)
            connection.execute(
                statement.values(faults=messages.c.faults + 1, last_fault=text[:2000], next_attempt_at=next_attempt)
            )

    def counts(self) -> dict[str, int]:
        """Messages by outcome; those not decided yet under "received"."""
        outcome = func.coalesce(messages.c.outcome, messages.c.state)
        with self._read.begin() as connection:
            rows = connection.execute(select(outcome, func.count()).group_by(outcome))
            return {name: count for name, count in rows}  # noqa: C416 - rows are not pairs to the type checker


def _states(connection: Connection, keys: Collection[MessageKey]) -> dict[MessageKey, str]:
    """How far those of *keys* have got that have a row."""
    found: dict[MessageKey, str] = {}
    for folder in {(key.mailbox, key.folder, key.uidvalidity) for key in keys}:
        there = {key.uid: key for key in keys if (key.mailbox, key.folder, key.uidvalidity) == folder}
        asked = dict(zip(("mailbox", "folder", "uidvalidity"), folder, strict=True)) | {"uids": list(there)}
        found |= {there[row.uid]: row.state for row in connection.execute(_STATES, asked)}
    return found


def _put(connection: Connection, rows: Mapping[MessageKey, dict[str, Any]]) -> set[MessageKey]:
    """Make the messages' rows, or go on with those that were refused; not with those that have got further already.

    Gives the keys of the former two.
    """
    states = _states(connection, rows)
    if new := [key.model_dump() | row for key, row in rows.items() if key not in states]:
        connection.execute(_ROW, new)
    for key in (refused := {key for key, state in states.items() if state == "refused"}):
        connection.execute(update(messages).where(here(key)).values(**rows[key]))
    return rows.keys() - states.keys() | refused


def _arrival(row: Row[tuple[object, ...]]) -> Arrival:
    return Arrival(
        id=row.id,
        key=key_at(row),
        reference=row.reference,
        received_at=row.received_at,
        size=row.size,
        raw_sha256=row.raw_sha256,
        starts=row.starts,
        faults=row.faults,
        letters_wait=row.letters_wait,
    )
