"""The reader's parent, `python -m statement_intake.reading.warden`: started by `gate.py`, inside bubblewrap if it runs.

Everything that reading needs is loaded here once. For each mail that the service asks about it forks a process, puts
that into a cell of its own, keeps watch over it, and says how it ended. It never looks at a mail itself, and it ends
when the service does: its one connection to the outside is then closed.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from statement_intake.reading import child
from statement_intake.reading.answer import CLOSED, Answer, Ended, Request
from statement_intake.reading.walls import cell, census, jail, kernel, seccomp
from statement_intake.reading.walls.cell import Limits, Protection

#: Seconds between two looks at what the cells use.
WATCH = 0.1
#: Seconds that the service has for ending a cell by itself before the warden does.
PATIENCE = 1.0
#: Octets of a request.
_REQUEST = 65_536
#: A cell's own, within bubblewrap.
_NAMESPACES = kernel.CLONE_NEWUSER | kernel.CLONE_NEWPID | kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC
_NOTHING_HERE = b"/dev/null"


@dataclass
class _Cell:
    """A mail in work. *process* is the cell's first."""

    process: int
    handle: int
    #: Our end of the connection that the service learns from how it ended, and by which it ends it.
    status: int
    #: As the service names it.
    workspace: str
    deadline: float
    #: Why it was ended, in plain English; empty while it was not.
    why: str = ""


@dataclass
class Warden:
    """Forks, watches, and tells."""

    control: socket.socket
    protection: Protection
    limits: Limits
    cells: dict[int, _Cell] = field(default_factory=dict)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def serve(self) -> None:
        """Until the service closes the connection."""
        self.selector.register(self.control, selectors.EVENT_READ, None)
        watched = time.monotonic()
        while True:
            ready = self.selector.select(WATCH if self.cells else None)
            for key, _ in ready:
                if key.data is None:
                    if not self._take_request():
                        self._end_all()
                        return
                elif key.data in self.cells:
                    inmate = self.cells[key.data]
                    if key.fileobj is inmate.status:
                        # The service has had enough of it.
                        self.selector.unregister(inmate.status)
                        self._end(inmate, "time")
                    else:
                        self._has_ended(inmate)
            if self.cells and time.monotonic() - watched >= WATCH:
                self._watch()
                watched = time.monotonic()

    def _take_request(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self.control, _REQUEST, 2)
        if not message:
            return False
        request = Request.model_validate_json(message)
        answer, status = descriptors
        try:
            process = kernel.fork_into(_NAMESPACES) if self.protection == "bubblewrap" else os.fork()
        except OSError as error:
            # Other cells may have taken what there is of processes or namespaces; they are not to suffer for it.
            _refuse(error, answer, status)
            return True
        if process == 0:
            self._in_the_fork(request, answer)
        os.close(answer)
        inmate = _Cell(
            process=process,
            handle=os.pidfd_open(process),
            status=status,
            workspace=request.workspace,
            deadline=time.monotonic() + self.limits.seconds + PATIENCE,
        )
        self.cells[process] = inmate
        self.selector.register(inmate.handle, selectors.EVENT_READ, process)
        self.selector.register(inmate.status, selectors.EVENT_READ, process)
        return True

    def _place(self, name: str) -> Path:
        """Where a file or folder of the service's is for us."""
        return jail.MAILS / name if self.protection == "bubblewrap" else Path(name)

    def _in_the_fork(self, request: Request, answer: int) -> None:
        """Never returns."""
        code = 1
        try:
            _keep_only(answer)
            # A session is also what the kernel shares the processors by, where it does (autogroup, sched(7)).
            os.setsid()
            if self.protection == "bubblewrap":
                kernel.become_the_same_user()
            kernel.die_with_parent()
            self._read(request, answer)
            code = 0
        finally:
            os._exit(code)

    def _read(self, request: Request, answer: int) -> None:
        """In the cell: confine, limit, read, answer."""
        source, workspace = self._place(request.source), self._place(request.workspace)
        own_user = self.protection == "bubblewrap"
        try:
            if own_user:
                cell.enter_jailed(source, workspace, {run.sha256: self._place(run.source) for run in request.runs})
                source, workspace = jail.INPUT, jail.WORKSPACE
            elif self.protection == "landlock":
                cell.enter_landlocked(source, workspace)
            cell.limit(self.limits, own_user=own_user)
        except OSError as error:
            said = _unconfined(error)
        else:
            said = child.answer(request, source, workspace, self.limits)
        _say(answer, said)

    def _watch(self) -> None:
        used = census.take(self.cells, self.limits)
        for inmate in list(self.cells.values()):
            if time.monotonic() > inmate.deadline:
                self._end(inmate, "time")
            elif why := used.get(inmate.process) or census.too_much_written(self._place(inmate.workspace), self.limits):
                self._end(inmate, why)

    def _end(self, inmate: _Cell, why: str) -> None:
        inmate.why = inmate.why or why
        if self.protection == "bubblewrap":
            # The first process of its namespace: all others die with it (pid_namespaces(7)).
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(inmate.handle, signal.SIGKILL)
        else:
            cell.end_group(inmate.process)

    def _end_all(self) -> None:
        for inmate in list(self.cells.values()):
            self._end(inmate, CLOSED)
            self._has_ended(inmate)

    def _has_ended(self, inmate: _Cell) -> None:
        if self.protection != "bubblewrap":
            cell.end_group(inmate.process)
        _, status, used = os.wait4(inmate.process, 0)
        del self.cells[inmate.process]
        if self.protection != "bubblewrap":
            census.end_orphans(self.cells)
        if used.ru_utime + used.ru_stime >= self.limits.seconds:
            inmate.why = inmate.why or "processor"
        _tell(inmate.status, Ended(code=os.waitstatus_to_exitcode(status), why=inmate.why))
        for what in (inmate.handle, inmate.status):
            with suppress(KeyError):
                self.selector.unregister(what)
            os.close(what)


