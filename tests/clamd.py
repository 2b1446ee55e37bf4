"""A real clamd with two signatures of our own. It needs no download, and is up in a second."""

import hashlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from statement_intake.operations.local_process import program

#: The harmless file that every scanner knows, put together here so that this file itself is not taken for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MARKER = b"this file is marked as malicious for the tests"
#: Bytes of a file that clamd still takes.
LARGEST = 2_000_000


@contextmanager
def clamd() -> Iterator[Path]:
    """The socket of a running clamd."""
    # Not pytest's folder: the path of a socket may have no more than 107 bytes.
    with tempfile.TemporaryDirectory(prefix="clamd-") as name:
        folder = Path(name)
        eicar = f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Local.Eicar\n"  # noqa: S324 - the format's own digest
        (folder / "local.hdb").write_text(eicar, encoding="ascii")
        (folder / "local.ndb").write_text(f"Local.Marker:0:*:{MARKER.hex()}\n", encoding="ascii")
        socket = folder / "clamd.socket"
        settings = {
            "LocalSocket": socket, "DatabaseDirectory": folder, "Foreground": "yes", "StreamMaxLength": LARGEST,
            "AlertEncrypted": "yes", "AlertExceedsMax": "yes", "TemporaryDirectory": folder, "MaxThreads": 2,
        }  # fmt: skip
        configuration = folder / "clamd.conf"
        configuration.write_text("".join(f"{key} {value}\n" for key, value in settings.items()), encoding="utf-8")
        command = [program("clamd", "clamav-daemon"), "--config-file", str(configuration)]
        with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:  # noqa: S603
            try:
                _wait_for(socket, process)
                yield socket
            finally:
                process.kill()


def _wait_for(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while not socket.exists():
        assert process.poll() is None, "clamd ended"
        assert time.monotonic() < deadline, "clamd does not start"
        time.sleep(0.05)
