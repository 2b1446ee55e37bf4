"""From a mail's arrival in the mailbox to its reply at the mail server, by IDLE: the service as it runs.

Dovecot itself waits half a second before it announces new mail.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.arena import STATES, Arena, written_mail
from statement_intake.operations.local_dovecot import append
from statement_intake.operations.local_smtp import smtp_sink

if TYPE_CHECKING:
    from statement_intake.operations.local_servers import SmtpSink

_MEETINGS = Path(__file__).parent.parent / "config" / "meetings"
#: Between two polls, in seconds: so long that only IDLE can have woken the service.
_POLL = 3_600
#: For the service to start, and to listen again after it has worked.
_SETTLE = 5.0
_NOON = datetime(2023, 8, 23, 12, tzinfo=UTC)


def measure(arena: Arena, rounds: int) -> dict[str, float]:
    """idle_latency_seconds: the median over *rounds* mails, after one that is not counted."""
    options = arena.options("latency")
    folder = Path(options["folder"])
    append(arena.server, "latency", written_mail(len(STATES)), _NOON)
    with smtp_sink(folder / "sent") as sink, _service(folder, options, sink) as process:
        try:
            sink.wait_for(1, 60)
            taken = [_one(arena, sink, number) for number in range(rounds)]
        finally:
            process.terminate()
    arena.clean(options)
    print("\nFrom arrival to reply, by IDLE")
    print("  seconds " + " ".join(f"{seconds:.3f}" for seconds in taken))
    return {"idle_latency_seconds": statistics.median(taken)}


def _one(arena: Arena, sink: "SmtpSink", number: int) -> float:
    time.sleep(_SETTLE)
    raw = written_mail(number)
    count = len(sink.received)
    started = time.perf_counter()
    append(arena.server, "latency", raw, _NOON)
    sink.wait_for(count + 1, 60)
    return time.perf_counter() - started


def _service(folder: Path, options: dict[str, Any], sink: "SmtpSink") -> subprocess.Popen[bytes]:
    file = folder / "service.toml"
    file.write_text(
        f'[mailboxes.main]\nhost = "{options["host"]}"\nport = {options["port"]}\nsecurity = "none"\n'
        f'username = "latency"\npassword = "{options["password"]}"\nidle = true\n[schedule]\npoll_seconds = {_POLL}\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {sink.port}\nsecurity = "none"\nsender = "uncac@un.org"\n'
        f'[replies]\nmode = "send"\n[ledger]\nurl = "sqlite:///ledger.db"\n[files]\npath = "files"\n'
        f"[meetings]\npath = {json.dumps(str(_MEETINGS))}\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "STATEMENT_INTAKE_CONFIG": str(file)}
    command = [sys.executable, "-m", "statement_intake", "run"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603 - our own program
