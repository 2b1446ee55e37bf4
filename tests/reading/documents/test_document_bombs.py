"""Documents that are built to hurt: each is refused or ended in time, and the mail around it is read on."""

import base64
import io
import re
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

from statement_intake.domain.message import DocumentProblem
from statement_intake.reading.documents import document
from statement_intake.reading.documents.contents import Contents
from statement_intake.reading.documents.document import read, read_apart
from statement_intake.reading.documents.pdf_bombs import expands
from tests.reading.conftest import make_docx, make_reader, page, paragraph

Make = Callable[[Path], Path]


def pdf_of(path: Path, *objects: str | bytes) -> Path:
    """A PDF of these objects, the first its catalog; its table of places is left for the reader to work out."""
    inner = [content.encode("latin-1") if isinstance(content, str) else content for content in objects]
    raw = b"".join(b"%d 0 obj\n%b\nendobj\n" % numbered for numbered in enumerate(inner, 1))
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n%%EOF\n"
    path.write_bytes(b"%PDF-1.5\n" + raw + end.encode())
    return path


def stream(content: bytes, keys: str = "", *, packed: int = 0) -> bytes:
    """A stream, compressed so many times."""
    for _ in range(packed):
        content = zlib.compress(content, 9)
    names = " ".join(["/FlateDecode"] * packed)
    return f"<< /Length {len(content)} /Filter [{names}] {keys} >>\nstream\n".encode() + content + b"\nendstream"


CATALOG, PAGES = "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R >>"
FORMS = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"


def flate_bomb(path: Path) -> Path:
    """A page whose content has 100 MB of spaces."""
    return pdf_of(path, CATALOG, PAGES, PAGE, stream(b" " * 100_000_000, packed=1))


def flate_in_flate(path: Path) -> Path:
    """The same, packed twice: some kilobytes."""
    return pdf_of(path, CATALOG, PAGES, PAGE, stream(b" " * 100_000_000, packed=2))


def forms_within_forms(path: Path) -> Path:
    """Ten forms, each drawn ten times by the next: ten thousand million pieces of text."""
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    resources = "/Resources << /Font << /F 5 0 R >> /XObject << /X {} 0 R >> >>"
    objects: list[str | bytes] = [
        CATALOG, PAGES, PAGE.replace(">>", resources.format(6) + " >>", 1), stream(b"/X Do " * 10), font,
    ]  # fmt: skip
    for number in range(10):
        inner = page("ha").encode() if number == 9 else b"/X Do " * 10
        objects.append(stream(inner, f"{FORMS} {resources.format(min(7 + number, 15))}"))
    return pdf_of(path, *objects)


