"""The text of a Word 97-2003 document, with insertions taken in and deletions left out.

Source: [MS-DOC] sections 2.4.1 (retrieving text), 2.5 (Fib), 2.8.35 (PlcPcd), 2.8.5 (PlcfBteChpx), 2.9.33 (ChpxFkp),
2.6.1 (sprmCFRMarkDel, sprmCFRMark, sprmCFVanish).
"""

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import olefile

from statement_intake.reading.documents.contents import Contents, Locked, Unknown
from statement_intake.reading.text import decode

#: Bytes that are read; the text comes before what a larger one holds.
MAXIMUM_BYTES = 100_000_000
#: The first version of the format that is read: Word 97.
_WORD_97 = 0xC1
_ENCRYPTED, _WHICH_TABLE = 0x0100, 0x0200
#: Places in the File Information Block.
_COUNTS, _CLX, _CHARACTER_RUNS, _COMMENTS, _AUTHORS = 0x4C, 0x1A2, 0xFA, 0xBA, 0x232
#: Bytes of a page of formatting.
_PAGE = 512
_DELETED, _INSERTED, _VANISHED = 0x0800, 0x0801, 0x083C
#: Bytes that the argument of a formatting instruction takes, by its class; class 6 says its own length.
_ARGUMENT = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_CHARACTERS = str.maketrans({"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": None})
#: Fields: the instruction stands between \x13 and \x14, what is shown between \x14 and \x15.
_INSTRUCTION = re.compile("\x13[^\x13\x14\x15]*\x14?|[\x00-\x06\x08\x0e-\x15]")


#: The property set of author and pages, its properties ([MS-OSHARED] 2.3.3.2.1), and their types.
_SUMMARY = "\x05SummaryInformation"
_CODEPAGE, _AUTHOR, _LAST_SAVED_BY, _PAGES = 1, 4, 8, 14
_NUMBERS, _STRING = (2, 3), 30


@dataclass(frozen=True)
class _Piece:
    """A stretch of the text, and where its bytes are."""

    first: int
    last: int
    place: int
    #: Bytes of a character: 1 for Windows-1252, 2 for UTF-16.
    width: int


@dataclass(frozen=True)
class _Run:
    """Bytes of the text with formatting that matters here."""

    first: int
    last: int
    deleted: bool
    hidden: bool


def doc(path: Path) -> Contents:
    """What a DOC holds. Raises Locked, Unknown (older than Word 97), and whatever a broken file makes."""
    contents = Contents()
    # Read at once: olefile says of a broken file what the system says of a broken disk.
    with path.open("rb") as stream:
        content = io.BytesIO(stream.read(MAXIMUM_BYTES))
    try:
        with olefile.OleFileIO(content) as ole:
            main, table = _streams(ole, contents)
    except OSError as error:
        raise ValueError("its streams cannot be read") from error
    runs = list(_runs(main, table, contents))
    for first, last, shown in _parts(main):
        if shown:
            text = "".join(_text(main, _pieces(main, table), runs, first, last, contents))
            contents.say(_readable(text) + "\n")
    contents.comments = max(0, _span(main, _COMMENTS)[1] - 4) // 34
    for name in _names(table, *_span(main, _AUTHORS)):
        contents.name(name if name != "Unknown" else None)
    return contents


def _streams(ole: Any, contents: Contents) -> tuple[bytes, bytes]:  # noqa: ANN401 - olefile is untyped
    """The text and its tables. Raises Locked and Unknown."""
    main = ole.openstream("WordDocument").read()
    magic, version = struct.unpack_from("<HH", main, 0)
    if magic != 0xA5EC or version < _WORD_97:  # noqa: PLR2004 - the magic number
        raise Unknown
    (flags,) = struct.unpack_from("<H", main, 0x0A)
    if flags & _ENCRYPTED:
        raise Locked
    contents.macros = any("VBA" in part.upper() for entry in ole.listdir() for part in entry)
    contents.enclosed = len({entry[1] for entry in ole.listdir() if entry[0] == "ObjectPool" and len(entry) > 1})
    _properties(ole, contents)
    return main, ole.openstream("1Table" if flags & _WHICH_TABLE else "0Table").read()


def _readable(text: str) -> str:
    before = None
    while before != text:  # fields within fields, from the innermost outwards
        before, text = text, _INSTRUCTION.sub("", text)
    return text.translate(_CHARACTERS)


def _parts(main: bytes) -> Iterator[tuple[int, int, bool]]:
    """First and last character of body, footnotes, headers, (nothing), comments, endnotes, text boxes.

    The third value is whether it is to be read.
    """
    first = 0
    for number, length in enumerate(struct.unpack_from("<8i", main, _COUNTS)):
        if length < 0:
            raise ValueError("a part of negative length")
        yield first, first + length, number not in {3, 4}
        first += length


def _span(main: bytes, place: int) -> tuple[int, int]:
    """Offset and length of a structure in the table stream."""
    offset, length = struct.unpack_from("<II", main, place)
    return offset, length


