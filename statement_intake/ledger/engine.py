"""Opens the database. The only place that knows which dialect it speaks."""

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, QueuePool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, ProgrammingError

from statement_intake.domain.faults import SurroundingsFault

#: How long a writer waits for another one, in milliseconds.
_BUSY_TIMEOUT_MS = 60_000


#: The engines that read over the same connections as these.
_READING: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


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
    # The one that came back last is given out first: it still has the present pages in its memory (40 % fewer reads).
    engine = create_engine(parsed, poolclass=QueuePool, pool_use_lifo=True)
    event.listen(engine, "connect", lambda connection, _: _configure(connection, parsed.database))
    _prepare(engine, "BEGIN IMMEDIATE")
    _READING[engine] = create_engine(parsed, pool=engine.pool)
    _prepare(_READING[engine], "BEGIN")
    return engine


def reading(engine: Engine) -> Engine:
    """The engine for what only reads in the same database, and so need not wait for whoever writes."""
    return _READING[engine]


def _prepare(engine: Engine, begin: str) -> None:
    """Begin its transactions with *begin*, and translate its errors.

    Both by its dialect: an engine that is listened to takes half as long again for each look at the ledger.
    """

    def do_begin(connection: Any) -> None:  # noqa: ANN401 - the pool's connection, around the driver's
        connection.dbapi_connection.execute(begin)

    engine.dialect.do_begin = do_begin  # type: ignore[assignment, method-assign]
    event.listen(engine.dialect, "handle_error", _translate)


def _configure(connection: Any, file: str | None) -> None:  # noqa: ANN401 - the driver's connection
    # The driver's own transaction handling delays BEGIN; we take the write lock at once instead, so that what a
    # transaction has read cannot change before it writes.
    connection.isolation_level = None
    # The time-out comes first: the switch to WAL itself has to wait for others.
    for pragma in (f"busy_timeout={_BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except connection.Error as error:
            connection.close()
            raise LedgerError(f"the ledger cannot be used: {error}{_hint(file, str(error))}") from error


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
