"""The service's side of reading: ask the warden, end what takes too long, and believe nothing that a cell says."""

import os
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from statement_intake.domain.decoded import Decoded
from statement_intake.domain.faults import Shortcoming
from statement_intake.domain.inspection import Inspected
from statement_intake.domain.message import Attachment, Headers, Message
from statement_intake.reading.answer import CLOSED, MAXIMUM_ANSWER, Answer, Mode
from statement_intake.reading.faults import ReaderEnded, ReaderFault
from statement_intake.reading.gate import Told, WardenLost
from statement_intake.reading.mail.headers import read_headers
from statement_intake.reading.showing import shown_to
from statement_intake.reading.verifying import moved, verify
from statement_intake.reading.walls.cell import MAXIMUM_PROCESSES, Limits, Protection
from statement_intake.reading.wardens import Wardens

__all__ = ["Reader", "ReaderEnded", "ReaderFault"]


_PROTECTED: dict[Protection, str] = {
    "bubblewrap": "bubblewrap works: mail is read without network and without sight of this machine's files.",
    "landlock": "bubblewrap does not work here; mail is read under Landlock and a filter of system calls: without "
    "network and without sight of this machine's files.",
    "limits": 'Mail is read unsandboxed ([reader] sandbox = "limits"): only limits on time and memory protect.',
}


class Reader:
    """Reads raw mail and single files, each in a process and a cell of its own. Threads may share one."""

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
        self._limits = Limits(seconds, memory_megabytes, output_megabytes, message_megabytes)
        allowed: Sequence[Protection] = ("limits",) if sandbox == "limits" else ("bubblewrap", "landlock")
        self._wardens = Wardens(allowed, self._limits)

    def close(self) -> None:
        """End what is in work, and the warden."""
        self._wardens.close()

    def headers(self, raw: bytes) -> Headers:
        """Decode a header section, which may be cut off; never raises."""
        return read_headers(raw)

    def read(self, raw: Path, workspace: Path, decoded: Sequence[Decoded] = ()) -> Message:
        """Read the mail in *raw*; each attachment's content becomes workspace/<sha256>.

        *decoded*: what was decoded while it arrived; where that is an attachment's content, its file is moved.
        Raises ReaderFault (ours: try again) and ReaderEnded (a limit: hold the mail). *workspace* is made if missing.
        """
        answer = self._run("read", raw, workspace, decoded=decoded)
        if answer.message is None:
            raise ReaderEnded("the reader's answer is no message")
        attachments = tuple(answer.message.all_attachments)
        verify(attachments, workspace, moved(decoded, attachments, workspace))
        return answer.message

    def read_file(self, file: Path, name: str, workspace: Path) -> Attachment:
        """Read one file that came another way; its content becomes workspace/<sha256>. Raises as `read` does."""
        answer = self._run("attach", file, workspace, name)
        if answer.attachment is None:
            raise ReaderEnded("the reader's answer is no attachment")
        verify((answer.attachment,), workspace)
        return answer.attachment

    def inspect(self, video: Path, workspace: Path) -> Inspected:
        """Play a stored video once and measure it; each preview of it becomes workspace/<sha256>. Raises as `read`."""
        answer = self._run("inspect", video, workspace)
        if answer.inspected is None:
            raise ReaderEnded("the reader's answer is no inspection")
        verify(answer.inspected.previews, workspace)
        return answer.inspected

    def examine(self) -> list[str]:
        """What works, in plain sentences, for `doctor`. Raises ReaderFault with the cure for what does not."""
        with tempfile.TemporaryDirectory() as elsewhere:
            root = self._wardens.root or Path(elsewhere)
            with tempfile.TemporaryDirectory(prefix="work-try-", dir=root) as workspace:
                answer = self._run("examine", Path(os.devnull), Path(workspace))
        if answer.examined is None:
            raise ReaderFault("the reader does not say what works")
        told = _PROTECTED[self._wardens.protection]
        return [told if self._wardens.protection == "bubblewrap" else Shortcoming(told), *answer.examined]

    @property
    def unsandboxed(self) -> bool:
        """Whether nothing but limits protects from a mail (`[reader] sandbox = "limits"`)."""
        return self._wardens.protection == "limits"

    def protection(self, root: Path) -> tuple[Protection, str]:
        """Be ready for mails in workspaces below *root*: how they are read, and a sentence that says so.

        Raises ReaderFault with the cure where they cannot be.
        """
        self._wardens.opened(root)
        return self._wardens.protection, _PROTECTED[self._wardens.protection]

    def _run(
        self, mode: Mode, source: Path, workspace: Path, name: str = "", decoded: Sequence[Decoded] = ()
    ) -> Answer:
        workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(source, os.R_OK):
            raise ReaderFault(f"{source} cannot be read")
        told = self._ask(mode, source.resolve(), workspace.resolve(), name, decoded)
        answer = _understand(told, self._limits)
        if answer.fault:
            raise ReaderFault(answer.fault)
        if answer.ended:
            raise ReaderEnded(answer.ended)
        return answer

    def _ask(self, mode: Mode, source: Path, workspace: Path, name: str, decoded: Sequence[Decoded]) -> Told:
        for last in (False, True):
            gate = self._wardens.opened(workspace.parent)
            try:
                with shown_to(gate, mode, source, workspace, name, decoded) as request:
                    return gate.ask(request, seconds=self._limits.seconds)
            except WardenLost as lost:
                # Perhaps over another mail, which was in work at the same time.
                if last:
                    raise ReaderFault(f"the reader's parent ended twice: {lost or 'it said nothing'}") from lost
        raise AssertionError


def _understand(told: Told, limits: Limits) -> Answer:
    """The cell's answer. Raises ReaderEnded or ReaderFault if there is none."""
    ended, said = told
    reasons = {
        "time": f"took longer than {limits.seconds:g} s",
        "processor": f"took more than {limits.seconds:g} s of processor time",
        "answer": f"said more than {MAXIMUM_ANSWER:,} bytes about itself",
        "memory": f"needed more memory than allowed ({limits.memory_megabytes} MB)",
        "processes": f"started more than {MAXIMUM_PROCESSES} processes",
        "output": f"wrote more than allowed ({limits.output_megabytes} MB)",
        "files": "made more files than allowed",
    }
    if ended.why == CLOSED:
        raise ReaderFault("the reader was closed while it read")
    if ended.why:
        raise ReaderEnded(reasons[ended.why])
    if ended.code == 0 and said:
        try:
            return Answer.model_validate_json(said)
        except ValidationError as error:
            raise ReaderEnded("the reader's answer cannot be trusted: it is malformed") from error
    number = -ended.code if ended.code < 0 else ended.code - 128
    if number in set(signal.Signals):
        name = signal.Signals(number).name
        raise ReaderEnded(f"ended the reader ({name}), for lack of memory or by a fault in a library")
    raise ReaderFault(f"the reader ended without an answer (exit code {ended.code})")
