"""What every contender does: load, say so, wait, work, and say how long that took."""

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def play(prepare: Callable[[dict[str, Any]], Callable[[], dict[str, Any] | None]]) -> None:
    """*prepare* is given the options and gives what is measured, which may give more to be told."""
    work = prepare(json.loads(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.perf_counter()
    more = work() or {}
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak_mib": peak_mib()} | more), flush=True)


def peak_mib() -> float:
    """The most that this process has had in memory (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0
