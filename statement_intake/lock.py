"""One process at a time polls and delivers. Reviewing needs no lock: the ledger's own transactions see to that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class LockedError(Exception):
    """Another process is at work; the text says which file it holds."""


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the service's lock in *folder*. It goes with the process, however that ends. Raises LockedError."""
    file = folder / "statement-intake.lock"
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(f"another statement-intake is polling and delivering; it holds {file}") from error
    try:
        yield
    finally:
        lock.release()
