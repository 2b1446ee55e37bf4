"""Opens the database. The only place that knows which dialect it speaks."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, ProgrammingError

from statement_intake.domain.faults import SurroundingsFault

#: How long a writer waits for another one, in milliseconds.
_BUSY_TIMEOUT_MS = 60_000


class LedgerError(SurroundingsFault):
    """The ledger cannot be used; the text says why and what to do."""


def open_engine(url: str) -> Engine:
    """An engine whose transactions are durable when they return. Raises LedgerError for a URL that is none."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise LedgerError("[ledger] url: is not a database URL such as sqlite:///var/ledger.db") from error
    if parsed.get_backend_name() != "sqlite":
        raise LedgerError(
            f"[ledger] url: {parsed.get_backend_name()} is not supported; use sqlite:///path/to/ledger.db"
        )
    if parsed.database and parsed.database != ":memory:":
        try:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(f"[ledger] url: the folder cannot be made: {error}") from error
    # With the pool's ROLLBACK when a connection comes back: a COMMIT that failed may have left its transaction open.
    engine = create_engine(parsed)
    event.listen(engine, "connect", lambda connection, _: _configure(connection, parsed.database))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translate)
    return engine


def _configure(connection: Any, file: str | None) -> None:  # noqa: ANN401 - the driver's connection
    # The driver's own transaction handling delays BEGIN; `_begin` takes the write lock at once instead, so that what a
    # transaction has read cannot change before it writes.
    connection.isolation_level = None
    # The time-out comes first: the switch to WAL itself has to wait for others.
    for pragma in (f"busy_timeout={_BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except connection.Error as error:
            connection.close()
            raise LedgerError(f"the ledger cannot be used: {error}{_hint(file, str(error))}") from error


def _begin(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's connection
    read_only = connection.get_execution_options().get("read_only", False)
    # Straight to the driver: there is a transaction for every look at the ledger.
    driver = connection.connection.dbapi_connection
    try:
        driver.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
    except driver.Error as error:
        raise LedgerError(f"the ledger cannot be used: {error}") from error


def _translate(context: ExceptionContext) -> None:
    """A locked, full or broken database is a fault of the surroundings.

    A broken rule of the schema is not, nor a value that the database cannot take: that is one message's trouble and
    must not stop the others.
    """
    error = context.sqlalchemy_exception
    if isinstance(error, DatabaseError) and not isinstance(error, IntegrityError | DataError | ProgrammingError):
        file = context.engine.url.database if context.engine is not None else None
        raise LedgerError(f"the ledger cannot be used: {error.orig}{_hint(file, str(error.orig))}") from error


def _hint(file: str | None, told: str) -> str:
    """Where to look: SQLite itself does not say which file, nor why."""
    if file is None or not told.startswith(("unable to open", "attempt to write a readonly", "disk I/O")):
        return ""
    return f" ({file}: may this account write into its folder, and is the disk full, or mounted read-only?)"
