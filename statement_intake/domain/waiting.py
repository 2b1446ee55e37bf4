"""How long to wait before something is tried again."""

from datetime import timedelta

#: The longest wait before the next attempt at a message or a letter. What is put off for longer was put off by a clock
#: that went wrong, and is due.
LONGEST_WAIT = timedelta(hours=4)
#: The wait after the first failure; it doubles with each.
_FIRST_WAIT = timedelta(minutes=1)
#: 2 ** 10 minutes are beyond the longest wait.
_DOUBLINGS = 10


def pause(faults: int) -> timedelta:
    """How long to leave a message or a letter alone that has failed now, and so many times before."""
    doubled: timedelta = _FIRST_WAIT * 2 ** min(faults, _DOUBLINGS)
    return min(doubled, LONGEST_WAIT)
