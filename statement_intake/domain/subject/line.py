"""A subject line while it is being understood: what is understood is taken out, the rest is looked at again."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from statement_intake.domain.matching.patterns import flat

#: A subject is a line; what is longer is not read to its end. In characters.
LONGEST = 1000

#: Stands where something was taken out: it separates. Private use, so that it is neither letter nor space, and `clean`
#: lets none in from outside.
TAKEN = "\ue000"
#: Stands where a name was taken out; unlike TAKEN it does not separate, so that its neighbours are seen.
NAME = "\ue001"

#: Stands where agenda items were taken out. It separates, too, and tells the party's place from what follows it.
ITEM = "\ue002"

#: A byte that leads in UTF-8, and those that follow it, as Windows-1252 shows them.
_FOLLOWING = r"[\x80-\xbfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]"
_MISREAD = re.compile(rf"[Â-Ã]{_FOLLOWING}|[Ð-Û]{_FOLLOWING}|[à-ï]{_FOLLOWING}{{2}}")
_MOJIBAKE = re.compile(rf"â€|[ÂÃ]{_FOLLOWING}|(?:[ÐÑØÙ]{_FOLLOWING}){{2}}")
_DOTTED = re.compile(r"\w+(?:\.\w+){3,}")
_DASHES = re.compile(r"[\u00ad\u058a\u05be\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u301c\u3030\ufe58\ufe63\uff0d]|~(?!\d)")

#: What web mail leaves of a character when it is escaped once too often. "&amp;" only where it makes no other of them.
_ENTITY = {"ndash": "–", "mdash": "–", "#8211": "–", "#8212": "–", "nbsp": " ", "#160": " ", "amp": "&"}
_ENTITIES = re.compile(r"&(ndash|mdash|#8211|#8212|nbsp|#160|amp(?=;(?![\w#])));")

#: Arabic letters are drawn out by a kashida and given vowels as one likes; neither belongs to the spelling of a word.
_ORNAMENTS = re.compile(r"[\u0640\u064b-\u0652\u0670]")


class _Characters(dict[int, str]):
    """What each character is in a clean line, worked out once; in the form `str.translate` wants."""

    def __missing__(self, point: int) -> str:
        self[point] = clean = _character(chr(point))
        return clean


_CHARACTERS = _Characters()


@dataclass(frozen=True)
class Line:
    """Text, with what was understood already replaced by `TAKEN`."""

    text: str

    @cached_property
    def flat(self) -> str:
        """The same text in lower case without accents; positions are those of `text`."""
        return flat(self.text)

    def without(self, start: int, end: int, mark: str = TAKEN) -> "Line":
        """The line with *mark* for the characters from *start* to *end*."""
        return Line(self.text[:start] + mark + self.text[end:])

    def without_all(self, pattern: re.Pattern[str], keep: Callable[[re.Match[str]], bool] | None = None) -> "Line":
        """The line with every match of *pattern* (against `flat`) taken out, but those that *keep* says to keep."""
        line, position = self, 0
        while match := pattern.search(line.flat, position):
            if match.end() > match.start() and not (keep and keep(match)):
                line = line.without(match.start(), match.end())
            position = match.start() + 1
        return line

    @property
    def segments(self) -> tuple[str, ...]:
        """What is left, split where something was taken out and at dashes, commas, slashes and brackets."""
        pieces = re.split(rf"[{TAKEN}{ITEM}–,;:|/\[\](){{}}<>“”\"«»]+|\s-+\s", self.text)
        return tuple(piece for piece in (" ".join(piece.split()).strip(" .-'’#&+") for piece in pieces) if piece)


def clean(text: str) -> str:
    """*text* with its look-alikes told apart: any dash is "–", any digit is ASCII, no invisible characters.

    Bidi marks, soft hyphens and other format characters go; UTF-8 that was read as Windows-1252 is put right.
    """
    if _MOJIBAKE.search(text):
        text = _unmojibake(text)
    text = _DASHES.sub("–", text)
    text = unicodedata.normalize("NFKC", text)
    text = text.translate(_CHARACTERS)
    text = _ENTITIES.sub(lambda entity: _ENTITY[entity[1]], text)
    return " ".join(_without_dots(text.replace("_", " ")).split())


def _without_dots(text: str) -> str:
    """Dots in a row are a dash, and dots that stand for all spaces ("12th.EMIC.statement.Belgium.3") are spaces."""
    text = re.sub(r"\.{2,}", " ", text)
    return re.sub(r"(?<=\w)\.(?=\w)", " ", text) if _DOTTED.fullmatch(text.strip()) else text


def _unmojibake(text: str) -> str:
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return _MISREAD.sub(_reread, text)


def _reread(match: re.Match[str]) -> str:
    """One character that became two or three; in a line that is right elsewhere, it alone is put right."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return match[0].encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return match[0]


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cf", "Cs", "Co"} or _ORNAMENTS.fullmatch(character):
        return ""
    if category == "Cc" or category.startswith("Z"):
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "–" if category == "Pd" and character != "-" else character
