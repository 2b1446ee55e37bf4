"""A copy of the ledger while it is in use."""

import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy import Engine

from statement_intake.durable import sync
from statement_intake.ledger.engine import LedgerError


def backup(engine: Engine, target: Path) -> int:
    """Copy the ledger to *target*, whole and of one moment (SQLite's online backup); give back its size in bytes.

    *target* appears when the copy is complete, checked and on the disk. Raises LedgerError where it exists already or
    cannot be made. The files of the store are not in it.
    """
    if target.exists():
        raise LedgerError(f"{target} is there already")
    growing = target.with_name(f".{target.name}.growing")
    growing.unlink(missing_ok=True)
    try:
        with engine.connect() as connection, contextlib.closing(sqlite3.connect(growing)) as copy:
            source = connection.connection.driver_connection
            if not isinstance(source, sqlite3.Connection):
                raise LedgerError("only a ledger in SQLite is copied here; use the database's own tools")
            source.backup(copy)
            answer = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            if copy.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                raise LedgerError("there is no ledger yet")
        if answer != "ok":
            raise LedgerError(f"the copy is damaged: {answer}")
        settle(growing, target)
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"the ledger cannot be copied: {error}") from error
    finally:
        growing.unlink(missing_ok=True)
    return target.stat().st_size


def settle(growing: Path, target: Path) -> None:
    """Give a complete file its name; both are on the disk when this returns. Raises OSError."""
    sync(growing)
    growing.rename(target)
    sync(target.parent)
