"""A mail without its bulk, so that memory does not grow with the mail.

A leaf of a mail ends only at a line that begins with "--" (RFC 2046 section 5.1.1), so whatever stands further than
KEPT bytes behind such a line is content. It is cut out, and a marker with its place in the raw file stands in for it:
`Skeleton.expand` gives the exact bytes back, a chunk at a time, to whoever decodes the part. The markers carry a
nonce, so no mail can forge one.
"""

import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from statement_intake.reading.answer import Run
from statement_intake.reading.faults import OverLimits
from statement_intake.reading.mail.headers import MAXIMUM_SECTION, header_section

#: Bytes kept behind a line that begins with "--".
KEPT = 32_768
#: Bytes kept of what is nothing but base64: nobody has to look for lines in it.
KEPT_ENCODED = 76
#: Bytes read at a time.
CHUNK = 1_048_576
#: Bytes of the skeleton: what a MIME parser gets to see.
MAXIMUM_SKELETON = 25_000_000
#: Lines that are a boundary declared in the mail.
MAXIMUM_BOUNDARIES = 500
#: Multiparts within multiparts, those of attached messages included.
MAXIMUM_NESTING = 20
#: Lines that begin with "--", boundaries or not.
MAXIMUM_DASHED = 20_000

#: Bytes of the longest line break and two dashes, less one.
OVERLAP = 3

#: White space behind a run of base64 that is still that run.
_WHITE = 64

_BREAK = re.compile(rb"\r\n|\r|\n")
_DECLARED = re.compile(rb"""boundary(?:\*0?\*?)?\s*=\s*(?:"([^"\r\n]{1,250})"|([^\s";]{1,250}))""", re.IGNORECASE)
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\r\r")
#: What stands behind the nonce of a marker: from which octet, up to which.
_CUT = re.compile(r"-([0-9]+)-([0-9]+)-")
_ENCODED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"


class _Marker(NamedTuple):
    """A marker in a text, and what of the raw mail it stands for."""

    start: int
    end: int
    first: int
    behind: int


@dataclass(frozen=True)
class Skeleton:
    """What remains of a raw mail, and the way back to what was cut."""

    #: The mail with markers in the place of its bulk.
    content: bytes
    #: Unguessable; begins every marker.
    nonce: str
    #: The whole mail.
    raw: Path

    def expand(self, text: str) -> Iterator[bytes]:
        """The exact bytes of a payload that the MIME parser took from `content`, at most CHUNK at a time."""
        end = 0
        for marker in self._markers(text):
            yield text[end : marker.start].encode("utf-8", "surrogateescape")
            end = marker.end
            with self.raw.open("rb") as stream:
                yield from _between(stream, marker.first, marker.behind)
        yield text[end:].encode("utf-8", "surrogateescape")

    def run(self, text: str, runs: Mapping[int, Run]) -> Run | None:
        """Which of *runs*, by where they begin, is the whole of a payload but for white space behind it."""
        markers = list(self._markers(text))
        if len(markers) != 1:
            return None
        (cut,) = markers
        run = runs.get(cut.first - len(text[: cut.start].encode("utf-8", "surrogateescape")))
        # Below nothing where the run's last line break is the boundary's: no run goes on behind two dashes.
        behind = cut.behind - run.end if run else 0
        if run is None or behind > _WHITE or text[cut.end :].strip():
            return None
        with self.raw.open("rb") as stream:
            return None if b"".join(_between(stream, run.end, cut.behind)).strip() else run

    def _markers(self, text: str) -> Iterator[_Marker]:
        """Found without a pattern of the nonce: to compile one takes as long as a fifth of a mail."""
        start = text.find(self.nonce)
        while start >= 0:
            end = start + len(self.nonce)
            if place := _CUT.match(text, end):
                end = place.end()
                yield _Marker(start, end, int(place[1]), int(place[2]))
            start = text.find(self.nonce, end)


@dataclass
class _Boundaries:
    """The boundaries that the mail declares, counted and nested as their lines pass."""

    declared: set[bytes] = field(default_factory=set)
    open: list[bytes] = field(default_factory=list)
    seen: int = 0

    def declare(self, text: bytes) -> None:
        if b"boundary" not in text.lower():
            return  # a search that costs next to nothing
        self.declared.update((quoted or bare).rstrip() for quoted, bare in _DECLARED.findall(text))

    def passes(self, line: bytes) -> bool:
        """Whether *line*, which begins with "--", is a boundary."""
        name = line[2:].rstrip()
        closes = name not in self.declared and name.endswith(b"--") and name[:-2] in self.declared
        name = name[:-2] if closes else name
        if name not in self.declared:
            return False
        self.seen += 1
        if self.seen > MAXIMUM_BOUNDARIES:
            raise OverLimits(f"the mail has more than {MAXIMUM_BOUNDARIES} parts")
        if name in self.open:
            del self.open[self.open.index(name) + (not closes) :]
        elif not closes:
            self.open.append(name)
            if len(self.open) > MAXIMUM_NESTING:
                raise OverLimits(f"the mail's parts are nested more than {MAXIMUM_NESTING} deep")
        return True


