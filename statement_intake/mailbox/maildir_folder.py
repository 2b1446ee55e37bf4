"""One folder of a Maildir, looked through and read.

A message's UID is its unique base name, the part of the file name before the flags (":2,S"). It stays the same when a
mail program moves the file from new/ to cur/ or changes flags, and is never used again
(https://cr.yp.to/proto/maildir.html).
"""

import os
import re
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from statement_intake.mailbox import (
    HEADER_LIMIT,
    FolderState,
    MailboxError,
    MessageGone,
    MessageRefused,
    RawGlance,
)
from statement_intake.mailbox.mime_scan import scan

log = structlog.get_logger()

#: Octets of one chunk of a message.
CHUNK = 1024 * 1024
#: What datetime can hold; files can claim more.
LAST_SECOND = 253_402_300_799
#: Messages that are tried where one cannot be read, to tell its trouble from the folder's.
_TRIED = 20
_DELIVERED = re.compile(r"\d+")


@dataclass(frozen=True)
class _Entry:
    path: Path
    #: Modification time, seconds since 1970.
    modified: float


class MaildirFolder:
    """One folder of a Maildir; see OpenFolder."""

    def __init__(self, name: str, directory: Path) -> None:
        self._directory = directory
        self.state = FolderState(name, "0")
        self._entries: dict[str, _Entry] = {}

    def uids_above(self, uid: str | None, since: date | None) -> Sequence[str]:
        """UIDs above *uid* in the order of `_order`, of mail received on or after *since*, ascending.

        Base names begin with the time of delivery, but nothing guarantees it: what sorts too low is found by
        comparing the last or all messages with the ledger. Raises MailboxError.
        """
        found = [name for name in self._listed(since) if uid is None or _order(name) > _order(uid)]
        return sorted(found, key=_order)

    def recent_uids(self, count: int, since: date | None) -> Sequence[str]:
        """UIDs of the *count* messages received last, as far as on or after *since*. Raises MailboxError."""
        listed = self._listed(since)
        return sorted(sorted(listed, key=lambda name: self._entries[name].modified)[-count:], key=_order)

    def glances(self, uids: Sequence[str]) -> Iterator[RawGlance]:
        """Headers and structure of the messages that are not gone. Raises MailboxError."""
        for uid in uids:
            try:
                with self._reading(uid) as stream:
                    glance = self._glance(uid, stream)
            except MessageGone:
                continue
            except MessageRefused as refused:
                log.warning("message_not_described", problem=str(refused))
                glance = RawGlance(uid, 0, _instant(self._entries[uid].modified), b"", None)
            yield glance

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:
        """Whole messages of fewer than *most* octets; see OpenFolder. Raises MailboxError."""
        found = {}
        for uid in uids:
            with suppress(MessageGone, MessageRefused), self._reading(uid) as stream:
                found[uid] = stream.read(most)
        return {uid: content for uid, content in found.items() if len(content) < most}

    def raw(self, uid: str) -> Generator[bytes]:
        """The message's octets in chunks of at most CHUNK. Raises MessageGone, MessageRefused, MailboxError."""
        with self._reading(uid) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def _glance(self, uid: str, stream: BinaryIO) -> RawGlance:
        facts = os.fstat(stream.fileno())
        header = _header_section(stream.read(HEADER_LIMIT))
        stream.seek(0)
        return RawGlance(uid, facts.st_size, _instant(facts.st_mtime), header, scan(stream))

    def _listed(self, since: date | None) -> list[str]:
        """The base names of all messages received on or after *since*; a day's mail more may come, as with IMAP."""
        with translated(self._directory):
            self._entries = dict(_entries(self._directory))
        if since is None:
            return list(self._entries)
        start = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=1)
        return [name for name, entry in self._entries.items() if entry.modified >= start.timestamp()]

    @contextmanager
    def _reading(self, uid: str) -> Iterator[BinaryIO]:
        """The message's file, opened. Raises MessageGone, MailboxError; MessageRefused where it alone is at fault."""
        try:
            with self._stream(uid) as stream:
                yield stream
        except OSError as error:
            problem = f"{self._directory}: message {uid} cannot be read: {error.strerror}"
            raise (MessageRefused if self._others_can_be_read(uid) else MailboxError)(problem) from error

    def _stream(self, uid: str) -> BinaryIO:
        """The message's file, opened. Raises MessageGone, MailboxError, OSError."""
        # A mail program may have moved or renamed the file since it was listed; its base name stays.
        for listed_anew in (False, True):
            if listed_anew or uid not in self._entries:
                with translated(self._directory):
                    self._entries = dict(_entries(self._directory))
            entry = self._entries.get(uid)
            if entry is None:
                break
            try:
                return entry.path.open("rb")
            except FileNotFoundError:
                continue
        raise MessageGone(f"{self._directory}: message {uid} is gone")

    def _others_can_be_read(self, uid: str) -> bool:
        """Whether one of the latest other messages can. Where none can, it is the folder, and no message is blamed."""
        others = [entry for name, entry in self._entries.items() if name != uid]
        for entry in sorted(others, key=lambda entry: entry.modified)[-_TRIED:]:
            with suppress(OSError), entry.path.open("rb") as stream:
                stream.read(1)
                return True
        return False


@contextmanager
def translated(directory: Path) -> Iterator[None]:
    """What the file system refuses is an error of the mailbox."""
    try:
        yield
    except OSError as error:
        raise MailboxError(f"{directory}: cannot be read: {error.strerror}") from error


def _entries(directory: Path) -> Iterator[tuple[str, _Entry]]:
    """Every message of a Maildir by its base name. Raises OSError."""
    # new/ first: a file that is moved to cur/ between the two is then seen twice, and not missed.
    for folder in ("new", "cur"):
        with os.scandir(directory / folder) as files:
            for file in files:
                # Only regular files: a FIFO would make the service wait, a link could lead anywhere.
                if file.name.startswith(".") or not file.is_file(follow_symlinks=False):
                    continue
                try:
                    modified = file.stat(follow_symlinks=False).st_mtime
                except FileNotFoundError:
                    continue
                except OSError:
                    # A damaged inode, say. It has to come into sight: as received now, lest `start` hide it.
                    modified = time.time()
                yield _base_name(file.name), _Entry(Path(file.path), modified)


def _instant(modified: float) -> datetime:
    return datetime.fromtimestamp(min(max(modified, 0), LAST_SECOND), UTC)


def _base_name(name: str) -> str:
    """The part before the flags, as text that can be stored: bytes that are not UTF-8 are spelled out."""
    return os.fsencode(name.partition(":")[0]).decode("utf-8", "backslashreplace")


def _order(uid: str) -> tuple[int, str]:
    """The time of delivery that a base name begins with, in seconds, and the name; 0 where it begins otherwise."""
    seconds = _DELIVERED.match(uid)
    return (int(seconds[0]) if seconds else 0, uid)


def _header_section(beginning: bytes) -> bytes:
    """The header section with its empty line, or all of *beginning* where it does not end there."""
    ends = [end for mark in (b"\r\n\r\n", b"\n\n") if (end := beginning.find(mark) + len(mark)) >= len(mark)]
    return beginning[: min(ends, default=len(beginning))]
