"""A command that is left early, by its user or by its reader, ends without a word, as programs of a terminal do."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house import statement

#: The meetings' files lie beside the package.
_ROOT = Path(__file__).parent.parent
_SCRIPT = Path(sys.executable).with_name("statement-intake")


@contextmanager
def loading(how: str, *command: str | Path) -> Iterator[subprocess.Popen[str]]:
    """`subject -` while it loads: Typer is there, most of the rest is not; Python itself says so."""
    with subprocess.Popen(  # noqa: S603 - our own program
        ["/usr/bin/env", how, sys.executable, "-X", "importtime", *command, "subject", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=_ROOT,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        next(line for line in process.stderr if line.endswith(" typer\n"))
        yield process


@pytest.mark.parametrize("command", [["-m", "statement_intake"], [_SCRIPT]], ids=["module", "script"])
def test_ctrl_c_while_a_command_loads_is_no_traceback(command: list[str | Path]) -> None:
    """The status is the shell's own, and nothing is said."""
    with loading("--default-signal=INT", *command) as process:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert {line.split(":")[0] for line in said.splitlines()} <= {"import time"}


def test_a_command_in_the_background_does_not_hear_ctrl_c() -> None:
    """A shell has it ignored there: it is meant for what runs in front."""
    with loading("--ignore-signal=INT", "-m", "statement_intake") as process:
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate("Kenya\n", timeout=30)
    assert (process.returncode, told.splitlines()[0]) == (0, "Kenya")


@pytest.mark.parametrize(
    "pipe", ["check {mails} --json | head -n 1", "subject Kenya Chad --json | true", "--help | true"]
)
def test_a_reader_that_goes_ends_a_command_as_it_ends_git_or_grep(pipe: str, tmp_path: Path) -> None:
    """With the status that a shell gives for SIGPIPE: neither done, nor a problem found."""
    for number in range(12):
        (tmp_path / f"{number}.eml").write_bytes(statement(text=str(number)).as_bytes())
    line = f"{shlex.quote(sys.executable)} -m statement_intake {pipe.format(mails=shlex.quote(str(tmp_path)))}"
    done = subprocess.run(  # noqa: S603 - our own program
        ["/bin/bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, timeout=60, check=False, cwd=_ROOT
    )
    assert (done.returncode, done.stderr) == (141, "")
    assert len([json.loads(told) for told in done.stdout.splitlines()]) == ("head" in pipe)
