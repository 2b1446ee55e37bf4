"""Runs contenders in turn, each in a process of its own, and watches the memory of it and of all that it starts.

A contender is `python -m benchmarks.contenders.NAME OPTIONS`: it loads what it needs, says "ready", waits for a line,
works, and says in JSON how many seconds that took. So nobody is charged for the start of an interpreter.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

#: Seconds between two looks at memory.
LOOK = 0.01
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Run:
    """One contender's work, once."""

    seconds: float
    #: Seconds of processor time, of its own and of all it started; what was spent before the work began is left out.
    cpu: float
    #: MiB, the most that the contender's own process had in memory.
    parent_mib: float
    #: MiB, the most that all it started had together; shared pages count once for each.
    children_mib: float
    #: Whatever it says of itself.
    said: Mapping[str, Any]


@dataclass
class Results:
    """All runs of one contest, by contender."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def seconds(self, name: str) -> float:
        """The median."""
        return statistics.median(run.seconds for run in self.runs[name])

    def cpu(self, name: str) -> float:
        """The median."""
        return statistics.median(run.cpu for run in self.runs[name])

    def parent(self, name: str) -> float:
        """The largest peak, in MiB."""
        return max(run.parent_mib for run in self.runs[name])

    def children(self, name: str) -> float:
        """The largest peak, in MiB."""
        return max(run.children_mib for run in self.runs[name])

    def ratio(self, name: str, other: str) -> float:
        """Of the medians."""
        return self.seconds(name) / self.seconds(other)

    def table(self, title: str) -> None:
        """Print it."""
        print(f"\n{title}")
        print(f"  {'':28}{'seconds':>9}{'fastest':>9}{'cpu':>9}{'MiB':>8}{'+ children':>12}  runs")
        for name, runs in self.runs.items():
            fastest = min(run.seconds for run in runs)
            print(
                f"  {name:28}{self.seconds(name):9.3f}{fastest:9.3f}{self.cpu(name):9.3f}{self.parent(name):8.0f}"
                f"{self.children(name):12.0f}  {len(runs)}"
            )


def contest(contenders: Mapping[str, Callable[[], Run]], *, rounds: int) -> Results:
    """Each contender in turn, *rounds* times, so that what the machine does meanwhile hits all alike."""
    results = Results({name: [] for name in contenders})
    for number in range(rounds):
        order = list(contenders.items())
        for name, run in order if number % 2 == 0 else reversed(order):
            results.runs[name].append(run())
    return results


def contender(name: str, options: Mapping[str, Any]) -> Run:
    """Run one of ours. Raises RuntimeError where it fails."""
    command = [sys.executable, "-m", f"benchmarks.contenders.{name}", json.dumps(dict(options), default=str)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # As the unit in docs/ has it.
        env=os.environ | {"MALLOC_ARENA_MAX": "1"},
    ) as process:  # fmt: skip
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101
        before = reaped()
        ready = process.stdout.readline()
        spent = used(process.pid)
        with _Watching(process.pid) as peak:
            with suppress(BrokenPipeError):
                process.stdin.write("go\n")
                process.stdin.flush()
            said, errors = process.communicate()
    if process.returncode or not ready:
        raise RuntimeError(f"{name} failed: {errors[-3000:]}")
    told = json.loads(said.strip().splitlines()[-1])
    return Run(told["seconds"], reaped() - before - spent, told["peak_mib"], peak.children, told)


class _Watching:
    """Looks at a process and its descendants until the end. MiB."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.parent = self.children = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(LOOK):
            own, others = resident(self.process)
            self.parent, self.children = max(self.parent, own), max(self.children, others)


def watch(command: list[str], **options: Any) -> tuple[int, float, float, str]:  # noqa: ANN401 - Popen's own
    """Run a foreign program: its exit code, the peaks of it and of its children in MiB, and what it said."""
    process = subprocess.Popen(  # noqa: S603 - a command of ours
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    with process, _Watching(process.pid) as peak:
        said, _ = process.communicate()
    return process.returncode, peak.parent, peak.children, said


def reaped() -> float:
    """Seconds of processor time of all that has ended of what this process started."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def used(process: int) -> float:
    """Seconds of processor time of a process and its descendants, those that have ended included."""
    spent, waiting = 0.0, [process]
    while waiting:
        number = waiting.pop()
        with suppress(OSError):
            fields = Path("/proc", str(number), "stat").read_bytes().rpartition(b")")[2].split()
            spent += sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
            children = Path("/proc", str(number), "task", str(number), "children").read_text()
            waiting += [int(child) for child in children.split()]
    return spent


def resident(process: int) -> tuple[float, float]:
    """MiB in memory of a process, and of all its descendants together."""
    page = os.sysconf("SC_PAGESIZE")
    parents, sizes = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_bytes().rpartition(b")")[2].split()
            number = int(path.parent.name)
            parents[number], sizes[number] = int(fields[1]), int(fields[21]) * page / _MEBIBYTE
    total = 0.0
    for number, size in sizes.items():
        ancestor = parents[number]
        while ancestor not in {0, process}:
            ancestor = parents.get(ancestor, 0)
        total += size if ancestor == process else 0.0
    return sizes.get(process, 0.0), total
