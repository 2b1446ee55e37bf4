"""The command, also as `python -m statement_intake`: Ctrl-C ends it without a word, even while it loads."""

import os
import signal
import sys
from types import FrameType

#: As a shell counts it: 128, and the number of the signal.
_INTERRUPTED = 128 + signal.SIGINT


def main() -> None:
    """Load the commands, which takes its time, and run the one that was typed."""
    _have_standard_streams()
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


def _have_standard_streams() -> None:
    """Whoever starts us may have closed one. The next file that is opened, the ledger say, would take its number.

    And with it what anybody writes there to complain.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest number that is free, which is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - its own signature
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115 - kept open to the end


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # Nothing has been begun. An exception might be caught by what is being imported, or told as that one's failure.
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
