"""What the cells use: processes, memory and room on disk, counted from outside, where no trick within reaches.

Limits of the kernel count for each process, or not at all where the service runs as root. A cell that fills the
machine with small processes or small files stays below each of them.
"""

import os
import signal
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from statement_intake.reading.walls.cell import MAXIMUM_PROCESSES, MEGABYTE, Limits

#: Files and folders in one mail's workspace.
MAXIMUM_FILES = 2_000
#: All processes of a mail together may have this many times the address space of one.
TOGETHER = 2
#: What the content of a mail may take on disk beyond its limit: drafts, blocks not filled.
_SLACK = 64 * MEGABYTE
_BLOCK = 512
#: Looks for orphans until there are none; each finds those that were made during the last.
_LOOKS = 1_000


class _Process(NamedTuple):
    parent: int
    threads: int
    #: Bytes in memory.
    resident: int


def take(cells: Collection[int], limits: Limits) -> dict[int, str]:
    """The cells that use more than they may, by their first process, and what they use too much of."""
    processes = _processes()
    ours = processes[os.getpid()].resident if os.getpid() in processes else 0
    threads, resident = dict.fromkeys(cells, 0), dict.fromkeys(cells, 0)
    for number, process in processes.items():
        owner = _owner(number, processes, cells)
        if owner is not None:
            threads[owner] += process.threads
            # Most of what a fork has it shares with us.
            resident[owner] += max(0, process.resident - ours)
    most = TOGETHER * limits.memory_megabytes * MEGABYTE
    return {
        owner: "processes" if threads[owner] > MAXIMUM_PROCESSES else "memory"
        for owner in cells
        if threads[owner] > MAXIMUM_PROCESSES or resident[owner] > most
    }


def too_much_written(workspace: Path, limits: Limits) -> str:
    """Whether a mail's folder holds more than it may: what, or empty."""
    files, octets, waiting = 0, 0, [workspace]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                files += 1
                if files > MAXIMUM_FILES:
                    return "files"
                with suppress(OSError):
                    octets += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
    return "output" if octets > limits.output_bytes + _SLACK else ""


def end_orphans(cells: Collection[int]) -> None:
    """Kill what has left its cell: processes that became our own children when their parents died."""
    for _ in range(_LOOKS):
        ours = [number for number, process in _processes().items() if process.parent == os.getpid()]
        orphans = [number for number in ours if number not in cells]
        if not orphans:
            return
        for number in orphans:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(number, 0)


def _owner(number: int, processes: dict[int, _Process], cells: Collection[int]) -> int | None:
    """The cell that a process belongs to, by its ancestors."""
    for _ in range(len(processes)):
        if number in cells:
            return number
        if number not in processes:
            return None
        number = processes[number].parent
    return None


def _processes() -> dict[int, _Process]:
    """Every process that /proc shows (proc(5), /proc/pid/stat)."""
    page = os.sysconf("SC_PAGESIZE")
    found = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - names alone
        if name.isdecimal():
            with suppress(OSError):
                # The second field, the program's name, may hold anything; what follows are numbers.
                fields = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
                found[int(name)] = _Process(int(fields[1]), int(fields[17]), int(fields[21]) * page)
    return found
