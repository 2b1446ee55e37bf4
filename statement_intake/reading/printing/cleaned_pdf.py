"""A PDF anew: its pages with what they show, and nothing else. No metadata, scripts, attachments, forms or remarks.

Only what is named here is taken over, so that what is not known stays behind. Source: ISO 32000-1 sections 7.7.3
(pages), 8.11 (optional content), 9.3.6 (text rendering mode), 14.6 (marked content).
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from statement_intake.reading.documents.contents import Bomb, TooMuch
from statement_intake.reading.documents.pdf import LARGEST_EDGE, MAXIMUM_PAGES
from statement_intake.reading.documents.pdf_bombs import expands

_OF_PAGE = frozenset({"/Type", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group", "/UserUnit"})
_RESOURCES = frozenset({"/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/ProcSet"})
#: In any object: what says who made it, when, or what else it is part of.
_BETRAYING = (
    "/Metadata", "/PieceInfo", "/LastModified", "/StructParent", "/StructParents", "/OPI", "/Measure", "/PtData", "/AF",
    "/Alternates",
)  # fmt: skip
_MARKS = frozenset({"BMC", "BDC", "EMC", "MP", "DP"})
_SHOWS_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_INVISIBLE, _INVISIBLE_CLIPPING = 3, 7
#: The share of a page that is covered by pictures where it is a scan.
_COVERED = 0.5
#: Forms within forms.
_DEPTH = 20
#: Application segments and comments of a JPEG; APP0 and APP14 say how its colours are to be read.
_JPEG_KEPT = frozenset({0xE0, 0xEE})


def clean_pdf(source: Path, target: Path) -> int:
    """Write the clean copy of *source* to *target*; gives the number of its pages.

    Raises Bomb, TooMuch, pikepdf.PasswordError, and pikepdf.PdfError where the file is damaged.
    """
    if expands(source):
        raise Bomb
    with Pdf.open(source) as old, Pdf.new() as new:
        if len(old.pages) > MAXIMUM_PAGES:
            raise TooMuch
        hidden = _hidden_layers(old)
        for page in old.pages:
            _page(old, page, hidden)
            new.pages.append(page)
        for page in new.pages:
            _keep(page.obj, _OF_PAGE | {"/Parent"})
        new.remove_unreferenced_resources()
        for item in new.objects:
            _tidy(item)
        _keep(new.Root, {"/Type", "/Pages"})
        if "/Info" in new.trailer:
            del new.trailer["/Info"]
        new.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(new.pages)


def _keep(item: Object, keys: AbstractSet[str]) -> None:
    for key in set(item.keys()) - keys:
        del item[key]


def _inherited(node: Object, key: str) -> Object | None:
    for _ in range(_DEPTH * 5):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None


def _hidden_layers(pdf: Pdf) -> set[tuple[int, int]]:
    """The layers that are switched off."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, Dictionary):
        return set()
    default = properties.get("/D", Dictionary())
    off = {layer.objgen for layer in default.get("/OFF", Array())}
    if default.get("/BaseState") == Name.OFF:
        on = {layer.objgen for layer in default.get("/ON", Array())}
        off |= {layer.objgen for layer in properties.get("/OCGs", Array())} - on
    return off


def _page(pdf: Pdf, page: pikepdf.Page, hidden: set[tuple[int, int]]) -> None:
    """Leave in the page's content, and in that of its forms, what is shown. Raises Bomb for a giant."""
    # What a page inherits from the tree above it (ISO 32000-1 section 7.7.3.4) has to stand on it from now on.
    for key in ("/Resources", "/MediaBox", "/CropBox", "/Rotate"):
        if (value := _inherited(page.obj, key)) is not None:
            page.obj[key] = value
    if max(abs(float(edge)) for edge in page.mediabox) > LARGEST_EDGE:
        raise Bomb
    resources = page.obj.get("/Resources", Dictionary())
    seen: set[tuple[int, int]] = set()
    scan = _is_scan(page, resources)
    page.obj["/Contents"] = pdf.make_stream(_content(page, resources, hidden, scan=scan))
    _resources(pdf, resources, hidden, seen, _DEPTH, scan=scan)


def _resources(  # noqa: PLR0913 - a walk over what is nested
    pdf: Pdf, resources: Object, hidden: set[tuple[int, int]], seen: set[tuple[int, int]], depth: int, *, scan: bool
) -> None:
    _keep(resources, _RESOURCES)
    for kind in ("/XObject", "/Pattern"):
        for name, item in list(resources.get(kind, Dictionary()).items()):
            if not isinstance(item, Stream) or item.objgen in seen:
                continue
            seen.add(item.objgen)
            if kind == "/XObject" and _is_off(item.get("/OC"), hidden):
                resources[kind][name] = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 0, 0])
            elif kind == "/Pattern" or item.get("/Subtype") == Name.Form:
                if depth <= 0:
                    raise Bomb
                within = item.get("/Resources", Dictionary())
                content = _content(item, within, hidden, scan=scan)
                _resources(pdf, within, hidden, seen, depth - 1, scan=scan)
                item.write(content)


