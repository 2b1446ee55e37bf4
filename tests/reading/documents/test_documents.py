"""The text of documents, and why there is none."""

import zipfile
from pathlib import Path

import pytest

from statement_intake.domain.message import DocumentProblem
from statement_intake.reading.documents.document import count_words, read
from tests.reading.conftest import make_docx, make_pdf, page, paragraph

SPEECH = "Monsieur le Président, la délégation remercie le secrétariat."
ODT = (
    '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:text>{}</o:text></o:body>'
    "</o:document-content>"
)


def make_odt(path: Path, body: str, manifest: str = "<manifest/>") -> Path:
    """An ODT of the least possible members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", ODT.format(body))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_plain_text_is_read_in_its_encoding(encoding: str, tmp_path: Path) -> None:
    """As Windows' Notepad and others write it."""
    (tmp_path / "x").write_bytes(SPEECH.encode(encoding))
    facts = read(tmp_path / "x", "txt")
    assert (facts.text, facts.problem, facts.words) == (SPEECH, None, 8)


def test_a_word_document_is_read_with_its_notes_and_without_what_was_deleted(tmp_path: Path) -> None:
    """Headers, footers, notes, and text boxes once, although they are written twice."""
    body = (
        paragraph("The delegation") + "<w:p><w:r><w:t>thanks</w:t><w:tab/><w:t>you</w:t></w:r></w:p>"
        "<w:p><w:del><w:r><w:delText>not this</w:delText></w:r></w:del><w:instrText>PAGE</w:instrText></w:p>"
        '<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice>' + paragraph("boxed") + "</mc:Choice>"
        "<mc:Fallback>" + paragraph("boxed") + "</mc:Fallback></mc:AlternateContent>"
    )
    facts = read(make_docx(tmp_path / "x", body, footnotes=paragraph("a note"), header1=paragraph("above")), "docx")
    assert facts.problem is None
    assert facts.text.split() == ["The", "delegation", "thanks", "you", "boxed", "a", "note", "above"]


def test_an_open_document_is_read(tmp_path: Path) -> None:
    """Without comments and tracked deletions."""
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        "<text:h>Statement</text:h><text:p>of<text:s/>the <text:span>delegation</text:span>"
        "<o:annotation><text:p>a comment</text:p></o:annotation></text:p>"
    )
    facts = read(make_odt(tmp_path / "x", body), "odt")
    assert (facts.problem, facts.text.split()) == (None, ["Statement", "of", "the", "delegation"])


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    """Its pages are counted too."""
    facts = read(
        make_pdf(
            tmp_path / "x", page("The delegation thanks the secretariat"), page("once more and again, dear chair")
        ),
        "pdf",
    )
    assert (facts.problem, facts.pages, facts.words) == (None, 2, 11)
    assert "secretariat" in facts.text


def test_a_picture_of_text_is_scanned(tmp_path: Path) -> None:
    """A page on which something is drawn, but hardly anything written."""
    drawn = "0 0 200 200 re f"
    assert read(make_pdf(tmp_path / "x", drawn, drawn), "pdf").problem is DocumentProblem.SCANNED
    stamped = drawn + "\n" + page("Scanned by Phone")
    assert read(make_pdf(tmp_path / "x", stamped), "pdf").problem is DocumentProblem.SCANNED


def test_an_empty_pdf_is_empty(tmp_path: Path) -> None:
    """Nothing is drawn on its pages."""
    assert read(make_pdf(tmp_path / "x", "", ""), "pdf").problem is DocumentProblem.EMPTY


def test_a_locked_pdf_is_encrypted(tmp_path: Path) -> None:
    """It needs the user's password (the digests below fit none)."""
    key = "A" * 64
    encrypt = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{key}> /U <{key}> >> /ID [<00> <00>] "
    path = make_pdf(tmp_path / "x", page("The delegation thanks you"), encrypt=encrypt)
    assert read(path, "pdf").problem is DocumentProblem.ENCRYPTED


def test_a_pdf_of_very_many_pages_is_over_the_limit(tmp_path: Path) -> None:
    """A person looks."""
    assert read(make_pdf(tmp_path / "x", *[""] * 501), "pdf").problem is DocumentProblem.LIMITED


@pytest.mark.parametrize("text", ["", "   \n\n\t", "\u200b", "3", "Page 1"])
def test_hardly_anything_is_empty(text: str, tmp_path: Path) -> None:
    """A page number is no text."""
    (tmp_path / "x").write_text(text)
    assert read(tmp_path / "x", "txt").problem is DocumentProblem.EMPTY


@pytest.mark.parametrize("kind", ["pdf", "docx", "docm", "odt", "doc", "rtf", "txt"])
def test_garbage_is_damaged(kind: str, tmp_path: Path) -> None:
    """Whatever the parsers raise."""
    (tmp_path / "x").write_bytes(b"\x00\x01\x02garbage\xff" * 50)
    assert read(tmp_path / "x", kind).problem is DocumentProblem.DAMAGED


@pytest.mark.parametrize("kind", ["pptx", "xlsx", "html"])
def test_what_cannot_be_read_here_is_said_by_name(kind: str, tmp_path: Path) -> None:
    """The letter names the format and asks for another."""
    facts = read(tmp_path / "never-opened", kind)
    assert (facts.format, facts.problem) == (kind, DocumentProblem.UNSUPPORTED)


def test_entities_are_refused(tmp_path: Path) -> None:
    """Neither a billion laughs nor a file of this machine."""
    for entity in ('<!ENTITY a "ha">', '<!ENTITY a SYSTEM "file:///etc/passwd">'):
        with zipfile.ZipFile(tmp_path / "x", "w") as archive:
            archive.writestr("word/document.xml", f"<!DOCTYPE x [{entity}]><x>&a;</x>")
        assert read(tmp_path / "x", "docx").problem is DocumentProblem.BOMB


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """60 MB of spaces in 60 KB, said openly or not."""
    assert read(make_docx(tmp_path / "x", " " * 60_000_000), "docx").problem is DocumentProblem.BOMB
    assert read(make_docx(tmp_path / "x", " " * 10_000_000), "docx").problem is DocumentProblem.BOMB


def test_more_members_than_a_document_has_are_over_the_limit(tmp_path: Path) -> None:
    """And two of one name are no document."""
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        for number in range(2_001):
            archive.writestr(str(number), "")
    assert read(tmp_path / "x", "docx").problem is DocumentProblem.LIMITED
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("word/document.xml", "<b/>")
    assert read(tmp_path / "x", "docx").problem is DocumentProblem.DAMAGED


def test_a_locked_open_document_is_encrypted(tmp_path: Path) -> None:
    """OpenDocument locks its members, not the zip."""
    path = make_odt(tmp_path / "x", "", manifest="<manifest><encryption-data/></manifest>")
    assert read(path, "odt").problem is DocumentProblem.ENCRYPTED


def test_text_is_capped_but_all_words_are_counted(tmp_path: Path) -> None:
    """The facts stay small."""
    (tmp_path / "x").write_text("word " * 10_000)
    facts = read(tmp_path / "x", "txt")
    assert (len(facts.text), facts.words) == (20_000, 10_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the State's well-known view", 5),
        ("主席先生,中国代表团", 9),
        ("السيد الرئيس", 2),
        ("شُكْرًا", 1),
        ("Уважаемый председатель", 2),
        ("3(a) 2023", 3),
    ],
)
def test_words_are_counted_in_every_script(text: str, words: int) -> None:
    """Of Chinese, characters."""
    assert count_words(text) == words
