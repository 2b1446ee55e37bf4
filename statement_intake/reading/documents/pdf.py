"""The text of a PDF, through pdfium (Chrome's library). It is native code: only the sandboxed child imports this."""

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw as pdfium_c

from statement_intake.reading.documents.contents import MAXIMUM_TEXT, Bomb, Contents, Locked, TooMuch
from statement_intake.reading.documents.pdf_bombs import expands
from statement_intake.reading.documents.pdf_hidden import unseen_characters

MAXIMUM_PAGES = 500
#: Points along an edge; the largest that the format knows (ISO 32000-1 annex C.2), more than five metres.
LARGEST_EDGE = 14_400
#: Pages that are looked through for pictures if there is no text.
PAGES_LOOKED_AT = 5
#: Annotations of one page that are looked at, and pages, for text that is not seen.
_ANNOTATIONS_LOOKED_AT, _HIDDEN_LOOKED_AT = 5_000, 50
#: Annotations that are part of the page rather than remarks about it.
_NO_COMMENTS = frozenset({pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_POPUP})


def pdf(path: Path, *, seconds: float) -> Contents:
    """What a PDF holds. One that only restricts printing or changing is read.

    Raises Locked, Bomb, TooMuch, and pdfium.PdfiumError where the file is damaged. The deadline is looked at between
    pages; within one, whoever runs this has to end it.
    """
    if expands(path):
        raise Bomb
    deadline = time.monotonic() + seconds
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Locked from error
        raise
    with closing(document):
        contents = Contents(pages=len(document))
        if len(document) > MAXIMUM_PAGES:
            raise TooMuch
        _refuse_giants(document)
        size = 0
        for text in _page_texts(document, deadline, contents):
            if size < MAXIMUM_TEXT:
                contents.say(text + "\n")
                size += len(text)
        first = range(min(len(document), PAGES_LOOKED_AT))
        contents.drawn = any(_is_drawn(document, page) for page in first)
        _beneath(document, contents)
    return contents


def _refuse_giants(document: pdfium.PdfDocument) -> None:
    """Such a page is harmless to read, and takes all memory to show."""
    for number in range(len(document)):
        with suppress(pdfium.PdfiumError):
            if max(document.get_page_size(number)) > LARGEST_EDGE:
                raise Bomb


def _page_texts(document: pdfium.PdfDocument, deadline: float, contents: Contents) -> Iterator[str]:
    for number in range(len(document)):
        if time.monotonic() > deadline:
            raise TooMuch
        with suppress(pdfium.PdfiumError):  # one broken page does not make the others unreadable
            page = document[number]
            with closing(page), closing(page.get_textpage()) as textpage:
                yield textpage.get_text_bounded()
                contents.comments += _remarks(page)
                contents.hidden += unseen_characters(page, textpage) if number < _HIDDEN_LOOKED_AT else 0


def _remarks(page: pdfium.PdfPage) -> int:
    count = 0
    for number in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), _ANNOTATIONS_LOOKED_AT)):
        remark = pdfium_c.FPDFPage_GetAnnot(page, number)
        if remark:
            count += pdfium_c.FPDFAnnot_GetSubtype(remark) not in _NO_COMMENTS
            pdfium_c.FPDFPage_CloseAnnot(remark)
    return count


def _is_drawn(document: pdfium.PdfDocument, number: int) -> bool:
    with suppress(pdfium.PdfiumError), closing(document[number]) as page:
        return bool(pdfium_c.FPDFPage_CountObjects(page) > 0)
    return False


def _beneath(document: pdfium.PdfDocument, contents: Contents) -> None:
    contents.enclosed = max(0, pdfium_c.FPDFDoc_GetAttachmentCount(document))
    contents.scripts = max(0, pdfium_c.FPDFDoc_GetJavaScriptActionCount(document))
    contents.name(document.get_metadata_value("Author"))
