"""The schema: made by migrations, exactly as the code knows it."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from statement_intake.ledger import migration, revision
from statement_intake.ledger.engine import LedgerError, open_engine
from statement_intake.ledger.ledger import open_ledger
from statement_intake.ledger.schema import metadata


def test_the_migrations_make_exactly_the_tables_of_the_schema() -> None:
    """No drift: neither a table, nor a column, nor an index."""
    engine = open_engine("sqlite:///:memory:")
    migration.upgrade(engine)
    migration.drift(engine)
    made = {name for name in inspect(engine).get_table_names() if not name.startswith("search")}
    assert made == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_drift_is_noticed() -> None:
    """The proof above can fail."""
    engine = open_engine("sqlite:///:memory:")
    migration.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE letters ADD COLUMN novelty TEXT"))
    with pytest.raises(Exception, match="novelty"):
        migration.drift(engine)
    engine.dispose()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    """`migrate` may be called at any time."""
    url = f"sqlite:///{tmp_path / 'deep' / 'ledger.db'}"
    for _ in range(2):
        engine = open_engine(url)
        migration.upgrade(engine)
        assert revision.is_current(engine)
        engine.dispose()
    open_ledger(url).close()


def test_the_newest_revision_is_alembics_head() -> None:
    """The numbers of the files are those of the revisions, in their order."""
    assert ScriptDirectory(str(revision.scripts())).get_current_head() == revision.newest()


@pytest.mark.parametrize("said", ["DELETE FROM alembic_version", "UPDATE alembic_version SET version_num = '0013'"])
def test_a_ledger_of_another_version_is_not_touched(said: str, tmp_path: Path) -> None:
    """Its administrator is told what to do."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url).close()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text(said))
    engine.dispose()
    with pytest.raises(LedgerError, match="an old schema; run: statement-intake migrate"):
        open_ledger(url)


def test_a_ledger_of_a_newer_version_is_neither_opened_nor_migrated(tmp_path: Path) -> None:
    """After a step back to an older version: what to do is said, and nothing is touched."""
    engine = open_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    migration.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = r"made by a newer version of this program \(9999\): install that one"
    with pytest.raises(LedgerError, match=newer):
        open_ledger(str(engine.url))
    with pytest.raises(LedgerError, match=newer):
        migration.upgrade(engine)
    engine.dispose()


@pytest.mark.parametrize(
    "said",
    [
        "DELETE FROM alembic_version",
        "DROP TABLE alembic_version",
        "INSERT INTO alembic_version VALUES ('0003')",
        "UPDATE alembic_version SET version_num = '000x'",
        "UPDATE alembic_version SET version_num = ''",
    ],
)
def test_what_no_migration_has_left_behind_is_not_migrated(said: str, tmp_path: Path) -> None:
    """Nor are a ledger's tables made in the database of another program."""
    engine = open_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    migration.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text(said))
    before = inspect(engine).get_table_names()
    with pytest.raises(LedgerError, match="is no ledger of this program"):
        migration.upgrade(engine)
    assert inspect(engine).get_table_names() == before
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("nonsense", "is not a database URL"),
        ("postgresql://localhost/ledger", "is not supported"),
        ("sqlite:////proc/nowhere/ledger.db", "folder cannot be made"),
        ("sqlite:////tmp", "cannot be"),
    ],
)
def test_a_ledger_that_cannot_be_opened_is_a_fault_of_the_surroundings(url: str, problem: str) -> None:
    """The text says what is wrong."""
    with pytest.raises(LedgerError, match=problem):
        open_ledger(url)


def test_the_database_waits_for_others_and_keeps_what_it_has_said(tmp_path: Path) -> None:
    """WAL, full synchronisation, foreign keys, and a minute's patience."""
    engine = open_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with engine.connect() as connection:
        values = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert values == ["wal", 2, 1, 60_000]


def test_a_ledger_that_cannot_be_opened_says_which_file_and_where_to_look(tmp_path: Path) -> None:
    """SQLite says no more than "unable to open database file"."""
    (tmp_path / "ledger.db").mkdir()
    with pytest.raises(LedgerError, match=r"unable to open .*ledger\.db: may this account write into its folder"):
        open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
