"""Content-Transfer-Encoding undone piece by piece (RFC 2045 section 6), leniently; what was wrong is said."""

import binascii
from collections.abc import Callable, Iterable, Iterator

import pybase64

_WHITE = b" \t\r\n\x0b\x0c"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_FOREIGN = bytes(set(range(256)) - set(_ALPHABET))
#: Bytes without a line break after which a quoted-printable line is cut.
_LONG_LINE = 1_048_576


def undo(pieces: Iterable[bytes], encoding: str, complain: Callable[[str], None]) -> Iterator[bytes]:
    """The content of a part. *encoding* is the Content-Transfer-Encoding in lower case; unknown ones change nothing."""
    if encoding == "base64":
        return _base64(pieces, complain)
    if encoding == "quoted-printable":
        return _quoted_printable(pieces)
    if encoding not in {"", "7bit", "8bit", "binary"}:
        complain(f"has the unknown transfer encoding {encoding[:40]!r}")
    return iter(pieces)


def _base64(pieces: Iterable[bytes], complain: Callable[[str], None]) -> Iterator[bytes]:
    """Decode what is valid: foreign characters are left out, the rest of a broken group is dropped."""
    carry = b""
    foreign = False
    ended = False
    for piece in pieces:
        data = carry + piece.translate(None, _WHITE)
        if not ended and (valid := _valid(data)) is not None:
            carry = data[len(data) // 4 * 4 :]
            yield valid
            continue
        if ended:
            if data.translate(None, _FOREIGN).strip(b"="):
                complain("has base64 that goes on after its end")
                return
            continue
        clean = data.translate(None, _FOREIGN)
        foreign = foreign or len(clean) != len(data)
        data, padding, rest = clean.partition(b"=")
        ended = bool(padding)
        whole = len(data) // 4 * 4
        yield binascii.a2b_base64(data[:whole])
        carry = data[whole:]
        if ended:
            yield _last_group(carry)
            carry = b""
            if rest.strip(b"="):
                complain("has base64 that goes on after its end")
                break
    if foreign:
        complain("has base64 with foreign characters in it")
    if carry:
        complain("has base64 that breaks off")
        yield _last_group(carry)


def _valid(data: bytes) -> bytes | None:
    """The octets of the whole groups of *data*; None where anything in it is not plainly base64."""
    if b"=" in data:
        return None
    try:
        return pybase64.b64decode(data[: len(data) // 4 * 4], validate=True)
    except binascii.Error:
        return None


def _last_group(characters: bytes) -> bytes:
    """One or two octets of two or three characters (RFC 4648 section 4); a single character holds none."""
    return binascii.a2b_base64(characters + b"=" * (4 - len(characters))) if len(characters) > 1 else b""


def _quoted_printable(pieces: Iterable[bytes]) -> Iterator[bytes]:
    carry = b""
    for piece in pieces:
        data = carry + piece
        end = data.rfind(b"\n") + 1
        if not end and len(data) > _LONG_LINE:
            end = len(data) - 2 if b"=" in data[-2:] else len(data)
        carry = data[end:]
        yield binascii.a2b_qp(data[:end])
    yield binascii.a2b_qp(carry)
