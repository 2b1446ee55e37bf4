"""Several mails in work at once: reading is done side by side, deciding one after the other, in the order of arrival.

What is decided about a mail depends on those before it: a second mail completes or replaces the first. So a mail waits
for its turn. Only one that takes long is overtaken, and never by mail of its own sender or party.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from queue import Empty, SimpleQueue

from statement_intake.desk import Desk, headers_of
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.records import Arrival
from statement_intake.intake import take_in

#: Seconds after which a mail may be overtaken.
PATIENCE = 2.0
#: Seconds after which a round does not wait for a mail any more, so that new mail is looked for.
LINGER = 5.0
_LOOK_AGAIN = 0.2


@dataclass(eq=False)
class _Ticket:
    """A mail in work."""

    arrival: Arrival
    desk: Desk
    begun: float = field(default_factory=time.monotonic)
    #: A fault around us has ended one that it must not overtake.
    held_back: bool = False

    @cached_property
    def lane(self) -> frozenset[str] | None:
        """Who must not overtake it: its sender's domain, and the party that its subject names. None: nobody may.

        Hardly any mail waits so long that somebody asks.
        """
        return _lane(self.arrival, self.desk)

    @property
    def age(self) -> float:
        """Seconds in work."""
        return time.monotonic() - self.begun


class Hands:
    """So many mails at once. Used by one thread; `close` waits for what is still in work."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="intake")
        self._turn = threading.Condition()
        #: In the order of arrival.
        self._tickets: list[_Ticket] = []
        self._deciding = False
        self._futures: dict[Future[None], _Ticket] = {}
        #: Those of them that are done, as they get there.
        self._done: SimpleQueue[Future[None]] = SimpleQueue()
        #: To be raised by `finish`; nothing is begun before.
        self._fault: BaseException | None = None
        #: When one was last raised, by the monotonic clock.
        self._told = 0.0

    def begin_early(
        self, desk: Desk, earliest: datetime, stopping: Callable[[], bool], afterwards: Callable[[], object]
    ) -> None:
        """Begin what was received no later than *earliest*, as far as hands are free, while more mail comes.

        What fails is left to `finish`, whose step it is. Nothing is begun after it: that might overtake what failed.
        """
        self._let_go(afterwards)
        if self._fault is not None:
            return
        try:
            for arrival in self._unbegun(desk):
                is_next = arrival.received_at <= earliest and not arrival.starts
                if not is_next or len(self._futures) >= self._count or stopping():
                    return
                self._begin(arrival, desk)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the mail that still comes has no part in it
            self._fault = fault

    def finish(self, desk: Desk, stopping: Callable[[], bool], afterwards: Callable[[], object]) -> None:
        """`polling.finish`, with several mails at once. What takes longer than LINGER is left to go on by itself.

        Raises SurroundingsFault, OSError, also for a mail that was left at an earlier call.
        """
        self._let_go(afterwards)
        self._tell()
        for arrival in self._unbegun(desk):
            # One that somebody died over is worked on alone, lest its neighbours seem to have died of it, too.
            self._settle(afterwards, room_for=self._count if arrival.starts else 1)
            if stopping():
                return
            self._begin(arrival, desk)
            if arrival.starts:
                self._settle(afterwards, room_for=self._count)
        while any(ticket.age < LINGER for ticket in self._futures.values()):
            self._gather(afterwards, timeout=_LOOK_AGAIN)

    def close(self, afterwards: Callable[[], object]) -> None:
        """Wait for everything in work. Raises as `finish`."""
        try:
            self._settle(afterwards, room_for=self._count)
            self._tell()
        finally:
            self._pool.shutdown()

    def _unbegun(self, desk: Desk) -> list[Arrival]:
        """What waits to be decided about and is not in work, in the order in which it is to be begun."""
        # Noted first: what is done by the time that the ledger is asked is no longer unfinished.
        in_work = {ticket.arrival.id for ticket in self._futures.values()}
        return [arrival for arrival in desk.ledger.arrivals.unfinished(desk.clock()) if arrival.id not in in_work]

    def _begin(self, arrival: Arrival, desk: Desk) -> None:
        ticket = _Ticket(arrival, desk)
        with self._turn:
            future = self._pool.submit(self._take_in, ticket)
            self._tickets.append(ticket)
        self._futures[future] = ticket
        future.add_done_callback(self._done.put)

    def _take_in(self, ticket: _Ticket) -> None:
        with self._turn:
            if ticket not in self._tickets:
                # No thread could be started for it, and `_begin` has failed: the pool gives it to another all the same.
                return
        try:
            take_in(ticket.arrival, ticket.desk, lambda: self._in_turn(ticket))
        except BaseException:
            self._hold_back_behind(ticket)
            raise
        finally:
            with self._turn:
                self._tickets.remove(ticket)
                self._turn.notify_all()

    def _hold_back_behind(self, ticket: _Ticket) -> None:
        with self._turn:
            for other in self._tickets[self._tickets.index(ticket) + 1 :]:
                other.held_back = other.held_back or not _apart(ticket.lane, other.lane)

    @contextmanager
    def _in_turn(self, ticket: _Ticket) -> Iterator[None]:
        """Alone, and not before those that came earlier. Raises SurroundingsFault where one of them failed."""
        with self._turn:
            while self._deciding or not self._may_go(ticket):
                self._turn.wait(_LOOK_AGAIN)
            if ticket.held_back:
                raise SurroundingsFault("a mail that comes before it is to be tried again")
            self._deciding = True
        try:
            yield
        finally:
            with self._turn:
                self._deciding = False
                self._turn.notify_all()

    def _may_go(self, ticket: _Ticket) -> bool:
        earlier = self._tickets[: self._tickets.index(ticket)]
        return all(other.age > PATIENCE and _apart(other.lane, ticket.lane) for other in earlier)

    def _settle(self, afterwards: Callable[[], object], *, room_for: int) -> None:
        """Wait until so many more can be begun."""
        while len(self._futures) > self._count - room_for:
            self._gather(afterwards, timeout=None)

    def _gather(self, afterwards: Callable[[], object], *, timeout: float | None) -> None:
        """Wait for one that is done, and raise what it raised."""
        with suppress(Empty):
            self._end(self._done.get(timeout=timeout), afterwards)
        self._tell()

    def _let_go(self, afterwards: Callable[[], object]) -> None:
        """Let go of those that are done, without waiting for any.

        What was in work beside one that failed, and failed too, met the same fault as a rule. Told once more for each,
        it would keep the intake resting long after it is mended; and if it lasts, it shows when they are begun again.
        """
        with suppress(Empty):
            while True:
                self._end(self._done.get_nowait(), afterwards, told=self._told)

    def _end(self, future: Future[None], afterwards: Callable[[], object], *, told: float = 0.0) -> None:
        ticket, fault = self._futures.pop(future), future.exception()
        if fault is None:
            afterwards()
        elif self._fault is None and ticket.begun > told:
            self._fault = fault

    def _tell(self) -> None:
        fault, self._fault = self._fault, None
        if fault is not None:
            self._told = time.monotonic()
            raise fault


def _apart(lane: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return lane is not None and other is not None and not lane & other


def _lane(arrival: Arrival, desk: Desk) -> frozenset[str] | None:
    try:
        headers = headers_of(arrival, desk)
        party = desk.knowledge.read_subject(headers.subject).speakers.party
    except Exception:  # noqa: BLE001 - what is wrong with the mail is found out, and told, when it is read
        return None
    domains = {address.domain.casefold() for address in headers.sender}
    return frozenset(domains | ({f"party {party.code}"} if party else set())) or None
