"""Videos: our judgement beside plain ffprobe, the listing of packets alone, and a full decode, on the same files.

Each file is judged by each contender in turn, in one run, so that what the machine does meanwhile hits all alike. Ours
runs as the reader's cell does: forked from a process that has everything loaded, its programs as children. Memory is
that of a contender and of all that it starts, sampled in a round of its own, for looking takes time; pages that several
share are divided among them.

    python -m benchmarks.media [--rounds N] [--file NAME]... [--no-inspection]
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.clips import FILES, INSPECTED, videos
from statement_intake.reading.videos.inspecting import inspect_video
from statement_intake.reading.videos.video import measure as measure_video

#: Seconds between two looks at memory.
LOOK = 0.01
_LISTING = ["-select_streams", "V:0", "-show_entries", "packet=pts_time,duration_time,flags", "-of", "csv=p=0"]


@dataclass(frozen=True)
class Run:
    """One contender's work on one file: seconds of the clock and of processors, and MiB at the peak if looked at."""

    wall: float
    processor: float
    memory: float = 0.0


@dataclass
class Runs:
    """All runs of one contender on one file."""

    runs: list[Run] = field(default_factory=list)
    #: MiB at the peak.
    memory: float = 0.0

    @property
    def wall(self) -> float:
        """The median."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def processor(self) -> float:
        """The median."""
        return statistics.median(run.processor for run in self.runs)


def contenders(video: Path, *, inspect: bool) -> dict[str, Callable[[], int]]:
    """What is done with one file: each starts a process."""
    probe = ["ffprobe", "-v", "error"]
    chosen: dict[str, Callable[[], int]] = {
        "ffprobe, header": lambda: _program([*probe, "-show_format", "-show_streams", "-of", "json", str(video)]),
        "packets alone": lambda: _program([*probe, *_LISTING, str(video)]),
        "our judgement": lambda: _forked(lambda: _judge(video)),
    }
    if inspect:
        chosen["full decode"] = lambda: _program(
            ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-f", "null", "-"]
        )
        chosen["our inspection"] = lambda: _forked(lambda: _inspect(video))
    return chosen


def _judge(video: Path) -> None:
    facts = measure_video(video, seconds=600)
    if not facts.readable:
        raise RuntimeError(f"{video} should be readable: {facts.problem}")


def _inspect(video: Path) -> None:
    with tempfile.TemporaryDirectory(dir=video.parent) as folder:
        found = inspect_video(video, Path(folder), seconds=3600, output_bytes=2_000_000_000)
        if found.proxy is None:
            raise RuntimeError(f"{video} should have a small copy")


def _program(command: list[str]) -> int:
    nothing = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1)]
    return os.posix_spawnp(command[0], command, os.environ, file_actions=nothing)


def _forked(work: Callable[[], None]) -> int:
    process = os.fork()
    if process == 0:
        code = 1
        with suppress(BaseException):
            work()
            code = 0
        os._exit(code)
    return process


def run(contender: Callable[[], int], *, watch: bool = False) -> Run:
    """Run a contender to its end. Its memory is looked at if *watch*, which makes it slower."""
    peak, ended = [0.0], threading.Event()
    started = time.monotonic()
    process = contender()

    def look() -> None:
        while not ended.wait(LOOK):
            peak[0] = max(peak[0], sum(_resident(one) for one in _family(process)))

    with ThreadPoolExecutor(1) as pool:
        if watch:
            pool.submit(look)
        _, status, used = os.wait4(process, 0)
        wall = time.monotonic() - started
        ended.set()
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError("a contender failed")
    return Run(wall, used.ru_utime + used.ru_stime, max(peak[0], used.ru_maxrss / 1024))


def _family(process: int) -> Iterator[int]:
    """A process and its descendants."""
    yield process
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))


def _resident(process: int) -> float:
    """MiB in memory now; pages that are shared are divided among those that share them where the kernel tells."""
    with suppress(OSError, IndexError, ValueError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def measure(
    _place: object = None, rounds: int = 3, names: Sequence[str] = (), *, inspect: bool = True
) -> dict[str, float]:
    """The ratios, smaller is better: the worst over all files."""
    ratios: dict[str, float] = {}
    with videos(names or list(FILES)) as files:
        for title, path in files.items():
            todo = contenders(path, inspect=inspect and title in INSPECTED)
            results = {name: Runs() for name in todo}
            for number in range(rounds):
                order = list(todo.items())
                for name, contender in order if number % 2 == 0 else reversed(order):
                    results[name].runs.append(run(contender))
            for name, contender in todo.items():
                results[name].memory = run(contender, watch=True).memory
            _table(f"{title}, {path.stat().st_size / 1e6:.0f} MB", results)
            for name, value in _ratios(results).items():
                ratios[name] = max(ratios.get(name, 0.0), value)
    return ratios


def _ratios(results: Mapping[str, Runs]) -> dict[str, float]:
    """Of one file."""
    ours = results["our judgement"]
    ratios = {"media_length_over_demux": ours.wall / results["packets alone"].wall, "media_judgement_mib": ours.memory}
    if "full decode" in results:
        decode, whole = results["full decode"], results["our inspection"]
        ratios["media_inspection_over_decode"] = whole.wall / decode.wall
        ratios["media_inspection_processor_over_decode"] = whole.processor / decode.processor
    return ratios


def _table(title: str, results: Mapping[str, Runs]) -> None:
    base = results["packets alone"]
    print(f"\n{title}")
    print(f"  {'':20}{'wall s':>9}{'/ packets':>10}{'CPU s':>9}{'/ packets':>10}{'MiB':>8}")
    for name, runs in results.items():
        print(
            f"  {name:20}{runs.wall:9.3f}{runs.wall / base.wall:10.2f}{runs.processor:9.3f}"
            f"{runs.processor / base.processor:10.2f}{runs.memory:8.0f}"
        )


def main() -> dict[str, float]:
    """Run what the command line names, or everything; print tables and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--file", action="append", default=[], help="for instance '1080p 3 min'")
    parser.add_argument("--no-inspection", action="store_true")
    options = parser.parse_args()
    ratios = measure(rounds=options.rounds, names=options.file, inspect=not options.no_inspection)
    for name, value in ratios.items():
        print(f"{name} = {value:.3f}")
    return ratios


if __name__ == "__main__":
    main()
