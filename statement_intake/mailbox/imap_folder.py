"""A folder of an IMAP account, looked through and downloaded from; nothing in it is changed (EXAMINE)."""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from statement_intake.mailbox import FolderState, MessageGone, MessageRefused, RawGlance
from statement_intake.mailbox.ahead import ahead
from statement_intake.mailbox.connection import CommandError
from statement_intake.mailbox.glancing import glances, instant
from statement_intake.mailbox.imap_session import Criteria, Session

#: Octets of one partial fetch. More is hardly faster and costs its size in memory.
CHUNK = 1024 * 1024
#: What a message may take: so many seconds, and its size at so many octets a second; never more than the third.
GRACE_SECONDS, BYTES_PER_SECOND, LONGEST_SECONDS = 60.0, 100_000, 3000.0
#: Messages asked about in one SEARCH, so that its answer stays below the million bytes that imaplib takes in a line.
WINDOW = 50_000


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
        found = {
            number for number in self._windows([*received_since(since), "UID", f"{low + 1}:*"], low) if number > low
        }
        return [str(number) for number in sorted(found)]

    def recent_uids(self, count: int, since: date | None) -> Sequence[str]:
        """UIDs of the last *count* messages, as far as received on or after *since*, ascending. Raises MailboxError."""
        if not self._session.exists:
            return []
        first = max(1, self._session.exists - count + 1)
        return [str(number) for number in sorted(self._session.search([f"{first}:*", *received_since(since)]))]

    def glances(self, uids: Sequence[str]) -> Iterator[RawGlance]:
        """Headers and structure of the messages that are not gone, in any order. Raises MailboxError."""
        return glances(self._session, uids)

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:
        """Whole messages of fewer than *most* octets, fetched with one command; see OpenFolder. Raises MailboxError."""
        seconds = min(GRACE_SECONDS + len(uids) * most / BYTES_PER_SECOND, LONGEST_SECONDS)
        try:
            # Not all of a message whose size was wrong.
            answers = self._session.fetch([int(uid) for uid in uids], [f"BODY.PEEK[]<0.{most}>"], seconds)
        except CommandError:
            return {}
        contents = {str(uid): answer.get(b"BODY[]<0>", answer.get(b"BODY[]")) for uid, answer in answers.items()}
        return {uid: content for uid in uids if isinstance(content := contents.get(uid), bytes) and len(content) < most}

    def raw(self, uid: str) -> Generator[bytes]:
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
        if not download.agrees(answer.get(b"RFC822.SIZE"), instant(answer.get(b"INTERNALDATE"))):
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
    received: datetime | None = None

    @property
    def seconds_left(self) -> float:
        """60 s, and its size at 100 kB/s; not much where that is over, so that what hangs is cut off."""
        allowed = GRACE_SECONDS + max(self.size or 0, CHUNK) / BYTES_PER_SECOND
        return max(0.01, min(allowed, LONGEST_SECONDS) - (time.monotonic() - self.began))

    def agrees(self, size: object, received: datetime | None) -> bool:
        """Whether the message is the one of the first answer, as far as the server says. UIDs may be used anew."""
        if self.size is None and self.received is None:
            self.size, self.received = size if isinstance(size, int) else None, received
            return True
        return size in {None, self.size} and (received is None or received == self.received)


def received_since(since: date | None) -> list[str | date]:
    """SINCE compares dates in the server's time zone, so the day before is asked for as well."""
    return [] if since is None else ["SINCE", since - timedelta(days=1)]
