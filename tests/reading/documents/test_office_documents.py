"""Documents as LibreOffice writes them: what they say in every script, and what lies beneath."""

from pathlib import Path

import pytest

from statement_intake.domain.message import DocumentProblem, Hidden
from statement_intake.reading.documents.contents import Bomb
from statement_intake.reading.documents.document import read
from statement_intake.reading.documents.rtf import MAXIMUM_DEPTH, rtf
from tests.reading.office import ACCEPTED, SPEECHES, changed_document, convert, plain_document

FORMATS = ("docx", "odt", "doc", "rtf")


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each text in each format."""
    folder = tmp_path_factory.mktemp("office")
    sources = [plain_document(folder / f"{name}.docx", text) for name, text in SPEECHES.items()]
    sources.append(changed_document(folder / "changed.docx"))
    for extension in FORMATS[1:]:
        convert(sources, extension, folder)
    return folder


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("name", SPEECHES)
def test_the_text_comes_out_in_every_script(office: Path, name: str, extension: str) -> None:
    """Arabic, Chinese, Cyrillic, and all of them in one document, word for word."""
    facts = read(office / f"{name}.{extension}", extension)
    assert facts.problem is None
    assert facts.text.split() == SPEECHES[name].split()


@pytest.mark.parametrize("extension", FORMATS)
def test_the_text_is_the_one_with_its_changes_accepted(office: Path, extension: str) -> None:
    """The insertion is in; the deletion, the comment and what is hidden are out."""
    facts = read(office / f"changed.{extension}", extension)
    assert facts.text.split() == ACCEPTED.split()
    assert facts.hidden.model_copy(update={"people": ()}) == Hidden(changes=2, comments=1, characters=20)


@pytest.mark.parametrize("extension", FORMATS)
def test_everybody_who_worked_on_it_is_named(office: Path, extension: str) -> None:
    """The author of the file and of its changes; a DOC keeps of its comments' authors no more than a letter."""
    people = set(read(office / f"changed.{extension}", extension).hidden.people)
    assert people == {"S. Secretary", "A. Drafter"} | ({"M. Minister"} if extension != "doc" else set())


@pytest.mark.parametrize("extension", FORMATS)
def test_any_part_of_it_is_harmless(office: Path, extension: str, tmp_path: Path) -> None:
    """Cut off anywhere, or with any bytes overwritten, it is read or damaged, and never more than that."""
    whole = (office / f"changed.{extension}").read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        for broken in (whole[:place], whole[:place] + b"\xff" * 16 + whole[place + 16 :]):
            (tmp_path / "x").write_bytes(broken)
            assert read(tmp_path / "x", extension).problem in {None, *DocumentProblem} - {DocumentProblem.LIMITED}


def write_rtf(path: Path, body: str) -> Path:
    """An RTF with that body."""
    path.write_bytes(
        f"{{\\rtf1\\ansi\\ansicpg1252\\uc1{{\\fonttbl{{\\f0 A;}}{{\\f1\\fcharset204 B;}}}}{body}}}".encode()
    )
    return path


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"caf\'e9 \u1576?\u1610? end", "café بي end"),
        (r"{\f1 \'cc\'e8\'f0} {\f0 \'e9}", "Мир é"),
        (r"\uc2 \u20320\'c4\'e3\u22909\'ba\'c3\uc1 .", "你好."),
        (r"a{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}b", "alinkb"),
        (r"a{\*\unknown secret}{\pict\bin4 }}}}0a}b", "ab"),
        (r"\u-10179?\u-8704?\par one\tab two \{three\}", "😀\none\ttwo {three}"),
        (r"{\header top}body{\footnote note}", "topbodynote"),
    ],
)
def test_rtf_is_read_as_its_specification_says(body: str, text: str, tmp_path: Path) -> None:
    r"""Code pages by font, stand-ins after \u, destinations that are no text, bytes of pictures."""
    assert rtf(write_rtf(tmp_path / "x", body)).text == text


def test_groups_without_end_are_a_bomb(tmp_path: Path) -> None:
    """No recursion, and no patience."""
    with pytest.raises(Bomb):
        rtf(write_rtf(tmp_path / "x", "{" * (MAXIMUM_DEPTH + 1)))
