"""Who writes has the ledger to himself from the first word on; who reads waits for nobody, and sees one moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from statement_intake.ledger.engine import LedgerError, open_engine, reading

COUNT = text("SELECT count(*) FROM things")
ADD = text("INSERT INTO things VALUES (1)")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with one table."""
    engine = open_engine(f"sqlite:///{tmp_path / 'things.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (thing INTEGER)"))
    yield engine
    engine.dispose()


def test_nothing_changes_between_what_a_writer_has_read_and_what_he_writes(engine: Engine) -> None:
    """Another one cannot even begin; and says so in a sentence."""
    with engine.begin() as first:
        assert first.execute(COUNT).scalar() == 0
        with engine.connect() as second:
            second.connection.cursor().execute("PRAGMA busy_timeout=0")
            with pytest.raises(LedgerError, match="the ledger cannot be used: database is locked"):
                second.execute(ADD)


def test_who_reads_sees_one_moment_while_others_write(engine: Engine) -> None:
    """Over connections of the same pool, in either order."""
    with reading(engine).begin() as reader:
        assert reader.execute(COUNT).scalar() == 0
        with engine.begin() as writer:
            writer.execute(ADD)
            with reading(engine).begin() as another:
                assert another.execute(COUNT).scalar() == 0
        assert reader.execute(COUNT).scalar() == 0
    with reading(engine).begin() as reader:
        assert reader.execute(COUNT).scalar() == 1
    assert engine.pool is reading(engine).pool
