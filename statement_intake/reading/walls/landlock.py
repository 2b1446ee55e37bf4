"""Landlock (landlock(7)): which files a process may touch where no namespace can hide the others."""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from statement_intake.reading.walls.kernel import no_new_privileges, syscall

# The numbers are the same on every machine.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1

_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_EVERYTHING_OF_1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
#: Right by the version of the interface that brought it.
_RIGHTS_SINCE = {2: _REFER, 3: _TRUNCATE, 5: _IOCTL_DEVICE}
_NETWORK_SINCE, _TCP = 4, 3
_SCOPES_SINCE, _ABSTRACT_SOCKETS, _SIGNALS = 6, 1, 2

_OF_A_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL_DEVICE
_LOOK = _READ | _LIST | _EXECUTE


def version() -> int:
    """The version of the kernel's Landlock; 0 where it has none, or it is switched off."""
    try:
        return syscall(_CREATE, 0, 0, _VERSION)
    except OSError:
        return 0


def keeps_signals_in() -> bool:
    """Whether a confined process cannot signal others."""
    return version() >= _SCOPES_SINCE


def confine(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """From now on: look at *readable*, change *writable* (files or folders), nothing else. What is missing is skipped.

    Confining again can only take away. Raises OSError.
    """
    known = version()
    if not known:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock, or it is switched off")
    handled = _EVERYTHING_OF_1
    for since, right in _RIGHTS_SINCE.items():
        handled |= right if known >= since else 0
    attributes = struct.pack(
        "QQQ",
        handled,
        _TCP if known >= _NETWORK_SINCE else 0,
        _ABSTRACT_SOCKETS | _SIGNALS if known >= _SCOPES_SINCE else 0,
    )
    size = 24 if known >= _SCOPES_SINCE else 16 if known >= _NETWORK_SINCE else 8
    ruleset = syscall(_CREATE, ctypes.create_string_buffer(attributes, len(attributes)), size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _LOOK)
        for path in writable:
            # Not to run what was written; nor devices.
            _allow(ruleset, path, handled & ~(_EXECUTE | _IOCTL_DEVICE))
        no_new_privileges()
        syscall(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not path.is_dir():
            rights &= _OF_A_FILE
        rule = struct.pack("=Qi", rights, descriptor)
        syscall(_ADD, ruleset, _PATH_BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0)
    finally:
        os.close(descriptor)
