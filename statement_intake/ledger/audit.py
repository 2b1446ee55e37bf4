"""The audit trail: append-only, written in the transaction of what it tells.

The database itself refuses to change or to remove an entry (triggers, made by the migrations).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from statement_intake.domain.records import AuditEntry
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import audit

_ENTRY = insert(audit)


def note(  # noqa: PLR0913 - the columns of a row
    connection: Connection, at: datetime, actor: str, action: str, reference: str | None, detail: dict[str, Any]
) -> None:
    """Who did what, when, to which submission (or to none)."""
    connection.execute(
        _ENTRY, {"at": at, "actor": actor[:100], "action": action, "reference": reference, "detail": detail}
    )


class Audit:
    """Reads the trail, and takes down what happens outside a decision."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def note(self, at: datetime, actor: str, action: str, detail: dict[str, Any]) -> None:
        """Something that changes no submission: an export, a refused login."""
        with self._engine.begin() as connection:
            note(connection, at, actor, action, None, detail)

    def latest(self, count: int, before: int | None = None) -> Sequence[tuple[int, AuditEntry]]:
        """The newest entries with their numbers, newest first; *before*: older than that number."""
        query = select(audit).order_by(audit.c.id.desc()).limit(count)
        if before is not None:
            query = query.where(audit.c.id < before)
        with self._read.begin() as connection:
            return [
                (
                    row.id,
                    AuditEntry(
                        at=row.at, actor=row.actor, action=row.action, reference=row.reference, detail=row.detail
                    ),
                )
                for row in connection.execute(query)
            ]
