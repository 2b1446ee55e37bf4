"""What the staff was told, so that it is told once."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from statement_intake.ledger.engine import LedgerError, reading
from statement_intake.ledger.schema import notices


class Notices:
    """What the staff was told, and when.

    A ledger that cannot be written to is itself news. So what was told then is kept in mind until it can be written
    down: otherwise the staff would be told again at every try.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)
        #: By kind and subject, in the order in which it was told; None: it is over.
        self._unwritten: dict[tuple[str, str], datetime | None] = {}

    def told(self) -> dict[tuple[str, str], datetime]:
        """When each notice, by kind and subject, was told. Raises LedgerError where that cannot be read."""
        self._write()
        with self._read.begin() as connection:
            written = {(row.kind, row.about): row.told_at for row in connection.execute(select(notices))}
        return {key: at for key, at in (written | self._unwritten).items() if at is not None}

    def tell(self, kind: str, about: str, at: datetime) -> None:
        """It was told."""
        self._unwritten[kind, about] = at
        self._write()

    def forget(self, kind: str, about: str) -> None:
        """It is over: the next time it is news again."""
        self._unwritten[kind, about] = None
        self._write()

    def _write(self) -> None:
        """Write down what is not yet, as far as that can be done."""
        if not self._unwritten:
            return
        with suppress(LedgerError):
            with self._engine.begin() as connection:
                for (kind, about), at in self._unwritten.items():
                    _put(connection, kind, about, at)
            self._unwritten.clear()


def _put(connection: Connection, kind: str, about: str, at: datetime | None) -> None:
    here = (notices.c.kind == kind) & (notices.c.about == about)
    if at is None:
        connection.execute(delete(notices).where(here))
    elif not connection.execute(update(notices).where(here).values(told_at=at)).rowcount:
        connection.execute(insert(notices).values(kind=kind, about=about, told_at=at))
