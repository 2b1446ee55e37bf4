"""The command, also as `python -m statement_intake`: Ctrl-C ends it without a word, even while it loads."""

import os
import signal
import sys
from types import FrameType

#: As a shell counts it: 128, and the number of the signal.
_INTERRUPTED = 128 + signal.SIGINT


def main() -> None:
    """Load the commands, which takes its time, and run the one that was typed."""
    before = signal.getsignal(signal.SIGINT)
    # Who ignores it, as a shell does for what runs in the background, goes on ignoring it.
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _leave)
    from statement_intake.cli import main as command  # noqa: PLC0415 - not before Ctrl-C is seen to

    signal.signal(signal.SIGINT, before)
    try:
        command()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # Nothing has been begun. An exception might be caught by what is being imported, or told as that one's failure.
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
