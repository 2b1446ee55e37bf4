"""This service: one round over the mailbox, from the glance to the recorded decision and the written letter.

*polls*: how many rounds. Sending letters is nobody else's work here, so they wait in the outbox.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.contenders.common import play
from statement_intake.logs import configure_logs
from statement_intake.practice import prepare as make_ready
from statement_intake.rounds import Rounds, start_up
from statement_intake.settings import Settings
from statement_intake.workshop import open_workshop

_MEETINGS = Path(__file__).parent.parent.parent / "config" / "meetings"


def prepare(options: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """Open ledger and files in *folder*, and start the reader, as a service that runs has done."""
    settings = Settings(**settings_of(options))
    # Once in its life, and not by the process that is measured.
    make = "import sys; from statement_intake.ledger.ledger import open_ledger; open_ledger(sys.argv[1]).close()"
    subprocess.run([sys.executable, "-c", make, settings.ledger.url], check=True)  # noqa: S603 - our own program
    make_ready()
    stack = ExitStack()
    workshop = stack.enter_context(open_workshop(settings))
    start_up(workshop)
    workshop.desk.reader.protection(workshop.desk.files.incoming)
    # The first subject compiles the patterns of all the words.
    workshop.desk.knowledge.read_subject("12th EMIC statement – Kenya 4")
    rounds = Rounds(workshop, lambda: False)
    if options.get("warm"):
        rounds.go()

    def work() -> dict[str, Any]:
        started = time.perf_counter()
        for _ in range(options.get("polls", 1)):
            assert rounds.go()  # noqa: S101 - or something could not be reached
        assert rounds.close()  # noqa: S101 - the same
        seconds = time.perf_counter() - started
        counts = workshop.desk.ledger.arrivals.counts()
        stack.close()
        return {"counts": counts, "seconds": seconds}

    return work


def settings_of(options: dict[str, Any]) -> dict[str, Any]:
    """The service's settings for a mailbox of the benchmarks."""
    folder = Path(options["folder"])
    mailbox = {
        "host": options["host"], "port": options["port"], "security": "none", "username": options["user"],
        "password": options["password"],
    }  # fmt: skip
    return {
        "mailboxes": {"main": mailbox},
        "ledger": {"url": f"sqlite:///{folder / 'ledger.db'}"},
        "files": {"path": folder / "files"},
        "meetings": {"path": _MEETINGS},
        "replies": {"mode": "hold"},
        "limits": {"message_megabytes": options.get("message_megabytes", 400)},
        "reader": {"output_megabytes": options.get("message_megabytes", 400)},
    }


if __name__ == "__main__":
    configure_logs()
    play(prepare)
