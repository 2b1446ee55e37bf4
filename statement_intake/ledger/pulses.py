"""When each thing last worked, in the ledger: so that a service that starts again and again still knows."""

from datetime import datetime

from sqlalchemy import Engine, func, insert, select, update

from statement_intake.domain.telling.pulse import Pulse
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import pulses


class Pulses:
    """A row for each mailbox, and for intake and outbox once they have failed.

    What failed because the ledger itself cannot be written to is kept in mind: whoever is told has to learn the cause.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)
        #: Failures that are not written down: since when, and of what the last one.
        self._unwritten: dict[str, tuple[datetime, str]] = {}

    def worked(self, what: str, at: datetime) -> None:
        """It worked just now."""
        self._put(what, {"worked_at": at, "failing_since": None, "problem": ""})
        self._unwritten.pop(what, None)

    def failed(self, what: str, at: datetime, problem: str) -> None:
        """It failed just now; the first failure of a row says since when."""
        since, told = self._unwritten.get(what, (at, ""))[0], problem[:500]
        self._unwritten[what] = since, told
        self._put(what, {"failing_since": func.coalesce(pulses.c.failing_since, since), "problem": told}, since)
        del self._unwritten[what]

    def settled(self, what: str) -> None:
        """It works. Where it has not failed this is only a look, so that every round can say it."""
        self._unwritten.pop(what, None)
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
            known = {row["what"]: Pulse.model_validate(dict(row)) for row in rows}
        for what, (since, problem) in list(self._unwritten.items()):
            before = known.get(what) or Pulse(what=what, worked_at=None, failing_since=None)
            failing_since = before.failing_since or since
            known[what] = before.model_copy(update={"failing_since": failing_since, "problem": problem})
        return [known[what] for what in sorted(known)]

    def _put(self, what: str, values: dict[str, object], failing_since: datetime | None = None) -> None:
        with self._engine.begin() as connection:
            if not connection.execute(update(pulses).where(pulses.c.what == what).values(values)).rowcount:
                first = values | {"what": what, "failing_since": failing_since}
                connection.execute(insert(pulses).values(first))
