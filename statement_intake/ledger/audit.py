"""The audit trail: append-only, written in the transaction of what it tells."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from statement_intake.ledger.schema import audit


def note(  # noqa: PLR0913 - the columns of a row
    connection: Connection, at: datetime, actor: str, action: str, reference: str, detail: dict[str, Any]
) -> None:
    """Who did what, when, to which submission."""
    connection.execute(insert(audit).values(at=at, actor=actor, action=action, reference=reference, detail=detail))
