"""Programs that read hostile bytes are heard to their end, or ended."""

import pytest

from statement_intake.reading.faults import ReaderFault
from statement_intake.reading.videos.tool import MAXIMUM_ERRORS, Ran, run


def shell(script: str, *, seconds: float = 60, output_bytes: int = 1_000_000) -> tuple[Ran, bytes]:
    """Run a line of shell: how it ended, and what it said."""
    said = bytearray()
    ran = run(["sh", "-c", script], seconds=seconds, consume=said.extend, output_bytes=output_bytes)
    return ran, bytes(said)


def test_everything_is_heard_however_it_comes() -> None:
    """Line by line, and after a pause; errors apart."""
    ran, said = shell("for n in 1 2 3; do echo $n; echo e$n >&2; sleep 0.01; done; seq 4 5000; exit 7")
    assert said == "".join(f"{number}\n" for number in range(1, 5001)).encode()
    assert ran == Ran(returncode=7, errors=b"e1\ne2\ne3\n")


def test_of_endless_complaints_the_first_are_kept() -> None:
    """The program goes on meanwhile."""
    ran, said = shell("seq 100000 >&2; echo done")
    assert (said, len(ran.errors), ran.errors[:4], ran.stopped) == (b"done\n", MAXIMUM_ERRORS, b"1\n2\n", None)


@pytest.mark.parametrize("script", ["kill -STOP $$", "exec sleep 60", "trap '' TERM; while :; do :; done"])
def test_a_program_that_does_not_end_is_ended(script: str) -> None:
    """One that stands still, too: SIGKILL reaches what SIGSTOP holds."""
    ran, _ = shell(script, seconds=0.2)
    assert (ran.stopped, ran.returncode) == ("time", -9)


def test_a_program_that_says_too_much_is_ended() -> None:
    """Its words are not kept."""
    ran, said = shell("yes", output_bytes=300_000)
    assert (ran.stopped, ran.returncode) == ("output", -9)
    assert len(said) <= 300_000


@pytest.mark.parametrize("script", ["exit 127", "exit 126"])
def test_a_program_that_could_not_start_is_a_fault_of_ours(script: str) -> None:
    """As is one that is missing."""
    with pytest.raises(ReaderFault, match="sh cannot be started"):
        shell(script)
    with pytest.raises(ReaderFault, match="no-such-program cannot be started"):
        run(["no-such-program"], seconds=1, consume=bytearray().extend, output_bytes=1)
