"""Where things are kept."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from statement_intake.settings.table import Table


def _of_sqlite(url: str) -> str:
    if not url.startswith(("sqlite://", "sqlite+pysqlite://")):
        raise ValueError("is not the URL of an SQLite database, such as sqlite:///var/ledger.db")
    return url


class LedgerSettings(Table):
    """Where decisions are recorded."""

    url: Annotated[str, AfterValidator(_of_sqlite)] = "sqlite:///var/ledger.db"


class FilesSettings(Table):
    """Where raw mail and attachments are kept."""

    path: Path = Path("var/files")


class MeetingsSettings(Table):
    """Where the meetings' files are."""

    path: Path = Path("config/meetings")
    #: Registered delegates as CSV (party, name, e-mail), from the registration system; unset: delegates.csv beside the
    #: meetings' folder, where there is one. Without a list nobody is unverified.
    delegates_file: Path | None = None

    @property
    def delegates(self) -> Path | None:
        """The list of delegates; None where there is none."""
        usual = self.path.parent / "delegates.csv"
        return self.delegates_file or (usual if usual.is_file() else None)