def _pieces(main: bytes, table: bytes) -> Iterator[_Piece]:
    offset, length = _span(main, _CLX)
    place, end = offset, offset + length
    while table[place] == 1:  # formatting that pieces refer to
        place += 3 + struct.unpack_from("<H", table, place + 1)[0]
    if table[place] != 2 or end > len(table):  # noqa: PLR2004 - the mark of the piece table
        raise ValueError("there is no piece table")
    (size,) = struct.unpack_from("<I", table, place + 1)
    count = (min(size, end - place - 5) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", table, place + 5)
    descriptors = place + 5 + 4 * (count + 1)
    for number in range(count):
        (where,) = struct.unpack_from("<I", table, descriptors + 8 * number + 2)
        packed = bool(where & 0x40000000)
        where &= 0x3FFFFFFF
        yield _Piece(places[number], places[number + 1], where // 2 if packed else where, 1 if packed else 2)


def _text(  # noqa: PLR0913 - what is cut out of what
    main: bytes, pieces: Iterator[_Piece], runs: list[_Run], first: int, last: int, contents: Contents
) -> Iterator[str]:
    """The characters *first* to *last*, without what is deleted or hidden."""
    for piece in pieces:
        begin, end = max(first, piece.first), min(last, piece.last)
        if begin >= end:
            continue
        start = piece.place + (begin - piece.first) * piece.width
        stop = start + (end - begin) * piece.width
        for run in runs:
            if run.last <= start or run.first >= stop:
                continue
            yield _decoded(main[start : max(start, run.first)], piece.width)
            cut = _decoded(main[max(start, run.first) : min(stop, run.last)], piece.width)
            contents.hidden += len(cut.strip()) if run.hidden and not run.deleted else 0
            start = min(stop, run.last)
        yield _decoded(main[start:stop], piece.width)


def _decoded(raw: bytes, width: int) -> str:
    return raw.decode("cp1252" if width == 1 else "utf-16-le", "replace")


def _runs(main: bytes, table: bytes, contents: Contents) -> Iterator[_Run]:
    """Runs that are deleted or hidden, in the order of their bytes; insertions and deletions are counted."""
    offset, length = _span(main, _CHARACTER_RUNS)
    count = max(0, min(length, len(table) - offset) - 4) // 8
    numbers = struct.unpack_from(f"<{count}I", table, offset + 4 * (count + 1)) if count else ()
    found = []
    for number in dict.fromkeys(numbers):
        page = main[(number & 0x3FFFFF) * _PAGE :][:_PAGE]
        if len(page) < _PAGE:
            continue
        total = min(page[-1], (_PAGE - 5) // 5)
        places = struct.unpack_from(f"<{total + 1}I", page, 0)
        for run in range(total):
            where = 2 * page[4 * (total + 1) + run]
            marks = _marks(page[where + 1 : where + 1 + page[where]]) if where else {}
            contents.changes += bool(marks.get(_DELETED)) or bool(marks.get(_INSERTED))
            if marks.get(_DELETED) or marks.get(_VANISHED):
                found.append(_Run(places[run], places[run + 1], bool(marks.get(_DELETED)), bool(marks.get(_VANISHED))))
    yield from sorted(found, key=lambda run: run.first)


def _marks(instructions: bytes) -> dict[int, int]:
    """The first byte of the argument of each formatting instruction."""
    marks: dict[int, int] = {}
    place = 0
    while place + 2 < len(instructions):
        (code,) = struct.unpack_from("<H", instructions, place)
        marks[code] = instructions[place + 2]
        place += 2 + _ARGUMENT.get(code >> 13, 1 + instructions[place + 2])
    return marks


def _names(table: bytes, offset: int, length: int) -> Iterator[str]:
    """The strings of an STTB ([MS-DOC] section 2.2.4)."""
    raw = table[offset : offset + min(length, 65_536)]
    if len(raw) < 6 or raw[:2] != b"\xff\xff":  # noqa: PLR2004 - its head
        return
    count, extra = struct.unpack_from("<HH", raw, 2)
    place = 6
    for _ in range(min(count, 100)):
        if place + 2 > len(raw):
            return
        size = 2 * struct.unpack_from("<H", raw, place)[0]
        yield raw[place + 2 : place + 2 + size].decode("utf-16-le", "replace")
        place += 2 + size + extra


def _properties(ole: Any, contents: Contents) -> None:  # noqa: ANN401 - olefile is untyped
    """Pages and people. Read here: olefile believes every count of a broken property set, and counts for hours."""
    if not ole.exists(_SUMMARY):
        return
    properties = _property_set(ole.openstream(_SUMMARY).read(65_536))
    pages, codepage = properties.get(_PAGES), properties.get(_CODEPAGE)
    contents.pages = pages if isinstance(pages, int) and 0 < pages < 100_000 else None  # noqa: PLR2004 - beyond belief
    codec = f"cp{codepage & 0xFFFF}" if isinstance(codepage, int) and codepage else None
    for number in (_AUTHOR, _LAST_SAVED_BY):
        name = properties.get(number)
        contents.name(decode(name, "utf-8" if codec == "cp65001" else codec) if isinstance(name, bytes) else None)


def _property_set(raw: bytes) -> dict[int, int | bytes]:
    """The numbers and strings of a property set's first section ([MS-OLEPS] 2.21); what is broken is left out."""
    found: dict[int, int | bytes] = {}
    try:
        (section,) = struct.unpack_from("<I", raw, 44)
        (count,) = struct.unpack_from("<I", raw, section + 4)
        for place in range(min(count, 100)):
            number, offset = struct.unpack_from("<II", raw, section + 8 + 8 * place)
            kind, value = struct.unpack_from("<II", raw, section + offset)
            if kind in _NUMBERS:
                found[number] = value
            elif kind == _STRING:
                start = section + offset + 8
                found[number] = raw[start : start + min(value, 1000)].partition(b"\0")[0]
    except struct.error:
        pass
    return found
