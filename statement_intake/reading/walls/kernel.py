"""What the kernel offers for confinement and Python's library does not: unshare, mount, prctl, capset, by ctypes.

Every call raises OSError as os.* would.
"""

import ctypes
import os
import platform
import signal
from itertools import takewhile
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18

_PR_SET_PDEATHSIG, _PR_CAPBSET_READ, _PR_CAPBSET_DROP = 1, 23, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_CAPABILITY_VERSION_3 = 0x20080522
_SIGKILL = 9

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.argtypes = (ctypes.c_int, *4 * [ctypes.c_ulong])
_libc.mount.argtypes = (*3 * [ctypes.c_char_p], ctypes.c_ulong, ctypes.c_char_p)
# Looked up now, or each cell would look them up.
_libc.unshare.argtypes = (ctypes.c_int,)
_libc.capset.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
#: The same, for what must not let go of the interpreter's lock.
_interpreter = ctypes.PyDLL(None, use_errno=True)
_interpreter.syscall.restype = ctypes.c_long
_NULL = ctypes.c_void_p(None)
#: The number of the system call; another machine gets as far as seccomp, and not to a fork.
_CLONE = 56 if platform.machine() == "x86_64" else 220


def checked(result: int, what: str) -> int:
    """*result*, or the OSError that a negative one stands for."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: object) -> int:
    """A raw system call: where the library knows no name for it."""
    converted = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    return checked(_libc.syscall(ctypes.c_long(number), *converted), f"system call {number}")


def fork_into(flags: int) -> int:
    """os.fork(), the child of which lives in the new namespaces that *flags* name from its first moment (clone(2)).

    Only for a process of one thread. Nobody else can hold a lock in it, so what Python mends after a fork (locks, the
    list of threads, the state of `random`) is whole, and left alone: the mending costs more than the fork.
    """
    arguments = (ctypes.c_long(_CLONE), ctypes.c_long(flags | signal.SIGCHLD), *4 * [_NULL])
    return checked(_interpreter.syscall(*arguments), "clone")


def unshare(flags: int) -> None:
    """Leave the namespaces that *flags* name for new ones (unshare(2))."""
    checked(_libc.unshare(flags), "unshare")


def become_the_same_user() -> None:
    """In a new user namespace: keep the user and group ids of the old one (user_namespaces(7))."""
    for path, text in _identity.items():
        # Each byte of memory that a cell writes costs a page that it no longer shares, so plain calls.
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, text)
        finally:
            os.close(descriptor)


#: Read before the namespace is left, in which nobody has a name yet.
_identity = {
    "/proc/self/setgroups": b"deny",
    "/proc/self/uid_map": b"%d %d 1" % (os.getuid(), os.getuid()),
    "/proc/self/gid_map": b"%d %d 1" % (os.getgid(), os.getgid()),
}


def keep_mounts_to_ourselves() -> None:
    """Of what is mounted from now on nobody else sees anything, nor do we of theirs."""
    _mount(None, "/", None, MS_REC | MS_PRIVATE)


def bind(source: Path, target: Path, *, writable: bool, everything: bool = False) -> None:
    """Show *source* at *target*, which exists; *everything*: with what is mounted within *source*."""
    _mount(str(source), str(target), None, MS_BIND | (MS_REC if everything else 0))
    if not writable:
        # What the mount was denied before has to be denied again, or the kernel refuses (mount_namespaces(7)).
        kept = os.statvfs(target).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
        _mount(None, str(target), None, MS_BIND | MS_REMOUNT | MS_RDONLY | kept)


def cover(folder: Path) -> None:
    """Put an empty folder that cannot be written to over *folder*."""
    _mount("none", str(folder), "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,nr_inodes=2,mode=555")


def scratch(folder: Path, octets: int) -> None:
    """Put an empty folder that takes *octets* and vanishes with its last user over *folder*."""
    _mount("none", str(folder), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, f"size={octets},nr_inodes=10000,mode=700")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    encoded = [text.encode() if text is not None else None for text in (source, target, kind, options)]
    checked(_libc.mount(*encoded[:3], flags, encoded[3]), f"mount on {target}")


def die_with_parent() -> None:
    """Be killed when the thread that forked us ends. Anything that gains capabilities undoes it (prctl(2))."""
    prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has died, so that none gets away (prctl(2))."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def no_new_privileges() -> None:
    """Let no program that is started gain what we do not have; a filter of system calls requires it."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for capability in _capabilities:
        prctl(_PR_CAPBSET_DROP, capability)
    checked(_libc.capset(_of_this_process, _none_at_all), "capset")


def prctl(option: int, value: int) -> int:
    """An operation on this process (prctl(2))."""
    return checked(_libc.prctl(option, value, 0, 0, 0), f"prctl {option}")


#: What capset(2) takes.
_of_this_process = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
_none_at_all = (ctypes.c_uint32 * 6)()
#: Those that this kernel knows, by their numbers.
_capabilities = tuple(takewhile(lambda number: _libc.prctl(_PR_CAPBSET_READ, number, 0, 0, 0) >= 0, range(64)))
