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


def _known() -> set[str]:
    """The migrations. They are numbered, and their files are named after it: 0014_what_it_does.py."""
    return {path.name.partition("_")[0] for path in (scripts() / "versions").glob("[0-9]*_*.py")}


def newest() -> str:
    """The last of the migrations."""
    return max(_known())


def is_empty(engine: Engine) -> bool:
    """No ledger has been made in this database yet."""
    return not inspect(engine).get_table_names()


def is_current(engine: Engine) -> bool:
    """The schema is the one that this version works with. Raises LedgerError if a newer version has made it."""
    revisions = _revisions(engine)
    if newer := [revision for revision in revisions if revision > newest()]:
        raise LedgerError(
            f"the ledger {engine.url.database} was made by a newer version of this program ({newer[0]}): install that "
            "one again, or restore the backup from before the upgrade"
        )
    return revisions == [newest()]


def require_ours(engine: Engine) -> None:
    """Raise LedgerError unless nothing is in the database, or a ledger that a migration of ours has left whole."""
    revisions = _revisions(engine)
    if not is_empty(engine) and not (len(revisions) == 1 and revisions[0] in _known()):
        told = " and ".join(revisions) or "none"
        raise LedgerError(
            f"the database {engine.url.database} is no ledger of this program (its revision: {told}), and is left as "
            "it is: name another file in [ledger] url, or restore the ledger from a backup"
        )


def _revisions(engine: Engine) -> list[str]:
    """What the database says of its schema; nothing where it is none of ours."""
    if not inspect(engine).has_table("alembic_version"):
        return []
    with engine.connect() as connection:
        return [str(said) for said in connection.execute(text("SELECT version_num FROM alembic_version")).scalars()]
