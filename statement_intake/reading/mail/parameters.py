"""Content-Type and Content-Disposition with their parameters, as mail programs write them rather than as they should.

RFC 2045 section 5.1, RFC 2231 (charsets and continuations), RFC 2047 words where they do not belong, raw 8-bit names.
"""

import re
from email.message import Message
from urllib.parse import unquote_to_bytes

from statement_intake.reading.mail.encoded_words import decode_words
from statement_intake.reading.mail.headers import MAXIMUM_FIELD
from statement_intake.reading.text import clean_line, decode, decode_name

#: Parameters of one field that are looked at.
MAXIMUM_PARAMETERS = 100

_PARAMETER = re.compile(
    r""";\s*([^\s=;"]{1,80}?)(\*[0-9]{0,3}\*?|\*)?\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)""",
)
_ORDER = re.compile(r"[0-9]+")
_QUOTED = re.compile(r"\\([\\\"])")


def read_field(part: Message, name: str, charset: str = "") -> tuple[str, dict[str, str]]:
    """The value and the parameters of the first field *name* of *part*: names in lower case, values decoded.

    *charset*: what raw 8-bit values that are not UTF-8 are probably written in; empty where nothing tells.
    """
    for field, value in part.raw_items():
        if field.lower() == name:
            raw = str(value).encode("utf-8", "surrogateescape")[:MAXIMUM_FIELD]
            return parse(clean_line(decode_name(raw, charset)))
    return "", {}


def parse(field: str) -> tuple[str, dict[str, str]]:
    """Split a field into its value in lower case and its parameters; of two equal ones the first counts."""
    main, _, _ = field.partition(";")
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for number, found in enumerate(_PARAMETER.finditer(field, len(main))):
        if number >= MAXIMUM_PARAMETERS:
            break
        name, star, value = found[1].lower(), found[2], _unquote(found[3].strip())
        if star is None:
            plain.setdefault(name, clean_line(decode_words(value)))
        else:
            order = _ORDER.search(star)
            extended.setdefault(name, []).append((int(order[0]) if order else 0, star.endswith("*"), value))
    # Programs that write both mean the same by them; only the extended form can be trusted to be complete.
    return main.strip().lower(), plain | {name: _join(pieces) for name, pieces in extended.items()}


def _unquote(value: str) -> str:
    if not value.startswith('"'):
        return value
    return _QUOTED.sub(r"\1", value[1:].removesuffix('"'))


def _join(pieces: list[tuple[int, bool, str]]) -> str:
    """Put the sections of an RFC 2231 value together and decode them."""
    charset = ""
    raw = b""
    for place, (_, encoded, value) in enumerate(sorted(pieces, key=lambda piece: piece[0])):
        text = value
        if encoded and place == 0 and text.count("'") >= 2:  # noqa: PLR2004 - charset'language'value
            charset, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogateescape")
    return clean_line(decode_words(decode(raw, charset or "utf-8")))
