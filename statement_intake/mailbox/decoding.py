"""Subjects and file names as senders encode them: RFC 2047 words, RFC 2231 parameters, raw UTF-8.

Everything here takes hostile bytes, never raises, and gives text that can be encoded as UTF-8.
"""

import base64
import quopri
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

#: Longer values are cut before they are decoded.
LENGTH_LIMIT = 4000
#: Parts of one parameter (RFC 2231 section 3) beyond this number are left out.
CONTINUATION_LIMIT = 100

_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?]*)\?=")
_CONTINUATION = re.compile(r"\*(\d{1,3})(\*?)\Z")


def text(value: bytes | str | int | None) -> str:
    """*value* as text, without looking for encoded words: UTF-8 where it is valid, else Latin-1."""
    if value is None:
        return ""
    if not isinstance(value, bytes):
        # Lone surrogates cannot be stored.
        return str(value).encode("utf-8", "replace").decode("utf-8")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def decoded(value: bytes | str | int | None) -> str:
    """*value* with its encoded words (RFC 2047) decoded and its folding undone."""
    plain = " ".join(text(value)[:LENGTH_LIMIT].splitlines())
    if "=?" not in plain:
        return plain
    pieces: list[str] = []
    pending, charset, end = b"", "", 0
    for word in _WORD.finditer(plain):
        between = plain[end : word.start()]
        # White space between encoded words does not count (RFC 2047 section 6.2). Many programs cut a character in
        # two, so neighbours are joined before they are decoded.
        if between.strip() or word[1].lower() != charset:
            pieces.append(_in_charset(pending, charset))
            pending, charset = b"", word[1].lower()
        pieces.append(between if between.strip() or not end else "")
        pending += _content(word[2], word[3])
        end = word.end()
    return "".join((*pieces, _in_charset(pending, charset), plain[end:]))


def parameter(pairs: Iterable[tuple[str, str]], name: str) -> str:
    """The value of the parameter *name* (RFC 2231: continuations, charset, percent encoding); empty if absent.

    *pairs* are the parameters as written. Where a parameter is there in both forms, the extended one counts
    (RFC 6266 section 4.3); encoded words in a plain one, which RFC 2047 forbids and mail programs write, are decoded.
    """
    plain = ""
    sections: dict[int, tuple[str, bool]] = {}
    for key, value in pairs:
        lowered = key.lower()
        if lowered == name:
            plain = plain or decoded(value)
        elif lowered == f"{name}*":
            sections.setdefault(0, (value, True))
        elif lowered.startswith(f"{name}*") and (found := _CONTINUATION.match(lowered, len(name))):
            sections.setdefault(int(found[1]), (value, bool(found[2])))
    return _joined(sections) or plain


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """The value of an extended parameter from its numbered sections (value, percent-encoded)."""
    if 0 not in sections:
        return ""
    first, extended = sections[0]
    charset = "utf-8"
    if extended and first.count("'") >= 2:  # noqa: PLR2004 - charset'language'value
        named, _, rest = first.partition("'")
        charset, first = named or charset, rest.partition("'")[2]
        sections = sections | {0: (first, True)}
    joined = b""
    for number in range(min(len(sections), CONTINUATION_LIMIT)):
        if number not in sections:
            break
        value, encoded = sections[number]
        joined += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    # Some programs put encoded words into continuations as well.
    return decoded(_in_charset(joined, charset))


def _content(encoding: str, coded: str) -> bytes:
    """The octets of an encoded word."""
    raw = coded.encode("utf-8", "replace")
    if encoding in "Qq":
        return quopri.decodestring(raw, header=True)
    raw = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    # A single character over is six bits, and cannot be a byte.
    raw = raw[: len(raw) - (len(raw) % 4 == 1)]
    return base64.b64decode(raw + b"=" * (-len(raw) % 4))


def _in_charset(raw: bytes, charset: str) -> str:
    try:
        return text(raw.decode(charset, "replace"))
    # LookupError: no such charset, or a codec that is not for text; ValueError: a NUL in its name, or punycode.
    except (LookupError, ValueError):
        return text(raw)
