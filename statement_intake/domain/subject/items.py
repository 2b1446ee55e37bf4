"""Agenda items in a subject line: "3", "item 3", "items 3 and 4", "3(a)", "3-5", "point III"."""

import re
from functools import lru_cache

from statement_intake.domain.subject.line import Line
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary, flat

_NUMBER = r"(?:0?\d{1,3})(?:\s?\.?\s?\([a-z]\)|\.?[a-z](?!\w))?(?![\w])(?!\.\d)"
_LETTER = r"\([a-z]\)"
_WIDEST_RANGE = 12


class Items(Value):
    """The agenda items of a line."""

    #: Normalised ("3(a)"), ranges spelled out, sorted, unique.
    numbers: tuple[str, ...] = ()
    #: True where numbers were found that may or may not be items.
    doubtful: bool = False


def find_items(line: Line, words: Vocabulary) -> tuple[Items, Line]:
    """The items in *line*, and the line without them.

    A number with a word for "item" before it (or "of the agenda" behind it) is an item; bare numbers are, where they
    stand together in one place.
    """
    numbers: list[str] = []
    named = _named(words)
    while match := named.search(line.flat):
        numbers.extend(_spelled_out(match["list"] or match["list2"], words))
        line = line.without(match.start(), match.end())
    if numbers:
        return Items(numbers=_sorted(numbers), doubtful=False), line
    bare = list(_bare(words).finditer(line.flat))
    for match in reversed(bare):
        numbers.extend(_spelled_out(match["list"], words))
        line = line.without(match.start(), match.end())
    return Items(numbers=_sorted(numbers), doubtful=len(bare) > 1), line


@lru_cache(maxsize=8)
def _list(words: Vocabulary) -> str:
    joins = sorted({*words.words("connectors", "and"), *words.words("connectors", "to")}, key=len, reverse=True)
    join = "|".join(re.escape(flat(word)) for word in joins)
    number = rf"(?:{_NUMBER})"
    more = rf"\s?(?:(?:{join})\s?)+(?:(?:{_items(words)})[\s.:#\-]*)?"
    return rf"{number}(?:{more}(?:{number}|{_LETTER}))*"


@lru_cache(maxsize=8)
def _items(words: Vocabulary) -> str:
    return "|".join(re.escape(flat(word)) for word in sorted(words.words("item", "words"), key=len, reverse=True))


@lru_cache(maxsize=8)
def _named(words: Vocabulary) -> re.Pattern[str]:
    spelled = "|".join([*(flat(word) for word in words.words("numbers")), "x", "i{1,3}", "iv", "vi{0,3}", "ix"])
    in_words = rf"(?<=[\s.:#\-–\[(])(?:{spelled})(?!\w)(?:\s(?:and|et|y|&)\s(?:{spelled})(?!\w))?"
    after = "|".join(re.escape(flat(word)) for word in sorted(words.words("item", "after"), key=len, reverse=True))
    before = rf"(?<![^\W\d])(?:{_items(words)})(?:[\s.:#\-–\[(]|(?:{_items(words)}))*"
    behind = rf"(?<![\w.])(?P<list2>{_list(words)})(?:st|nd|rd|th)?\s?(?:{after})"
    return re.compile(rf"{before}(?P<list>{_list(words)}|{in_words})[\])]?(?:\s?(?:{after}))?|{behind}")


@lru_cache(maxsize=8)
def _bare(words: Vocabulary) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])#?[\[(]?(?P<list>{_list(words)})(?:[\])](?!\w))?")


def _spelled_out(listed: str, words: Vocabulary) -> list[str]:
    """ "3(a) and (b)" -> 3(a), 3(b); "3 to 5" -> 3, 4, 5; "three" -> 3."""
    to = {flat(word) for word in words.words("connectors", "to")}
    numbers: list[str] = []
    pieces = re.findall(rf"{_NUMBER}|{_LETTER}|[^\W\d]+|–|-", listed)
    ranged = False
    for piece in pieces:
        if piece in to:
            ranged = True
            continue
        number = _normalised(piece, numbers, words)
        if number is None:
            continue
        if ranged and numbers and numbers[-1].isdigit() and number.isdigit():
            first, last = int(numbers[-1]), int(number)
            if first < last <= first + _WIDEST_RANGE:
                numbers.extend(str(between) for between in range(first + 1, last))
        numbers.append(number)
        ranged = False
    return numbers


def _normalised(piece: str, before: list[str], words: Vocabulary) -> str | None:
    if match := re.fullmatch(r"0*(\d+)\s?\.?\s?(?:\(?([a-z])\)?)?", piece):
        return f"{match[1]}({match[2]})" if match[2] else match[1]
    if re.fullmatch(_LETTER, piece):
        return f"{before[-1].partition('(')[0]}{piece}" if before else None
    for language in ("en", "fr", "es"):
        spelled = [flat(word) for word in words.words("numbers", language)]
        if piece in spelled:
            return str(spelled.index(piece) + 1)
    roman = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
    return str(roman.index(piece) + 1) if piece in roman else None


def _sorted(numbers: list[str]) -> tuple[str, ...]:
    def key(number: str) -> tuple[int, str]:
        digits, _, letter = number.partition("(")
        return int(digits), letter

    return tuple(sorted(set(numbers), key=key))