def circular_pages(path: Path) -> Path:
    """A tree of pages that holds itself, and a table of places that is its own predecessor."""
    path = pdf_of(path, CATALOG, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9999 /Parent 2 0 R >>")
    raw = path.read_bytes()
    path.write_bytes(raw + f"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 3 /Root 1 0 R /Prev {len(raw)} >>\n"
                     f"startxref\n{len(raw)}\n%%EOF\n".encode())  # fmt: skip
    return path


def giant_page(path: Path) -> Path:
    """A page of 35 metres."""
    return pdf_of(path, CATALOG, PAGES, PAGE.replace("300 300", "99999 99999"), stream(page("text").encode()))


def many_pages(path: Path) -> Path:
    """Ten thousand pages."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 10_003))
    pages = f"<< /Type /Pages /Kids [{kids}] /Count 10000 >>"
    return pdf_of(path, CATALOG, pages, *["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>"] * 10_000)


def deep_outline(path: Path) -> Path:
    """Bookmarks within bookmarks, 20,000 deep, beside a page that says something."""
    pages: list[str | bytes] = [CATALOG.replace(">>", "/Outlines 5 0 R >>"), PAGES, PAGE, stream(b"")]
    marks = [f"<< /Title (x) /First {number + 6} 0 R /Last {number + 6} 0 R >>" for number in range(20_000)]
    return pdf_of(path, *pages, *marks)


@pytest.mark.parametrize(
    ("make", "problems"),
    [
        (flate_bomb, {DocumentProblem.BOMB}),
        (flate_in_flate, {DocumentProblem.BOMB}),
        (giant_page, {DocumentProblem.BOMB}),
        (many_pages, {DocumentProblem.LIMITED}),
        (forms_within_forms, {DocumentProblem.LIMITED, DocumentProblem.EMPTY, DocumentProblem.SCANNED}),
        (circular_pages, {DocumentProblem.DAMAGED, DocumentProblem.EMPTY, DocumentProblem.LIMITED}),
        (deep_outline, {DocumentProblem.EMPTY, DocumentProblem.DAMAGED}),
    ],
)
def test_a_pdf_that_is_a_bomb_ends_by_itself_and_alone(
    make: Make, problems: set[DocumentProblem], tmp_path: Path
) -> None:
    """In the sandbox, within its time and memory: what comes back is a problem, never a text, and never a fault."""
    reader = make_reader(seconds=90)
    try:
        found = reader.read_file(make(tmp_path / "x.pdf"), "x.pdf", tmp_path / "out")
    finally:
        reader.close()
    assert found.document is not None
    assert found.document.problem in problems
    assert found.bomb is (found.document.problem is DocumentProblem.BOMB)


def test_an_honest_pdf_is_no_bomb(tmp_path: Path) -> None:
    """White pages compress well, and so does text that is said a thousand times; what is broken is not followed."""
    assert not expands(pdf_of(tmp_path / "a", CATALOG, PAGES, PAGE, stream(b"\xff" * 40_000_000, packed=1)))
    assert not expands(pdf_of(tmp_path / "b", CATALOG, PAGES, PAGE, stream(page("text " * 9_999).encode(), packed=1)))
    broken = stream(b"x" * 9_999, packed=1).replace(b"endstream", b"")[:60]
    assert not expands(pdf_of(tmp_path / "c", CATALOG, PAGES, PAGE, broken))
    (tmp_path / "d").write_bytes(b"")
    assert not expands(tmp_path / "d")


def lying_zip(path: Path) -> Path:
    """A DOCX whose table of contents says that its 60 MB are 100 bytes."""
    make_docx(path, " " * 60_000_000)
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        for found in re.finditer(re.escape(mark), bytes(raw)):
            struct.pack_into("<I", raw, found.start() + offset, 100)
    path.write_bytes(raw)
    return path


def nested_elements(path: Path) -> Path:
    """A DOCX of tables within tables, 100,000 deep."""
    return make_docx(path, "<w:tbl>" * 100_000 + "</w:tbl>" * 100_000)


def laughs(path: Path) -> Path:
    """A DOCX with a billion laughs."""
    entities = "".join(f'<!ENTITY l{number + 1} "{f"&l{number};" * 10}">' for number in range(9))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><x>&l9;</x>')
    return path


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lying_zip, DocumentProblem.DAMAGED),
        (nested_elements, DocumentProblem.BOMB),
        (laughs, DocumentProblem.BOMB),
    ],
)
def test_a_docx_that_is_a_bomb_is_refused(make: Make, problem: DocumentProblem, tmp_path: Path) -> None:
    """By its table of contents, or as soon as it shows what it is."""
    assert read(make(tmp_path / "x.docx"), "docx").problem is problem


def test_an_entity_from_elsewhere_is_neither_read_nor_called(listener: socket.socket, tmp_path: Path) -> None:
    """Not even unsandboxed: the parser refuses before it looks at where the entity points."""
    (tmp_path / "secret").write_text("canary in the mine", encoding="utf-8")
    for where in ((tmp_path / "secret").as_uri(), f"http://127.0.0.1:{listener.getsockname()[1]}/x"):
        inner = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{where}">]><x xmlns:w="w"><w:t>&e;</w:t></x>'
        with zipfile.ZipFile(tmp_path / "x", "w") as archive:
            archive.writestr("word/document.xml", inner)
            archive.writestr("content.xml", inner)
        for kind in ("docx", "odt"):
            facts = read(tmp_path / "x", kind)
            assert (facts.problem, facts.text) == (DocumentProblem.BOMB, "")
    with suppress(TimeoutError):
        connection, _ = listener.accept()
        connection.close()
        pytest.fail("the document called")


def asks_for_4_gb(path: Path, greedy: str) -> Path:
    """A document of a few words, one member of which is packed with LZMA and a dictionary that nobody has."""
    members = {"content.xml": "<a/>", greedy: "application/vnd.oasis.opendocument.text"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_LZMA if name == greedy else zipfile.ZIP_DEFLATED)
    packed = b"\x09\x04\x05\x00\x5d"
    head, found, tail = path.read_bytes().partition(packed)
    path.write_bytes(head + found + b"\xf0\xff\xff\xff" + tail[4:])
    return path


@pytest.mark.parametrize("greedy", ["word/document.xml", "mimetype"])
def test_a_small_document_that_asks_for_much_memory_ends_alone(tmp_path: Path, greedy: str) -> None:
    """However small it says that it is: the mail around it is read on."""
    mail = EmailMessage()
    mail["Subject"] = "x"
    mail.set_content("Please find it attached.")
    content = asks_for_4_gb(tmp_path / "greedy", greedy).read_bytes()
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename="a.odt")
    (tmp_path / "mail").write_bytes(bytes(mail))
    reader = make_reader()
    try:
        message = reader.read(tmp_path / "mail", tmp_path / "out")
    finally:
        reader.close()
    assert message.text == "Please find it attached."
    assert [file.name for file in message.attachments] == ["a.odt"]


def spins(_path: Path, _seconds: float) -> Contents:
    """A parser that never comes to an end."""
    while True:
        pass


def spins_and_swallows(_path: Path, _seconds: float) -> Contents:
    """The same, and it takes what ends it for a fault of the document."""
    while True:
        with suppress(Exception):
            return spins(_path, _seconds)


@pytest.mark.parametrize("reader", [spins, spins_and_swallows])
def test_light_documents_that_are_slow_do_not_take_their_mails_time(
    reader: Callable[[Path, float], Contents], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read together with the mail, and each is ended for itself; the next ones are read."""
    path = make_docx(tmp_path / "a.docx", paragraph("The delegation thanks the secretariat"))
    monkeypatch.setattr(document, "LIGHT_SECONDS", 0.02)
    with monkeypatch.context() as patched:
        patched.setattr(document, "READERS", {"docx": reader})
        problems = {read_apart(path, "docx").problem for _ in range(40)}
    assert problems == {DocumentProblem.LIMITED}
    assert read_apart(path, "docx").words == 5


def test_a_name_without_end_takes_no_time_without_end(tmp_path: Path) -> None:
    """It is cut where it is collected, so that twice as long a name takes but twice as long."""
    with zipfile.ZipFile(tmp_path / "a.odt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", "<a><creator>" + "aaa<b/>" * 700_000 + "</creator></a>")
    assert read_apart(tmp_path / "a.odt", "odt", seconds=6).hidden.people == ("a" * 100,)


def test_one_bomb_does_not_keep_its_mail_from_being_read(tmp_path: Path) -> None:
    """An archive with a bomb and a statement: both are named, and the statement has its text."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(forms_within_forms(tmp_path / "bomb.pdf"), "bomb.pdf")
        packed.write(make_docx(tmp_path / "s.docx", paragraph("The delegation thanks the secretariat")), "s.docx")
    boundary = b"--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    (tmp_path / "mail").write_bytes(
        b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + boundary + base64.encodebytes(archive.getvalue()) + b"\r\n--b--\r\n"
    )  # fmt: skip
    reader = make_reader(seconds=90)
    try:
        message = reader.read(tmp_path / "mail", tmp_path / "out")
    finally:
        reader.close()
    texts = {file.name: file.document.text for file in message.attachments if file.document}
    assert texts["s.docx"] == "The delegation thanks the secretariat"
    assert texts["bomb.pdf"] == ""
