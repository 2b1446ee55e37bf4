"""Run a program that reads hostile bytes: with a deadline, with caps on what it says, and never leaving it behind."""

import os
import selectors
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from statement_intake.reading.faults import ReaderFault
from statement_intake.reading.walls.cell import around_program

#: Bytes of standard error that are kept; the program may write more.
MAXIMUM_ERRORS = 65_536
#: What a shell and bubblewrap give for a program that could not be started or linked (POSIX.1-2017 section 2.8.2).
NOT_STARTED = (126, 127)
_BLOCK = 262_144
#: Seconds between two looks at what a program says: ffprobe writes line by line, and each would wake us.
_GATHER = 0.001

Limit = Literal["time", "output"]


@dataclass(frozen=True)
class Ran:
    """How a program ended."""

    #: Negative for a signal.
    returncode: int
    #: The first MAXIMUM_ERRORS bytes.
    errors: bytes
    #: The limit that ended it, or None.
    stopped: Limit | None = None


def run(  # noqa: PLR0913 - every limit is named where the program is started
    arguments: Sequence[str],
    *,
    seconds: float,
    consume: Callable[[bytes], None],
    output_bytes: int,
    reads: Sequence[Path] = (),
    writes: Path | None = None,
) -> Ran:
    """Run a program in this mail's cell and hand its standard output to *consume* piece by piece.

    It is dead when this returns. Of the mail's files it sees *reads* alone, under their own names, and changes only
    what is in the folder *writes*; all of them lie in the mail's workspace. It has no /proc, and no place for
    files of its own. Raises ReaderFault if the program cannot be started: that is never the mail's fault.
    """
    deadline = time.monotonic() + seconds
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command line; the input's name is ours too
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Between fork and exec it takes no lock: system calls alone, so other threads of the cell do no harm.
            preexec_fn=around_program(reads, writes),  # noqa: PLW1509
        )
    except OSError as error:
        raise ReaderFault(f"{arguments[0]} cannot be started: {error.strerror}") from error
    except subprocess.SubprocessError as error:
        raise ReaderFault(f"{arguments[0]} cannot be confined: {error}") from error
    errors = bytearray()
    with process:
        try:
            stopped = _listen(process, deadline, consume, errors, output_bytes)
            if stopped is None:
                try:
                    process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    stopped = "time"
        finally:
            process.kill()
    if process.returncode in NOT_STARTED:
        raise ReaderFault(f"{arguments[0]} cannot be started: {errors.decode('utf-8', 'replace').strip()[:500]}")
    return Ran(returncode=process.returncode, errors=bytes(errors), stopped=stopped)


def _listen(
    process: subprocess.Popen[bytes],
    deadline: float,
    consume: Callable[[bytes], None],
    errors: bytearray,
    output_bytes: int,
) -> Limit | None:
    """Read both pipes until they are closed, or until a limit is reached, which is then given back."""
    assert process.stdout is not None  # noqa: S101 - asked for above
    assert process.stderr is not None  # noqa: S101
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, data=True)
        selector.register(process.stderr, selectors.EVENT_READ, data=False)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                return "time"
            for key, _ in selector.select(left):
                block = os.read(key.fd, _BLOCK)
                if not block:
                    selector.unregister(key.fileobj)
                elif key.data:
                    output_bytes -= len(block)
                    if output_bytes < 0:
                        return "output"
                    consume(block)
                else:
                    errors += block[: MAXIMUM_ERRORS - len(errors)]
            time.sleep(_GATHER)
    return None
