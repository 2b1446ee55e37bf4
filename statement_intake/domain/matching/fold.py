"""Reading names past their spelling: case, accents, apostrophes, widths and scripts' small variants.

`fold` gives the text two spellings share; `tokenise` gives its words together with the characters of the original
that they were read from. Both rest on one table, so that they never disagree.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from statement_intake.domain.matching.traditional import SIMPLIFIED

#: Letters that no Unicode decomposition brings back to their plain form.
_PLAIN: Final = {
    **dict(zip("øđłıðħ", "odlidh", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    # Arabic: alef maksura, teh marbuta, alef wasla, the Persian and Urdu forms, but گ: Arabic has several letters for
    # its g. Hamza on a carrier falls to NFKD.
    **dict(zip("ىةٱیکہەڤپچ", "يهايكههفبج", strict=True)),
    "ء": "",
    "ـ": "",
    # Apostrophes that Unicode calls letters
    **dict.fromkeys("ʹʺʻʼʽʾʿˈˊˋꞌ", " "),
    "&": " and ",
}

_PLAIN.update(SIMPLIFIED)

#: Characters of scripts written without spaces; each is a word of its own. An Arabic "and" is written in one with the
#: word behind it, and belongs to that word where it was typed apart, too.
_IDEOGRAPHS: Final = "㐀-䶿一-鿿𠀀-𲎯"
_WORD: Final = re.compile(rf"\d+|[{_IDEOGRAPHS}]|(?:(?<!\w)و +(?=[ء-ي]))?[^\W\d_{_IDEOGRAPHS}]+")


#: Characters that each fold to one, so that what is folded has the places of what was written: all ASCII but "&", and
#: what is typed beside it.
ONE_EACH: Final = re.compile(r"[\x00-%'-\x7f–—‘’“”«»]*")


def _step(text: str) -> str:
    kept = []
    for char in unicodedata.normalize("NFKD", text).casefold():
        if char in _PLAIN:
            kept.append(_PLAIN[char])
        elif unicodedata.category(char)[0] == "M" or unicodedata.category(char) == "Cf":
            continue
        else:
            kept.append(char if char.isalnum() else " ")
    return "".join(kept)


class _Folds(dict[int, str]):
    """What each character folds to, worked out once, when it is first met; in the form `str.translate` wants."""

    def __missing__(self, point: int) -> str:
        piece = chr(point)
        while (again := _step(piece)) != piece:
            piece = again
        self[point] = piece
        return piece


_FOLDS: Final = _Folds()


class Token(NamedTuple):
    """One word of a text: a run of letters, a run of digits, or one Chinese character."""

    text: str
    """The word, folded."""
    start: int
    """Where it begins in the text as given."""
    end: int
    """Where it ends there, exclusive, with the marks that belong to its last letter."""


def fold(text: str) -> str:
    """Give the text without case, accents, punctuation, width and variants of letters; one space between words.

    Compatibility characters are decomposed (NFKD), marks (Mn, Mc, Me) and invisible characters (Cf) dropped, letters
    casefolded, `&` read as "and", everything else that is neither letter nor digit taken for a space. Folding what is
    folded changes nothing.
    """
    return " ".join(text.translate(_FOLDS).split())


def words(text: str) -> list[str]:
    """Give the folded words of a text, as `tokenise` does, where their places do not matter."""
    return [word.replace(" ", "") for word in _WORD.findall(text.translate(_FOLDS))]


def tokenise(text: str) -> list[Token]:
    """Give the folded words of a text with their places in the text as given."""
    if ONE_EACH.fullmatch(text):
        return [Token(match[0], match.start(), match.end()) for match in _WORD.finditer(text.translate(_FOLDS))]
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(text):
        piece = _FOLDS[ord(char)]
        if not piece and ends and ends[-1] == index:
            ends[-1] = index + 1
        pieces.append(piece)
        starts.extend([index] * len(piece))
        ends.extend([index + 1] * len(piece))
    found = _WORD.finditer("".join(pieces))
    return [Token(match[0].replace(" ", ""), starts[match.start()], ends[match.end() - 1]) for match in found]
