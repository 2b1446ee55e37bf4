"""The filters of system calls, for the machine that this is and for the one that it is not."""

import errno
import re
import struct
from pathlib import Path

import pytest

from statement_intake.reading.walls import seccomp
from statement_intake.reading.walls.seccomp import _MACHINES, _program

MACHINES = ["x86_64", "aarch64"]
#: Where the kernel's headers give the numbers (package linux-libc-dev); aarch64 has those that new machines share.
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, MISSING = 0x00050000 | errno.EACCES, 0x00050000 | errno.ENOSYS
EVERYTHING = (*seccomp.ALWAYS, *seccomp.NO_NAMESPACES, *seccomp.NO_LEAVING, *seccomp.NO_SIGNALS)


def judged(program: bytes, number: int, architecture: int, argument: int = 0) -> int:
    """What the kernel does about a call: classic BPF, as far as the filters use it (linux/filter.h)."""
    data = struct.pack("=IIQQ", number, architecture, 0, argument)
    lines = list(struct.iter_unpack("HBBI", program))
    loaded = place = 0
    while True:
        code, if_true, if_false, value = lines[place]
        place += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            (loaded,) = struct.unpack_from("=I", data, value)
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: loaded & value != 0}[code]
            place += if_true if holds else if_false


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_denied_is_refused_and_nothing_else(machine: str) -> None:
    """Every call by its number; those of another architecture, or of x32, end the process."""
    architecture, _, numbers = _MACHINES[machine]
    program = _program(architecture, numbers, EVERYTHING)
    denied = {numbers[call] for call in EVERYTHING}
    for number in range(500):
        if number not in {numbers["clone"], numbers["clone3"]}:
            assert judged(program, number, architecture) == (REFUSE if number in denied else ALLOW), number
    assert judged(program, 0x40000000, architecture) == KILL
    assert judged(program, 0, 0x40000003) == KILL


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("flag", [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
def test_a_process_may_have_children_but_no_namespaces(machine: str, flag: int) -> None:
    """Each CLONE_NEW* of clone(2), alone and with others; clone3 hides its flags, and is said not to exist."""
    architecture, _, numbers = _MACHINES[machine]
    program = _program(architecture, numbers, seccomp.NO_NAMESPACES)
    assert judged(program, numbers["clone"], architecture, 0x1200011) == ALLOW
    assert judged(program, numbers["clone"], architecture, 0x1200011 | flag) == REFUSE
    assert judged(program, numbers["clone3"], architecture) == MISSING
    assert judged(_program(architecture, numbers, seccomp.ALWAYS), numbers["clone3"], architecture) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_the_kernels(machine: str) -> None:
    """As its headers have them; there the aarch64 filter can be checked without such a machine."""
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed (linux-libc-dev)")
    given = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[machine].read_text())
    kernels = {name: int(number) for name, number in given}
    _, own, numbers = _MACHINES[machine]
    assert kernels["seccomp"] == own
    assert {call: kernels[call] for call in numbers} == numbers
