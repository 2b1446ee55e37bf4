"""The floor: one part of one mail, straight from the socket, base64 undone, to disk for good, its packets listed.

No mail parser, no library for IMAP, no ledger, no decision: less cannot be done.
"""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pybase64

from benchmarks.contenders.common import play

_CHUNK = 262_144
_PROBE = ["ffprobe", "-v", "error", "-threads", "1", "-show_entries",
          "packet=stream_index,pts_time,dts_time,duration_time,flags", "-of", "compact"]  # fmt: skip


def prepare(options: dict[str, Any]) -> Callable[[], None]:
    """*part*: the number of the part that holds the video."""
    target = Path(options["folder"]) / "video.mp4"

    def work() -> None:
        with socket.create_connection((options["host"], options["port"])) as connection:
            _fetch(connection, options, target)
        with subprocess.Popen([*_PROBE, str(target)], stdout=subprocess.PIPE) as probe:  # noqa: S603 - our own command
            assert probe.stdout is not None  # noqa: S101
            packets = sum(1 for _ in probe.stdout)
        assert packets  # noqa: S101 - or it was no video

    return work


def _fetch(connection: socket.socket, options: dict[str, Any], target: Path) -> None:
    answer = connection.makefile("rb", buffering=0)
    reader = _Reader(answer)
    reader.line()
    for number, command in enumerate(
        (f"LOGIN {options['user']} {options['password']}", "EXAMINE INBOX", f"FETCH 1 BODY.PEEK[{options['part']}]")
    ):
        connection.sendall(f"a{number} {command}\r\n".encode())
        while not (line := reader.line()).startswith(f"a{number} ".encode()):
            if line.endswith(b"}\r\n") and b"BODY[" in line:
                _decode(reader, int(line[line.rindex(b"{") + 1 : -3]), target)


def _decode(reader: "_Reader", size: int, target: Path) -> None:
    carry = b""
    with target.open("wb") as stream:
        for block in reader.literal(size):
            data = carry + block.translate(None, b"\r\n")
            whole = len(data) // 4 * 4
            stream.write(pybase64.b64decode(data[:whole]))
            carry = data[whole:]
        stream.flush()
        os.fsync(stream.fileno())


class _Reader:
    """Lines and literals of one connection."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - a raw socket file
        self._stream = stream
        self._rest = b""

    def line(self) -> bytes:
        while b"\n" not in self._rest:
            self._rest += self._stream.read(_CHUNK)
        line, newline, self._rest = self._rest.partition(b"\n")
        return line + newline

    def literal(self, size: int) -> Any:  # noqa: ANN401 - blocks
        while size:
            block = self._rest or self._stream.read(min(_CHUNK, size))
            self._rest = block[size:]
            block = block[:size]
            size -= len(block)
            yield block


if __name__ == "__main__":
    play(prepare)
