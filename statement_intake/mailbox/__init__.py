"""Where messages come from: one protocol, an IMAP account or a Maildir behind it."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from statement_intake.domain.faults import MessageGone, SurroundingsFault
from statement_intake.domain.finding import Outcome
from statement_intake.domain.message import Part

__all__ = [
    "HEADER_LIMIT",
    "FolderState",
    "Listening",
    "Mailbox",
    "MailboxError",
    "MessageGone",
    "MessageRefused",
    "OpenFolder",
    "Place",
    "RawGlance",
]


class MailboxError(SurroundingsFault):
    """The mailbox cannot be used now. `permanent` is True where trying again will not help (a refused password)."""


class MessageRefused(Exception):  # noqa: N818 - named like MessageGone
    """The server works, but does not hand out this one message.

    A fault tied to the message, not to its surroundings: a message that breaks every connection must not stop the rest.
    """


@dataclass(frozen=True)
class FolderState:
    """A folder as it was when it was opened."""

    name: str
    #: UIDVALIDITY (RFC 9051 section 2.3.1.1); "0" for a Maildir, whose base names are never used again.
    uidvalidity: str


@dataclass(frozen=True)
class Place:
    """Where a message lies after it was moved."""

    folder: FolderState
    uid: str


@dataclass(frozen=True)
class RawGlance:
    """What the server tells of a message without its body. Nothing in it is decoded."""

    uid: str
    #: Octets as the server counts them (RFC822.SIZE).
    size: int
    #: INTERNALDATE, or a Maildir file's modification time; aware.
    internal_date: datetime
    #: The header section, cut at `HEADER_LIMIT` octets.
    header: bytes
    #: The leaves of BODYSTRUCTURE; None where it could not be read.
    parts: tuple[Part, ...] | None


#: Octets of a header section that are fetched at a glance.
HEADER_LIMIT = 65536


class OpenFolder(Protocol):
    """A folder opened for reading (EXAMINE). Nothing done with it changes a flag."""

    @property
    def state(self) -> FolderState:
        """Name and UIDVALIDITY."""

    def uids_above(self, uid: str | None, since: date | None) -> Sequence[str]:
        """UIDs above *uid* (all, if None) of mail received on or after *since*, ascending."""

    def recent_uids(self, count: int, since: date | None) -> Sequence[str]:
        """UIDs of the last *count* messages of the folder, as far as received on or after *since*, ascending."""

    def glances(self, uids: Sequence[str]) -> Iterator[RawGlance]:
        """Headers and structure of the given messages, in any order.

        Those that are gone are left out. One that the server cannot describe comes with parts None, an empty header
        and what is known; where no date is, with the present one. Raises MailboxError.
        """

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:
        """Whole messages of fewer than *most* octets, asked for together, by UID.

        What does not come that way is left out, whatever the reason: `raw` tells. Raises MailboxError.
        """

    def raw(self, uid: str) -> Generator[bytes]:
        """The message's octets in chunks; to be closed before the folder is asked for anything else.

        Raises MessageGone, MessageRefused, MailboxError.
        """


class Listening(Protocol):
    """Waits for the server to announce mail in one folder."""

    def listen(self, heard: Callable[[], None]) -> bool:
        """Call *heard* whenever there may be mail, until stopped. False where the server cannot announce any.

        Raises MailboxError when the connection breaks.
        """

    def stop(self) -> None:
        """End the listening, from another thread."""


class Mailbox(Protocol):
    """An account or directory that mail arrives in."""

    @property
    def name(self) -> str:
        """The configured name; the mailbox's identity in the ledger."""

    @property
    def folders(self) -> Sequence[str]:
        """The folders to look into."""

    def open(self, folder: str) -> AbstractContextManager[OpenFolder]:
        """Open *folder* for reading. Raises MailboxError."""

    def mark(self, folder: FolderState, uid: str, outcome: Outcome) -> bool | Place:
        """Leave the outcome's keyword on the message, or move it to the outcome's folder, as configured and possible.

        Idempotent. True if the message now carries it (read back); its new place where it was moved; False where
        nothing is to be done or can be. Raises MailboxError.
        """

    def listeners(self) -> Sequence[Listening]:
        """For each folder whose server is to announce mail."""

    def was_sent(self, message_id: str) -> bool | None:
        """Is the letter in the Sent folder? None where no such folder is configured. Raises MailboxError."""

    def answers_to(self, message_id: str, since: date) -> Iterator[bytes]:
        """Header sections of messages that answer that one, received on or after *since*.

        Looked for in the Sent folder, where one is configured, and in the folders that are read. Raises MailboxError.
        """

    def examine(self) -> list[str]:
        """For `doctor`: connect, and say in plain English what works and what the server lacks (a Shortcoming).

        Raises MailboxError.
        """