def first_header_section(raw: Path) -> bytes:
    """The header section of the mail in *raw*, cut off at MAXIMUM_SECTION bytes."""
    with raw.open("rb") as stream:
        return header_section(stream.read(MAXIMUM_SECTION))


def cut(raw: Path, *, message_bytes: int, runs: Collection[Run] = ()) -> Skeleton:
    """The skeleton of the mail in *raw*. Raises OverLimits in plain English.

    *runs*: where nothing but base64 stands, which has no dash: no time is spent on looking for one.
    """
    size = raw.stat().st_size
    if size > message_bytes:
        raise OverLimits(f"the mail has {size:,} bytes, more than {message_bytes:,}")
    nonce = secrets.token_hex(16)
    kept = bytearray()
    boundaries = _Boundaries()
    position = dashed = 0
    with raw.open("rb") as stream:
        while position < size:
            head, end = _section(stream, position, size, boundaries, runs, first=position == 0)
            kept += head
            if position + len(head) < end:
                kept += f"{nonce}-{position + len(head)}-{end}-".encode()
            position = end
            dashed += 1
            if len(kept) > MAXIMUM_SKELETON or dashed > MAXIMUM_DASHED:
                raise OverLimits(f"the mail's structure takes more than {MAXIMUM_SKELETON:,} bytes")
    return Skeleton(content=bytes(kept), nonce=nonce, raw=raw)


def _section(  # noqa: PLR0913 - where it is, and what is known
    stream: BinaryIO, start: int, size: int, boundaries: _Boundaries, runs: Collection[Run], *, first: bool
) -> tuple[bytes, int]:
    """What to keep of the section at *start*, and where the next begins: at the line break before a "--"."""
    limit = MAXIMUM_SECTION if first else KEPT
    stream.seek(start)
    head = stream.read(limit + (KEPT if first else 0) + OVERLAP)
    opens = first or boundaries.passes(_BREAK.split(head[:300].lstrip(b"\r\n"), maxsplit=1)[0])
    end_of_headers = _END_OF_HEADERS.search(head) if opens else None
    body = end_of_headers.end() if first and end_of_headers else 0
    # The headers of the mail itself may hold a line with "--", those of a part end there at the latest.
    dash = _dashed(head, max(body - 2, 0) if first else OVERLAP)
    if opens and end_of_headers is None and len(head) > limit and (first or dash is None):
        raise OverLimits(f"a header section of the mail has more than {limit:,} bytes")
    if dash is not None:
        head = head[:dash]
        end = start + len(head)
    elif start + len(head) >= size:
        end = size
    else:
        end = _next_dashed(stream, _behind(runs, start + len(head) - OVERLAP), size)
        head = head[: body + KEPT]
    if end_of_headers and not head[end_of_headers.end() :].translate(None, _ENCODED):
        head = head[: end_of_headers.end() + KEPT_ENCODED]
    boundaries.declare(head)
    return head, end


def _dashed(block: bytes, start: int = 0) -> int | None:
    """Where, from *start* on, the first line break before a line that begins with "--" is; None if there is none."""
    # Base64 has no dash: to look for two of them first is four times as fast.
    if b"--" not in block:
        return None
    found = [place for place in (block.find(b"\n--", start), block.find(b"\r--", start)) if place >= 0]
    if not found:
        return None
    place = min(found)
    return max(start, place - (block[place : place + 1] == b"\n" and block[place - 1 : place] == b"\r"))


def _behind(runs: Collection[Run], position: int) -> int:
    """*position*, or the end of the run that it lies in; the line break that ends a run may be a dashed line's."""
    return next((run.end - OVERLAP for run in runs if run.start <= position < run.end - OVERLAP), position)


def _next_dashed(stream: BinaryIO, position: int, size: int) -> int:
    """The line break before the next line that begins with "--", from *position* on; *size* if there is none."""
    while position + OVERLAP < size:
        stream.seek(position)
        block = stream.read(CHUNK)
        if (place := _dashed(block)) is not None:
            return position + place
        position += len(block) - OVERLAP  # a line break and dashes may stand across the border
    return size


def _between(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    stream.seek(start)
    while start < end and (block := stream.read(min(CHUNK, end - start))):
        start += len(block)
        yield block
