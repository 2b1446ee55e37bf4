"""The structure of a mail in a file, as an IMAP server's BODYSTRUCTURE would tell it.

A scan of lines, not a parse of the mail: bodies are counted and passed over, and only the short header block of each
part is read, so memory stays small whatever the file holds. It gives up (None) wherever a mail is odd, because
programs disagree about odd mails, and one whose structure is unknown is looked at by other means.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MultipartInvariantViolationDefect
from email.parser import HeaderParser
from typing import BinaryIO

from statement_intake.domain.message import Part
from statement_intake.mailbox import HEADER_LIMIT
from statement_intake.mailbox.decoding import decoded, parameter, text

#: Octets of one part's header block.
PART_HEADER_LIMIT = 16 * 1024
PART_LIMIT = 200
DEPTH_LIMIT = 20
#: Longer lines are read in pieces; only their beginning can be a boundary (RFC 5322 section 2.1.1: at most 998).
LINE_LIMIT = 16 * 1024
_EMBEDDED = frozenset({"message/rfc822", "message/global"})


#: A quoted string may hold semicolons.
_PARAMETER = re.compile(r""";\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)""")


class _Odd(Exception):  # noqa: N818 - never leaves this module
    """The mail is not such that every program would see the same parts in it."""


@dataclass(frozen=True)
class _Header:
    """What counts of a part's header block."""

    media_type: str
    boundary: str = ""
    name: str = ""
    subject: str = ""


@dataclass
class _Lines:
    """The lines of a file, with the boundaries that are open. At the end of the file, `line` is empty."""

    stream: BinaryIO
    line: bytes = b""
    #: Whether `line` begins a line of the file, and is not the rest of a long one.
    fresh: bool = True
    boundaries: list[bytes] = field(default_factory=list)
    #: Octets before `line`, and of the line break before it.
    passed: int = 0
    ending: int = 0

    def advance(self) -> bytes:
        """Read the next line, or piece of a long one."""
        self.fresh = self.line.endswith(b"\n") or not self.line
        self.passed += len(self.line)
        self.ending = len(self.line) - len(self.line.rstrip(b"\r\n")) if self.fresh else 0
        self.line = self.stream.readline(LINE_LIMIT)
        return self.line

    def delimiter(self) -> tuple[int, bool] | None:
        """Which open boundary `line` is (0 is the outermost), and whether it closes its multipart."""
        if not self.fresh or not self.line.startswith(b"--"):
            return None
        # White space may follow (RFC 2046 section 5.1.1).
        line = self.line.rstrip()[2:]
        for level in reversed(range(len(self.boundaries))):
            if line == self.boundaries[level]:
                return level, False
            if line == self.boundaries[level] + b"--":
                return level, True
        return None


def scan(stream: BinaryIO) -> tuple[Part, ...] | None:
    """The leaves of the mail in *stream*, in order; None where its structure is odd. Raises OSError."""
    lines = _Lines(stream)
    lines.advance()
    parts: list[Part] = []
    try:
        for part in _entity(lines, 0, HEADER_LIMIT, "text/plain"):
            parts.append(part)
            if len(parts) > PART_LIMIT:
                return None
    except _Odd:
        return None
    return tuple(parts) or None


def _entity(lines: _Lines, depth: int, limit: int, default_type: str) -> Iterator[Part]:
    """The leaves of the entity that begins at the current line; stops at the boundary behind it."""
    yield from _parts(lines, _header(_block(lines, limit), default_type), depth)


