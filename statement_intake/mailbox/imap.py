"""An IMAP account. Folders are opened with EXAMINE and read with BODY.PEEK, so that nobody's flags change."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientReadOnlyError

from statement_intake.domain.credentials import Tokens
from statement_intake.domain.finding import Outcome
from statement_intake.mailbox import (
    FolderState,
    MessageGone,
    MessageRefused,
    OpenFolder,
    Place,
    RawGlance,
)
from statement_intake.mailbox.ahead import ahead
from statement_intake.mailbox.connection import CommandError, commands, connect, disconnect, place
from statement_intake.mailbox.glancing import glances
from statement_intake.mailbox.idle import Listener
from statement_intake.mailbox.imap_session import Criteria, Session, open_folder, uidvalidity
from statement_intake.mailbox.moving import can_move, move
from statement_intake.settings import MailboxSettings

#: Octets of one partial fetch. More is hardly faster and costs its size in memory.
CHUNK = 1024 * 1024
#: What a message may take: so many seconds, and its size at so many octets a second; never more than the third.
GRACE_SECONDS, BYTES_PER_SECOND, LONGEST_SECONDS = 60.0, 100_000, 3000.0
#: Messages asked about in one SEARCH, so that its answer stays below the million bytes that imaplib takes in a line.
WINDOW = 50_000
#: The keyword of each outcome; an ignored mail is other people's and carries none.
KEYWORDS = {
    Outcome.ACCEPTED: b"$StatementAccepted",
    Outcome.REJECTED: b"$StatementRejected",
    Outcome.HELD: b"$StatementHeld",
}


class ImapMailbox:
    """An account on an IMAP server. Each call makes its own connection and ends it."""

    def __init__(self, name: str, settings: MailboxSettings, tokens: Tokens | None = None) -> None:
        self.name = name
        self.folders: Sequence[str] = settings.folders
        self._settings = settings
        self._tokens = tokens

    @contextmanager
    def open(self, folder: str) -> Iterator[OpenFolder]:
        """Open *folder* for reading. Raises MailboxError."""
        session = Session(self._settings, folder, self._tokens)
        try:
            yield ImapFolder(session)
        finally:
            session.close()

    def mark(self, folder: FolderState, uid: str, outcome: Outcome) -> bool | Place:
        """Leave the outcome's keyword on the message, in place of another outcome's, or move it to its folder.

        True if the message now carries it (read back), and where it lies if it was moved. False, and nothing done,
        where no mark is configured or meant for the outcome, the folder is another one by now, the server keeps no
        keywords or cannot move, or the message is gone. Raises MailboxError.
        """
        target = {str(key): name for key, name in self._settings.move_to.items()}.get(str(outcome))
        if self._settings.mark == "move" and target is not None:
            with self._connected() as client, commands(client, self._settings, f"move a message to folder {target}"):
                return move(client, folder, int(uid), target)
        keyword = KEYWORDS.get(outcome)
        if self._settings.mark != "keyword" or keyword is None:
            return False
        with self._connected() as client, commands(client, self._settings, f"mark a message in folder {folder.name}"):
            try:
                # Not EXAMINE, under which Dovecot answers OK to STORE and forgets the keyword.
                opened = client.select_folder(folder.name)
            except IMAPClientReadOnlyError:
                return False
            if uidvalidity(opened) != folder.uidvalidity or not _keeps(opened.get(b"PERMANENTFLAGS", ()), keyword):
                return False
            return _replace_keyword(client, int(uid), keyword)

    def listeners(self) -> Sequence[Listener]:
        """One for each folder, if IDLE is wanted."""
        return (
            [Listener(self._settings, folder, self._tokens) for folder in self.folders] if self._settings.idle else []
        )

    def was_sent(self, message_id: str) -> bool | None:
        """Is the letter in the Sent folder? None where no such folder is configured. Raises MailboxError."""
        if self._settings.sent_folder is None:
            return None
        session = Session(self._settings, self._settings.sent_folder, self._tokens)
        try:
            return bool(session.search(["HEADER", "Message-ID", message_id]))
        finally:
            session.close()

    def answers_to(self, message_id: str, since: date) -> Iterator[bytes]:
        """Header sections of messages that answer that one; see Mailbox. Raises MailboxError."""
        named: list[str | date] = ["OR", "HEADER", "In-Reply-To", message_id, "HEADER", "References", message_id]
        for folder in dict.fromkeys(filter(None, (self._settings.sent_folder, *self.folders))):
            session = Session(self._settings, folder, self._tokens)
            try:
                uids = [str(uid) for uid in sorted(session.search([*_since(since), *named]))]
                yield from (seen.header for seen in glances(session, uids))
            finally:
                session.close()

    def examine(self) -> list[str]:
        """For `doctor`: connect, and say what works and what the server lacks. Raises MailboxError."""
        with self._connected() as client:
            lines = [f"signed in as {place(self._settings)}, security: {self._settings.security}"]
            lines += [line for folder in self.folders for line in self._described(client, folder)]
            if self._settings.mark == "move":
                lines += self._targets(client)
            if self._settings.idle:
                with commands(client, self._settings, "ask for capabilities"):
                    lines += (
                        [] if client.has_capability("IDLE") else ["the server has no IDLE: new mail waits for a poll"]
                    )
            sent = self._settings.sent_folder
            if sent is None:
                lines.append("no sent_folder: after a fault in sending, a person has to find out whether a letter went")
            else:
                open_folder(client, self._settings, sent, readonly=True)
                lines.append(f"folder {sent} can be searched for sent letters")
        return lines

    def _described(self, client: IMAPClient, folder: str) -> Iterator[str]:
        opened = open_folder(client, self._settings, folder, readonly=True)
        yield f"folder {folder}: {opened.get(b'EXISTS', 0)} messages, UIDVALIDITY {uidvalidity(opened)}"
        if uidvalidity(opened) == "0":
            yield f"folder {folder}: the server gives no UIDVALIDITY; it cannot be noticed if the folder is made anew"
        if self._settings.mark == "keyword":
            # This needs SELECT: under EXAMINE no flag is permanent.
            yield f"folder {folder}: {self._marks(client, folder)}"

    def _targets(self, client: IMAPClient) -> Iterator[str]:
        with commands(client, self._settings, "ask for capabilities"):
            able = can_move(client)
        if not able:
            yield "the server has neither MOVE nor UIDPLUS: messages will not be moved"
        for outcome, folder in self._settings.move_to.items():
            open_folder(client, self._settings, folder, readonly=True)
            yield f"folder {folder} is there, for what is {outcome}"

    def _marks(self, client: IMAPClient, folder: str) -> str:
        with commands(client, self._settings, f"open folder {folder} for marking"):
            try:
                permanent = client.select_folder(folder).get(b"PERMANENTFLAGS", ())
            except IMAPClientReadOnlyError:
                return "is read-only, messages will not be marked"
        kept = all(_keeps(permanent, keyword) for keyword in KEYWORDS.values())
        return "the server keeps our keywords" if kept else "the server keeps no keywords, messages will not be marked"

    @contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        client = connect(self._settings, self._tokens)
        try:
            yield client
        finally:
            disconnect(client)


class ImapFolder:
    """A folder opened with EXAMINE; see OpenFolder."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def state(self) -> FolderState:
        """Name and UIDVALIDITY."""
        return self._session.state

    def uids_above(self, uid: str | None, since: date | None) -> Sequence[str]:
        """UIDs above *uid* of mail received on or after *since*, ascending; a day's mail more than asked for may come.

        Raises MailboxError.
        """
        low = int(uid) if uid is not None else 0
        # A range of UIDs always names at least the last message, even one below its start (RFC 9051 section 6.4.9).
        found = {number for number in self._windows([*_since(since), "UID", f"{low + 1}:*"], low) if number > low}
        return [str(number) for number in sorted(found)]

    def recent_uids(self, count: int, since: date | None) -> Sequence[str]:
        """UIDs of the last *count* messages, as far as received on or after *since*, ascending. Raises MailboxError."""
        if not self._session.exists:
            return []
        first = max(1, self._session.exists - count + 1)
        return [str(number) for number in sorted(self._session.search([f"{first}:*", *_since(since)]))]

    def glances(self, uids: Sequence[str]) -> Iterator[RawGlance]:
        """Headers and structure of the messages that are not gone, in any order. Raises MailboxError."""
        return glances(self._session, uids)

    def raw(self, uid: str) -> Iterator[bytes]:
        """The message's octets in chunks of at most CHUNK, in time. Raises MessageGone, MessageRefused, MailboxError.

        After a broken connection it goes on where it was, if the UID still means the same message.
        """
        pieces = self._pieces(uid)
        first = next(pieces)
        yield first
        if len(first) >= CHUNK:
            yield from ahead(pieces)

    def _pieces(self, uid: str) -> Iterator[bytes]:
        offset, download = 0, Download(int(uid), time.monotonic())
        while True:
            chunk, more = self._chunk(download, offset)
            if chunk or not offset:
                yield chunk
            offset += len(chunk)
            if not more:
                return

    def _windows(self, criteria: Criteria, low: int) -> set[int]:
        """All UIDs that meet *criteria*, asked for so that no answer is too long."""
        exists, uidnext = self._session.exists, self._session.uidnext
        if not exists:
            return set()
        if exists <= WINDOW or (uidnext is not None and uidnext - low <= WINDOW):
            return self._session.search(criteria)
        found: set[int] = set()
        for first in range(1, exists + 1, WINDOW):
            last = first + WINDOW - 1
            found |= self._session.search([f"{first}:{last if last < exists else '*'}", *criteria])
        return found

    def _chunk(self, download: "Download", offset: int) -> tuple[bytes, bool]:
        """The octets from *offset* on, and whether there may be more.

        RFC822.SIZE does not say where the end is, since Exchange gets it wrong; BINARY imapclient cannot read.
        """
        uid = download.uid
        answer = self._fetched(download, f"BODY.PEEK[]<{offset}.{CHUNK}>")
        if not download.agrees(answer.get(b"RFC822.SIZE"), answer.get(b"INTERNALDATE")):
            raise MessageRefused(f"folder {self.state.name}: UID {uid} came to mean another message while it was read")
        name = b"BODY[]<%d>" % offset
        part = answer.get(name)
        if isinstance(part, bytes):
            return part, len(part) >= CHUNK
        if offset and name in answer:
            # NIL for the empty string behind the end. No answer at all is not the end: the message may be gone.
            return b"", False
        whole = answer.get(b"BODY[]")
        if isinstance(whole, bytes):
            # This server does not heed the range, so everything is here.
            return whole[offset:], False
        if uid in self._session.search(["UID", str(uid)]):
            raise MessageRefused(f"folder {self.state.name}: the server does not hand out message {uid}")
        raise MessageGone(f"folder {self.state.name}: message {uid} is gone")

    def _fetched(self, download: "Download", item: str) -> dict[bytes, object]:
        """One item of one message and what it is known by, tried twice; empty where the server says nothing."""
        items = ["RFC822.SIZE", "INTERNALDATE", item]
        try:
            return self._session.fetch([download.uid], items, download.seconds_left).get(download.uid, {})
        except CommandError:
            # Perhaps only the connection broke, at this moment by chance.
            pass
        try:
            return self._session.fetch([download.uid], items, download.seconds_left).get(download.uid, {})
        except CommandError as failure:
            # Is it the message or the server? If this fails, MailboxError leaves here, and no message is blamed.
            self._session.run("look around", lambda client: client.noop())
            raise MessageRefused(str(failure)) from failure


