"""When each thing last worked, in the ledger: so that a service that starts again and again still knows."""

from datetime import datetime

from sqlalchemy import Engine, func, insert, select, update

from statement_intake.domain.telling.pulse import Pulse
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import pulses


class Pulses:
    """A row for each mailbox, and for intake and outbox once they have failed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def worked(self, what: str, at: datetime) -> None:
        """It worked just now."""
        self._put(what, {"worked_at": at, "failing_since": None, "problem": ""})

    def failed(self, what: str, at: datetime, problem: str) -> None:
        """It failed just now; the first failure of a row says since when."""
        self._put(what, {"failing_since": func.coalesce(pulses.c.failing_since, at), "problem": problem[:500]}, at)

    def settled(self, what: str) -> None:
        """It works. Where it has not failed this is only a look, so that every round can say it."""
        failing = (pulses.c.what == what) & pulses.c.failing_since.is_not(None)
        with self._read.begin() as connection:
            if connection.execute(select(pulses.c.what).where(failing)).first() is None:
                return
        with self._engine.begin() as connection:
            connection.execute(update(pulses).where(failing).values(failing_since=None, problem=""))

    def all(self) -> list[Pulse]:
        """What is known of everything, by name."""
        with self._read.begin() as connection:
            rows = connection.execute(select(pulses).order_by(pulses.c.what)).mappings()
            return [Pulse.model_validate(dict(row)) for row in rows]

    def _put(self, what: str, values: dict[str, object], failing_since: datetime | None = None) -> None:
        with self._engine.begin() as connection:
            if not connection.execute(update(pulses).where(pulses.c.what == what).values(values)).rowcount:
                first = values | {"what": what, "failing_since": failing_since}
                connection.execute(insert(pulses).values(first))
