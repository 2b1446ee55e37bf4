"""The press: makes of a stored document the PDF that is published. The original stays as it is.

LibreOffice turns what is no PDF into OpenDocument, our own code takes out what the pages do not show, LibreOffice sets
the pages, and our own code makes the PDF anew. Every step runs in a jail of its own, which holds one document and is
gone afterwards; what a step leaves is as hostile to the next as the original.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from statement_intake.domain.value import Value
from statement_intake.reading.faults import ReaderEnded, ReaderFault
from statement_intake.reading.walls import jail

#: Formats, as `DocumentFacts.format` calls them, of which a PDF can be made.
FORMATS = frozenset({"pdf", "docx", "docm", "odt", "doc", "rtf", "txt"})
#: Address space of one step, and what it may write. LibreOffice reserves far more than it uses.
_MEMORY, _OUTPUT = 4_000_000_000, 300_000_000
_OFFICE = ("soffice", "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")
_EXPORT = (
    'pdf:writer_pdf_Export:{"ExportNotes":{"type":"boolean","value":"false"},'
    '"ExportBookmarks":{"type":"boolean","value":"false"},"ExportFormFields":{"type":"boolean","value":"false"}}'
)
#: Beside what every jail has: LibreOffice's own settings, and the fonts'.
_OFFICE_READS = ("/etc/libreoffice", "/etc/fonts", "/var/cache/fontconfig")


class Refused(ReaderEnded):
    """Of this document no PDF can be made: it is encrypted, a bomb, damaged, or larger than allowed."""


class Pressed(Value):
    """A PDF that may be published."""

    sha256: str
    #: Octets.
    size: int
    pages: int


class Press:
    """Makes clean PDFs. Threads may share one."""

    def __init__(self, *, sandbox: Literal["require", "limits"], seconds: float = 120) -> None:
        """*sandbox* as in `[reader]`; *seconds* for one step of one document."""
        self._jailed = sandbox == "require"
        self._seconds = seconds

    def clean_pdf(self, document: Path, kind: str, target: Path) -> Pressed:
        """Write to *target* the clean PDF of *document*, whose format is *kind* (of FORMATS).

        Raises Refused where the document is at fault, ReaderFault where the surroundings are, and OSError.
        """
        if kind not in FORMATS:
            raise Refused(f"no PDF can be made of {kind}")
        with tempfile.TemporaryDirectory(prefix="press-") as name:
            folder = Path(name)
            source = document.resolve()
            if kind == "txt":
                source, kind = self._python("txt", source, folder / "1.rtf"), "rtf"
            if kind != "pdf":
                source = self._office(source, kind, "odt", folder / "2.odt")
                source = self._python("odt", source, folder / "3.odt")
                source = self._office(source, "odt", _EXPORT, folder / "4.pdf")
            clean = self._python("pdf", source, folder / "5.pdf")
            pages = int((folder / "said").read_text(encoding="ascii"))
            shutil.copyfile(clean, target)
        with target.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return Pressed(sha256=digest, size=target.stat().st_size, pages=pages)

    def examine(self) -> list[str]:
        """What works, for `doctor`. Raises ReaderFault for what does not."""
        with tempfile.TemporaryDirectory(prefix="press-") as name:
            trial = Path(name) / "trial.txt"
            trial.write_text("Мир – 和平 – السلام", encoding="utf-8")
            pressed = self.clean_pdf(trial, "txt", Path(name) / "trial.pdf")
        return [f"LibreOffice makes PDFs for publication (a trial of {pressed.size // 1000} kB)."]

    def _office(self, source: Path, kind: str, wanted: str, target: Path) -> Path:
        if shutil.which("soffice") is None:
            raise ReaderFault("LibreOffice is not installed (on Debian: apt-get install libreoffice-writer-nogui)")
        with tempfile.TemporaryDirectory(prefix="press-") as name:
            inside, out = self._places(Path(name), source, f"document.{kind}")
            profile = "file:///tmp/profile" if self._jailed else (Path(name) / "profile").as_uri()
            program = [*_OFFICE, f"-env:UserInstallation={profile}", "--convert-to", wanted, "--outdir", out, inside]
            self._run(program, source, Path(name), inside, _OFFICE_READS)
            made = Path(name) / "out" / f"document.{wanted.partition(':')[0]}"
            return _taken(made, target)

    def _python(self, step: str, source: Path, target: Path) -> Path:
        with tempfile.TemporaryDirectory(prefix="press-") as name:
            inside, out = self._places(Path(name), source, "document")
            module = "statement_intake.reading.printing.press_child"
            program = [sys.executable, "-s", "-P", "-m", module, step, inside, f"{out}/{target.name}"]
            said = self._run(program, source, Path(name), inside, jail.python_folders())
            (target.parent / "said").write_bytes(said)
            return _taken(Path(name) / "out" / target.name, target)

    def _places(self, folder: Path, source: Path, name: str) -> tuple[str, str]:
        """Where a step finds its document, and the folder that it writes to, as it sees them."""
        (folder / "out").mkdir(mode=0o700)
        if self._jailed:
            return f"/in/{name}", "/out"
        shutil.copyfile(source, folder / name)
        return str(folder / name), str(folder / "out")

    def _run(self, program: list[str], source: Path, folder: Path, inside: str, reads: Sequence[str]) -> bytes:
        """Run one step. Raises Refused or ReaderFault."""
        limits = ["prlimit", f"--as={_MEMORY}", f"--fsize={_OUTPUT}", f"--cpu={int(self._seconds)}", "--core=0", "--"]
        walls = _walls(source, folder / "out", inside, reads) if self._jailed else []
        if walls and jail.bubblewrap() is None:
            raise ReaderFault("bubblewrap is missing, without which no document is made into a PDF")
        process = subprocess.Popen(  # noqa: S603 - our own command line; the document's name in it is ours too
            [*limits, *walls, *program],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=jail.environment() | {"HOME": "/tmp" if self._jailed else str(folder)},  # noqa: S108 - the jail's own
            start_new_session=True,
        )
        with process:
            try:
                said, errors = process.communicate(timeout=self._seconds)
            except subprocess.TimeoutExpired as error:
                raise Refused(f"making a PDF of it took longer than {self._seconds:g} s") from error
            finally:
                # Also what a step left behind; within a jail everything dies with bubblewrap.
                _end(process.pid)
        if process.returncode == 0:
            return said
        if process.returncode == 1 and said.decode("ascii", "replace").isalpha():
            raise Refused(f"no PDF can be made of it: it is {said.decode('ascii')}")
        told = errors.decode("utf-8", "replace").strip()[-300:]
        # Terminals, pages and the ledger have it: nothing of a document may speak to them.
        problem = "".join(character if character.isprintable() else " " for character in told)
        if problem.startswith("bwrap:"):
            raise ReaderFault(f"bubblewrap cannot start ({problem})")
        raise Refused(f"no PDF can be made of it (exit code {process.returncode}): {problem}")


def _end(group: int) -> None:
    """Kill a process with its group; there may be none any more."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _walls(source: Path, out: Path, inside: str, reads: Sequence[str]) -> list[str]:
    """The bubblewrap command line of one step (bwrap(1))."""
    line = [
        "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--uid", jail.NOBODY, "--gid", jail.NOBODY, "--hostname", "press",
        "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",  # noqa: S108 - inside the jail, where nobody else is
        *jail.system(*reads),
    ]  # fmt: skip
    return [*line, "--ro-bind", str(source), inside, "--bind", str(out), "/out", "--chdir", "/", "--"]


def _taken(made: Path, target: Path) -> Path:
    """What a step has made, if that is a plain file. Raises Refused."""
    try:
        descriptor = os.open(made, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Refused("no PDF can be made of it: the document cannot be opened") from error
    with os.fdopen(descriptor, "rb") as stream, target.open("wb") as copy:
        if not made.is_file():
            raise Refused("no PDF can be made of it: there is no file")
        shutil.copyfileobj(stream, copy)
    return target
