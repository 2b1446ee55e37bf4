"""The text of a PDF, through pdfium (Chrome's library). It is native code: only the sandboxed child imports this."""

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw as pdfium_c

MAXIMUM_PAGES = 500
#: Pages that are looked through for pictures if there is no text.
PAGES_LOOKED_AT = 5


class Locked(Exception):  # noqa: N818 - expected trouble
    """The PDF needs a password to be opened. One that only restricts printing or changing is read."""


class TooMuch(Exception):  # noqa: N818 - expected trouble
    """More pages or more time than allowed."""


@dataclass(frozen=True)
class PdfText:
    """What a PDF holds."""

    text: str
    pages: int
    #: Something is drawn on the first pages.
    drawn: bool


def pdf_text(path: Path, *, seconds: float, characters: int) -> PdfText:
    """Read the text of all pages, at most *characters* of it.

    Raises Locked, TooMuch, and pdfium.PdfiumError where the file is damaged. The deadline is looked at between pages.
    """
    deadline = time.monotonic() + seconds
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Locked from error
        raise
    with closing(document):
        pages = len(document)
        if pages > MAXIMUM_PAGES:
            raise TooMuch
        text = ""
        for page_text in _page_texts(document, deadline):
            if len(text) < characters:
                text += page_text + "\n"
        return PdfText(
            text=text, pages=pages, drawn=any(_is_drawn(document, page) for page in range(min(pages, PAGES_LOOKED_AT)))
        )


def _page_texts(document: pdfium.PdfDocument, deadline: float) -> Iterator[str]:
    for number in range(len(document)):
        if time.monotonic() > deadline:
            raise TooMuch
        with suppress(pdfium.PdfiumError):  # one broken page does not make the others unreadable
            page = document[number]
            with closing(page), closing(page.get_textpage()) as textpage:
                yield textpage.get_text_bounded()


def _is_drawn(document: pdfium.PdfDocument, number: int) -> bool:
    with suppress(pdfium.PdfiumError), closing(document[number]) as page:
        return bool(pdfium_c.FPDFPage_CountObjects(page) > 0)
    return False
