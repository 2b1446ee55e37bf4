"""Mail that may be a statement comes in: its octets into the store, then its row into the ledger.

Small mails come many at a time: a question to the server, and a wait for the disk and for the ledger, cost more than
everything else about one of them. A row is made when its mail is durable, never before.

Whoever works on what has come need not wait for a large mail behind it, where nothing older is still to come.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from types import TracebackType
from typing import TYPE_CHECKING, Self

import structlog

from statement_intake.desk import Desk
from statement_intake.domain.faults import LimitExceeded, MessageGone, SurroundingsFault
from statement_intake.domain.message import Glance
from statement_intake.domain.records import MessageKey, Received
from statement_intake.domain.reference import new_reference
from statement_intake.domain.waiting import pause
from statement_intake.mailbox import MailboxError, MessageRefused, OpenFolder, RawGlance

if TYPE_CHECKING:
    from statement_intake.files import Stored

log = structlog.get_logger()

#: A mail of fewer octets is small, and so many of them come at a time: what they take in memory, and a killed process
#: has to fetch again.
SMALL = 256 * 1024
_TOGETHER = 20

#: Is told when some mail has come and other mail not yet, and when the oldest of that was received.
Come = Callable[[datetime], object]

#: Of small mails so many go to the disk at once. The file system makes them durable together.
_WRITERS = 4


@dataclass(frozen=True)
class Wanted:
    """A mail that is to be received."""

    key: MessageKey
    seen: Glance
    raw: RawGlance
    #: Its letter waits for a person.
    letters_wait: bool


class Receiving:
    """Receives what is wanted of one open folder, in its order.

    What has not come when something fails, or when the service is to stop, comes again.
    """

    def __init__(
        self,
        opened: OpenFolder,
        desk: Desk,
        below: Callable[[int], int],
        stopping: Callable[[], bool],
        come: Come | None = None,
    ) -> None:
        """*below*: gives an unpredictable number below its argument. *stopping*: asked before each question.

        *come*: only where no other folder is looked through after this one.
        """
        self._opened, self._desk, self._below, self._stopping = opened, desk, below, stopping
        self._come = come
        #: In the order in which they are to come.
        self._waiting: list[Wanted] = []
        #: Until the server has failed at it: then this folder's mails come one by one.
        self._many_at_a_time = True
        self._writers = ThreadPoolExecutor(_WRITERS, thread_name_prefix="store")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._receive_waiting(self._come)
            elif issubclass(kind, MailboxError) or _is_ours(kind):
                # The server, or we, may have failed at another mail, and will again: these come all the same. What the
                # server says of them adds nothing.
                with suppress(MailboxError):
                    self._receive_waiting()
        finally:
            self._writers.shutdown()

    def take(self, wanted: Wanted) -> None:
        """Receive this one, now or together with others. Raises MailboxError, SurroundingsFault, OSError."""
        # What the server could not describe has cost connections, of which a folder has only so many: noted at once, it
        # does not stand in the way of the others again.
        if not wanted.raw.header or not wanted.seen.size:
            self._receive_waiting()
            self._receive_alone(wanted)
            return
        self._waiting.append(wanted)
        if len(self._waiting) >= _TOGETHER:
            self._receive_waiting()

    def _receive_waiting(self, come: Come | None = None) -> None:
        """*come*: only where these are the last."""
        waiting, self._waiting = self._waiting, []
        while waiting and not self._stopping():
            neighbours = list(takewhile(self._is_small, waiting)) or waiting[:1]
            waiting = waiting[len(neighbours) :]
            self._receive(neighbours)
            if waiting and come is not None:
                come(min(wanted.seen.received for wanted in waiting))

    def _is_small(self, wanted: Wanted) -> bool:
        return wanted.seen.size < SMALL and wanted.seen.size <= self._desk.largest

    def _receive(self, neighbours: list[Wanted]) -> None:
        if len(neighbours) > 1 and self._many_at_a_time:
            neighbours = self._receive_together(neighbours)
        for wanted in neighbours:
            if self._stopping():
                return
            self._receive_alone(wanted)

    def _receive_together(self, waiting: Sequence[Wanted]) -> list[Wanted]:
        """Gives those that did not come that way: what there is to say about one shows when it is asked for alone."""
        came = self._opened.small([wanted.key.uid for wanted in waiting], SMALL)
        self._many_at_a_time = bool(came)
        together = [wanted for wanted in waiting if self._is_whole(wanted, came.get(wanted.key.uid, b""))]
        # Until the rows are there, nobody takes an equal mail's file away.
        with self._desk.files.keeping():
            stored = self._stored(together, came)
            self._register([(wanted, stored[wanted.key], stored[wanted.key].size) for wanted in together])
        return [wanted for wanted in waiting if wanted.key not in stored]

    def _is_whole(self, wanted: Wanted, content: bytes) -> bool:
        """Not nothing, not too much, and not another's: a server may answer about many and mix them up."""
        return 0 < len(content) <= self._desk.largest and content.startswith(wanted.raw.header.rstrip())

    def _stored(self, together: Sequence[Wanted], came: Mapping[str, bytes]) -> dict[MessageKey, "Stored"]:
        contents = [came[wanted.key.uid] for wanted in together]
        stored = self._writers.map(self._desk.files.put_small, contents)
        return dict(zip((wanted.key for wanted in together), stored, strict=True))

    def _receive_alone(self, wanted: Wanted) -> None:
        key, desk = wanted.key, self._desk
        try:
            stored, size = store(key, wanted.seen, wanted.raw, self._opened, desk)
        except MessageGone:
            log.info("gone before it was received", mailbox=key.mailbox, uid=key.uid)
        except MessageRefused as refused:
            log.warning("not handed out by the server", mailbox=key.mailbox, uid=key.uid, problem=str(refused))
            received = wanted.seen.received
            times = desk.ledger.arrivals.refused(key, received, str(refused), desk.clock() + pause(0))
            if times >= desk.attempts:
                # Its header has to do: a person sees that there is a mail which the server keeps to itself.
                stored = desk.files.put(iter([wanted.raw.header]), most=desk.largest)
                self._register_alone(wanted, stored, max(wanted.raw.size, stored.size + 1))
        else:
            self._register_alone(wanted, stored, size)

    def _register_alone(self, wanted: Wanted, stored: "Stored", size: int) -> None:
        with self._desk.files.keeping():
            # The same mail of another folder may just have been found to be none of ours, and its file, which is this
            # one, been removed. No thread could be kept from that as long as a large mail takes: it comes again.
            if self._desk.files.holds(stored.sha256):
                self._register([(wanted, stored, size)])

    def _register(self, come: Sequence[tuple[Wanted, "Stored", int]]) -> None:
        """Make the rows of what is in the store, each with its size."""
        rows = [
            Received(
                key=wanted.key,
                reference=new_reference(self._below),
                received_at=wanted.seen.received,
                size=size,
                raw_sha256=stored.sha256,
                letters_wait=wanted.letters_wait,
            )
            for wanted, stored, size in come
        ]
        fresh = self._desk.ledger.arrivals.receive(rows)
        for row in rows:
            if row.key in fresh:
                log.info("received", reference=row.reference, mailbox=row.key.mailbox, uid=row.key.uid, size=row.size)


def _is_ours(kind: type[BaseException]) -> bool:
    """Whether a fault is ours, and so perhaps one mail's: that of the ledger or the disk would be met again."""
    return issubclass(kind, Exception) and not issubclass(kind, SurroundingsFault | OSError)


def store(key: MessageKey, seen: Glance, raw: RawGlance, opened: OpenFolder, desk: Desk) -> tuple["Stored", int]:
    """Stream the raw mail into the store; of one over the limit its header alone. Also gives how large the mail is.

    Raises MessageGone, MessageRefused, MailboxError, OSError.
    """
    if seen.size <= desk.largest:
        try:
            # Whatever ends it, it is over before the folder is closed: it has a thread of its own.
            with closing(opened.raw(key.uid)) as chunks:
                stored = desk.files.put(chunks, most=desk.largest)
        except LimitExceeded:
            # Larger than the server had said.
            pass
        else:
            return stored, stored.size
    stored = desk.files.put(iter([raw.header]), most=desk.largest)
    return stored, max(seen.size, desk.largest + 1)
