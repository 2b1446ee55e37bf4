"""A Maildir, read and never changed: its files belong to the programs that deliver and read mail.

A message's UID is its unique base name, the part of the file name before the flags (":2,S"). It stays the same when a
mail program moves the file from new/ to cur/ or changes flags, and is never used again
(https://cr.yp.to/proto/maildir.html).
"""

import os
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import BinaryIO

from imapclient.imap_utf7 import encode as modified_utf7

from statement_intake.domain.finding import Outcome
from statement_intake.mailbox import (
    HEADER_LIMIT,
    FolderState,
    Listening,
    MailboxError,
    MessageGone,
    OpenFolder,
    RawGlance,
)
from statement_intake.mailbox.mime_scan import scan
from statement_intake.settings import MailboxSettings

#: Octets of one chunk of a message.
CHUNK = 1024 * 1024
#: What datetime can hold; files can claim more.
LAST_SECOND = 253_402_300_799
_DELIVERED = re.compile(r"\d+")


@dataclass(frozen=True)
class _Entry:
    path: Path
    #: Modification time, seconds since 1970.
    modified: float


class MaildirMailbox:
    """A Maildir and its Maildir++ subfolders."""

    def __init__(self, name: str, settings: MailboxSettings) -> None:
        if settings.path is None:
            raise ValueError("a Maildir needs a path")
        self.name = name
        self.folders: Sequence[str] = settings.folders
        self._root = settings.path
        self._sent_folder = settings.sent_folder

    @contextmanager
    def open(self, folder: str) -> Iterator[OpenFolder]:
        """Open *folder* for reading. Raises MailboxError, permanent if there is none."""
        yield MaildirFolder(folder, self._directory(folder))

    def mark(self, folder: FolderState, uid: str, outcome: Outcome) -> bool:  # noqa: ARG002 - the protocol's
        """False: nothing is ever marked in a Maildir."""
        return False

    def listeners(self) -> Sequence[Listening]:
        """None: a directory is looked into."""
        return ()

    def was_sent(self, message_id: str) -> bool | None:
        """Is the letter in the Sent folder? None where no such folder is configured. Raises MailboxError."""
        if self._sent_folder is None:
            return None
        with self.open(self._sent_folder) as sent:
            headers = (glance.header for glance in sent.glances(sent.uids_above(None, None)))
            return any(message_id in (BytesHeaderParser().parsebytes(header)["Message-ID"] or "") for header in headers)

    def answers_to(self, message_id: str, since: date) -> Iterator[bytes]:
        """Header sections of messages that answer that one; see Mailbox. Raises MailboxError."""
        for name in dict.fromkeys(filter(None, (self._sent_folder, *self.folders))):
            with self.open(name) as folder:
                for seen in folder.glances(folder.uids_above(None, since)):
                    header = BytesHeaderParser().parsebytes(seen.header)
                    if any(message_id in str(header[field] or "") for field in ("In-Reply-To", "References")):
                        yield seen.header

    def examine(self) -> list[str]:
        """For `doctor`: look into the folders. Raises MailboxError."""
        lines = []
        for folder in self.folders:
            with self.open(folder) as opened:
                count = len(opened.uids_above(None, None))
            lines.append(f"folder {folder}: {count} messages in {self._directory(folder)}")
        return lines

    def _directory(self, folder: str) -> Path:
        """INBOX is the Maildir itself; others are ".A.B" in it, in modified UTF-7, as Dovecot and Courier have them."""
        directory = self._root
        if folder.upper() != "INBOX":
            encoded = modified_utf7(folder.replace("/", ".")).decode("ascii")
            directory = self._root / f".{encoded}"
        with _translated(directory):
            there = (directory / "cur").is_dir() and (directory / "new").is_dir()
        if not there:
            raise MailboxError(f"{directory}: is not a Maildir (it has no folders cur and new)", permanent=True)
        return directory


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
                stream = self._stream(uid)
            except MessageGone:
                continue
            with stream:
                yield self._glance(uid, stream)

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:
        """Whole messages of fewer than *most* octets; see OpenFolder. Raises MailboxError."""
        found = {}
        for uid in uids:
            with suppress(MessageGone), self._stream(uid) as stream, _translated(self._directory):
                found[uid] = stream.read(most)
        return {uid: content for uid, content in found.items() if len(content) < most}

    def raw(self, uid: str) -> Generator[bytes]:
        """The message's octets in chunks of at most CHUNK. Raises MessageGone, MailboxError."""
        with self._stream(uid) as stream, _translated(self._directory):
            while chunk := stream.read(CHUNK):
                yield chunk

    def _glance(self, uid: str, stream: BinaryIO) -> RawGlance:
        with _translated(self._directory):
            facts = os.fstat(stream.fileno())
            header = _header_section(stream.read(HEADER_LIMIT))
            stream.seek(0)
            parts = scan(stream)
        received = datetime.fromtimestamp(min(max(facts.st_mtime, 0), LAST_SECOND), UTC)
        return RawGlance(uid=uid, size=facts.st_size, internal_date=received, header=header, parts=parts)

    def _listed(self, since: date | None) -> list[str]:
        """The base names of all messages received on or after *since*; a day's mail more may come, as with IMAP."""
        with _translated(self._directory):
            self._entries = dict(_entries(self._directory))
        if since is None:
            return list(self._entries)
        start = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=1)
        return [name for name, entry in self._entries.items() if entry.modified >= start.timestamp()]

    def _stream(self, uid: str) -> BinaryIO:
        """The message's file, opened. Raises MessageGone, MailboxError."""
        with _translated(self._directory):
            # A mail program may have moved or renamed the file since it was listed; its base name stays.
            for listed_anew in (False, True):
                if listed_anew or uid not in self._entries:
                    self._entries = dict(_entries(self._directory))
                entry = self._entries.get(uid)
                if entry is None:
                    break
                try:
                    return entry.path.open("rb")
                except FileNotFoundError:
                    continue
        raise MessageGone(f"{self._directory}: message {uid} is gone")


@contextmanager
def _translated(directory: Path) -> Iterator[None]:
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
                    facts = file.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                yield _base_name(file.name), _Entry(Path(file.path), facts.st_mtime)


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
