"""Brings a ledger's schema up to date with Alembic. Loaded only where a migration is due."""

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from statement_intake.ledger.engine import open_engine
from statement_intake.ledger.revision import is_current, require_ours, scripts


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Make or renew the schema. Raises LedgerError if a newer version has made it, or somebody else."""
    if is_current(engine):
        return
    require_ours(engine)
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
