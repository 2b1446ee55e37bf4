"""How long to leave alone what fails."""

import random
import time
from dataclasses import dataclass

#: The longest wait between tries while something around us fails, in seconds.
_LONGEST = 900.0
#: The same where a password, a certificate or a folder was refused: servers lock an account that tries too often.
_SHORTEST_REFUSED, _LONGEST_REFUSED = 300.0, 3600.0
#: Doublings after which any wait is beyond the longest; more would be more than a float holds.
_DOUBLINGS = 16


@dataclass
class Backoff:
    """How long to leave alone what fails: twice as long each time, with jitter, so that nobody is stormed."""

    failures: int = 0
    #: By the monotonic clock, which no correction of the time of day moves.
    not_before: float | None = None

    def failed(self, first_seconds: float, *, refused: bool = False) -> float:
        """One more failure; gives the wait in seconds. *refused*: nothing will help before somebody mends it."""
        self.failures += 1
        shortest, longest = (
            (max(first_seconds, _SHORTEST_REFUSED), _LONGEST_REFUSED) if refused else (first_seconds, _LONGEST)
        )
        wait = min(shortest * float(2 ** min(self.failures - 1, _DOUBLINGS)), longest)
        wait *= random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        self.not_before = time.monotonic() + wait
        return wait

    def failed_in_part(self) -> None:
        """One more failure of a part of it; the rest works, and is not left alone."""
        self.failures, self.not_before = self.failures + 1, None

    def worked(self) -> None:
        """It works again."""
        self.failures, self.not_before = 0, None

    @property
    def resting(self) -> bool:
        """Whether it is to be left alone for now."""
        return self.not_before is not None and time.monotonic() < self.not_before
