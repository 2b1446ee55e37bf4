"""Outcomes that are left on the server: keywords, or moves into other folders."""

from sqlalchemy import Engine, select, update

from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import MessageKey, PendingMark
from statement_intake.ledger.engine import reading
from statement_intake.ledger.places import here, key_at
from statement_intake.ledger.schema import messages


class Marks:
    """What is still to be marked, and what has been."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def pending(self) -> list[PendingMark]:
        """Decided messages whose outcome is still to be left on the server."""
        query = select(messages).where(messages.c.mark == "pending").order_by(messages.c.id)
        with self._read.begin() as connection:
            return [
                PendingMark(id=row.id, key=key_at(row), outcome=Outcome(row.outcome))
                for row in connection.execute(query)
            ]

    def settle(self, pending: PendingMark, *, done: bool, moved_to: MessageKey | None = None) -> None:
        """The mark is on the server, or cannot be. An outcome that was overruled meanwhile stays to be marked.

        A message that was moved is known by its new key from now on, so that it is not taken in again there.
        """
        with self._engine.begin() as connection:
            if moved_to is not None and not connection.execute(select(messages.c.id).where(here(moved_to))).first():
                moving = update(messages).where(messages.c.id == pending.id)
                connection.execute(moving.values(**moved_to.model_dump()))
            statement = update(messages).where(
                messages.c.id == pending.id, messages.c.outcome == str(pending.outcome), messages.c.mark == "pending"
            )
            connection.execute(statement.values(mark="done" if done else "none"))
