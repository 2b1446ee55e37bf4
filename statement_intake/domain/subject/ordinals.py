"""Which ordinal a word is: "12th", "XIIe", "twelfth", "第十二次"."""

import re
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.words import Vocabulary

_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
#: As `flat` and `meetings` with its look-alikes leave them: й has become и there, and м the Latin m.
SUFFIX = (
    r"(?:[-–'’.]?(?:st|nd|rd|th|ht|t|h|e|er|re|me|eme|ieme|o|a|ava|avo|va|vo|ma|da|ra|ta|ª|°|"
    r"и|я|m|om|em|ая|ыи|ои|ое|го|ro|му|my|е))"
)


@lru_cache(maxsize=8)
def spelled(words: Vocabulary) -> str:
    """A pattern for the ordinals that are written out in words, flat and without their endings."""
    return "|".join(re.escape(flat(word)) for word in sorted(words.words("ordinals"), key=len, reverse=True))


def number_of(written: str, words: Vocabulary) -> int | None:
    """The value of an ordinal as written (flat): "12th", "xii", "twelfth", "第十二次"; None if it is none."""
    if digits := re.match(r"第?(\d+)", written):
        return int(digits[1])
    fits: list[tuple[int, int]] = []
    for language in ("ar", "en", "es", "fr", "ru", "zh"):
        for place, word in enumerate(words.words("ordinals", language), 1):
            root = flat(word)[:-2] if language in {"es", "ru"} else flat(word)
            if written.startswith(root):
                fits.append((len(root), place))
    return max(fits)[1] if fits else _roman(re.sub(r"(?<=[ivxl])(?:eme|ieme|e|o|a|th)$", "", written))


def own_ordinal(meeting: Meeting) -> tuple[str, ...]:
    """The meeting's ordinal in digits and, where that takes more than one letter, in Roman ones; () if it has none."""
    ordinal = meeting.subject.ordinal
    if ordinal is None:
        return ()
    numerals = ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    roman, rest = "", ordinal
    for value, letters in numerals:
        roman, rest = roman + letters * (rest // value), rest % value
    return (str(ordinal), roman) if len(roman) > 1 else (str(ordinal),)


def _roman(written: str) -> int | None:
    if not written or any(letter not in _ROMAN for letter in written):
        return None
    values = [_ROMAN[letter] for letter in written]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))
