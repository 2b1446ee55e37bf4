"""clamd, where there is one: what does it say of a file? Whatever is not plainly clean or infected is not scanned.

Source: clamd(8), the commands INSTREAM, PING and VERSION in their NUL-terminated form.
"""

import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.message import Scan

_CHUNK = 262_144
#: Octets of an answer.
_MAXIMUM_ANSWER = 4_096
_ANSWER = re.compile(r"stream: (?:(OK)|(.{1,300}) FOUND)")
#: What clamd calls "found" where it only says that it could not look (AlertExceedsMax, AlertEncrypted).
_COULD_NOT_LOOK = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")


class Scanner:
    """Asks clamd over its Unix socket. Threads may share one."""

    def __init__(self, path: Path, *, seconds: float) -> None:
        """*path* of the socket; *seconds* that one file may take."""
        self._path = path
        self._seconds = seconds

    def scan(self, file: Path) -> Scan:
        """What is in *file*. Raises OSError where the file cannot be read; trouble with clamd is part of the answer."""
        with file.open("rb") as stream:
            try:
                with self._connected() as connection:
                    connection.sendall(b"zINSTREAM\0")
                    # clamd hangs up on what is too large for it, and says so before.
                    with suppress(BrokenPipeError, ConnectionResetError):
                        while block := stream.read(_CHUNK):
                            connection.sendall(struct.pack(">I", len(block)) + block)
                            connection.settimeout(self._left(connection))
                        connection.sendall(struct.pack(">I", 0))
                    return _understood(_answer(connection))
            except _Trouble as trouble:
                return Scan(state="not_scanned", said=str(trouble))

    def examine(self) -> list[str]:
        """What works, for `doctor`. Raises SurroundingsFault for what does not."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zVERSION\0")
                version = _answer(connection)
        except _Trouble as trouble:
            raise SurroundingsFault(f"attachments are not scanned for malware: {trouble}") from trouble
        program, _, signatures = version.partition("/")
        dated = f", signatures {signatures}" if signatures else ", with local signatures alone"
        return [f"{program} scans attachments for malware{dated}."]

    @contextmanager
    def _connected(self) -> Iterator["_Connection"]:
        try:
            with _Connection(time.monotonic() + self._seconds) as connection:
                connection.settimeout(self._seconds)
                connection.connect(str(self._path))
                yield connection
        except TimeoutError as error:
            raise _Trouble(f"clamd took longer than {self._seconds:g} s") from error
        except OSError as error:
            raise _Trouble(f"clamd at {self._path} does not answer ({error.strerror or error})") from error

    @staticmethod
    def _left(connection: "_Connection") -> float:
        left = connection.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Trouble(Exception):  # noqa: N818 - never leaves this file
    """clamd could not say; the text says why."""


class _Connection(socket.socket):
    """A connection with an end."""

    def __init__(self, deadline: float) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self.deadline = deadline


def _answer(connection: _Connection) -> str:
    said = b""
    while b"\0" not in said and len(said) < _MAXIMUM_ANSWER:
        block = connection.recv(_MAXIMUM_ANSWER)
        if not block:
            break
        said += block
    text = said.partition(b"\0")[0].decode("utf-8", "replace").strip()
    if not text:
        raise _Trouble("clamd hung up without an answer")
    return text


def _understood(answer: str) -> Scan:
    match = _ANSWER.fullmatch(answer)
    if match is None or (match[2] or "").startswith(_COULD_NOT_LOOK):
        raise _Trouble(f"clamd says: {answer[:300]}")
    return Scan(state="clean", said="") if match[1] else Scan(state="infected", said=match[2])
