"""A mail of 150 MB with the whole service in a memory cgroup of 384 MiB: the service, the warden, ffmpeg, all of it."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.arena import Arena, video_mail
from benchmarks.big_mail import runner
from benchmarks.contest import contest

MEBIBYTES = 384
#: Base64 makes 150 MB of it.
VIDEO_MEGABYTES = 109
_V1, _V2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")


def measure(arena: Arena, rounds: int) -> dict[str, float]:
    """small_memory_peak_mib: what the cgroup counted, the page cache included; else what the processes had together."""
    arena.fill("150mb", [video_mail(arena.folder, "Kenya", VIDEO_MEGABYTES)])
    group = _make_group()
    if group is None:
        print("  no memory cgroup can be made here: the processes' own memory is added up instead", file=sys.stderr)
    try:
        if group is not None:
            _enter(group)
        results = contest({"this service, 384 MiB": runner(arena, "service", "150mb")}, rounds=rounds)
    finally:
        if group is not None:
            _leave(group)
    results.table("One mail of 150 MB" + (" in a memory cgroup of 384 MiB" if group else ""))
    (run,) = results.runs["this service, 384 MiB"][:1]
    if run.said["counts"] != {"accepted": 1}:
        raise RuntimeError(f"the mail was not accepted: {run.said['counts']}")
    together = run.parent_mib + run.children_mib
    return {"small_memory_processes_mib": together} | ({"small_memory_cgroup_mib": _peak(group)} if group else {})


def _make_group() -> Path | None:
    """A cgroup with the limit, of the first or the second version; None where neither can be had."""
    name = f"statement-intake-bench-{os.getpid()}"
    for root, limit in ((_V1, "memory.limit_in_bytes"), (_V2, "memory.max")):
        group = root / name
        with contextlib.suppress(OSError):
            group.mkdir()
            try:
                (group / limit).write_text(str(MEBIBYTES << 20))
            except OSError:
                group.rmdir()
                raise
            return group
    return None


def _enter(group: Path) -> None:
    """This process, and so what it starts from now on; the mail server runs already, outside."""
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _leave(group: Path) -> None:
    (group.parent / "cgroup.procs").write_text(str(os.getpid()))


def _peak(group: Path) -> float:
    peak = 0.0
    for name in ("memory.max_usage_in_bytes", "memory.peak"):
        with contextlib.suppress(OSError):
            peak = int((group / name).read_text()) / (1 << 20)
    subprocess.run(["rmdir", str(group)], check=False)  # noqa: S603, S607 - it is empty by now, or stays
    return peak
