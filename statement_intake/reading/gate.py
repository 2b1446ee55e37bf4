"""The service's end of the connection to the warden: starts it, hands it mails, takes back what it says."""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from dataclasses import asdict
from pathlib import Path
from typing import IO, NamedTuple

from statement_intake.reading.answer import MAXIMUM_ANSWER, Ended, Request
from statement_intake.reading.walls import jail
from statement_intake.reading.walls.cell import Limits, Protection

#: Seconds that the warden has for loading itself and its first answer, on a busy machine.
STARTING = 60.0
#: Seconds for ending a cell whose time is over. A warden that does not manage is ended with all that it started.
ENDING = 10.0
#: What Python runs in there.
_PROGRAM = ("-m", "statement_intake.reading.warden")
_BLOCK = 262_144
_STATUS = 65_536


class WardenLost(Exception):  # noqa: N818 - to be started anew; never the mail's fault
    """The warden has ended, or does not answer; the text is what it, or bubblewrap, said last."""


class Told(NamedTuple):
    """What came out of a cell."""

    ended: Ended
    said: bytes


class Gate:
    """A running warden for the mails below one folder. Threads may share it."""

    def __init__(self, root: Path, protection: Protection, limits: Limits) -> None:
        """Start it. *root*: the folder that workspaces lie in. Raises OSError."""
        self.root = root
        #: Whether it sees nothing but *root*.
        self.jailed = protection == "bubblewrap"
        self._limits = limits
        self._sending = threading.Lock()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the warden
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        options = {"control": theirs.fileno(), "protection": protection, "limits": asdict(limits)}
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own command line
                [
                    *(jail.command(root) if self.jailed else ()),
                    sys.executable, "-s", "-P", *_PROGRAM, json.dumps(options),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env=jail.environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )  # fmt: skip
        #: Ends the warden and all its cells; called at the latest when nobody refers to this any more.
        self.close = weakref.finalize(self, _close, process, self._control, self._errors)

    @property
    def is_open(self) -> bool:
        """Whether it can be asked."""
        return self.close.alive

    def ask(self, request: Request, *, seconds: float) -> Told:
        """What the cell says, after at most *seconds* and a little. Raises WardenLost; the cell is dead in any case."""
        hearing, saying = os.pipe()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, os.fdopen(hearing, "rb", buffering=0) as answer:
            try:
                with self._sending:
                    told = [request.model_dump_json().encode()]
                    socket.send_fds(self._control, told, [saying, theirs.fileno()], socket.MSG_NOSIGNAL)
            except OSError as error:
                raise self._lost() from error
            finally:
                os.close(saying)
                theirs.close()
            return self._listen(ours, answer, time.monotonic() + seconds)

    def _listen(self, status: socket.socket, answer: IO[bytes], deadline: float) -> Told:
        said, ended, why = bytearray(), None, ""
        with selectors.DefaultSelector() as selector:
            selector.register(status, selectors.EVENT_READ)
            selector.register(answer, selectors.EVENT_READ)
            # The answer's pipe is closed by the death of the last process that has it.
            while selector.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    if why or ended:
                        raise self._lost()
                    why, deadline = "time", time.monotonic() + ENDING
                    status.shutdown(socket.SHUT_WR)
                for key, _ in selector.select(max(0.0, left)):
                    if key.fileobj is status:
                        message = status.recv(_STATUS)
                        if not message:
                            raise self._lost()
                        ended = Ended.model_validate_json(message)
                        selector.unregister(status)
                    elif block := os.read(answer.fileno(), _BLOCK):
                        said += block[: MAXIMUM_ANSWER + 1 - len(said)]
                        if len(said) > MAXIMUM_ANSWER and not why:
                            why = "answer"
                            status.shutdown(socket.SHUT_WR)
                    else:
                        selector.unregister(answer)
        if ended is None:
            raise self._lost()
        return Told(ended.model_copy(update={"why": why or ended.why}), bytes(said))

    def _lost(self) -> WardenLost:
        """End what is left of it; what it said last."""
        with contextlib.suppress(ValueError, OSError):
            self._errors.seek(0)
            said = self._errors.read(_STATUS).decode("utf-8", "replace").strip()
            self.close()
            return WardenLost(said)
        return WardenLost("")


def _close(process: "subprocess.Popen[bytes]", control: socket.socket, errors: IO[bytes]) -> None:
    control.close()
    try:
        process.wait(1 if process.poll() is None else 0)
    except subprocess.TimeoutExpired:
        # It does not listen: bubblewrap, its first process and the warden are one group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    errors.close()
