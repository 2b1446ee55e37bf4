"""One round: every mailbox, the intake, the outbox, the marks, the notices; what fails rests, the others go on."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Lock

import structlog

from statement_intake.arriving.backoff import Backoff
from statement_intake.arriving.hands import Hands
from statement_intake.arriving.polling import finish, mark, poll
from statement_intake.delivery import deliver, recover, settle_unknown
from statement_intake.domain.faults import PartlyReached, SurroundingsFault
from statement_intake.domain.telling.pulse import INTAKE, OUTBOX
from statement_intake.inspection import inspect_waiting
from statement_intake.logs import where
from statement_intake.mailbox import Mailbox
from statement_intake.practice import practise
from statement_intake.telling.watching import look_out
from statement_intake.workshop import Workshop

log = structlog.get_logger()

#: The longest that one message may take, in seconds: to arrive over a slow line, and to be read.
_LONGEST_MESSAGE = 3600.0


def start_up(workshop: Workshop) -> None:
    """Set right what a killed process may have left, and make ready for the first mail. Only with the lock held."""
    swept = workshop.desk.files.sweep(workshop.desk.ledger.contents.unreferred)
    if swept is None:
        log.info("somebody is adding a file; what a killed process left is swept at the next start")
    elif swept:
        log.info("swept away what a killed process left", files=swept)
    recover(workshop.post)
    practise(workshop.desk)
    # What is there now stays: no collection of garbage has to walk through it again, 65 ms each time.
    gc.collect()
    gc.freeze()


class Rounds:
    """Goes from mailbox to mailbox and to the outbox. What fails is left alone for a while; the rest goes on."""

    def __init__(self, workshop: Workshop, stopping: Callable[[], bool]) -> None:
        self._workshop = workshop
        self._wished = stopping
        self._backoffs: dict[str, Backoff] = {}
        at_once = workshop.settings.reader.at_once
        self._hands = Hands(at_once) if at_once > 1 else None
        #: When a message was last begun or ended, by the monotonic clock; None between rounds.
        self._moved: float | None = None
        #: Guards the two below between the threads that wake and the one that works.
        self._lock = Lock()
        #: Somebody has announced mail since the last round began.
        self._woken = False
        self._serving = False

    def serve(self) -> None:
        """One round, and another as long as somebody has called for one meanwhile."""
        with self._lock:
            self._woken = True
            if self._serving:
                return
            self._serving = True
        while True:
            with self._lock:
                if not self._woken or self._wished():
                    self._serving = False
                    return
                self._woken = False
            try:
                self.go()
            except BaseException:
                # Whatever it was, the next round must not take this one to be still under way.
                self._serving = False
                raise

    def wake(self, begin: Callable[[], object]) -> None:
        """There may be mail: a round is wanted. *begin* is called where none is under way."""
        with self._lock:
            self._woken = True
            if self._serving:
                return
        begin()

    @property
    def stuck(self) -> bool:
        """Whether the message in hand takes longer than any honest one can."""
        moved = self._moved
        return moved is not None and time.monotonic() - moved > _LONGEST_MESSAGE

    def _stopping(self) -> bool:
        """Asked between any two messages, which is also the sign that work goes on."""
        self._moved = time.monotonic()
        return self._wished()

    def go(self) -> bool:
        """One round. True if everything could be reached."""
        desk = self._workshop.desk
        steps: list[tuple[str, Callable[[], None]]] = [
            *((f"mailbox {box.name}", partial(self._poll, box)) for box in self._workshop.mailboxes),
            # A delegation has its receipt at once, even where a hundred mails wait behind its own.
            (INTAKE, self._finish),
            (OUTBOX, self._deliver),
            ("letters of unknown fate", self._settle_unknown),
            *((f"marks in {box.name}", partial(mark, box, desk)) for box in self._workshop.mailboxes),
            ("notices", self._look_out),
        ]
        worked = True
        for what, step in steps:
            # Every step has its turn, whatever became of the ones before.
            worked = self._attempt(what, step) and worked
        self._moved = None
        return worked

    def inspect(self) -> bool:
        """Play and measure the videos that wait for it. True if nothing around us failed."""
        inspecting = partial(inspect_waiting, self._workshop.desk, self._stopping)
        worked = self._attempt("inspections", inspecting)
        self._moved = None
        return worked

    def close(self) -> bool:
        """Wait for the mails in work, also while the intake rests. True if they could be finished."""
        self._backoffs.pop(INTAKE, None)
        return self._hands is None or self._attempt(INTAKE, partial(self._hands.close, self._send))

    def _begin_early(self, earliest: datetime) -> None:
        """A small mail, and its receipt, do not wait for the large ones that came behind it."""
        intake = self._backoffs.get(INTAKE)
        if self._hands is not None and not (intake and intake.resting):
            self._hands.begin_early(self._workshop.desk, earliest, self._stopping, self._send)

    def _finish(self) -> None:
        desk = self._workshop.desk
        with self._noting(INTAKE):
            if self._hands is None:
                finish(desk, self._stopping, self._send)
            else:
                self._hands.finish(desk, self._stopping, self._send)
        desk.ledger.pulses.settled(INTAKE)

    def _poll(self, mailbox: Mailbox) -> None:
        what, desk = f"mailbox {mailbox.name}", self._workshop.desk
        with self._noting(what):
            last = mailbox is self._workshop.mailboxes[-1]
            poll(mailbox, desk, self._workshop.rules, self._stopping, self._begin_early if last else None)
        desk.ledger.pulses.worked(what, desk.clock())

    def _send(self) -> None:
        self._attempt(OUTBOX, self._deliver)

    def _deliver(self) -> None:
        if self._workshop.settings.smtp.host:
            with self._noting(OUTBOX):
                deliver(self._workshop.post, self._stopping)
            self._workshop.desk.ledger.pulses.settled(OUTBOX)

    @contextmanager
    def _noting(self, what: str) -> Iterator[None]:
        """A failure is written down as well as raised, for whoever watches."""
        desk = self._workshop.desk
        try:
            yield
        except Exception as fault:
            # The text of a fault of ours may quote a mail that is none of ours.
            known = isinstance(fault, SurroundingsFault | OSError)
            problem = str(fault) if known else f"a fault of ours ({where(fault)})"
            desk.ledger.pulses.failed(what, desk.clock(), problem)
            raise

    def _look_out(self) -> None:
        if self._workshop.settings.smtp.host:
            look_out(self._workshop.lookout)

    def _settle_unknown(self) -> None:
        settle_unknown(self._workshop.post, self._workshop.mailboxes)

    def _attempt(self, what: str, step: Callable[[], None]) -> bool:
        backoff = self._backoffs.setdefault(what, Backoff())
        if backoff.resting:
            return False
        self._moved = time.monotonic()
        try:
            step()
        except (SurroundingsFault, OSError) as fault:
            if isinstance(fault, PartlyReached):
                backoff.failed_in_part()
            else:
                refused = isinstance(fault, SurroundingsFault) and fault.permanent
                backoff.failed(self._workshop.settings.schedule.poll_seconds, refused=refused)
            log.error("cannot be reached, to be tried again", what=what, problem=str(fault), failures=backoff.failures)  # noqa: TRY400 - the text says it all
            return False
        except Exception as fault:  # noqa: BLE001
            # A fault of ours in one step must not end the service or keep the other steps from their work. Its text
            # may quote a mail that is none of ours.
            backoff.failed(self._workshop.settings.schedule.poll_seconds)
            log.error("a fault of ours, to be tried again", what=what, problem=where(fault), failures=backoff.failures)  # noqa: TRY400
            return False
        backoff.worked()
        return True
