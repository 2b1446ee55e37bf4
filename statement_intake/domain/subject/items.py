"""Agenda items in a subject line: "3", "item 3", "items 3 and 4", "3(a)", "3-5", "point III", "third item"."""

import re
from typing import NamedTuple

from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.subject import item_patterns as patterns
from statement_intake.domain.subject.line import ITEM, Line
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

_WIDEST_RANGE = 12


class Items(Value):
    """The agenda items of a line."""

    #: Normalised ("3(a)"), ranges spelled out, sorted, unique.
    numbers: tuple[str, ...] = ()
    #: True where numbers were found that may or may not be items.
    doubtful: bool = False


def find_items(line: Line, words: Vocabulary) -> tuple[Items, Line]:
    """The items in *line*, and the line without them.

    A number with a word for "item" before it (or "of the agenda" behind it) is an item; so are an ordinal before such
    a word, and bare numbers where they stand together in one place. Digits that fit nothing are a doubt, not nothing.
    """
    if behind := patterns.ordinal_behind(words).search(line.flat):
        line = Line(line.text[: behind.start("ending")] + line.text[behind.end("ending") :])
    unsaid = patterns.unsaid(words).search(line.flat) is not None
    for pattern in (patterns.named(words), patterns.counted(words)):
        found, line = _take(line, pattern)
        lists = [_spelled_out(each.listed, words) for each in found]
        if lists:
            weak = {patterns.COUNTS_ANYTHING.match(each.said) is not None for each in found}
            doubt = unsaid or len(weak) > 1 or _are_more(lists, line, words)
            return _items(lists, one_place=False, doubt=doubt), line
    for pattern in (patterns.bare(words), patterns.lone(words)):
        found, line = _take(line, pattern)
        lists = [_spelled_out(each.listed, words) for each in found]
        if lists:
            doubt = unsaid or _are_more(lists, line, words) or patterns.of_others(words).search(line.flat) is not None
            return _items(lists, one_place=True, doubt=doubt), line
    return Items(doubtful=patterns.DIGITS.search(line.flat) is not None), line


class _Found(NamedTuple):
    """A list of numbers where a line has one."""

    listed: str
    #: With the word before it.
    said: str


def _take(line: Line, pattern: re.Pattern[str]) -> tuple[list[_Found], Line]:
    found: list[_Found] = []
    while match := pattern.search(line.flat):
        listed = {name: value for name, value in match.groupdict().items() if value}
        if "ordinals" in listed:
            listed["ordinals"] = re.sub(rf"(?<=\d)\s?-?{patterns.ORDINAL_END}(?!\w)", "", listed["ordinals"])
        found.append(_Found(next(iter(listed.values())), match[0]))
        line = line.without(match.start(), match.end(), ITEM)
    return found, line


def _are_more(lists: list["_List"], line: Line, words: Vocabulary) -> bool:
    """True where another number is left that may be an item, too: part of what is said is not the whole of it."""
    if patterns.broken(words).search(line.flat):
        return True
    if patterns.open_ended(words).search(line.flat) or patterns.LONE_LETTER.search(line.flat):
        return True
    numbers = {number for listed in lists for number in listed.numbers}
    if not numbers.issuperset(patterns.LONE_DIGIT.findall(line.flat)):
        return True
    left = (match["number"] for match in patterns.beside(words).finditer(line.flat))
    return any(number is None or _normalised(number, [], words) not in numbers for number in left)


def _items(lists: list["_List"], *, one_place: bool, doubt: bool) -> Items:
    numbers = {number for listed in lists for number in listed.numbers}
    scattered = one_place and len({listed.numbers for listed in lists}) > 1
    return Items(
        numbers=tuple(sorted(numbers, key=_order)),
        doubtful=doubt or scattered or any(listed.doubtful for listed in lists),
    )


def _order(number: str) -> tuple[int, str]:
    digits, _, letter = number.partition("(")
    return int(digits), letter


class _List(Value):
    """What one list of numbers spells out."""

    numbers: tuple[str, ...]
    #: It holds a range that runs backwards or from letters to numbers.
    doubtful: bool = False


def _spelled_out(listed: str, words: Vocabulary) -> _List:
    """Read a list: "3(a) and (b)" is 3(a), 3(b); "3 to 5" is 3, 4, 5; "3(a)-(c)" is 3(a), 3(b), 3(c); "three" is 3."""
    to = {flat(word) for word in words.words("connectors", "to")}
    numbers: list[str] = []
    ranged = doubtful = False
    listed = patterns.unspaced_joins(words).sub(r" \g<0> ", listed)
    # "III(a)" is 3(a), as "3(a)" is.
    counted = re.sub(r"[^\W\d_]+(?=\s?\([a-z]\))", lambda word: _normalised(word[0], [], words) or word[0], listed)
    for piece in re.findall(
        rf"{patterns.NUMBER}|{patterns.LETTER}|[^\W\d]+|–|-", re.sub(patterns.SUB_ITEM, r"(\1)", counted)
    ):
        if piece in to:
            ranged = True
            continue
        number = _normalised(piece, numbers, words)
        if number is None:
            continue
        if ranged and numbers:
            between = _between(numbers[-1], number)
            doubtful = doubtful or between is None
            numbers.extend(between or ())
        numbers.append(number)
        ranged = False
    doubtful = doubtful or (numbers != sorted(numbers, key=_order) and patterns.PIECE.search(listed) is not None)
    return _List(numbers=tuple(numbers), doubtful=doubtful)


def _between(first: str, last: str) -> list[str] | None:
    """What lies between the ends of a range; None where it is not clear what is meant."""
    (start, letter), (end, last_letter) = _order(first), _order(last)
    if not letter and not last_letter and start < end <= start + _WIDEST_RANGE:
        return [str(number) for number in range(start + 1, end)]
    if letter and last_letter and start == end and letter < last_letter:
        return [f"{start}({chr(code)})" for code in range(ord(letter[0]) + 1, ord(last_letter[0]))]
    return None


def _normalised(piece: str, before: list[str], words: Vocabulary) -> str | None:
    if match := re.fullmatch(r"0*(\d+)[\s.\-]*(?:\(?([a-z])\)?)?", piece):
        return f"{match[1]}({match[2]})" if match[2] else match[1]
    if re.fullmatch(patterns.LETTER, piece):
        return f"{before[-1].partition('(')[0]}{piece}" if before else None
    tables = [words.words("numbers", language) for language in ("en", "fr", "es", "es_masculine", "ru", "zh")]
    tables += [words.words("ordinals", language) for language in ("ar", "en", "es", "fr", "ru", "zh")]
    for table in tables:
        spelled = [flat(word) for word in table]
        if piece in spelled:
            return str(spelled.index(piece) + 1)
    return str(patterns.ROMAN.index(piece) + 1) if piece in patterns.ROMAN else None
