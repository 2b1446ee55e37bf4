"""The bubblewrap command line: the walls around the warden and all its cells."""

import os
import shutil
import sys
from pathlib import Path

import statement_intake

#: Where a cell finds its mail and puts its content.
INPUT = Path("/in/input")
WORKSPACE = Path("/out")
#: Where the warden sees the folder that all mails in work lie in. Covered in every cell.
MAILS = Path("/mails")
#: Where a cell may leave what it needs for a moment. Not /tmp: a checkout may lie there, and has to be seen.
SCRATCH = Path("/scratch")
#: The user "nobody", inside its own user namespace.
NOBODY = "65534"

_SYSTEM = ("/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
_CONFIGURATION = ("/etc/alternatives", "/etc/ld.so.cache")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def bubblewrap() -> str | None:
    """The path of bubblewrap, or None if it is not installed."""
    return shutil.which("bwrap")


def command(root: Path) -> list[str]:
    """Everything before the program: its own namespaces, no network, no capability, and a root with hardly anything.

    Readable are the system's programs, this Python and this package; writable is *root* as MAILS. The places of a cell
    are there, empty.
    """
    line = [
        bubblewrap() or "bwrap",
        "--unshare-all",
        # The warden is the first process: whoever kills it kills every cell, whatever a cell has done to outlive it.
        "--as-pid-1",
        "--clearenv",
        "--cap-drop", "ALL",
        "--uid", NOBODY,
        "--gid", NOBODY,
        "--hostname", "reader",
        "--proc", "/proc",
        "--dev", "/dev",
        "--dir", "/tmp",  # noqa: S108 - inside the sandbox, where it is empty and stays so
        "--dir", str(SCRATCH),
        *system(),
    ]  # fmt: skip
    for folder in _python():
        line += ["--ro-bind", folder, folder]
    line += ["--bind", str(root), str(MAILS), "--ro-bind", "/dev/null", str(INPUT), "--dir", str(WORKSPACE)]
    # What one cell could write to another could read.
    line += ["--remount-ro", "/dev", "--remount-ro", "/"]
    for name, value in (environment() | {"TMPDIR": str(SCRATCH)}).items():
        line += ["--setenv", name, value]
    return [*line, "--chdir", "/", "--"]


def system(*more: str) -> list[str]:
    """The system's programs and what they need to be found, and *more* where that is there, all read-only."""
    line = ["--ro-bind", "/usr", "/usr"]
    for folder in _SYSTEM:
        if os.path.islink(folder):  # noqa: PTH114 - the link itself is wanted
            line += ["--symlink", os.readlink(folder), folder]  # noqa: PTH115
        elif os.path.isdir(folder):  # noqa: PTH112
            line += ["--ro-bind", folder, folder]
    for path in (*_CONFIGURATION, *more):
        line += ["--ro-bind-try", path, path]
    return line


def readable() -> list[Path]:
    """What a cell may look at where no bubblewrap hides the rest."""
    return [Path(path) for path in ("/usr", *_SYSTEM, *_CONFIGURATION, *_python(), *_DEVICES)]


def environment() -> dict[str, str]:
    """The child's whole environment."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(_package().parent),
        "MALLOC_ARENA_MAX": "2",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }


def _package() -> Path:
    return Path(statement_intake.__file__).resolve().parent


def _python() -> list[str]:
    """The folders that this interpreter and this package need, without those that lie in /usr or in each other."""
    folders = {
        Path(sys.base_prefix),
        Path(sys.prefix),
        Path(sys.base_prefix).resolve(),
        Path(sys.prefix).resolve(),
        _package(),
    }
    outside = {folder for folder in folders if folder != Path("/usr") and Path("/usr") not in folder.parents}
    return sorted(str(folder) for folder in outside if not outside & set(folder.parents))


def python_folders() -> list[str]:
    """What this interpreter and this package need outside of /usr."""
    return _python()
