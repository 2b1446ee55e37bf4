"""The door for the clock: APScheduler polls and delivers, one run at a time, until SIGTERM or SIGINT."""

import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from statement_intake.delivery import deliver, settle_unknown
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.lock import only_one
from statement_intake.mailbox import Mailbox
from statement_intake.polling import finish, mark, poll
from statement_intake.settings import Settings
from statement_intake.workshop import Workshop, lock_folder, now, open_workshop

log = structlog.get_logger()

#: The longest wait between tries while something around us fails, in seconds.
_LONGEST_BACKOFF = 900.0


def run(settings: Settings) -> None:
    """Serve until told to stop. Raises LockedError, ConfigurationError, LedgerError or OSError at the start."""
    stop = threading.Event()
    with only_one(lock_folder(settings)), open_workshop(settings) as workshop:
        _on_signals(stop)
        start_up(workshop)
        log.info("started", mailboxes=[mailbox.name for mailbox in workshop.mailboxes], mode=settings.replies.mode)
        scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone="UTC")
        rounds = Rounds(workshop, stop.is_set)
        scheduler.add_job(
            rounds.go,
            "interval",
            seconds=settings.schedule.poll_seconds,
            next_run_time=now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        scheduler.start()
        stop.wait()
        log.info("stopping: the message in hand is finished first")
        scheduler.shutdown(wait=True)
    log.info("stopped")


def poll_once(settings: Settings) -> bool:
    """One pass over the mailboxes and the outbox. False if something could not be reached. Raises as `run`."""
    stop = threading.Event()
    with only_one(lock_folder(settings)), open_workshop(settings) as workshop:
        _on_signals(stop)
        start_up(workshop)
        return Rounds(workshop, stop.is_set).go()


def start_up(workshop: Workshop) -> None:
    """Set right what a killed process may have left. Only with the lock held."""
    workshop.desk.files.clear_incoming()
    lost = workshop.post.outbox.recover()
    if lost:
        log.warning("letters of unknown fate wait for a person", letters=lost)


@dataclass
class Backoff:
    """How long to leave alone what fails: twice as long each time, with jitter, so that nobody is stormed."""

    failures: int = 0
    not_before: datetime | None = None

    def failed(self, poll_seconds: float) -> None:
        """One more failure."""
        self.failures += 1
        wait = min(poll_seconds * 2 ** (self.failures - 1), _LONGEST_BACKOFF)
        self.not_before = now() + timedelta(seconds=wait * random.uniform(0.5, 1.0))  # noqa: S311 - no secret

    def worked(self) -> None:
        """It works again."""
        self.failures, self.not_before = 0, None

    @property
    def resting(self) -> bool:
        """Is it to be left alone for now?"""
        return self.not_before is not None and now() < self.not_before


class Rounds:
    """Goes from mailbox to mailbox and to the outbox. What fails is left alone for a while; the rest goes on."""

    def __init__(self, workshop: Workshop, stopping: Callable[[], bool]) -> None:
        self._workshop = workshop
        self._stopping = stopping
        self._backoffs: dict[str, Backoff] = {}

    def go(self) -> bool:
        """One round. True if everything could be reached."""
        desk = self._workshop.desk
        steps: list[tuple[str, Callable[[], None]]] = [
            *((f"mailbox {box.name}", partial(self._poll, box)) for box in self._workshop.mailboxes),
            ("intake", partial(finish, desk, self._stopping)),
            ("outbox", self._deliver),
            *((f"marks in {box.name}", partial(mark, box, desk)) for box in self._workshop.mailboxes),
        ]
        return all([self._attempt(what, step) for what, step in steps])

    def _poll(self, mailbox: Mailbox) -> None:
        poll(mailbox, self._workshop.desk, self._workshop.rules, self._stopping)

    def _deliver(self) -> None:
        if self._workshop.settings.smtp.host:
            deliver(self._workshop.post, self._stopping)
            settle_unknown(self._workshop.post, self._workshop.mailboxes)

    def _attempt(self, what: str, step: Callable[[], None]) -> bool:
        backoff = self._backoffs.setdefault(what, Backoff())
        if backoff.resting:
            return False
        try:
            step()
        except (SurroundingsFault, OSError) as fault:
            backoff.failed(self._workshop.settings.schedule.poll_seconds)
            log.error("cannot be reached, to be tried again", what=what, problem=str(fault), failures=backoff.failures)  # noqa: TRY400 - the text says it all
            return False
        except Exception:
            # A fault of ours in one step must not end the service or keep the other steps from their work.
            backoff.failed(self._workshop.settings.schedule.poll_seconds)
            log.exception("a fault of ours, to be tried again", what=what, failures=backoff.failures)
            return False
        backoff.worked()
        return True


def _on_signals(stop: threading.Event) -> None:
    def request(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, request)
    signal.signal(signal.SIGINT, request)
