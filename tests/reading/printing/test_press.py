"""The PDFs that are published: what the pages show, and nothing else."""

import hashlib
import io
import socket
from contextlib import closing, suppress
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from statement_intake.reading.documents.document import read
from statement_intake.reading.printing.press import Press, Pressed, Refused
from tests.reading.conftest import make_pdf
from tests.reading.office import ACCEPTED, SPEECHES, changed_document, convert, plain_document, word_document

PRESS = Press(sandbox="require")
PEOPLE = (b"Drafter", b"Minister", b"Secretary")


def pressed(source: Path, kind: str, press: Press = PRESS) -> tuple[Pressed, Path]:
    """The clean PDF of a document."""
    target = source.with_name(f"{source.name}.clean.pdf")
    return press.clean_pdf(source, kind, target), target


def bare(path: Path) -> bytes:
    """All bytes of a PDF, its streams uncompressed."""
    out = io.BytesIO()
    with pikepdf.open(path) as pdf:
        pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all, qdf=True)
    return out.getvalue()


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the document that has a history, in each format."""
    folder = tmp_path_factory.mktemp("changed")
    source = changed_document(folder / "changed.docx")
    for extension in ("odt", "doc", "rtf"):
        convert([source], extension, folder)
    return folder


@pytest.mark.parametrize("extension", ["docx", "odt", "doc", "rtf"])
def test_changes_are_accepted_and_the_rest_is_gone(changed: Path, extension: str) -> None:
    """What was deleted, remarked or hidden is not in the PDF, and nobody's name is."""
    made, clean = pressed(changed / f"changed.{extension}", extension)
    facts = read(clean, "pdf")
    assert (facts.text, facts.hidden.anything, made.pages) == (ACCEPTED, False, 1)
    assert not [name for name in PEOPLE if name in bare(clean)]
    assert (made.size, made.sha256) == (clean.stat().st_size, pressed_digest(clean))


def pressed_digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("language", "extension"), [("zh", "doc"), ("ru", "rtf"), ("ar", "txt")])
def test_every_script_is_set_in_letters_that_it_has(language: str, extension: str, tmp_path: Path) -> None:
    """The text can be taken out again, and no glyph is the box that stands for a missing one."""
    source = tmp_path / f"{language}.{extension}"
    if extension == "txt":
        source.write_text(SPEECHES[language], encoding="utf-8")
    else:
        convert([plain_document(tmp_path / f"{language}.docx", SPEECHES[language])], extension, tmp_path)
    _, clean = pressed(source, extension)
    said, wanted = read(clean, "pdf").text, SPEECHES[language]
    # Readers of PDFs take ligatures apart in either order.
    assert sorted(filter(str.isalpha, said)) == sorted(filter(str.isalpha, wanted))
    with closing(pdfium.PdfDocument(clean)) as document:
        picture = document[0].render(scale=1).to_pil().convert("L")
    left, _, right, _ = picture.point(lambda grey: 255 if grey < 128 else 0).getbbox() or (0, 0, 0, 0)
    assert right > picture.width - 80 if language == "ar" else left < 80


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    """A PDF with everything that a PDF should not have."""
    content = (
        "BT /F 12 Tf 20 200 Td (Seen text) Tj ET BT 3 Tr /F 12 Tf 20 100 Td (Unseen text) Tj ET "
        "/OC /Layer BDC BT 0 Tr /F 12 Tf 20 50 Td (Layer text) Tj ET EMC "
        "/Span << /ActualText (Other text) >> BDC BT 0 Tr /F 12 Tf 20 20 Td (More text here) Tj ET EMC"
    )
    with pikepdf.open(make_pdf(tmp_path / "plain.pdf", content)) as pdf:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Layer"))
        pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))
        only = pdf.pages[0]
        only.Resources.Properties = pikepdf.Dictionary(Layer=layer)
        remark = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents="Remark text"
        )
        only.Annots = pdf.make_indirect(pikepdf.Array([remark]))
        only.PieceInfo = pikepdf.Dictionary(Private="Private text")
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('Script text')")
        pdf.Root.Names = pikepdf.Dictionary(
            JavaScript=pikepdf.Dictionary(Names=["x", pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="Script text")])
        )
        pdf.attachments["secret.txt"] = b"Attached text"
        pdf.docinfo["/Author"] = "S. Secretary"
        with pdf.open_metadata() as metadata:
            metadata["dc:creator"] = ["S. Secretary"]
        pdf.save(tmp_path / "loaded.pdf")
    return tmp_path / "loaded.pdf"


