"""What an opaque-signed S/MIME object holds (RFC 8551 section 3.5, RFC 5652 section 5), as it streams by.

Nothing is claimed about the signature: it is neither looked at nor verified. The walk is over the few fields before the
content, in BER with definite and indefinite lengths (ITU-T X.690 section 8.1.3), and copies nothing into memory.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from statement_intake.reading.kinds.members import CHUNK, Closed

_SEQUENCE, _OID, _OCTETS, _OCTETS_IN_PIECES, _EXPLICIT = 0x30, 0x06, 0x04, 0x24, 0xA0
_PKCS7 = bytes.fromhex("2a864886f70d0107")
_SIGNED = 2
_CALLED = {1: "plain data", 3: "an encrypted object", 6: "an encrypted object", 5: "a digest"}
#: Values within values that are passed over, and pieces within pieces.
_DEEPEST = 30
_LONG_FORM = 0x80
_LONGEST_LENGTH = 8


class _Ber:
    """Reads tags and lengths. Every broken byte is a Closed."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def header(self) -> tuple[int, int | None]:
        """The next tag, and the length of its content; None where that runs to an end mark. (0, 0) is such a mark."""
        tag = self._byte()
        if tag & 0x1F == 0x1F:  # noqa: PLR2004 - tags of several bytes do not come up in CMS
            raise Closed("it is malformed")
        length = self._byte()
        if length == _LONG_FORM:
            return tag, None
        if length > _LONG_FORM:
            count = length - _LONG_FORM
            if count > _LONGEST_LENGTH:
                raise Closed("it is malformed")
            length = int.from_bytes(self._exactly(count))
        return tag, length

    def enter(self, wanted: int) -> int | None:
        """Go into a value of that tag; its length."""
        tag, length = self.header()
        if tag != wanted:
            raise Closed("it is malformed")
        return length

    def oid(self) -> bytes:
        """The content of an object identifier."""
        length = self.enter(_OID)
        if length is None or length > 100:  # noqa: PLR2004 - far longer than any
            raise Closed("it is malformed")
        return self._exactly(length)

    def skip(self, depth: int = 0) -> bool:
        """Pass over a value; False where it was an end mark."""
        tag, length = self.header()
        if length is not None:
            self.stream.seek(length, 1)
        elif depth > _DEEPEST:
            raise Closed("it is malformed")
        else:
            while self.skip(depth + 1):
                pass
        return (tag, length) != (0, 0)

    def _byte(self) -> int:
        return self._exactly(1)[0]

    def _exactly(self, count: int) -> bytes:
        read = self.stream.read(count)
        if len(read) < count:
            raise Closed("it breaks off")
        return read


def signed_content(path: Path) -> Iterator[bytes]:
    """The content that is signed, a piece at a time. Raises Closed, before the first piece or later, and OSError."""
    with path.open("rb") as stream:
        ber = _Ber(stream)
        ber.enter(_SEQUENCE)
        kind = ber.oid()
        if kind[:-1] != _PKCS7 or kind[-1] != _SIGNED:
            raise Closed(_CALLED.get(kind[-1], "an object that is not known here") if kind else "it is malformed")
        ber.enter(_EXPLICIT)
        ber.enter(_SEQUENCE)
        ber.skip()  # the version
        ber.skip()  # the names of the digests
        end = ber.enter(_SEQUENCE)
        beginning = stream.tell()
        ber.oid()
        if end is not None and stream.tell() >= beginning + end:
            raise Closed("a signature without what it signs")
        ber.enter(_EXPLICIT)
        yield from _octets(ber)


def _octets(ber: _Ber) -> Iterator[bytes]:
    """An OCTET STRING, in one piece or in pieces of pieces (X.690 section 8.7)."""
    #: Where each string of pieces ends; None: at its end mark.
    ends: list[int | None] = []
    while True:
        while ends and ends[-1] is not None and ber.stream.tell() >= ends[-1]:
            ends.pop()
            if not ends:
                return
        tag, length = ber.header()
        if tag == _OCTETS and length is not None:
            yield from _exactly(ber.stream, length)
        elif tag == _OCTETS_IN_PIECES and len(ends) < _DEEPEST:
            ends.append(None if length is None else ber.stream.tell() + length)
            continue
        elif (tag, length) == (0, 0) and ends and ends[-1] is None:
            ends.pop()
        else:
            raise Closed("it is malformed")
        if not ends:
            return


def _exactly(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0:
        block = stream.read(min(CHUNK, length))
        if not block:
            raise Closed("it breaks off")
        length -= len(block)
        yield block
