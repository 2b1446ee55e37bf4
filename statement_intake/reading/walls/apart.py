"""Read one document in a process of its own, so that what it makes of a library ends there and the mail is read on.

Within a cell that process sees nothing of the mail but the document: a parser that is taken over can tell lies about
its own document, and nothing else.
"""

import contextlib
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

from statement_intake.reading.walls.cell import enter_apart, fork_apart

#: Bytes of address space beyond what the process has already.
MEMORY = 600_000_000
#: Bytes of an answer.
MAXIMUM_ANSWER = 2_000_000
#: Seconds of processor time beyond the wall time, so that the kill comes first as a rule.
_GRACE = 2
_NOT_CONFINED = 3


def apart(work: Callable[[], bytes], file: Path, *, seconds: float, memory: int = MEMORY) -> bytes | None:
    """What *work* says of *file*, from a forked process; None where time, memory or a fault of a library ended it.

    Whatever *work* raises ends it too. Raises OSError where no process can be made, or it cannot be confined.
    """
    read, write = os.pipe()
    try:
        child = fork_apart(file)
    except OSError:
        os.close(read)
        os.close(write)
        raise
    if child == 0:
        os.close(read)
        _work(work, file, write, seconds, memory)
    os.close(write)
    try:
        answer = _listen(read, time.monotonic() + seconds)
    finally:
        os.close(read)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == _NOT_CONFINED:
        raise OSError("a document cannot be read apart from its mail")
    return answer


def _work(work: Callable[[], bytes], file: Path, write: int, seconds: float, memory: int) -> None:
    """The forked process's whole life."""
    status = _NOT_CONFINED
    try:
        enter_apart(file)
        status = 1
        _limit(resource.RLIMIT_AS, _address_space() + memory)
        _limit(resource.RLIMIT_CPU, int(time.process_time() + seconds) + _GRACE)
        answer = memoryview(b"+" + work())
        while answer:
            answer = answer[os.write(write, answer) :]
        status = 0
    finally:
        # Not sys.exit: nothing of the parent's must be flushed, closed or unwound here.
        os._exit(status)


def _listen(read: int, deadline: float) -> bytes | None:
    said = bytearray()
    while (left := deadline - time.monotonic()) > 0 and len(said) <= MAXIMUM_ANSWER:
        if select.select([read], [], [], left)[0]:
            block = os.read(read, 65_536)
            if not block:
                return bytes(said[1:]) if said.startswith(b"+") else None
            said += block
    return None


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _address_space() -> int:
    """Bytes of this process's address space; a generous guess where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as stream:  # noqa: PTH123 - a path of the kernel's
            return int(stream.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 800_000_000