def _is_scan(page: pikepdf.Page, resources: Object) -> bool:
    """Whether pictures cover the page, in one piece or in strips: a State's emblem above a letter does not."""
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    pictures = resources.get("/XObject", Dictionary())
    placed, covered = pikepdf.Matrix(), 0.0
    saved = []
    for instruction in pikepdf.parse_content_stream(page):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "q":
            saved.append(placed)
        elif operator == "Q" and saved:
            placed = saved.pop()
        elif operator == "cm" and len(operands) == 6:  # noqa: PLR2004 - the numbers of a matrix
            placed = pikepdf.Matrix(*(float(number) for number in operands)) @ placed
        elif operator == "Do" and len(operands) == 1 and isinstance(drawn := pictures.get(str(operands[0])), Stream):
            if drawn.get("/Subtype") == Name.Image:
                covered += abs(placed.a * placed.d - placed.b * placed.c)
            elif any(True for _ in _images(drawn.get("/Resources", Dictionary()), _DEPTH, set())):
                # Where a picture lies within a form is not followed up.
                return True
    return covered >= _COVERED * abs((right - left) * (top - bottom))


def _images(resources: Object, depth: int, seen: set[tuple[int, int]]) -> Iterator[Object]:
    for item in resources.get("/XObject", Dictionary()).values():
        if not isinstance(item, Stream) or item.objgen in seen or depth <= 0:
            continue
        seen.add(item.objgen)
        if item.get("/Subtype") == Name.Image:
            yield item
        else:
            yield from _images(item.get("/Resources", Dictionary()), depth - 1, seen)


def _content(page: pikepdf.Page | Object, resources: Object, hidden: set[tuple[int, int]], *, scan: bool) -> bytes:
    """The instructions without marks, without hidden layers, and without invisible text but that under a scan."""
    kept = []
    #: For each open mark, whether it hides; the text rendering mode, and those put away by q.
    marks: list[bool] = []
    mode, saved = 0, []
    for instruction in pikepdf.parse_content_stream(page):
        operator, operands = str(instruction.operator), instruction.operands
        if operator in {"BMC", "BDC"}:
            marks.append(
                operator == "BDC" and operands[0] == Name.OC and _is_off(_layer(operands[1], resources), hidden)
            )
        elif operator == "EMC" and marks:
            marks.pop()
        elif operator == "q":
            saved.append(mode)
        elif operator == "Q" and saved:
            mode = saved.pop()
        elif operator == "Tr":
            mode = int(operands[0])
        if operator in _MARKS:
            continue
        if operator in _SHOWS_TEXT and mode in {_INVISIBLE, _INVISIBLE_CLIPPING} and not scan:
            continue
        if any(marks) and operator not in {"q", "Q", "cm", "BT", "ET", "Tm", "Td", "TD", "T*", "Tf", "Tr", "gs"}:
            continue
        kept.append(instruction)
    return pikepdf.unparse_content_stream(kept)


def _layer(operand: Object, resources: Object) -> Object | None:
    properties = resources.get("/Properties", Dictionary())
    return properties.get(str(operand)) if isinstance(operand, Name) else operand


def _is_off(layer: Object | None, hidden: set[tuple[int, int]]) -> bool:
    if not isinstance(layer, Dictionary):
        return False
    groups = layer.get("/OCGs") if layer.get("/Type") == Name.OCMD else layer
    members = list(groups) if isinstance(groups, Array) else [groups] if groups is not None else []
    return bool(members) and all(member.objgen in hidden for member in members)


def _tidy(item: Object) -> None:
    """Take out of one object what betrays something."""
    if not isinstance(item, (Dictionary, Stream)):
        return
    for key in (*_BETRAYING, *(["/OC"] if item.get("/Type") == Name.XObject or isinstance(item, Stream) else [])):
        if key in item:
            del item[key]
    if isinstance(item, Stream) and item.get("/Filter") in (Name.DCTDecode, Array([Name.DCTDecode])):
        raw = item.read_raw_bytes()
        if (bare := _bare_jpeg(raw)) != raw:
            parameters = item.get("/DecodeParms")
            known = parameters if isinstance(parameters, (Dictionary, Array)) else None
            item.write(bare, filter=Name.DCTDecode, decode_parms=known)


def _bare_jpeg(raw: bytes) -> bytes:
    """A JPEG without EXIF, XMP, thumbnails and comments (ISO/IEC 10918-1 annex B)."""
    kept, place = bytearray(raw[:2]), 2
    while place + 4 <= len(raw) and raw[place] == 0xFF:  # noqa: PLR2004 - the beginning of a marker
        marker = raw[place + 1]
        if marker == 0xDA:  # noqa: PLR2004 - the picture itself
            break
        end = place + 2 + int.from_bytes(raw[place + 2 : place + 4], "big")
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in _JPEG_KEPT:  # noqa: PLR2004
            kept += raw[place:end]
        place = end
    return bytes(kept + raw[place:])
