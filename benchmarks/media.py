"""Videos: our judgement beside plain ffprobe, the listing of packets alone, and a full decode, on the same files.

Each file is judged by each contender in turn, in one run, so that what the machine does meanwhile hits all alike. Ours
runs as the reader's cell does: forked from a process that has everything loaded, its programs as children. Memory is
that of a contender and of all that it starts, sampled; pages that several share are divided among them.

    python -m benchmarks.media [--rounds N] [--file NAME]... [--no-inspection]
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from statement_intake.reading.inspecting import inspect_video
from statement_intake.reading.video import measure as measure_video

#: Width and height, kilobits a second, and the lengths in seconds at which each size is tried.
SIZES = {"720p": ("1280x720", 2500), "1080p": ("1920x1080", 4500), "2160p": ("3840x2160", 14000)}
LENGTHS = {"10 s": 10, "3 min": 180, "30 min": 1800}
#: The file that a full inspection is compared with a full decode on, and the longest that is decoded at all.
INSPECTED, LONGEST_DECODE = "1080p 3 min", 180
#: Seconds of each clip that is made; longer files repeat it, packet by packet.
CLIP = 10
#: Seconds between two looks at memory.
LOOK = 0.01
_MEBIBYTE = 1 << 20
_LISTING = ["-select_streams", "V:0", "-show_entries", "packet=pts_time,duration_time,flags", "-of", "csv=p=0"]


@dataclass(frozen=True)
class Run:
    """One contender's work on one file: seconds of the clock and of processors, and MiB at the peak."""

    wall: float
    processor: float
    memory: float


@dataclass
class Runs:
    """All runs of one contender on one file."""

    runs: list[Run] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """The median."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def processor(self) -> float:
        """The median."""
        return statistics.median(run.processor for run in self.runs)

    @property
    def memory(self) -> float:
        """The largest."""
        return max(run.memory for run in self.runs)


def contenders(video: Path, seconds: int, *, inspect: bool) -> dict[str, Callable[[], Run]]:
    """What is done with one file."""
    probe = ["ffprobe", "-v", "error"]
    chosen: dict[str, Callable[[], Run]] = {
        "ffprobe, header": lambda: _program([*probe, "-show_format", "-show_streams", "-of", "json", str(video)]),
        "packets alone": lambda: _program([*probe, *_LISTING, str(video)]),
        "our judgement": lambda: _forked(lambda: _judge(video)),
    }
    if seconds <= LONGEST_DECODE and inspect:
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


def _program(command: Sequence[str]) -> Run:
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    return _watched(process.pid, started)


def _forked(work: Callable[[], None]) -> Run:
    started = time.monotonic()
    process = os.fork()
    if process == 0:
        code = 1
        with suppress(BaseException):
            work()
            code = 0
        os._exit(code)
    return _watched(process, started)


def _watched(process: int, started: float) -> Run:
    peak, ended = [0.0], threading.Event()

    def look() -> None:
        while not ended.wait(LOOK):
            peak[0] = max(peak[0], sum(_resident(one) for one in _family(process)))

    watcher = threading.Thread(target=look)
    watcher.start()
    _, status, used = os.wait4(process, 0)
    wall = time.monotonic() - started
    ended.set()
    watcher.join()
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


@contextmanager
def videos(names: Sequence[str]) -> Iterator[dict[str, tuple[Path, int]]]:
    """The files, by name, with their seconds. Each size is encoded once."""
    with tempfile.TemporaryDirectory() as name:
        folder, made = Path(name), {}
        for size, (pixels, rate) in SIZES.items():
            wanted = {f"{size} {length}": seconds for length, seconds in LENGTHS.items() if f"{size} {length}" in names}
            if wanted:
                _clip(folder / f"{size}.mp4", pixels, rate)
            for title, seconds in wanted.items():
                path = folder / f"{size}-{seconds}.mp4"
                _ffmpeg(
                    *("-stream_loop", str(seconds // CLIP - 1), "-i", str(folder / f"{size}.mp4"), "-c", "copy"),
                    *("-movflags", "+faststart", str(path)),
                )
                made[title] = (path, seconds)
        yield made


def _clip(path: Path, pixels: str, rate: int) -> None:
    """A moving picture with a camera's noise, coded as usual, with B pictures; and sound that comes and goes."""
    picture = f"testsrc2=size={pixels}:rate=30:duration={CLIP},gblur=sigma=2,noise=alls=4:allf=t"
    sound = f"anoisesrc=color=pink:seed=3:duration={CLIP},tremolo=f=3:d=0.8,pan=stereo|c0=c0|c1=c0"
    _ffmpeg(
        *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound),
        *("-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-b:v", f"{rate}k", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-b:a", "128k", str(path)),
    )


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], check=True)  # noqa: S603, S607


def measure(
    _place: object = None, rounds: int = 3, names: Sequence[str] = (), *, inspect: bool = True
) -> dict[str, float]:
    """The ratios, smaller is better: the worst over all files for the length, one file for the inspection."""
    wanted = names or [f"{size} {length}" for size in SIZES for length in LENGTHS]
    ratios: dict[str, float] = {}
    memory = 0.0
    with videos(wanted) as files:
        for title, (path, seconds) in files.items():
            todo = contenders(path, seconds, inspect=inspect and title == INSPECTED)
            results = {name: Runs() for name in todo}
            for number in range(rounds):
                order = list(todo.items())
                for name, run in order if number % 2 == 0 else reversed(order):
                    results[name].runs.append(run())
            _table(f"{title}, {path.stat().st_size / 1e6:.0f} MB", results)
            packets, ours = results["packets alone"], results["our judgement"]
            ratios["media_length_over_demux"] = max(
                ratios.get("media_length_over_demux", 0.0), ours.wall / packets.wall
            )
            memory = max(memory, ours.memory)
            if "full decode" in results:
                decode, whole = results["full decode"], results["our inspection"]
                ratios["media_inspection_over_decode"] = whole.wall / decode.wall
                ratios["media_inspection_processor_over_decode"] = whole.processor / decode.processor
    return ratios | {"media_judgement_mib": memory}


def _table(title: str, results: dict[str, Runs]) -> None:
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