@dataclass
class Download:
    """One message on its way: what it is known by, and the time it may take."""

    uid: int
    #: By the monotonic clock.
    began: float
    size: int | None = None
    received: object = None

    @property
    def seconds_left(self) -> float:
        """60 s, and its size at 100 kB/s; not much where that is over, so that what hangs is cut off."""
        allowed = GRACE_SECONDS + max(self.size or 0, CHUNK) / BYTES_PER_SECOND
        return max(0.01, min(allowed, LONGEST_SECONDS) - (time.monotonic() - self.began))

    def agrees(self, size: object, received: object) -> bool:
        """Whether the message is the one of the first answer, as far as the server says. UIDs may be used anew."""
        if self.size is None and self.received is None:
            self.size, self.received = size if isinstance(size, int) else None, received
            return True
        return size in {None, self.size} and (received is None or received == self.received)


def _since(since: date | None) -> list[str | date]:
    """SINCE compares dates in the server's time zone, so the day before is asked for as well."""
    return [] if since is None else ["SINCE", since - timedelta(days=1)]


def _keeps(permanent: Sequence[bytes], keyword: bytes) -> bool:
    """Whether PERMANENTFLAGS (RFC 9051 section 7.1) allows to set *keyword* and have it kept."""
    return b"\\*" in permanent or keyword.lower() in {flag.lower() for flag in permanent}


def _replace_keyword(client: IMAPClient, uid: int, keyword: bytes) -> bool:
    """Make *keyword* the only one of ours on the message; True if reading back shows it."""
    before = _keywords(client, uid)
    if before is None:
        return False
    if keyword not in before:
        client.add_flags([uid], [keyword], silent=True)
    if before - {keyword}:
        client.remove_flags([uid], sorted(before - {keyword}), silent=True)
    return _keywords(client, uid) == {keyword}


def _keywords(client: IMAPClient, uid: int) -> set[bytes] | None:
    """Which of our keywords the message carries; None if it is gone. Keywords have no case (RFC 9051 section 2.3.2)."""
    answer = client.fetch([uid], ["FLAGS"]).get(uid)
    if answer is None:
        return None
    flags = {flag.lower() for flag in answer[b"FLAGS"]}
    return {keyword for keyword in KEYWORDS.values() if keyword.lower() in flags}
