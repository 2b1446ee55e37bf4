"""The tree of a mail's parts: its leaves one after the other, and what is wrong with the branches they hang on."""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Mime
from typing import Self

from mailparser import MailParser

from statement_intake.reading.faults import OverLimits
from statement_intake.reading.mail.found import Found
from statement_intake.reading.text import clean_line

#: Multiparts within multiparts.
MAXIMUM_DEPTH = 20

_DEFECTS = {
    "StartBoundaryNotFoundDefect": "a boundary that its header announces never comes",
    "CloseBoundaryNotFoundDefect": "the mail ends before its closing boundary",
    "MultipartInvariantViolationDefect": "a multipart has no parts",
    "NoBoundaryInMultipartDefect": "a multipart announces no boundary",
    "FirstHeaderLineIsContinuationDefect": "the first header line is a continuation",
    "MisplacedEnvelopeHeaderDefect": 'a "From " line stands among the headers',
    "MissingHeaderBodySeparatorDefect": "no empty line stands between headers and body",
    "InvalidMultipartContentTransferEncodingDefect": "a multipart has a transfer encoding",
}
#: Behind these a file may lie that nobody finds.
_TEARS = frozenset(
    {
        "StartBoundaryNotFoundDefect",
        "CloseBoundaryNotFoundDefect",
        "MultipartInvariantViolationDefect",
        "NoBoundaryInMultipartDefect",
        "MissingHeaderBodySeparatorDefect",
    }
)


@dataclass(frozen=True)
class Place:
    """A part, and where it hangs."""

    part: Mime
    depth: int
    #: The multipart/alternative above, by its number.
    alternative: int | None = None


def leaves(content: bytes, found: Found, depth: int = 0) -> Iterator[Place]:
    """The parts of a mail without parts of their own, in order; *found* is told what lies on the way.

    *depth*: of the mail itself. Raises OverLimits, RecursionError, and whatever else a parser raises.
    """
    waiting = [Place(_parse(content, found), depth)]
    while waiting:
        place = waiting.pop()
        part = place.part
        if place.depth > MAXIMUM_DEPTH:
            raise OverLimits(f"the mail's parts are nested more than {MAXIMUM_DEPTH} deep")
        found.structure.append(clean_line(part.get_content_type())[:200])
        _note_defects(part, found)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            subtype = part.get_content_subtype()
            alternative = len(found.structure) if subtype == "alternative" else place.alternative
            found.encrypted = found.encrypted or subtype == "encrypted"
            children = [child for child in part.get_payload() if isinstance(child, Mime)]
            waiting += reversed([Place(child, place.depth + 1, alternative) for child in children])
        else:
            yield place


class _Tree(MailParser):  # type: ignore[misc]  # it has no types
    """mail-parser's way to a mail's tree, and no further: what it makes of headers and bodies nobody would look at."""

    def parse(self) -> Self:
        """Called when the tree is there."""
        return self


def _parse(content: bytes, found: Found) -> Mime:
    """The mail's tree, by mail-parser; by the standard library alone where that gives up."""
    try:
        parsed = _Tree.from_bytes(content).message
    except RecursionError:
        raise
    except Exception as error:  # its own exceptions and those of what it calls
        if "Recursion" in type(error).__name__:
            raise RecursionError from error
        found.complain("is written in a way that only a lenient parser reads")
        parsed = None
    if isinstance(parsed, Mime):
        return parsed
    return email.message_from_bytes(content)


def _note_defects(part: Mime, found: Found) -> None:
    for defect in part.defects:
        name = type(defect).__name__
        found.torn = found.torn or name in _TEARS
        found.complain(_DEFECTS.get(name, f"breaks a rule of MIME ({name})"))