def test_a_pdf_is_made_anew_with_its_pages_alone(loaded: Path) -> None:
    """No script, attachment, remark, layer, invisible text, metadata or name; what is seen stays where it is."""
    assert read(loaded, "pdf").hidden.model_dump() == {
        "changes": 0, "comments": 1, "characters": 11, "files": 1, "scripts": 1, "people": ("S. Secretary",),
    }  # fmt: skip
    made, clean = pressed(loaded, "pdf")
    content = bare(clean)
    kinds = ("Unseen", "Layer", "Other", "Remark", "Private", "Script", "Attached", "Secretary", "JavaScript", "Annots")
    assert [word for word in kinds if word.encode() in content] == []
    facts = read(clean, "pdf")
    assert (facts.text.split(), facts.hidden.anything, made.pages) == (
        ["Seen", "text", "More", "text", "here"],
        False,
        1,
    )


def with_picture(path: Path, content: str, picture: bytes) -> Path:
    """A PDF of one page whose *content* draws the JPEG *picture* as /I."""
    with pikepdf.open(make_pdf(path.with_name("plain.pdf"), content)) as pdf:
        image = pdf.make_stream(
            picture, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=40, Height=40,
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(I=image)
        pdf.save(path)
    return path


def jpeg(**more: object) -> bytes:
    """A white picture."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "JPEG", **more)
    return picture.getvalue()


def test_a_scan_keeps_its_text_and_its_picture_loses_where_it_was_taken(tmp_path: Path) -> None:
    """Invisible text under a picture is what makes a scan searchable; EXIF in the picture is nobody's business."""
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    under = "q 300 0 0 300 0 0 cm /I Do Q BT 3 Tr /F 12 Tf 20 200 Td (Text of the scan) Tj ET"
    scan = with_picture(tmp_path / "scan.pdf", under, jpeg(exif=exif, comment=b"Secret remark"))
    assert b"Secret" in scan.read_bytes()
    _, clean = pressed(scan, "pdf")
    assert b"Secret" not in clean.read_bytes()
    facts = read(clean, "pdf")
    assert (facts.text, facts.hidden.anything) == ("Text of the scan", False)
    with pikepdf.open(clean) as pdf:
        assert Image.open(io.BytesIO(bytes(pdf.pages[0].Resources.XObject.I.read_raw_bytes()))).size == (40, 40)


def test_an_emblem_hides_no_text(tmp_path: Path) -> None:
    """A small picture on the page makes it no scan: what is invisible below it goes."""
    content = "q 50 0 0 50 20 240 cm /I Do Q BT /F 12 Tf 20 200 Td (Seen text of the letter) Tj 3 Tr (Unseen) Tj ET"
    letter = with_picture(tmp_path / "letter.pdf", content, jpeg())
    assert read(letter, "pdf").hidden.characters == len("Unseen")
    facts = read(pressed(letter, "pdf")[1], "pdf")
    assert (facts.text, facts.hidden.anything) == ("Seen text of the letter", False)


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt", "doc", "pptx"])
def test_of_what_cannot_be_opened_no_pdf_is_made(kind: str, tmp_path: Path) -> None:
    """The document is at fault, and it is said so."""
    (tmp_path / "x").write_bytes(b"\x00\x01garbage" * 100)
    with pytest.raises(Refused, match="no PDF can be made"):
        pressed(tmp_path / "x", kind)


def test_an_unsandboxed_press_makes_the_same(loaded: Path) -> None:
    """Under limits alone, where the operator has said so."""
    _, clean = pressed(loaded, "pdf", Press(sandbox="limits"))
    with_walls, _ = pressed(loaded, "pdf")
    assert pressed_digest(clean) == with_walls.sha256


def test_a_document_calls_nobody_and_sees_no_file(listener: socket.socket, tmp_path: Path) -> None:
    """A field that takes in a text from elsewhere gets none, from this machine or another."""
    (tmp_path / "secret.txt").write_text("canary in the mine", encoding="utf-8")
    port = listener.getsockname()[1]
    fields = "".join(
        f'<w:p><w:fldSimple w:instr="INCLUDETEXT &quot;{url}&quot;"><w:r><w:t>old</w:t></w:r></w:fldSimple></w:p>'
        for url in (f"http://127.0.0.1:{port}/x.txt", (tmp_path / "secret.txt").as_uri())
    )
    _, clean = pressed(
        word_document(tmp_path / "calling.docx", fields + "<w:p><w:r><w:t>end</w:t></w:r></w:p>"), "docx"
    )
    assert "canary" not in read(clean, "pdf").text
    with suppress(TimeoutError):
        connection, _ = listener.accept()
        connection.close()
        pytest.fail("the document called")
