"""The bubblewrap command line: what one reader may see and do."""

import os
import shutil
import sys
from pathlib import Path

import statement_intake

#: Where the child finds its input and puts its output.
INPUT = Path("/in/input")
WORKSPACE = Path("/out")
#: The user "nobody", inside its own user namespace.
NOBODY = "65534"

_SYSTEM = ("/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
_CONFIGURATION = ("/etc/alternatives", "/etc/ld.so.cache")


def bubblewrap() -> str | None:
    """The path of bubblewrap, or None if it is not installed."""
    return shutil.which("bwrap")


def command(source: Path, workspace: Path) -> list[str]:
    """Everything before the program: its own namespaces, no network, no capability, and a root with hardly anything.

    Readable are the system's programs, this Python and this package; *source* as INPUT; writable is *workspace* as
    WORKSPACE, and a /tmp of its own.
    """
    line = [
        bubblewrap() or "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        "--cap-drop", "ALL",
        "--uid", NOBODY,
        "--gid", NOBODY,
        "--hostname", "reader",
        "--proc", "/proc",
        "--dev", "/dev",
        "--tmpfs", "/tmp",  # noqa: S108 - inside the sandbox, where nobody else is
        "--ro-bind", "/usr", "/usr",
    ]  # fmt: skip
    for folder in _SYSTEM:
        if os.path.islink(folder):  # noqa: PTH114 - the link itself is wanted
            line += ["--symlink", os.readlink(folder), folder]  # noqa: PTH115
        elif os.path.isdir(folder):  # noqa: PTH112
            line += ["--ro-bind", folder, folder]
    for path in _CONFIGURATION:
        line += ["--ro-bind-try", path, path]
    for folder in _python():
        line += ["--ro-bind", folder, folder]
    line += ["--ro-bind", str(source), str(INPUT), "--bind", str(workspace), str(WORKSPACE)]
    for name, value in environment().items():
        line += ["--setenv", name, value]
    return [*line, "--chdir", "/", "--"]


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
