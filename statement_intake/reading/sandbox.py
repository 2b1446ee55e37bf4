"""The parent's side of reading: start the child in its jail, end it in time, and believe nothing that it says."""

import hashlib
import json
import os
import re
import signal
import stat
import sys
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from statement_intake.domain.message import Attachment, Headers, Message
from statement_intake.reading import jail
from statement_intake.reading.answer import MAXIMUM_ANSWER, Answer
from statement_intake.reading.faults import ReaderEnded, ReaderFault
from statement_intake.reading.headers import read_headers
from statement_intake.reading.tool import Ran, run

__all__ = ["Reader", "ReaderEnded", "ReaderFault"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1_048_576
_CURE = (
    "install bubblewrap (apt-get install bubblewrap) and allow user namespaces (sysctl "
    "kernel.unprivileged_userns_clone=1; in a container seccomp and AppArmor must permit them), "
    'or accept weaker protection with [reader] sandbox = "limits"'
)


class Reader:
    """Reads raw mail and single files in a child process of their own. Threads may share one."""

    def __init__(
        self,
        *,
        sandbox: Literal["require", "limits"],
        seconds: float,
        memory_megabytes: int,
        output_megabytes: int,
        message_megabytes: int,
    ) -> None:
        """*sandbox*, *seconds*, memory and output as in `[reader]`, *message_megabytes* as in `[limits]`."""
        self._sandbox = sandbox
        self._seconds = seconds
        self._limits = [
            "--seconds", str(seconds),
            "--memory-megabytes", str(memory_megabytes),
            "--output-megabytes", str(output_megabytes),
            "--message-megabytes", str(message_megabytes),
        ]  # fmt: skip

    def headers(self, raw: bytes) -> Headers:
        """Decode a header section, which may be cut off; never raises."""
        return read_headers(raw)

    def read(self, raw: Path, workspace: Path) -> Message:
        """Read the mail in *raw*; each attachment's content becomes workspace/<sha256>.

        Raises ReaderFault (ours: try again) and ReaderEnded (a limit: hold the mail). *workspace* is made if missing.
        """
        answer = self._run("read", raw, workspace)
        if answer.message is None:
            raise ReaderEnded("the reader's answer is no message")
        _verify(tuple(answer.message.all_attachments), workspace)
        return answer.message

    def read_file(self, file: Path, name: str, workspace: Path) -> Attachment:
        """Read one file that came another way; its content becomes workspace/<sha256>. Raises as `read` does."""
        answer = self._run("attach", file, workspace, "--name", json.dumps(name))
        if answer.attachment is None:
            raise ReaderEnded("the reader's answer is no attachment")
        _verify((answer.attachment,), workspace)
        return answer.attachment

    def examine(self) -> list[str]:
        """What works, in plain sentences, for `doctor`. Raises ReaderFault with the cure for what does not."""
        with tempfile.TemporaryDirectory() as folder:
            answer = self._answer("examine", Path(os.devnull), Path(folder))
        if answer.fault:
            raise ReaderFault(answer.fault)
        protection = (
            "bubblewrap works: mail is read without network and without sight of this machine's files."
            if self._sandbox == "require"
            else 'Mail is read without bubblewrap, under resource limits alone ([reader] sandbox = "limits").'
        )
        return [protection, *(answer.ended or "").splitlines()]

    def _run(self, mode: str, source: Path, workspace: Path, *more: str) -> Answer:
        workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
        answer = self._answer(mode, source, workspace, *more)
        if answer.fault:
            raise ReaderFault(answer.fault)
        if answer.ended:
            raise ReaderEnded(answer.ended)
        return answer

    def _answer(self, mode: str, source: Path, workspace: Path, *more: str) -> Answer:
        if not os.access(source, os.R_OK):
            raise ReaderFault(f"{source} cannot be read")
        source, workspace = source.resolve(), workspace.resolve()
        jailed = self._sandbox == "require"
        if jailed and jail.bubblewrap() is None:
            raise ReaderFault(f"bubblewrap is missing, without which no mail is read: {_CURE}")
        inside = (jail.INPUT, jail.WORKSPACE) if jailed else (source, workspace)
        program = [
            *(jail.command(source, workspace) if jailed else ()),
            sys.executable, "-s", "-P", "-m", "statement_intake.reading.child", mode,
            "--input", str(inside[0]), "--workspace", str(inside[1]), *self._limits, *more,
            *(["--own-user"] if jailed else []),
        ]  # fmt: skip
        said = bytearray()
        ran = run(
            program,
            seconds=self._seconds,
            consume=said.extend,
            output_bytes=MAXIMUM_ANSWER,
            environment=jail.environment(),
            own_session=True,
        )
        return _understand(ran, bytes(said), self._seconds)


def _understand(ended: Ran, said: bytes, seconds: float) -> Answer:
    """The child's answer. Raises ReaderEnded or ReaderFault if there is none."""
    errors = ended.errors.decode("utf-8", "replace").strip()
    if ended.stopped == "time":
        raise ReaderEnded(f"took longer than {seconds:g} s")
    if ended.stopped == "output":
        raise ReaderEnded("said more about itself than allowed")
    if ended.returncode == 0 and said:
        try:
            return Answer.model_validate_json(said)
        except ValidationError as error:
            raise ReaderEnded("the reader's answer cannot be trusted: it is malformed") from error
    if errors.startswith("bwrap:"):
        raise ReaderFault(f"bubblewrap cannot start ({errors[:300]}): {_CURE}")
    number = -ended.returncode if ended.returncode < 0 else ended.returncode - 128
    if number == signal.SIGXCPU:
        raise ReaderEnded(f"took more than {seconds:g} s of processor time")
    if number in {signal.SIGKILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGSEGV, signal.SIGBUS}:
        raise ReaderEnded(
            f"ended the reader ({signal.Signals(number).name}), for lack of memory or by a fault in a library"
        )
    raise ReaderFault(f"the reader did not start (exit code {ended.returncode}): {errors[-500:]}")


def _verify(attachments: tuple[Attachment, ...], workspace: Path) -> None:
    """Check that every file is there, plain, and what it is said to be; remove what was not announced.

    The child was in the hands of the mail, so nothing is opened by a name of its choosing, and no link is followed.
    """
    named = {attachment.sha256: attachment.size for attachment in attachments}
    for name, size in named.items():
        if not _SHA256.fullmatch(name) or _digest(workspace / name, size) != name:
            raise ReaderEnded("the reader's answer cannot be trusted: a file is not what it is said to be")
    if any(attachment.size != named[attachment.sha256] for attachment in attachments):
        raise ReaderEnded("the reader's answer cannot be trusted: a file has two sizes")
    for entry in os.scandir(workspace):
        if entry.name not in named and not entry.is_dir(follow_symlinks=False):
            Path(entry.path).unlink()


def _digest(path: Path, size: int) -> str | None:
    """The SHA-256 of *path* if that is a regular file of *size* bytes that has no other name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_size != size:
            return None
        return hashlib.file_digest(stream, "sha256").hexdigest()
