"""What the staff was told, so that it is told once."""

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update

from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import notices


class Notices:
    """What the staff was told, and when."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def told(self) -> dict[tuple[str, str], datetime]:
        """When each notice, by kind and subject, was told."""
        with self._read.begin() as connection:
            return {(row.kind, row.about): row.told_at for row in connection.execute(select(notices))}

    def tell(self, kind: str, about: str, at: datetime) -> None:
        """It was told."""
        with self._engine.begin() as connection:
            here = (notices.c.kind == kind) & (notices.c.about == about)
            if not connection.execute(update(notices).where(here).values(told_at=at)).rowcount:
                connection.execute(insert(notices).values(kind=kind, about=about, told_at=at))

    def forget(self, kind: str, about: str) -> None:
        """It is over: the next time it is news again."""
        with self._engine.begin() as connection:
            connection.execute(delete(notices).where(notices.c.kind == kind, notices.c.about == about))
