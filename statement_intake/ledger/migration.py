"""Brings a ledger's schema up to date with Alembic, and says whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine, inspect

from statement_intake.ledger import people_schema  # noqa: F401 - so that the metadata is complete
from statement_intake.ledger.engine import open_engine

_PACKAGE = Path(__file__).parent.parent


def _scripts() -> Path:
    """migrations/ beside the package in a checkout, inside the package where it is installed."""
    installed = _PACKAGE / "migrations"
    return installed if installed.is_dir() else _PACKAGE.parent / "migrations"


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_scripts()))
    config.attributes["engine"] = engine
    return config


def is_empty(engine: Engine) -> bool:
    """No ledger has been made in this database yet."""
    return not inspect(engine).get_table_names()


def is_current(engine: Engine) -> bool:
    """The schema is the one that this version works with."""
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    return revision == ScriptDirectory(str(_scripts())).get_current_head()


def upgrade(engine: Engine) -> None:
    """Make or renew the schema."""
    command.upgrade(_config(engine), "head")


def drift(engine: Engine) -> None:
    """Raise alembic's error if the tables in the code are not those that the migrations make."""
    command.check(_config(engine))


def main() -> None:
    """For `make drift`: exit 1 unless the migrations make exactly the tables of `schema`."""
    engine = open_engine("sqlite:///:memory:")
    try:
        upgrade(engine)
        drift(engine)
    except CommandError as error:
        raise SystemExit(f"the migrations and the schema differ: {error}") from error


if __name__ == "__main__":
    main()
