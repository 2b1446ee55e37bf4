"""Wakes the poll when a server announces mail. Where a server cannot, or a connection breaks, polling goes on alone."""

import time
from collections.abc import Callable, Iterable
from threading import Event, Thread

import structlog

from statement_intake.arriving.backoff import Backoff
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.logs import where
from statement_intake.mailbox import Listening, Mailbox

log = structlog.get_logger()

#: The wait after the first broken connection, in seconds.
_FIRST_WAIT = 5.0
#: A connection that lasted so long did its work; one that breaks sooner counts as one more failure. Seconds.
_HONEST = 120.0
#: How long stopping waits for a listener that is just connecting, in seconds. Its thread keeps no process alive.
_PATIENCE = 5.0


class Waker:
    """A thread for each folder that is listened to."""

    def __init__(self, mailboxes: Iterable[Mailbox], wake: Callable[[], None]) -> None:
        self._wake = wake
        self._stopped = Event()
        self._listeners = [(mailbox.name, listener) for mailbox in mailboxes for listener in mailbox.listeners()]
        #: One for each folder that is listened to.
        self.threads = [
            Thread(target=self._listen, args=listening, name=f"listening to {listening[0]}", daemon=True)
            for listening in self._listeners
        ]

    def start(self) -> None:
        """Begin to listen."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End all connections, and wait for the threads."""
        self._stopped.set()
        for _, listener in self._listeners:
            listener.stop()
        for thread in self.threads:
            thread.join(_PATIENCE)

    def _listen(self, name: str, listener: Listening) -> None:
        backoff = Backoff()

        def heard() -> None:
            if not self._stopped.is_set():
                self._wake()

        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                if not listener.listen(heard):
                    log.info("the server announces no mail (no IDLE): the mailbox is polled", mailbox=name)
                    return
            except SurroundingsFault as fault:
                if time.monotonic() - began > _HONEST:
                    backoff.worked()
                wait = backoff.failed(_FIRST_WAIT, refused=fault.permanent)
                if not self._stopped.wait(wait):
                    # Not an error: polling says by itself whether the mailbox can be reached.
                    log.info("listening anew", mailbox=name, problem=str(fault), failures=backoff.failures)
            except Exception as fault:  # noqa: BLE001 - a hint that fails must not end anything else
                wait = backoff.failed(_FIRST_WAIT, refused=True)
                log.error("a fault of ours, listening anew later", mailbox=name, problem=where(fault))  # noqa: TRY400
                self._stopped.wait(wait)
