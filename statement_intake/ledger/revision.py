"""Whether a ledger has the schema that this version works with.

Alembic knows, too, but takes ten megabytes that a service would keep, for one start in a hundred.
"""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from statement_intake.ledger.engine import LedgerError

_PACKAGE = Path(__file__).parent.parent


def scripts() -> Path:
    """migrations/ beside the package in a checkout, inside the package where it is installed."""
    installed = _PACKAGE / "migrations"
    return installed if installed.is_dir() else _PACKAGE.parent / "migrations"


def newest() -> str:
    """The last of the migrations. They are numbered, and their files are named after it: 0014_what_it_does.py."""
    return max(path.name.partition("_")[0] for path in (scripts() / "versions").glob("[0-9]*_*.py"))


def is_empty(engine: Engine) -> bool:
    """No ledger has been made in this database yet."""
    return not inspect(engine).get_table_names()


def is_current(engine: Engine) -> bool:
    """The schema is the one that this version works with. Raises LedgerError if a newer version has made it."""
    if not inspect(engine).has_table("alembic_version"):
        return False
    with engine.connect() as connection:
        revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if newer := [revision for revision in revisions if str(revision) > newest()]:
        raise LedgerError(
            f"the ledger {engine.url.database} was made by a newer version of this program ({newer[0]}): install that "
            "one again, or restore the backup from before the upgrade"
        )
    return list(revisions) == [newest()]
