"""Cells: what one process that reads hostile bytes can see and do, and nothing beyond.

Within bubblewrap's jail a mail has namespaces of its own: users, processes, mounts, System V objects. What the jail
holds of other mails is covered there by mounts of the cell, which become locked for whatever namespace its process may
make in turn (mount_namespaces(7)). Programs and libraries of others see less still: one file, and a folder at most.
Where bubblewrap cannot run, Landlock and filters of system calls draw the same lines more coarsely.
"""

import contextlib
import os
import resource
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from statement_intake.reading.walls import jail, kernel, landlock, seccomp

MEGABYTE = 1_000_000
#: Processes and threads of one mail: its reader, ffmpeg and its threads.
MAXIMUM_PROCESSES = 256
MAXIMUM_OPEN_FILES = 128
#: Octets of a cell's scratch folder, which is memory.
SCRATCH = 64 * MEGABYTE
#: What keeps mails and machine apart: bubblewrap and namespaces, Landlock and seccomp, or limits on resources alone.
Protection = Literal["bubblewrap", "landlock", "limits"]

#: Within a cell: where a program of others is shown what it may see, before anything else is taken from its sight.
_VIEW = jail.SCRATCH / "view"
_NOTHING = Path("/dev/null")
#: Of a process that sees less than its cell.
_NAMESPACES = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC
#: What a cell sees nothing of.
_COVERED = (jail.MAILS, Path("/proc"), Path("/dev/pts"))


@dataclass(frozen=True)
class Limits:
    """What one mail may take."""

    #: Wall time, and time of a processor.
    seconds: float
    #: Address space of each process.
    memory_megabytes: int
    #: What all files together may take on disk.
    output_megabytes: int
    message_megabytes: int

    @property
    def output_bytes(self) -> int:
        """Bytes on disk."""
        return self.output_megabytes * MEGABYTE


#: How this process is confined; None outside of every cell, and where there are limits alone.
_confined: Protection | None = None


def enter_jailed(source: Path, workspace: Path, content: Mapping[str, Path]) -> None:
    """Become the reader of one mail, as the first process of a process namespace: *source* is INPUT, *workspace* OUT.

    *content*: files that are in OUT from the beginning, by their names there, and cannot be changed. Paths as the jail
    has them. Raises OSError.
    """
    kernel.keep_mounts_to_ourselves()
    kernel.scratch(jail.SCRATCH, SCRATCH)
    kernel.bind(workspace, jail.WORKSPACE, writable=True)
    kernel.bind(source, jail.INPUT, writable=False)
    for name, file in content.items():
        (jail.WORKSPACE / name).touch()
        kernel.bind(file, jail.WORKSPACE / name, writable=False)
    for folder in _COVERED:
        kernel.cover(folder)
    os.chdir("/")
    kernel.drop_capabilities()
    _confine("bubblewrap")


def enter_landlocked(source: Path, workspace: Path) -> None:
    """Become the reader of one mail without bubblewrap. Raises OSError."""
    os.chdir("/")
    landlock.confine([*jail.readable(), source], [workspace, _NOTHING])
    seccomp.deny((*seccomp.NO_LEAVING, *_no_signals(), *seccomp.NO_NAMESPACES))
    _confine("landlock")


def limit(limits: Limits, *, own_user: bool) -> None:
    """Limits of this process and, inherited, of each that it starts (setrlimit(2)).

    *own_user*: it is alone in its user namespace. Elsewhere a limit on processes would count all of the user's.
    """
    wanted = {
        resource.RLIMIT_AS: limits.memory_megabytes * MEGABYTE,
        resource.RLIMIT_CPU: int(limits.seconds) + 1,
        resource.RLIMIT_FSIZE: limits.output_bytes + MEGABYTE,
        resource.RLIMIT_NOFILE: MAXIMUM_OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        **({resource.RLIMIT_NPROC: MAXIMUM_PROCESSES} if own_user else {}),
    }
    for what, value in wanted.items():
        _, hard = resource.getrlimit(what)
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (least, least))


def around_program(reads: Sequence[Path], writes: Path | None) -> Callable[[], None] | None:
    """What a program's process has to do before it starts, so that it sees *reads*, changes *writes*, and no more.

    All of them lie in this mail's workspace. None where there is nothing to be done: outside of a cell. Raises OSError.
    """
    if _confined == "landlock":
        return lambda: landlock.confine([*jail.readable(), *reads], [_NOTHING, *([writes] if writes else [])])
    if _confined != "bubblewrap":
        return None
    _prepare(reads, writes)

    def enter() -> None:
        kernel.unshare(_NAMESPACES)
        _narrow(reads, writes)
        kernel.drop_capabilities()
        seccomp.deny(seccomp.NO_NAMESPACES)

    return enter


def fork_apart(reads: Path) -> int:
    """os.fork(), the child of which is to parse one file with a native library, and calls `enter_apart` first.

    Only for a process of one thread, where it is confined. Raises OSError.
    """
    if _confined == "bubblewrap":
        _prepare([reads], None)
        return kernel.fork_into(_NAMESPACES)
    with warnings.catch_warnings():
        # Python warns where threads may hold locks. The reader has none; what is forked from a test only computes.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def enter_apart(reads: Path) -> None:
    """Be of this mail what parses one file with a native library: nothing else is seen. Raises OSError."""
    if _confined == "landlock":
        landlock.confine([*jail.readable(), reads], [_NOTHING])
    elif _confined == "bubblewrap":
        _narrow([reads], None)
        kernel.drop_capabilities()


def _prepare(reads: Sequence[Path], writes: Path | None) -> None:
    """Make the places that the things to be seen are shown at: the other side cannot, it is nobody in its namespace."""
    _VIEW.mkdir(mode=0o700, exist_ok=True)
    for path in reads:
        place = _VIEW / path.relative_to(jail.WORKSPACE)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.touch()
    if writes is not None:
        (_VIEW / writes.relative_to(jail.WORKSPACE)).mkdir(mode=0o700, parents=True, exist_ok=True)


def _narrow(reads: Sequence[Path], writes: Path | None) -> None:
    kernel.keep_mounts_to_ourselves()
    for path in reads:
        kernel.bind(path, _VIEW / path.relative_to(jail.WORKSPACE), writable=False)
    if writes is not None:
        kernel.bind(writes, _VIEW / writes.relative_to(jail.WORKSPACE), writable=True)
    kernel.bind(_VIEW, jail.WORKSPACE, writable=False, everything=True)
    kernel.bind(_NOTHING, jail.INPUT, writable=False)
    kernel.cover(jail.SCRATCH)


def _no_signals() -> tuple[str, ...]:
    return () if landlock.keeps_signals_in() else seccomp.NO_SIGNALS


def _confine(how: Protection) -> None:
    global _confined  # noqa: PLW0603 - a fact about this process, which cannot be undone
    _confined = how


def end_group(group: int) -> None:
    """Kill every process of a group; there may be none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, 9)
