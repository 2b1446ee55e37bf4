"""Ends what takes too long, from one thread for all connections: a large mail comes by hundreds of commands."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Ends what is under way; called from the watchdog's thread, and must not wait for anything.
End = Callable[[], None]


class Watchdog:
    """Its thread sleeps until the first deadline, and ends when it wakes and nothing is left to watch."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        #: When each has to be over, by the monotonic clock.
        self._watched: dict[object, tuple[float, End]] = {}
        #: When the thread wakes; None while there is none.
        self._wakes: float | None = None

    @contextmanager
    def within(self, seconds: float, end: End) -> Iterator[None]:
        """Call *end* once if the block takes longer than *seconds*."""
        ticket, deadline = object(), time.monotonic() + seconds
        with self._changed:
            # First, for where no thread can be started nothing may be left that would end a later block.
            self._wake_by(deadline)
            self._watched[ticket] = deadline, end
        try:
            yield
        finally:
            with self._changed:
                # The thread is left asleep: it finds out when it wakes.
                self._watched.pop(ticket, None)

    def _wake_by(self, deadline: float) -> None:
        if self._wakes is None:
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
            self._wakes = deadline
        elif deadline < self._wakes:
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            try:
                while self._watched:
                    self._end_what_is_over(time.monotonic())
                    self._wakes = min((deadline for deadline, _ in self._watched.values()), default=0.0)
                    self._changed.wait(max(0.0, self._wakes - time.monotonic()))
            finally:
                self._wakes = None

    def _end_what_is_over(self, now: float) -> None:
        for ticket, (deadline, end) in list(self._watched.items()):
            if deadline <= now:
                del self._watched[ticket]
                end()
