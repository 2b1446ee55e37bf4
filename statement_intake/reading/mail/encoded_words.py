"""RFC 2047 encoded words, decoded leniently: words split inside a character, unknown charsets, words in quotes."""

import base64
import binascii
import quopri
import re

from statement_intake.reading.text import decode

#: Encoded words in one value; a value with more is left as it is (decoding long rows of them is quadratic elsewhere).
MAXIMUM = 500

_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?\r\n]*)\?=")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


def decode_words(text: str) -> str:
    """*text* with its encoded words decoded; unchanged if it has none, or more than MAXIMUM."""
    if "=?" not in text or text.count("=?") > MAXIMUM:
        return text
    pieces: list[str] = []
    pending: tuple[str, bytes] | None = None
    end = 0
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        end = word.end()
        charset, content = word[1].lower(), _content(word[2], word[3])
        if pending is not None and not between.strip():
            # RFC 2047 section 6.2: white space between encoded words does not count. Many programs cut a character
            # in two, so the bytes of neighbours are joined before they are decoded.
            if pending[0] == charset:
                pending = (charset, pending[1] + content)
                continue
            between = ""
        if pending is not None:
            pieces.append(decode(pending[1], pending[0]))
        pieces.append(between)
        pending = (charset, content)
    if pending is not None:
        pieces.append(decode(pending[1], pending[0]))
    pieces.append(text[end:])
    return "".join(pieces)


def _content(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if encoding in "Qq":
        return quopri.decodestring(raw.replace(b" ", b"_"), header=True)
    raw = raw.translate(None, _NOT_BASE64)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return base64.b64decode(raw[: len(raw) // 4 * 4])
