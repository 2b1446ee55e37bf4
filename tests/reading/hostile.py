"""Mails that take the reader over: what they hold is Python, run in the place of the reader's own code."""

import contextlib
import secrets
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from statement_intake.domain.decoded import Decoded
from statement_intake.domain.message import Message
from statement_intake.reading import gate
from statement_intake.reading.sandbox import Reader
from tests.reading.conftest import make_reader

#: A warden whose cells run the mail. *say* is what comes back, in the text of the message.
_TAKEN_OVER = """
import sys
from statement_intake.domain.message import Headers, Message
from statement_intake.reading import child, warden
from statement_intake.reading.answer import Answer

real = child._read

def read(request, source, workspace, limits):
    if request.mode != "read":
        return real(request, source, workspace, limits)
    said = []
    names = {"say": lambda *words: said.append(" ".join(map(str, words))), "out": workspace, "source": source}
    exec(source.read_text(), names)
    return Answer(message=Message(headers=Headers(), text="\\n".join(said)))

child._read = read
sys.exit(warden.main(sys.argv[1:]))
"""

PROTECTIONS = ("bubblewrap", "landlock", "limits")


class Taken:
    """A reader under one of the three protections, taken over by whatever it is given."""

    def __init__(self, protection: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # What its processes are known by, those that have got away included.
        self._name = f"# {secrets.token_hex(8)}"
        monkeypatch.setattr(gate, "_PROGRAM", ("-c", _TAKEN_OVER + self._name))
        self.protection = protection
        self.folder = folder
        self._patch = monkeypatch

    def reader(self, **limits: float) -> Reader:
        """A reader with small limits but for *limits*."""
        values = {"seconds": 3, "memory_megabytes": 600, "output_megabytes": 40} | limits
        reader = make_reader("limits" if self.protection == "limits" else "require", **values)
        self._patch.setattr(reader._wardens, "_left", [self.protection])  # noqa: SLF001
        return reader

    def mail(self, code: str, name: str = "mail") -> Path:
        """A mail that is *code*."""
        path = self.folder / f"{name}.eml"
        path.write_text(textwrap.dedent(code))
        return path

    def processes(self) -> set[str]:
        """Whatever runs of it, anywhere on this machine."""
        found = set()
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if self._name.encode() in path.read_bytes():
                    found.add(path.parent.name)
        return found

    def run(self, code: str, decoded: Sequence[Decoded] = (), **limits: float) -> list[str]:
        """What *code* said from within. Raises as Reader.read does."""
        reader = self.reader(**limits)
        try:
            return lines(reader.read(self.mail(code), self.folder / "workspace", decoded))
        finally:
            reader.close()


def lines(message: Message) -> list[str]:
    """What a mail said that took the reader over."""
    return message.text.splitlines()
