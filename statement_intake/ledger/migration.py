"""Brings a ledger's schema up to date with Alembic, and says whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

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
