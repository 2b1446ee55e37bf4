"""Keys that are as old as the ledger, made by the migration that made their table. They never leave the service."""

from sqlalchemy import Engine, select

from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import keys


class Keys:
    """Reads; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def message_id(self) -> bytes:
        """The key of Message-IDs (see `domain.message_ids`)."""
        with self._engine.begin() as connection:
            value: bytes = connection.execute(select(keys.c.value).where(keys.c.name == "message-id")).scalar_one()
            return value
