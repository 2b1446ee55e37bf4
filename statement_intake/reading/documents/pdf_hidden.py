"""Text of a PDF's page that nobody sees: invisible, white on white, beside the page, or too small to be text."""

from collections.abc import Iterator
from ctypes import byref, c_float, c_int, c_uint, c_ushort
from math import hypot
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

#: Objects of one page that are looked at.
_MOST_OBJECTS = 5_000
#: Text lower than this is none to a reader, in points.
_TINY = 1.0
#: From here on a colour's parts are white, and up to here it is transparent (of 255).
_WHITE, _CLEAR = 250, 5
#: What covers the paper, so that white may be seen on it. What lies within a form is not looked into.
_COVERS = frozenset({raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_FORM})

_Object = Any  # what ctypes gives for a pointer of pdfium's


class _Place(NamedTuple):
    """A rectangle, in points from the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, other: "_Place") -> bool:
        """Whether the middle of *other* lies within."""
        x, y = (other.left + other.right) / 2, (other.bottom + other.top) / 2
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    def touches(self, other: "_Place") -> bool:
        """Whether the two have a point in common."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.bottom <= other.top and other.bottom <= self.top


def unseen_characters(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage) -> int:
    """How many characters of the page's text nobody sees.

    Under a picture invisible text is that of a scan, put there to be searched, and no secret.
    """
    paper = _Place(*page.get_cropbox())
    #: What was drawn so far that white can be seen on, what is invisible, and the pictures.
    covered: list[_Place] = []
    invisible: list[tuple[_Place, int]] = []
    pictures: list[_Place] = []
    unseen = 0
    for drawn, kind in _objects(page):
        place = _place(drawn)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(drawn) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                invisible.append((place, _characters(drawn, textpage)))
            elif _is_tiny(drawn) or not paper.touches(place) or (_is_white(drawn) and not _any(covered, place)):
                unseen += _characters(drawn, textpage)
        elif kind in _COVERS or (kind == raw.FPDF_PAGEOBJ_PATH and _is_filled(drawn)):
            covered.append(place)
            if kind != raw.FPDF_PAGEOBJ_PATH:
                pictures.append(place)
    return unseen + sum(count for place, count in invisible if not _any(pictures, place))


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[_Object, int]]:
    """In the order in which they are drawn."""
    for number in range(min(raw.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        drawn = raw.FPDFPage_GetObject(page, number)
        yield drawn, raw.FPDFPageObj_GetType(drawn)


def _any(places: list[_Place], place: _Place) -> bool:
    return any(one.holds(place) for one in places)


def _place(drawn: _Object) -> _Place:
    edges = [c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(drawn, *map(byref, edges))
    return _Place(*(edge.value for edge in edges))


def _colour(drawn: _Object) -> tuple[int, int, int, int] | None:
    """Red, green, blue and opacity of what it is filled with; None for a pattern."""
    parts = [c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(drawn, *map(byref, parts)):
        return None
    red, green, blue, opacity = (part.value for part in parts)
    return red, green, blue, opacity


def _is_white(drawn: _Object) -> bool:
    if raw.FPDFTextObj_GetTextRenderMode(drawn) != raw.FPDF_TEXTRENDERMODE_FILL:
        return False
    colour = _colour(drawn)
    return colour is not None and (min(colour[:3]) >= _WHITE or colour[3] <= _CLEAR)


def _is_filled(drawn: _Object) -> bool:
    """With anything but white."""
    how, stroked = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(drawn, byref(how), byref(stroked))
    colour = _colour(drawn)
    return how.value != raw.FPDF_FILLMODE_NONE and (colour is None or min(colour[:3]) < _WHITE)


def _is_tiny(drawn: _Object) -> bool:
    size, matrix = c_float(), raw.FS_MATRIX()
    if not (raw.FPDFTextObj_GetFontSize(drawn, byref(size)) and raw.FPDFPageObj_GetMatrix(drawn, byref(matrix))):
        return False
    return abs(size.value) * hypot(matrix.c, matrix.d) < _TINY


def _characters(drawn: _Object, textpage: pdfium.PdfTextPage) -> int:
    size = raw.FPDFTextObj_GetText(drawn, textpage, None, 0)
    said = (c_ushort * (size // 2 + 1))()
    raw.FPDFTextObj_GetText(drawn, textpage, said, size)
    text = bytes(said)[: max(0, size - 2)].decode("utf-16-le", "replace")
    return len(text) if text.strip() else 0
