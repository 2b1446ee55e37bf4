"""Starts the service's process without waiting for its imports: one line of JSON in, a fork, and its end out.

What is forked is the real service: its settings from a file, its lock, its ledger, its reader, its connections.

    {"config": "service.toml", "command": "poll", "at": 17, "trace": "points"}   die by SIGKILL at the 17th point
    {"config": "service.toml", "command": "run"}                                  until it is killed from outside
    {"config": "service.toml", "command": "rounds", "at": 17}                     an error there, and it goes on
"""

import errno
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.rounds import Rounds
from statement_intake.service import poll_once, run
from statement_intake.settings import Settings, load
from tests.crash.points import installed
from tests.house import House


def main() -> None:
    """Serve orders from standard input until it ends."""
    _warm_up()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _serve(order)
        _say({"pid": child})
        _say({"status": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})


def _warm_up() -> None:
    """What every start loads, loaded once: a start of the service is the same without the wait for its modules."""
    # What it logs is no answer to an order.
    with redirect_stdout(sys.stderr), TemporaryDirectory() as folder:
        house = House(Path(folder))
        for name in ("main", "copy"):
            house.maildir(name)
        house.round()


def _say(what: dict[str, int]) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - the answer


def _serve(order: dict[str, Any]) -> None:
    code = 70
    try:
        quiet = os.open(order.get("log", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(quiet, stream)
        settings = load({"STATEMENT_INTAKE_CONFIG": order["config"]})
        with installed(_strike(order)):
            if order["command"] == "run":
                run(settings)
                code = 0
            elif order["command"] == "rounds":
                code = _rounds(settings)
            else:
                code = 0 if poll_once(settings) else 1
    finally:
        os._exit(code)


class _Configured(House):
    """A house with settings from a file."""

    loaded: Settings

    @property
    def settings(self) -> Settings:
        """As they were loaded."""
        return self.loaded


def _rounds(settings: Settings) -> int:
    """Go on in the same process after an error, with hours in between; start again only if the start failed."""
    house = _Configured(settings.files.path.parent)
    house.loaded = settings
    for _ in range(2):
        with suppress(SurroundingsFault, OSError), house.open() as workshop:
            for _ in range(4):
                # No rest between rounds, as after a long while.
                Rounds(workshop, lambda: False).go()
                house.clock.turn(hours=5)
            return 0
    return 1


#: What goes wrong at a point, by the beginning of its name.
_ERRORS: dict[str, Callable[[], Exception]] = {
    "store": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "ledger": lambda: sqlite3.OperationalError("database or disk is full"),
    "imap": lambda: ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)),
    "smtp": lambda: ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)),
}


def _strike(order: dict[str, Any]) -> Callable[[str], None]:
    """Count and note the points; die at the one that is ordered."""
    passed, at = 0, order.get("at")
    trace = Path(order["trace"]).open("a", encoding="utf-8") if "trace" in order else None  # noqa: SIM115 - for life

    def strike(name: str) -> None:
        nonlocal passed
        passed += 1
        if trace:
            trace.write(name + "\n")
            trace.flush()
        if passed == at and order["command"] == "rounds":
            fault = _ERRORS[name.split()[1]]
            raise fault()
        if passed == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


if __name__ == "__main__":
    main()
