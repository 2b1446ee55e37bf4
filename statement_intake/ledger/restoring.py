"""Puts a copy of the ledger back into its place.

What the service did after the copy was made it does not know any more: mail of that time is decided anew, and letters
of that time have gone. So whatever may have been answered already waits for a person.
"""

import contextlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import URL

from statement_intake.domain.records import FORGOTTEN
from statement_intake.ledger import migration
from statement_intake.ledger.audit import note
from statement_intake.ledger.backup import settle
from statement_intake.ledger.engine import LedgerError, open_engine
from statement_intake.ledger.schema import folders, letters, messages

#: Letters on their way when the copy was made. Of one in `data` the service knows by itself that its fate is unknown.
_ON_THEIR_WAY = ("queued", "deferred", "sending")
_WHY = "restored from a copy: it may have gone since"


def restore(copy: Path, target: Path, places: Sequence[tuple[str, str]], *, actor: str, now: datetime) -> int:
    """Make *target*, which must not exist, of *copy*; give back how many letters wait that were on their way.

    *places*: mailboxes and their folders. Letters about mail that is in them at the next poll and that the copy does
    not know will wait for a person. *target* has the schema of this version, and appears when it is complete and on
    the disk. Raises LedgerError.
    """
    for there in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm", "-journal"))):
        if there.exists():
            raise LedgerError(f"{there} is there: move it away first, with all that is named like it")
    if not copy.is_file():
        raise LedgerError(f"{copy} is no file")
    growing = target.with_name(f".{target.name}.growing")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(copy, growing)
        waiting = _be_careful(growing, places, actor, now)
        settle(growing, target)
    except LedgerError as error:
        # Nobody knows the file that was growing, and it is gone by now.
        raise LedgerError(str(error).replace(str(growing), str(copy))) from error
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"the ledger cannot be restored from {copy}: {error}") from error
    finally:
        for end in ("", "-wal", "-shm"):
            growing.with_name(growing.name + end).unlink(missing_ok=True)
    return waiting


def _copy(copy: Path, growing: Path) -> None:
    growing.unlink(missing_ok=True)
    # Nothing is made beside the copy, which may lie in a read-only place; unless its write-ahead log was copied, too.
    alone = not copy.with_name(copy.name + "-wal").exists()
    place = f"{copy.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    with (
        contextlib.closing(sqlite3.connect(place, uri=True)) as source,
        contextlib.closing(sqlite3.connect(growing)) as into,
    ):
        source.backup(into)
        answer = into.execute("PRAGMA quick_check(1)").fetchone()[0]
        tables = {name for (name,) in into.execute("SELECT name FROM sqlite_master")}
    if not tables >= {"alembic_version", messages.name, letters.name}:
        raise LedgerError(f"{copy} is no copy of a ledger")
    if answer != "ok":
        raise LedgerError(f"{copy} is damaged: {' '.join(str(answer).split())}")


def _be_careful(file: Path, places: Sequence[tuple[str, str]], actor: str, now: datetime) -> int:
    engine = open_engine(str(URL.create("sqlite", database=str(file))))
    try:
        # A copy may be older than the program; the copy itself stays as it is.
        migration.upgrade(engine)
        with engine.begin() as connection:
            _forget(connection, places)
            # What was received and not decided yet has been decided since, as far as anybody knows.
            connection.execute(update(messages).where(messages.c.state == "received").values(letters_wait=True))
            held = update(letters).where(letters.c.state.in_(_ON_THEIR_WAY))
            waiting = connection.execute(held.values(state="held", response=_WHY, next_attempt_at=None)).rowcount
            note(connection, now, actor, "restore", None, {"letters": waiting})
    finally:
        # The last connection takes the write-ahead log in; after that the file is whole by itself.
        engine.dispose()
    if file.with_name(file.name + "-wal").exists():
        raise LedgerError(f"{file} could not be completed: is the disk full?")
    return waiting


def _forget(connection: Connection, places: Sequence[tuple[str, str]]) -> None:
    """As if each folder had been made anew: what is in it and is not known may have been answered."""
    connection.execute(update(folders).values(uidvalidity=FORGOTTEN))
    known = {(row.mailbox, row.folder) for row in connection.execute(select(folders.c.mailbox, folders.c.folder))}
    for mailbox, folder in places:
        if (mailbox, folder) not in known:
            connection.execute(insert(folders).values(mailbox=mailbox, folder=folder, uidvalidity=FORGOTTEN))
