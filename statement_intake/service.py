"""The door for the clock: APScheduler polls and delivers, one run at a time, until SIGTERM or SIGINT."""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from statement_intake.arriving.waking import Waker
from statement_intake.building import lock_folder
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.lock import only_one
from statement_intake.practice import prepare
from statement_intake.rounds import Rounds, start_up
from statement_intake.settings import Settings
from statement_intake.telling import systemd
from statement_intake.telling.monitor import Monitor, serving
from statement_intake.workshop import Workshop, may_serve, now, open_workshop

if TYPE_CHECKING:
    from statement_intake.console.server import Served

log = structlog.get_logger()


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
    with _intake(settings) as workshop, _monitoring(workshop):
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


@contextmanager
def _intake(settings: Settings) -> Iterator[Workshop]:
    """The workshop of the one process that takes mail in. Raises as `run`."""
    with only_one(lock_folder(settings)):
        prepare()
        with open_workshop(settings) as workshop:
            yield workshop


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


def _serve_console(workshop: Workshop) -> "Served | None":
    """The console, if anybody could log in. That it cannot be served must not keep mail from being taken in."""
    if not may_serve(workshop):
        log.info("no console: there is no account; make one with: statement-intake user add NAME --role administrator")
        return None
    from statement_intake.reception import serve_console  # noqa: PLC0415 - without a console it is not loaded

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
        from statement_intake.reception import serve_console  # noqa: PLC0415 - as above

        console = serve_console(workshop)
        log.info("console", address=settings.console.origin or console.address)
        stop.wait()
        console.stop()


def poll_once(settings: Settings) -> bool:
    """One pass: mailboxes, outbox, inspections. False if something could not be reached. Raises as `run`."""
    stop = Stop()
    _on_signals(stop)
    with _intake(settings) as workshop:
        start_up(workshop)
        rounds = Rounds(workshop, stop.is_wished)
        reached = rounds.go()
        # Not in a row of ands: each has its turn, whatever became of the ones before.
        finished = rounds.close()
        return rounds.inspect() and reached and finished


def _on_signals(stop: Stop) -> None:
    def request(_signal: int, _frame: FrameType | None) -> None:
        stop.wish()

    signal.signal(signal.SIGTERM, request)
    signal.signal(signal.SIGINT, request)
