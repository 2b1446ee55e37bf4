"""The text of a document, or why there is none."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from statement_intake.domain.message import DocumentFacts, DocumentProblem
from statement_intake.reading.plain import text_encoding
from statement_intake.reading.text import clean_text, decode

if TYPE_CHECKING:
    from collections.abc import Callable

#: Characters of text that are given back.
MAXIMUM_TEXT = 20_000
#: Characters of text in which words are counted.
MAXIMUM_COUNTED = 5_000_000
#: Bytes of a plain text file that are read.
MAXIMUM_PLAIN = 5_000_000
#: Seconds for one document.
SECONDS = 20.0
#: Fewer words than this are no readable text: a page number, a stray letter.
READABLE_WORDS = 3
#: The same for scripts written without spaces, where each character counts as a word.
READABLE_CHARACTERS = 10
#: A PDF with fewer words a page than this, and something drawn on it, is a picture of text with a stamp on it.
SCANNED_WORDS_A_PAGE = 5

_UNSPACED = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
#: Letters and digits with their combining marks (Arabic vowels, accents) and apostrophes within.
_WORD = re.compile(r"\w[\w\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670'’]*")


def read(path: Path, kind: str, *, seconds: float = SECONDS) -> DocumentFacts:
    """Read *path*, a document of the format *kind* ("pdf", "docx", "odt", "txt"; others are not read).

    Raises nothing but MemoryError and OSError: whatever else goes wrong makes the document damaged.
    """
    readers: dict[str, Callable[[Path, float], DocumentFacts]] = {
        "txt": _plain,
        "docx": _docx,
        "odt": _odt,
        "pdf": _pdf,
    }
    reader = readers.get(kind)
    if reader is None:
        return DocumentFacts(format=kind, problem=DocumentProblem.UNSUPPORTED)
    try:
        return reader(path, seconds)
    except (MemoryError, OSError):
        raise
    except Exception:  # noqa: BLE001 - parsers of hostile files raise anything, and each time it means this
        return DocumentFacts(format=kind, problem=DocumentProblem.DAMAGED)


def count_words(text: str) -> int:
    """Words; of Chinese and Japanese, characters."""
    unspaced = len(_UNSPACED.findall(text))
    return unspaced + len(_WORD.findall(_UNSPACED.sub(" ", text) if unspaced else text))


def _facts(kind: str, text: str, *, pages: int | None = None) -> DocumentFacts:
    text = re.sub(r"\n{3,}", "\n\n", clean_text(text[:MAXIMUM_COUNTED])).strip()
    words = count_words(text)
    unspaced = len(_UNSPACED.findall(text[:MAXIMUM_TEXT]))
    readable = words - unspaced >= READABLE_WORDS or unspaced >= READABLE_CHARACTERS
    return DocumentFacts(
        format=kind,
        problem=None if readable else DocumentProblem.EMPTY,
        text=text[:MAXIMUM_TEXT],
        words=words,
        pages=pages,
    )


def _plain_text(path: Path) -> str | None:
    with path.open("rb") as stream:
        raw = stream.read(MAXIMUM_PLAIN)
    encoding = text_encoding(raw, complete=True)
    if encoding is None:
        return None
    return decode(raw, encoding if encoding.startswith("utf") else None)


def _plain(path: Path, _seconds: float) -> DocumentFacts:
    text = _plain_text(path)
    return DocumentFacts(format="txt", problem=DocumentProblem.DAMAGED) if text is None else _facts("txt", text)


def _docx(path: Path, _seconds: float) -> DocumentFacts:
    return _zipped("docx", path)


def _odt(path: Path, _seconds: float) -> DocumentFacts:
    return _zipped("odt", path)


def _zipped(kind: str, path: Path) -> DocumentFacts:
    from statement_intake.reading import zipped_xml  # noqa: PLC0415 - not every mail has one

    try:
        text = (zipped_xml.docx_text if kind == "docx" else zipped_xml.odt_text)(path)
    except zipped_xml.Locked:
        return DocumentFacts(format=kind, problem=DocumentProblem.ENCRYPTED)
    except zipped_xml.Bomb:
        return DocumentFacts(format=kind, problem=DocumentProblem.BOMB)
    except zipped_xml.TooMuch:
        return DocumentFacts(format=kind, problem=DocumentProblem.LIMITED)
    return _facts(kind, text)


def _pdf(path: Path, seconds: float) -> DocumentFacts:
    from statement_intake.reading import pdf  # noqa: PLC0415 - slow to import, and not every mail has one

    try:
        found = pdf.pdf_text(path, seconds=seconds, characters=MAXIMUM_COUNTED)
    except pdf.Locked:
        return DocumentFacts(format="pdf", problem=DocumentProblem.ENCRYPTED)
    except pdf.TooMuch:
        return DocumentFacts(format="pdf", problem=DocumentProblem.LIMITED)
    facts = _facts("pdf", found.text, pages=found.pages)
    if found.drawn and (facts.problem is DocumentProblem.EMPTY or facts.words < SCANNED_WORDS_A_PAGE * found.pages):
        return facts.model_copy(update={"problem": DocumentProblem.SCANNED})
    return facts
