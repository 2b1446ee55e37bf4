"""Where things are kept."""

from pathlib import Path

from statement_intake.settings.table import Table


class LedgerSettings(Table):
    """Where decisions are recorded."""

    url: str = "sqlite:///var/ledger.db"


class FilesSettings(Table):
    """Where raw mail and attachments are kept."""

    path: Path = Path("var/files")


class MeetingsSettings(Table):
    """Where the meetings' files are."""

    path: Path = Path("config/meetings")
    #: Registered delegates as CSV (party, name, e-mail), from the registration system; without it nobody is unverified.
    delegates_file: Path | None = None
