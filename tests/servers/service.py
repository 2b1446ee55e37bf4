"""The service between other people's servers: its settings, its commands, the mail that it gets."""

import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from pathlib import Path

from statement_intake.operations.demo.media import docx, speech, video
from tests.servers.cyrus_and_postfix import NotProven

PATIENCE = 60
#: Octets of what is to be a large mail.
BIG = 22_000_000


class Service:
    """A service in a folder of its own."""

    def __init__(self, directory: Path, tables: str) -> None:
        """*tables*: its mailboxes and SMTP server, in TOML."""
        self.directory = directory
        directory.mkdir()
        meetings = Path(__file__).parent.parent.parent / "config" / "meetings"
        shutil.copytree(meetings, directory / "meetings")
        meeting = directory / "meetings" / "emic-12.toml"
        # The real meeting is over: what comes now is late, which is to be no more than a note here.
        meeting.write_text(re.sub(r'^late = "hold"', 'late = "note"', meeting.read_text(), flags=re.MULTILINE))
        (directory / "service.toml").write_text(
            f"""{tables}
[replies]
mode = "send"
[ledger]
url = "sqlite:///var/ledger.db"
[files]
path = "var/files"
[meetings]
path = "meetings"
"""
        )

    def environment(self, **changes: str) -> dict[str, str]:
        """For a command of the service."""
        named = {f"STATEMENT_INTAKE_{name}": value for name, value in changes.items()}
        return os.environ | {"STATEMENT_INTAKE_CONFIG": str(self.directory / "service.toml")} | named

    def run(self, *words: str, code: int | None = 0, **changes: str) -> str:
        """Run a command to its end."""
        done = subprocess.run(  # noqa: S603 - ours
            [sys.executable, "-m", "statement_intake", *words],
            env=self.environment(**changes), capture_output=True, text=True, check=False, timeout=PATIENCE * 3,
        )  # fmt: skip
        if code is not None and done.returncode != code:
            raise NotProven(f"{words} ended with {done.returncode}: {done.stdout[-500:]} {done.stderr[-1500:]}")
        return done.stdout

    @contextmanager
    def running(self, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
        """`statement-intake run`, for as long as this lasts."""
        with (self.directory / "run.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "statement_intake", "run"],
                env=self.environment(**changes),
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            process.terminate()
            if process.wait(PATIENCE) != 0:
                raise NotProven("the service did not stop cleanly")

    def outcomes(self) -> list[str]:
        """The outcome of every submission, in their order."""
        return [json.loads(line)["outcome"] for line in self.run("log", "--json").splitlines()]

    def letters(self) -> list[str]:
        """The state of every letter, in the order in which they were written."""
        with closing(sqlite3.connect(self.directory / "var" / "ledger.db")) as ledger:
            return [state for (state,) in ledger.execute("SELECT state FROM letters ORDER BY id")]

    def wait_for_letters(self, count: int) -> None:
        """Return when *count* letters are sent."""
        self.wait("letters", lambda: self.letters().count("sent") >= count)

    def wait(self, what: str, done: Callable[[], bool], *, every: float = 0.2) -> None:
        """Return when *done*, looking *every* so many seconds.

        Raises NotProven, with the service's log, if that takes too long.
        """
        deadline = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > deadline:
                log = self.directory / "run.log"
                raise NotProven(f"no {what} within {PATIENCE} s: {log.read_text()[-3000:] if log.exists() else ''}")
            time.sleep(every)


def statement(country: str, item: int, *, film: bytes = b"", **fields: str) -> tuple[EmailMessage, str]:
    """A delegation's mail, and its sender."""
    mail = EmailMessage()
    sender = f"{country.lower()}@mission.example"
    mail["From"], mail["To"] = sender, "uncac@un.org, unov.conference@un.org"
    mail["Subject"] = f"12th EMIC statement – {country} {item}"
    mail["Message-ID"] = f"<{os.urandom(6).hex()}@mission.example>"
    mail["Date"] = "Wed, 23 Aug 2023 09:30:00 +0200"
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Please find attached our statement.")
    if film:
        mail.add_attachment(film, maintype="video", subtype="mp4", filename="statement.mp4")
    wordprocessing = "vnd.openxmlformats-officedocument.wordprocessingml.document"
    mail.add_attachment(
        docx(speech(200, country)), maintype="application", subtype=wordprocessing, filename="statement.docx"
    )
    return mail, sender


def film(directory: Path, seconds: float, padding: int = 0) -> bytes:
    """A real video, with an empty box at its end (ISO/IEC 14496-12, box free) where it is to be large."""
    content = video(directory / f"{seconds}.mp4", seconds).read_bytes()
    return content + (struct.pack(">I4s", padding, b"free") + os.urandom(padding - 8) if padding else b"")


def check(holds: object, found: object) -> None:
    """Raise NotProven with what was *found* unless it holds."""
    if not holds:
        raise NotProven(f"found {found}")


def proven(servers: str, prove: Callable[[Path], None]) -> int:
    """Run *prove* in a folder of its own, which goes afterwards unless KEEP is set. The program's exit code."""
    directory = Path(tempfile.mkdtemp(prefix="statement-intake-servers-"))
    directory.chmod(0o755)
    try:
        prove(directory)
    except NotProven as problem:
        print(f"NOT PROVEN: {problem}", file=sys.stderr)  # noqa: T201 - this is a program
        return 1
    finally:
        if "KEEP" not in os.environ:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"Proven with {servers}.")  # noqa: T201 - this is a program
    return 0