def _unconfined(error: OSError) -> bytes:
    return Answer(fault=f"the reader cannot be confined ({error})").model_dump_json().encode()


def _refuse(error: OSError, answer: int, status: int) -> None:
    """Say of a mail that it has no cell, and why."""
    with suppress(OSError):
        _say(answer, _unconfined(error))
    os.close(answer)
    _tell(status, Ended(code=0))
    os.close(status)


def _say(answer: int, said: bytes) -> None:
    """All of it."""
    rest = memoryview(said)
    while rest:
        rest = rest[os.write(answer, rest) :]


def _tell(status: int, how: Ended) -> None:
    """Say it to the service, which may have gone: Python lets no signal of that through."""
    with suppress(OSError):
        os.write(status, how.model_dump_json().encode())


def _keep_only(descriptor: int) -> None:
    """Close everything that is the warden's; standard streams lead nowhere."""
    nothing = os.open(_NOTHING_HERE, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, 65_536)


def main(arguments: Sequence[str]) -> int:
    """Serve the connection whose descriptor the command line names. 0 when the service has closed it."""
    options = json.loads(arguments[0])
    protection: Protection = options["protection"]
    # What ends us is the connection's end; a signal to the whole group is the service's business.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
    child.load(jail.MAILS if protection == "bubblewrap" else None)
    if protection == "bubblewrap":
        seccomp.deny(seccomp.ALWAYS)
    else:
        kernel.adopt_orphans()
        if protection == "landlock":
            seccomp.deny(seccomp.ALWAYS)
    # What is shared with the forks stays shared: the collector does not touch it any more.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=options["control"]) as control:
        Warden(control, protection, Limits(**options["limits"])).serve()
    return 0


if __name__ == "__main__":
    # Taking the interpreter apart would take longer than a mail, and the service waits for it.
    os._exit(main(sys.argv[1:]))