def _parts(lines: _Lines, header: _Header, depth: int) -> Iterator[Part]:
    """The leaves of the entity whose header was just read."""
    if header.media_type in _EMBEDDED and depth < DEPTH_LIMIT:
        yield from _embedded(lines, header, depth)
        return
    if not header.media_type.startswith("multipart/") and header.media_type not in _EMBEDDED:
        yield Part(media_type=header.media_type, name=header.name, size=_count(lines))
        return
    if depth >= DEPTH_LIMIT or not header.boundary:
        raise _Odd
    boundary = header.boundary.encode("utf-8", "replace")
    if boundary in lines.boundaries:
        # Inner and outer parts could not be told apart.
        raise _Odd
    level = len(lines.boundaries)
    lines.boundaries.append(boundary)
    _count(lines)
    if lines.delimiter() != (level, False):
        # A multipart without a part.
        raise _Odd
    inner_default = "message/rfc822" if header.media_type == "multipart/digest" else "text/plain"
    while lines.delimiter() == (level, False):
        lines.advance()
        yield from _entity(lines, depth + 1, PART_HEADER_LIMIT, inner_default)
    closed = lines.delimiter() == (level, True)
    lines.boundaries.pop()
    if closed:
        lines.advance()
        # The epilogue.
        _count(lines)


def _embedded(lines: _Lines, header: _Header, depth: int) -> Iterator[Part]:
    """A message within the message: a leaf, and behind it the messages within that one in turn."""
    start, level = lines.passed, len(lines.boundaries)
    inner = _header(_block(lines, PART_HEADER_LIMIT), "text/plain")
    try:
        within = [part for part in _parts(lines, inner, depth + 1) if part.media_type in _EMBEDDED]
    except _Odd:
        # It is enough to know that there is one.
        within = []
        del lines.boundaries[level:]
        _count(lines)
    # The line break before a boundary belongs to the boundary.
    size = lines.passed - start - (lines.ending if lines.line else 0)
    yield Part(media_type=header.media_type, name=header.name, size=size, forwarded_subject=inner.subject)
    yield from within


def _count(lines: _Lines) -> int:
    """Pass over lines up to the next boundary or the end; the octets before it, without its own line break."""
    size = 0
    ending = b""
    while lines.line and lines.delimiter() is None:
        size += len(ending) + len(lines.line)
        ending = b"\r\n" if lines.line.endswith(b"\r\n") else b"\n" if lines.line.endswith(b"\n") else b""
        size -= len(ending)
        lines.advance()
    return size if lines.line else size + len(ending)


def _block(lines: _Lines, limit: int) -> bytes:
    """A header block with its empty line, if it has one; stops at a boundary. Raises _Odd if it is too long."""
    block = bytearray()
    while lines.line and lines.delimiter() is None:
        block += lines.line
        if len(block) > limit:
            raise _Odd
        empty = lines.fresh and not lines.line.strip(b"\r\n")
        lines.advance()
        if empty:
            break
    return bytes(block)


def _header(block: bytes, default_type: str) -> _Header:
    """Type, boundary, name and subject of a header block. Raises _Odd."""
    message = HeaderParser().parsestr(text(block))
    # Older Pythons miss the parts of every multipart whose headers alone are parsed.
    defects = [defect for defect in message.defects if not isinstance(defect, MultipartInvariantViolationDefect)]
    if defects or str(message.get_payload()).strip():
        # A line that is no header field: some programs read on behind it, for others the body begins there.
        raise _Odd
    # Which of two counts differs from program to program.
    if any(len(message.get_all(name, [])) > 1 for name in ("content-type", "content-disposition")):
        raise _Odd
    media_type, of_type = _value(str(message.get("content-type", "")))
    if media_type and media_type.count("/") != 1:
        raise _Odd
    of_disposition = _value(str(message.get("content-disposition", "")))[1]
    return _Header(
        media_type=media_type or default_type,
        boundary=next((value for name, value in of_type if name == "boundary"), ""),
        name=parameter(of_disposition, "filename") or parameter(of_type, "name"),
        subject=decoded(str(message.get("subject", ""))),
    )


def _value(field_value: str) -> tuple[str, list[tuple[str, str]]]:
    """The first word of a header field, lower case, and its parameters as written, without quotation marks."""
    first, _, rest = " ".join(field_value.split("\n")).replace("\r", "").partition(";")
    words = first.split()
    pairs = [(found[1].lower(), _unquoted(found[2].strip())) for found in _PARAMETER.finditer(";" + rest)]
    return (words[0].lower() if words else ""), pairs


def _unquoted(value: str) -> str:
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
