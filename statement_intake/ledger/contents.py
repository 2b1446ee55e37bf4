"""What of the store of files the ledger still refers to."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import clean_pdfs, files, inspections, messages

#: SQL databases limit the number of values in one statement.
_BATCH = 500


class Contents:
    """Raw mails, files and previews, by the digests under which the store has them."""

    def __init__(self, engine: Engine) -> None:
        self._read = reading(engine)

    def unreferred(self, digests: Sequence[str]) -> set[str]:
        """Those of *digests* under which no row keeps a raw mail, a file or a preview of one."""
        left = set(digests)
        previews = (inspections.c.contact_sheet, inspections.c.waveform, inspections.c.proxy)
        with self._read.begin() as connection:
            for start in range(0, len(digests), _BATCH):
                batch = digests[start : start + _BATCH]
                for column in (messages.c.raw_sha256, files.c.sha256, clean_pdfs.c.sha256, *previews):
                    query = select(column).where(column.in_(batch))
                    if column is files.c.sha256:
                        query = query.where(files.c.kept)
                    left.difference_update(connection.execute(query).scalars())
        return left
