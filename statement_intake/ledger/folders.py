"""How far the mailboxes' folders have been looked through."""

from sqlalchemy import Engine, insert, select, update

from statement_intake.domain.records import FolderProgress
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import folders


class Folders:
    """Each folder of a mailbox, and where the next look at it begins."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def progress(self, mailbox: str, folder: str) -> FolderProgress | None:
        """How far *folder* has been looked through; None if never."""
        query = select(folders).where(folders.c.mailbox == mailbox, folders.c.folder == folder)
        with self._read.begin() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return FolderProgress(
            uidvalidity=row.uidvalidity,
            high_uid=row.high_uid,
            careful_until=row.careful_until,
            compared_at=row.compared_at,
        )

    def save(self, mailbox: str, folder: str, progress: FolderProgress) -> None:
        """Remember how far *folder* has been looked through."""
        here = (folders.c.mailbox == mailbox) & (folders.c.folder == folder)
        values = progress.model_dump()
        with self._engine.begin() as connection:
            if connection.execute(update(folders).where(here).values(**values)).rowcount == 0:
                connection.execute(insert(folders).values(mailbox=mailbox, folder=folder, **values))
