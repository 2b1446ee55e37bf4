"""The scanner: a real clamd, and what is said when it cannot say."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from statement_intake.arriving.ignored import place_of, pull_in, show_live
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.message import Scan
from statement_intake.operations.demo.media import docx, speech
from statement_intake.operations.doctor import examine
from statement_intake.scanner import Scanner
from tests.clamd import EICAR, LARGEST, MARKER, clamd
from tests.house import KENYA, SENDER, House
from tests.reading import packed

CLEAN = Scan(state="clean", said="")


@pytest.fixture(scope="module")
def daemon() -> Iterator[Path]:
    """The socket of a real clamd."""
    with clamd() as path:
        yield path


def scan(daemon: Path, folder: Path, content: bytes, *, seconds: float = 60) -> Scan:
    """What the scanner says of that content."""
    (folder / "file").write_bytes(content)
    return Scanner(daemon, seconds=seconds).scan(folder / "file")


def test_malware_is_found_by_itself_and_in_an_archive(daemon: Path, tmp_path: Path) -> None:
    """By digest, by a pattern within, and in a zip."""
    assert scan(daemon, tmp_path, EICAR).state == "infected"
    marked = scan(daemon, tmp_path, b"some text, and " + MARKER)
    assert (marked.state, "Local.Marker" in marked.said) == ("infected", True)
    assert scan(daemon, tmp_path, packed.zipped({"a/eicar.com": EICAR})).state == "infected"


def test_what_is_clean_is_clean(daemon: Path, tmp_path: Path) -> None:
    """An ordinary document, and an empty file."""
    assert scan(daemon, tmp_path, docx(speech(300, "Kenya"))) == CLEAN
    assert scan(daemon, tmp_path, b"") == CLEAN


def test_what_is_too_large_or_locked_is_not_clean(daemon: Path, tmp_path: Path) -> None:
    """Clamd hangs up in the middle of the one, and cannot look into the other."""
    for content in (bytes(3 * LARGEST), packed.locked(packed.zipped({"a.txt": b"text " * 100}))):
        said = scan(daemon, tmp_path, content)
        assert said.state == "not_scanned"
        assert said.said.startswith("clamd says: ")


def test_a_scanner_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """Nothing listens, or there is no socket."""
    said = scan(tmp_path / "none", tmp_path, b"x")
    assert (said.state, "does not answer" in said.said) == ("not_scanned", True)
    with pytest.raises(SurroundingsFault, match="not scanned for malware"):
        Scanner(tmp_path / "none", seconds=1).examine()


@contextmanager
def answering(answer: bytes | None) -> Iterator[Path]:
    """Something at a socket that takes a file and gives that *answer*, or none at all."""
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        path = Path(folder) / "socket"
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                while not connection.recv(65_536).endswith(b"\0\0\0\0"):
                    pass
                if answer is None:
                    over.wait(30)
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield path
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("answer", [None, b"", b"\0", b"stream: ERROR\0", b"stream: OK", b"OK\0", b"\xff" * 9000])
def test_no_other_answer_counts_as_clean(answer: bytes | None, tmp_path: Path) -> None:
    """Late, empty, an error, garbage. One that lacks its NUL alone is understood."""
    with answering(answer) as path:
        said = scan(path, tmp_path, b"x", seconds=1)
    assert said.state == ("clean" if answer == b"stream: OK" else "not_scanned")


def test_an_infected_statement_waits_in_silence(daemon: Path, house: House) -> None:
    """It is held, nobody is written to, and the malware's name stands in the record."""
    house.tables["scanner"] = {"socket": daemon}
    house.deliver(statement(docx(speech(300, "Kenya")) + MARKER))
    house.round()
    assert house.outcomes == [("held", "attachment.infected")]
    assert house.letters == []
    assert house.rows("SELECT message FROM findings WHERE code = 'attachment.infected'") == [
        ("statement.docx is infected: Local.Marker.UNOFFICIAL.",)
    ]


def test_what_an_officer_pulls_in_is_scanned_like_any_other_mail(daemon: Path, house: House) -> None:
    """It was ignored, and so nobody had looked into its files."""
    house.tables["scanner"] = {"socket": daemon}
    mail = statement(docx(speech(300, "Kenya")) + MARKER)
    mail.replace_header("Subject", "Kenya")
    house.deliver(mail)
    house.round()
    assert house.outcomes == [("ignored", "message.unrelated")]
    with house.open() as workshop:
        (shown,) = show_live(workshop.mailboxes, workshop.desk, actor="officer")
        pull_in(
            place_of(shown.mail), workshop.mailboxes, workshop.desk, workshop.rules.below, actor="officer", because="x"
        )
    assert "attachment.infected" in [code for (code,) in house.rows("SELECT code FROM findings")]


def test_a_statement_that_could_not_be_scanned_goes_on_with_a_note(house: House) -> None:
    """The scanner's fault is nobody's verdict."""
    house.tables["scanner"] = {"socket": house.root / "none"}
    house.deliver(statement(docx(speech(300, "Kenya"))))
    house.round()
    assert house.outcomes == [("accepted", None)]
    assert house.rows("SELECT code, effect FROM findings") == [("attachment.not_scanned", "note")]
    assert house.letters == [("receipt", "sent")]


def statement(content: bytes) -> EmailMessage:
    """A mail with a written statement."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Cc"] = SENDER, "uncac@un.org", "unov.conference@un.org"
    mail["Subject"], mail["Date"], mail["Message-ID"] = KENYA, "Wed, 23 Aug 2023 08:00:00 +0000", "<1@kenya.go.ke>"
    mail.set_content("Please find attached the statement of Kenya.")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename="statement.docx")
    return mail


def test_doctor_says_who_scans(daemon: Path, house: House) -> None:
    """And that nothing does, where nothing does."""
    found = {said.check: said for said in examine(house.settings)}
    assert (found["scanner"].state, "Nothing scans" in found["scanner"].message) == ("warning", True)
    house.tables["scanner"] = {"socket": daemon}
    found = {said.check: said for said in examine(house.settings)}
    assert (found["scanner"].state, found["scanner"].message.startswith("ClamAV ")) == ("ok", True)
