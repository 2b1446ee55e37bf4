"""A warden that works, behind the best walls that this machine gives.

What does not work now may work later: a machine may be short of memory or of processes for a while. So weaker walls
than those that were wished for hold for a time, and then the better ones are tried again.
"""

import os
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from statement_intake.reading.answer import Answer
from statement_intake.reading.faults import ReaderFault
from statement_intake.reading.gate import STARTING, Gate, WardenLost
from statement_intake.reading.showing import shown_to
from statement_intake.reading.walls import jail
from statement_intake.reading.walls.cell import Limits, Protection

_CURE = (
    "install bubblewrap (apt-get install bubblewrap) and allow user namespaces (sysctl "
    "kernel.unprivileged_userns_clone=1; in a container seccomp and AppArmor must permit them), "
    "or run a kernel with Landlock, "
    'or accept weaker protection with [reader] sandbox = "limits"'
)
#: More than a trial writes.
_TRIAL_OCTETS = 1_000_000
#: Seconds for which weaker walls hold. A trial of better ones takes a third of one.
AGAIN = 600.0


class Wardens:
    """One at a time. Threads may share it."""

    def __init__(self, allowed: Sequence[Protection], limits: Limits) -> None:
        """*allowed*: the protections that will do, the best first."""
        self._allowed = tuple(allowed)
        self._limits = limits
        #: Those that have not failed.
        self._left = list(allowed)
        self._why_not: list[str] = []
        self._gate: Gate | None = None
        #: When better walls than those of the open one are tried, by the monotonic clock.
        self._again_at = 0.0
        self._starting = threading.Lock()

    @property
    def protection(self) -> Protection:
        """The one under which mail is read, or would first be tried."""
        return self._left[0]

    @property
    def root(self) -> Path | None:
        """The folder whose workspaces the open one serves."""
        return self._gate.root if self._gate else None

    def close(self) -> None:
        """End it, and what is in work."""
        with self._starting:
            if self._gate is not None:
                self._gate.close()
                self._gate = None

    def opened(self, root: Path) -> Gate:
        """A warden that works, for workspaces in *root*. Raises ReaderFault where none can be had."""
        with self._starting:
            if self._gate is not None and (not self._gate.is_open or self._gate.root != root):
                self._gate.close()
                self._gate = None
            if self._gate is not None and self._left[0] != self._allowed[0] and time.monotonic() > self._again_at:
                # Not closed: whoever reads behind it goes on, and it ends with the last of them.
                self._gate = None
                self._begin_anew()
            while self._gate is None and self._left:
                self._gate = self._tried(self._left[0], root)
                self._again_at = time.monotonic() + AGAIN
            if self._gate is None:
                why_not = "; ".join(self._why_not)
                # Once it is mended, mail is read without a restart.
                self._begin_anew()
                raise ReaderFault(f"no mail is read, for lack of a sandbox ({why_not}): {_CURE}")
            return self._gate

    def _begin_anew(self) -> None:
        self._left, self._why_not = list(self._allowed), []

    def _tried(self, protection: Protection, root: Path) -> Gate | None:
        """A warden with that protection; None where this machine cannot give it."""
        why = "bubblewrap is missing" if protection == "bubblewrap" and jail.bubblewrap() is None else ""
        if not why:
            gate = Gate(root, protection, self._limits)
            try:
                why = _try(gate, root)
                if not why:
                    return gate
                _require_room(root)
            except OSError as error:
                gate.close()
                raise ReaderFault(f"no mail is read: {error}") from error
            gate.close()
        if protection == "limits":
            raise ReaderFault(f"the reader does not start: {why}")
        self._why_not.append(why)
        self._left.remove(protection)
        return None


def _try(gate: Gate, root: Path) -> str:
    """Does it work? Why not, or empty."""
    with tempfile.TemporaryDirectory(prefix="work-try-", dir=root) as folder:
        try:
            with shown_to(gate, "try", Path(os.devnull), Path(folder), "") as request:
                told = gate.ask(request, seconds=STARTING)
            answer = Answer.model_validate_json(told.said)
        except WardenLost as lost:
            return str(lost)[:500] or "it ended without a word"
        except ValidationError:
            return f"its answer is none (exit code {told.ended.code})"
    return answer.fault or answer.ended or ""


def _require_room(root: Path) -> None:
    """Raise OSError where nothing can be written: then the trial has told nothing about the protection."""
    with tempfile.NamedTemporaryFile(prefix="work-try-", dir=root) as file:
        file.write(bytes(_TRIAL_OCTETS))
        file.flush()
