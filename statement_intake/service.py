"""The door for the clock: APScheduler polls and delivers, one run at a time, until SIGTERM or SIGINT."""

import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from queue import SimpleQueue
from threading import Lock
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from statement_intake import systemd
from statement_intake.backoff import Backoff
from statement_intake.console.server import Served
from statement_intake.delivery import deliver, recover, settle_unknown
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.hands import Hands
from statement_intake.inspection import inspect_waiting
from statement_intake.lock import only_one
from statement_intake.logs import where
from statement_intake.mailbox import Mailbox
from statement_intake.monitor import Monitor, serving
from statement_intake.polling import finish, mark, poll
from statement_intake.settings import Settings
from statement_intake.waking import Waker
from statement_intake.watching import look_out
from statement_intake.workshop import Workshop, lock_folder, may_serve, now, open_workshop, serve_console

log = structlog.get_logger()

#: The longest that one message may take, in seconds: to arrive over a slow line, and to be read.
_LONGEST_MESSAGE = 3600.0


class Stop:
    """The wish to stop. A signal may come at any moment: an Event could deadlock with its own handler."""

    def __init__(self) -> None:
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._wished = False

    def wish(self) -> None:
        """Stop as soon as the message in hand is finished."""
        self._wished = True
        self._bell.put(None)

    def is_wished(self) -> bool:
        """Whether somebody has asked."""
        return self._wished

    def wait(self) -> None:
        """Until somebody asks."""
        self._bell.get()


def run(settings: Settings) -> None:
    """Serve until told to stop. Raises LockedError, ConfigurationError, LedgerError or OSError at the start."""
    stop = Stop()
    _on_signals(stop)
    with only_one(lock_folder(settings)), open_workshop(settings) as workshop, _monitoring(workshop):
        start_up(workshop)
        _tell_protection(workshop)
        console = _serve_console(workshop)
        log.info("started", mailboxes=[mailbox.name for mailbox in workshop.mailboxes], mode=settings.replies.mode)
        scheduler = BackgroundScheduler(
            executors={name: ThreadPoolExecutor(1) for name in ("default", "inspections", "alive")}, timezone="UTC"
        )
        rounds = Rounds(workshop, stop.is_wished)
        job = scheduler.add_job(
            rounds.serve,
            "interval",
            seconds=settings.schedule.poll_seconds,
            next_run_time=now(),
            # They wait for one another in the one thread. With one alone, a wake-up that comes just as a round ends
            # would be dropped, since the scheduler takes the round to be still under way.
            max_instances=2,
            coalesce=True,
            misfire_grace_time=None,
        )
        # In a thread of its own, so that no receipt waits while a video is played.
        scheduler.add_job(
            Rounds(workshop, stop.is_wished).inspect,
            "interval",
            seconds=settings.schedule.poll_seconds,
            next_run_time=now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            executor="inspections",
        )
        if every := systemd.watchdog_seconds():
            scheduler.add_job(partial(_say_alive, rounds), "interval", seconds=every / 2, executor="alive")
        scheduler.start()
        waker = Waker(workshop.mailboxes, partial(rounds.wake, lambda: job.modify(next_run_time=now())))
        waker.start()
        systemd.tell("READY=1")
        stop.wait()
        systemd.tell("STOPPING=1")
        log.info("stopping: the message in hand is finished first")
        waker.stop()
        scheduler.shutdown(wait=True)
        rounds.close()
        if console:
            console.stop()
    log.info("stopped")


def _monitoring(workshop: Workshop) -> AbstractContextManager[int | None]:
    watch = workshop.settings.watch
    monitor = Monitor(workshop.desk.ledger, workshop.desk.clock, timedelta(minutes=watch.stale_minutes))
    return serving(monitor, watch.host, watch.port)


def _say_alive(rounds: "Rounds") -> None:
    """A round may take hours, but no message of it; a service that hangs over one is for systemd to end."""
    if not rounds.stuck:
        systemd.tell("WATCHDOG=1")


def _tell_protection(workshop: Workshop) -> None:
    """Start the reader, and write into the log what keeps hostile mail in."""
    try:
        protection, sentence = workshop.desk.reader.protection(workshop.desk.files.incoming)
    except SurroundingsFault as fault:
        # Not the end: mail is received all the same, and read when this is mended.
        log.error("no mail can be read", problem=str(fault))  # noqa: TRY400 - the text says it all
        return
    if protection == "limits":
        log.warning("mail is read unsandboxed", reader=sentence)
    else:
        log.info("mail is read in a sandbox", reader=sentence)


def _serve_console(workshop: Workshop) -> Served | None:
    """The console, if anybody could log in. That it cannot be served must not keep mail from being taken in."""
    if not may_serve(workshop):
        log.info("no console: there is no account; make one with: statement-intake user add NAME --role administrator")
        return None
    try:
        console = serve_console(workshop)
    except OSError as error:
        log.error("no console: its address cannot be had", problem=error.strerror or str(error))  # noqa: TRY400 - the text says it all
        return None
    log.info("console", address=workshop.settings.console.origin or console.address)
    return console


def serve_console_alone(settings: Settings) -> None:
    """The web pages alone, until told to stop. Raises SurroundingsFault where nobody could log in, and OSError."""
    stop = Stop()
    _on_signals(stop)
    with open_workshop(settings) as workshop:
        if not may_serve(workshop):
            raise SurroundingsFault(
                "there is no account; make one with: statement-intake user add NAME --role administrator"
            )
        console = serve_console(workshop)
        log.info("console", address=settings.console.origin or console.address)
        stop.wait()
        console.stop()


def poll_once(settings: Settings) -> bool:
    """One pass: mailboxes, outbox, inspections. False if something could not be reached. Raises as `run`."""
    stop = Stop()
    _on_signals(stop)
    with only_one(lock_folder(settings)), open_workshop(settings) as workshop:
        start_up(workshop)
        rounds = Rounds(workshop, stop.is_wished)
        reached = rounds.go()
        return rounds.inspect() and reached


def start_up(workshop: Workshop) -> None:
    """Set right what a killed process may have left. Only with the lock held."""
    swept = workshop.desk.files.sweep(workshop.desk.ledger.arrivals.unreferred)
    if swept is None:
        log.info("somebody is adding a file; what a killed process left is swept at the next start")
    elif swept:
        log.info("swept away what a killed process left", files=swept)
    recover(workshop.post)


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
            ("intake", self._finish),
            ("outbox", self._deliver),
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
        """Wait for the mails in work. True if they could be finished."""
        return self._hands is None or self._attempt("intake", self._hands.close)

    def _finish(self) -> None:
        desk, afterwards = self._workshop.desk, partial(self._attempt, "outbox", self._deliver)
        if self._hands is None:
            finish(desk, self._stopping, afterwards)
        else:
            self._hands.finish(desk, self._stopping, afterwards)

    def _poll(self, mailbox: Mailbox) -> None:
        what, desk = f"mailbox {mailbox.name}", self._workshop.desk
        try:
            poll(mailbox, desk, self._workshop.rules, self._stopping)
        except SurroundingsFault as fault:
            desk.ledger.pulses.failed(what, desk.clock(), str(fault))
            raise
        desk.ledger.pulses.worked(what, desk.clock())

    def _deliver(self) -> None:
        if self._workshop.settings.smtp.host:
            deliver(self._workshop.post, self._stopping)

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


def _on_signals(stop: Stop) -> None:
    def request(_signal: int, _frame: FrameType | None) -> None:
        stop.wish()

    signal.signal(signal.SIGTERM, request)
    signal.signal(signal.SIGINT, request)
