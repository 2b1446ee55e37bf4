"""What a person does with a letter: lets it go, drops it, puts it into other words. Each with an audit entry."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from statement_intake.domain.records import QueuedLetter
from statement_intake.ledger.audit import note
from statement_intake.ledger.letters.states import REWRITABLE, WAITING, move
from statement_intake.ledger.schema import letters, submissions


class Handling:
    """Letters in people's hands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def release(
        self, letter: int, actor: str, now: datetime, *, seen: str | None = None, although_answered: bool = False
    ) -> bool:
        """A person sends a waiting letter. Never one of an overruled decision: it would contradict the later one.

        *seen*: the state in which the person saw it. In another one it stays as it is: a letter that was released,
        sent and lost meanwhile would go twice. Before it goes, a person's own answer is looked for, unless it is to go
        *although_answered*.
        """
        values: dict[str, Any] = {"attempts": 0, "next_attempt_at": None, "settled_at": None}
        values |= {"response": f"released by {actor}", "look_first": not although_answered}
        latest = (
            select(submissions.c.revision)
            .where(submissions.c.id == letters.c.submission_id, submissions.c.revision == letters.c.revision)
            .exists()
        )
        with self._engine.begin() as connection:
            moved = move(connection, (letters.c.id == letter) & latest, _still(seen), "queued", **values)
            if moved:
                _note(connection, letter, actor, "send", now)
        return moved

    def drop(self, letter: int, actor: str, now: datetime, *, seen: str | None = None) -> bool:
        """A person decides that a letter does not go. *seen*: as for `release`."""
        with self._engine.begin() as connection:
            response = f"dropped by {actor}"
            which = letters.c.id == letter
            moved = move(connection, which, _still(seen), "dropped", response=response, settled_at=now)
            if moved:
                _note(connection, letter, actor, "drop", now)
        return moved

    def rewrite(  # noqa: PLR0913 - the columns of a row, and who changes them
        self, letter: QueuedLetter, subject: str, body: str, raw: bytes, *, actor: str, now: datetime
    ) -> bool:
        """An officer puts a letter into other words; what it said before stays in the audit.

        False where it has moved or was changed meanwhile. Never one of unknown fate: it may have arrived as it was.
        """
        unchanged = (letters.c.id == letter.id) & (letters.c.body == letter.body) & (letters.c.state == letter.state)
        with self._engine.begin() as connection:
            values = {"subject": subject, "body": body, "raw": raw}
            moved = letter.state in REWRITABLE and move(connection, unchanged, REWRITABLE, letter.state, **values)
            if moved:
                before = {"subject": letter.subject, "body": letter.body}
                _note(connection, letter.id, actor, "edit", now, before=before)
        return moved


def _still(seen: str | None) -> tuple[str, ...]:
    return WAITING if seen is None else tuple(state for state in WAITING if state == seen)


def _note(connection: Connection, letter: int, actor: str, action: str, now: datetime, **detail: object) -> None:
    reference = connection.execute(
        select(submissions.c.reference)
        .join(letters, letters.c.submission_id == submissions.c.id)
        .where(letters.c.id == letter)
    ).scalar()
    note(connection, now, actor, action, reference, {"letter": letter} | detail)
