"""Files that are text: told from binary files, and from each other."""

import re

from statement_intake.domain.message import Category
from statement_intake.reading.kinds import pgp
from statement_intake.reading.kinds.kind import Kind

_TEXT = Kind("text/plain", Category.DOCUMENT, "txt", "a text file", "txt")
#: Share of control characters above which a file is not text.
_CONTROLS = 0.005
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")

_XML = r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
_PLAYLIST = Kind("application/vnd.apple.mpegurl", Category.OTHER, "m3u8", "a playlist")
_DASH = Kind("application/dash+xml", Category.OTHER, "mpd", "a playlist")
_SVG = Kind("image/svg+xml", Category.IMAGE, "svg", "a picture")
_HTML = Kind("text/html", Category.DOCUMENT, "html", "a web page", "html")

#: What a text begins with, white space left out, and what it then is.
_BEGINNINGS = (
    (r"#EXTM3U|ffconcat version|\[playlist\]|v=0\s+o=", _PLAYLIST),
    (_XML + r"<MPD\b", _DASH),
    (r"BEGIN:VCALENDAR", Kind("text/calendar", Category.CALENDAR, "ics", "a calendar entry")),
    (r"BEGIN:VCARD", Kind("text/vcard", Category.OTHER, "vcf", "an address card")),
    (r"-----BEGIN PGP SIGNATURE", Kind("application/pgp-signature", Category.OTHER, "asc", "a signature")),
    (r"-----BEGIN PGP MESSAGE", pgp.ENCRYPTED),
    (r"-----BEGIN PGP", Kind("application/pgp-keys", Category.OTHER, "asc", "a key")),
    (_XML + r"(?:<!DOCTYPE svg[^>]*>\s*)?<svg\b", _SVG),
    (_XML + r"<(?:!DOCTYPE html|html|head|body|table|div|p|meta)\b", _HTML),
    (r"<\?xml", Kind("application/xml", Category.OTHER, "xml", "an XML file")),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), kind) for pattern, kind in _BEGINNINGS)


def text_kind(head: bytes, *, complete: bool) -> Kind | None:
    """What the text is that begins with *head* (*complete*: and ends with it); None if it is not text."""
    encoding = text_encoding(head, complete=complete)
    if encoding is None:
        return None
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")[:4096]
    return next((kind for pattern, kind in _PATTERNS if pattern.match(text)), _TEXT)


def text_encoding(sample: bytes, *, complete: bool) -> str | None:
    """The Python codec of a text that begins with *sample*, or None if it is not text.

    An 8-bit charset that is not UTF-8 is given as "cp1252" here, which serves to look at what is ASCII in it.
    """
    if sample.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if 0 in sample:
        return _unmarked_utf16(sample)
    controls = len(_CONTROL.findall(sample))
    if controls > max(2, len(sample) * _CONTROLS):
        return None
    try:
        (sample if complete else sample[:-4]).decode("utf-8")
    except UnicodeDecodeError as error:
        if not complete and error.start >= len(sample) - 8:  # a character cut in two at the end of the sample
            return "utf-8"
        return "cp1252"
    return "utf-8"


def _unmarked_utf16(sample: bytes) -> str | None:
    """UTF-16 without a byte order mark: every second byte of Western text is NUL, and no other."""
    even, odd = sample[0::2], sample[1::2]
    for high, low, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if high.count(0) > len(high) * 0.7 and 0 not in low:
            return codec
    return None
