"""How often somebody may try to log in. Kept in memory: a restart forgives, and the ledger does not grow."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

_WINDOW = timedelta(minutes=15)
#: Failures within the window, for one name and for one address.
PER_NAME, PER_ADDRESS = 5, 30
#: Names and addresses that are remembered; the oldest are forgotten first.
_REMEMBERED = 10_000


@dataclass
class LoginLimits:
    """Counts failures. A name that nobody has counts as any other does."""

    clock: Callable[[], datetime]
    _failures: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, name: str, address: str) -> timedelta | None:
        """How long to wait before the next try; None if it may be now."""
        with self._lock:
            waits = (self._wait(key, most) for key, most in self._keys(name, address))
            return max((wait for wait in waits if wait is not None), default=None)

    def failed(self, name: str, address: str) -> None:
        """One more failure."""
        with self._lock:
            for key, most in self._keys(name, address):
                times = self._failures.setdefault(key, deque(maxlen=most))
                times.append(self.clock())
                self._failures.move_to_end(key)
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)

    def worked(self, name: str) -> None:
        """The right password: the name's failures are forgotten, not those of the address."""
        with self._lock:
            self._failures.pop(f"name {name.strip().casefold()}", None)

    def _keys(self, name: str, address: str) -> tuple[tuple[str, int], ...]:
        return (f"name {name.strip().casefold()[:100]}", PER_NAME), (f"address {address}", PER_ADDRESS)

    def _wait(self, key: str, most: int) -> timedelta | None:
        times = self._failures.get(key)
        if times is None or len(times) < most:
            return None
        left = times[0] + _WINDOW - self.clock()
        return left if left > timedelta(0) else None
