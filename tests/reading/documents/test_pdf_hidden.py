"""Text in a PDF that nobody sees on its pages."""

from pathlib import Path

import pytest

from statement_intake.reading.documents.document import read
from tests.reading.conftest import make_pdf, page

SEEN = page("The delegation thanks the secretariat")
DARK = " 0 0 0.4 rg 10 90 200 40 re f"


def words(how: str, text: str = "Secret words") -> str:
    """The instructions that show *text* somewhere lower on the page, in a way of one's own."""
    return f" BT {how} Td ({text}) Tj ET"


def unseen(path: Path, content: str) -> int:
    """The hidden characters of a page."""
    facts = read(make_pdf(path / "x.pdf", content), "pdf")
    assert facts.problem is None
    return facts.hidden.characters


@pytest.mark.parametrize(
    "content",
    [
        words("3 Tr /F 12 Tf 20 100"),
        words("1 g /F 12 Tf 20 100"),
        " 1 g 10 90 200 40 re f" + words("1 g /F 12 Tf 20 100"),
        words("1 g /F 12 Tf 20 100") + DARK,
        words("/F 12 Tf 20 -100"),
        words("/F 12 Tf 400 100"),
        words("/F 0.5 Tf 20 100"),
        words("/F 12 Tf 0.01 0 0 0.01 20 100 Tm 0 0"),
    ],
    ids=["invisible", "white", "white on white", "white before dark", "below", "beside", "tiny", "shrunk"],
)
def test_text_that_nobody_sees_is_counted(content: str, tmp_path: Path) -> None:
    """Whoever searches or copies a PDF finds it."""
    assert unseen(tmp_path, SEEN + content) == len("Secret words")


@pytest.mark.parametrize(
    "content",
    [
        words("/F 12 Tf 20 100"),
        DARK + words("1 g /F 12 Tf 20 100"),
        words("/F 1 Tf 12 0 0 12 20 100 Tm 0 0"),
        words("0.9 g /F 12 Tf 20 100"),
        words("1 g /F 12 Tf 20 100", "   "),
        words("/F 12 Tf 290 100"),
        words("0 Tr 1 g 0 G 2 Tr /F 12 Tf 20 100"),
    ],
    ids=["plain", "white on dark", "enlarged", "grey", "spaces", "over the edge", "outlined"],
)
def test_what_can_be_seen_is_not(content: str, tmp_path: Path) -> None:
    """A white heading on a bar of the State's colour is no secret."""
    assert unseen(tmp_path, SEEN + content) == 0
