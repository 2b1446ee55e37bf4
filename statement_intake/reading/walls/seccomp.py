"""Filters of system calls (seccomp(2)): what a process that reads hostile bytes has no business with.

A list of what is denied, not of what is allowed: ffmpeg and the document libraries change what they call with every
release. Namespaces, Landlock and limits are the wall; this takes away the tools for climbing it. A filter stays with a
process and all its descendants, and another one can only add to it.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Mapping

from statement_intake.reading.walls.kernel import checked, no_new_privileges, syscall

#: By machine: AUDIT_ARCH_*, the number of seccomp itself, and the numbers of the calls that are denied.
_MACHINES: Mapping[str, tuple[int, int, Mapping[str, int]]] = {
    "x86_64": (0xC000003E, 317, {
        "socket": 41, "kill": 62, "ptrace": 101, "setpgid": 109, "setsid": 112, "rt_sigqueueinfo": 129,
        "pivot_root": 155, "mount": 165, "umount2": 166, "tkill": 200, "kexec_load": 246, "add_key": 248,
        "request_key": 249, "keyctl": 250, "tgkill": 234, "unshare": 272, "perf_event_open": 298,
        "rt_tgsigqueueinfo": 297, "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310,
        "process_vm_writev": 311, "bpf": 321, "userfaultfd": 323, "pidfd_send_signal": 424, "io_uring_setup": 425,
        "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
        "pidfd_getfd": 438, "mount_setattr": 442, "clone": 56, "clone3": 435,
    }),
    "aarch64": (0xC00000B7, 277, {
        "socket": 198, "kill": 129, "ptrace": 117, "setpgid": 154, "setsid": 157, "rt_sigqueueinfo": 138,
        "pivot_root": 41, "mount": 40, "umount2": 39, "tkill": 130, "kexec_load": 104, "add_key": 217,
        "request_key": 218, "keyctl": 219, "tgkill": 131, "unshare": 97, "perf_event_open": 241,
        "rt_tgsigqueueinfo": 240, "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270,
        "process_vm_writev": 271, "bpf": 280, "userfaultfd": 282, "pidfd_send_signal": 424, "io_uring_setup": 425,
        "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
        "pidfd_getfd": 438, "mount_setattr": 442, "clone": 220, "clone3": 435,
    }),
}  # fmt: skip

#: No network, not even to this machine (io_uring could open sockets, too), no look into other processes, no keys.
ALWAYS = (
    "socket", "io_uring_setup", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "open_by_handle_at",
    "add_key", "request_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "kexec_load",
)  # fmt: skip
#: For a program of somebody else's: it makes no namespaces, and nothing is mounted there any more.
NO_NAMESPACES = (
    "unshare", "setns", "mount", "umount2", "pivot_root", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount",
    "fspick", "mount_setattr",
)  # fmt: skip
#: Where no namespace keeps processes together: nobody leaves the group that is killed as one.
NO_LEAVING = ("setsid", "setpgid")
#: Where neither a namespace nor Landlock keeps signals in. A process that has to be killed then dies with its group.
NO_SIGNALS = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")

_NAMESPACES = 0x7E020080  # CLONE_NEW*, as clone(2) takes them
_SET_MODE_FILTER = 1
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
# Classic BPF: load a word of seccomp_data, compare, test bits, return.
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000


def deny(calls: tuple[str, ...]) -> None:
    """Deny *calls* to this process and its descendants from now on. Raises OSError where the kernel cannot."""
    machine = platform.machine()
    if machine not in _MACHINES:
        raise OSError(errno.ENOSYS, f"no filter of system calls for the machine {machine}")
    architecture, number, numbers = _MACHINES[machine]
    program = _program(architecture, numbers, calls)
    no_new_privileges()
    code = ctypes.create_string_buffer(program, len(program))
    filter_ = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    checked(syscall(number, _SET_MODE_FILTER, 0, ctypes.create_string_buffer(filter_, len(filter_))), "seccomp")


def _program(architecture: int, numbers: Mapping[str, int], calls: tuple[str, ...]) -> bytes:
    """The filter, an instruction of eight octets after the other (linux/filter.h)."""
    refuse = _ERRNO | errno.EACCES
    lines = [
        # Another architecture's calls have other numbers; whoever makes them is up to something.
        _line(_LOAD, _ARCHITECTURE), _line(_EQUAL, architecture, 1, 0), _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER), _line(_AT_LEAST, _X32, 0, 1), _line(_RETURN, _KILL),
    ]  # fmt: skip
    for call in calls:
        lines += [_line(_EQUAL, numbers[call], 0, 1), _line(_RETURN, refuse)]
    if "unshare" in calls:
        # clone3 keeps its flags where no filter can read them; the library falls back to clone where there is none.
        lines += [_line(_EQUAL, numbers["clone3"], 0, 1), _line(_RETURN, _ERRNO | errno.ENOSYS)]
        lines += [_line(_EQUAL, numbers["clone"], 0, 3), _line(_LOAD, _FIRST_ARGUMENT)]
        lines += [_line(_BITS, _NAMESPACES, 0, 1), _line(_RETURN, refuse)]
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
