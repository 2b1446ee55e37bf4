"""Agenda items in a subject line: "3", "item 3", "items 3 and 4", "3(a)", "3-5", "point III", "third item"."""

import re
from functools import lru_cache
from typing import NamedTuple

from statement_intake.domain.subject.line import ITEM, NAME, TAKEN, Line
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary, flat

#: Letters of scripts in which words are written onto a number without a space: Arabic and Chinese.
_JOINING = "\u0600-\u06ff\u2e80-\u9fff"
_LONE_LETTER = r"[\s\-][a-d](?=\s*(?:$|[,;)\]–]))"  # "3 a"; within a line it may be Spanish or French
_NUMBER = rf"(?:0?\d{{1,3}})(?:\s?\.?\s?\([a-z]\)|\.?[a-z](?!\w)|{_LONE_LETTER})?(?![^\W{_JOINING}])(?!\.\d)"
_LETTER = r"\([a-z]\)"
_SUB_ITEM = (
    r"[\s,]*(?:sub[\s\-]?items?|(?:sub[\s\-]?)?para(?:graph)?s?\.?|lit\.?|letter|alinea|inciso|подпункта?)"
    r"\s?\(?([a-z])\)?(?!\w)"
)
#: Digits that fit nothing, also behind a letter or two, as in "P4"; but "mp4" is what a file is.
_DIGITS = re.compile(rf"(?<![^\W{_JOINING}])\d|(?<!\w)(?!mp)[^\W\d]{{1,2}}\d{{1,2}}(?!\w)|{NAME}\s?[ivx]$")
_WIDEST_RANGE = 12
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ORDINAL_END = r"(?:st|nd|rd|th|eme|er|e|o|a|го|му|и)"
#: Beside the items that a line names, it may be one more.
_LONE_DIGIT = re.compile(r"(?<![\w.:/'’\-–])#?([1-9])(?![\w:/'’])")
#: Behind these may stand anything: "item 3, 2 files".
_WEAK_JOINS = frozenset({",", ";", "،", "、"})
#: "Statement no. 2, item 3": such a word counts items only where no better one does.
_COUNTS_ANYTHING = re.compile(r"(?:no|nr|n|number|numero)(?![^\W\d_])")
#: Shorter words for "item" ("n", "no", "ai") make no item of an ordinal before them.
_LONG_ENOUGH = 4


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
    unsaid = _unsaid(words).search(line.flat) is not None
    for pattern in (_named(words), _counted(words)):
        found, line = _take(line, pattern)
        lists = [_spelled_out(each.listed, words) for each in found]
        if lists:
            weak = {_COUNTS_ANYTHING.match(each.said) is not None for each in found}
            more = set(_LONE_DIGIT.findall(line.flat)) - {number for listed in lists for number in listed.numbers}
            doubt = unsaid or len(weak) > 1 or bool(more) or _joined(words).search(line.flat) is not None
            return _items(lists, one_place=False, doubt=doubt), line
    for pattern in (_bare(words), _lone(words)):
        found, line = _take(line, pattern)
        lists = [_spelled_out(each.listed, words) for each in found]
        if lists:
            return _items(lists, one_place=True, doubt=unsaid), line
    return Items(doubtful=_DIGITS.search(line.flat) is not None), line


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
            listed["ordinals"] = re.sub(rf"(?<=\d)\s?-?{_ORDINAL_END}(?!\w)", "", listed["ordinals"])
        found.append(_Found(next(iter(listed.values())), match[0]))
        line = line.without(match.start(), match.end(), ITEM)
    return found, line


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


@lru_cache(maxsize=8)
def _list(words: Vocabulary) -> str:
    joins = sorted({*words.words("connectors", "and"), *words.words("connectors", "to")}, key=len, reverse=True)
    join = "|".join(re.escape(flat(word)) for word in joins)
    sub = f"(?:{_SUB_ITEM.replace('([a-z])', '[a-z]')})?"
    more = rf"\s?\.?\s?(?:(?:{join})\s?)+(?:(?:{words_for_item(words)})[\s.:#\-]*|#)?"
    return rf"{_NUMBER}{sub}(?:{more}(?:{_NUMBER}{sub}|{_LETTER}))*"


@lru_cache(maxsize=8)
def words_for_item(words: Vocabulary, shortest: int = 1) -> str:
    """The words for "item" of at least *shortest* letters, as alternatives of a pattern: "sub-item" as "sub item"."""
    # Each once: a run of "item item item" that could be read in two ways at each word would be read in all of them.
    chosen = sorted({flat(word) for word in words.words("item", "words")}, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"[\s\-]") for word in chosen if len(word) >= shortest)


@lru_cache(maxsize=8)
def item_ahead(words: Vocabulary) -> re.Pattern[str]:
    """A word for "item" at the end: what follows is its number, and no day or ordinal."""
    return re.compile(rf"(?<![^\W\d{_JOINING}])(?:{words_for_item(words, 2)})[\s.:#]{{0,2}}$")


@lru_cache(maxsize=8)
def _unsaid(words: Vocabulary) -> re.Pattern[str]:
    """A number that is named in order to say that it is not meant: "item 3, not item 4"."""
    before = words.pattern("unsaid").pattern
    return re.compile(rf"(?:{before})[\s:(]*(?:on |for |the |under |del? |du )?(?:{words_for_item(words)})?[\s.:#(]*\d")


@lru_cache(maxsize=8)
def _named(words: Vocabulary) -> re.Pattern[str]:
    told = (*words.words("numbers"), *words.words("ordinals", "ar"))  # as in البند الثالث
    named = sorted((flat(word) for word in told), key=len, reverse=True)
    spelled = "|".join([*named, "x", "i{1,3}", "iv", "vi{0,3}", "ix"])
    # A Chinese one may be followed by 项, and "三十" is not three.
    one = rf"(?:{spelled})(?![^\W\u2e80-\u9fff]|[一二三四五六七八九十百])(?:\s?{_LETTER})?"
    in_words = rf"(?<=[\s.:#\-–\[({_JOINING}]){one}(?:\)?\s?(?:and|et|y|to|[&,/–\-])\s?\(?{one})*"
    after = "|".join(re.escape(flat(word)) for word in sorted(words.words("item", "after"), key=len, reverse=True))
    item = words_for_item(words)
    before = rf"(?<![^\W\d{_JOINING}])(?:{item})(?:[\s.:#\-–\[(]|(?:{item}))*"
    behind = rf"(?<![\w.])(?P<list2>{_list(words)})(?:st|nd|rd|th)?\s?(?:{after})"
    return re.compile(rf"{before}(?P<list>{_list(words)}|{in_words})[\])]?(?:\s?(?:{after}))?|{behind}")


@lru_cache(maxsize=8)
def _counted(words: Vocabulary) -> re.Pattern[str]:
    """An ordinal before a word for item: "3rd item", "third agenda item", "troisième point"."""
    one = rf"(?:\d{{1,2}}\s?-?{_ORDINAL_END}(?=\s)|(?:{_ordinals(words)})(?=\s))"
    ordinals = rf"(?<![\w.])(?P<ordinals>{one}(?:\s(?:and|et|y|e|и|&)\s{one})*)"
    return re.compile(rf"{ordinals}[\w\-]*\s[\w\-]{{0,3}}\s?(?:{words_for_item(words, _LONG_ENOUGH)})(?!\w)")


@lru_cache(maxsize=8)
def _ordinals(words: Vocabulary) -> str:
    # The Russian and Spanish numbers are ordinals, too.
    told = {*words.words("ordinals"), *words.words("numbers", "ru"), *words.words("numbers", "es_masculine")}
    return "|".join(re.escape(flat(word)) for word in sorted(told, key=len, reverse=True))


@lru_cache(maxsize=8)
def _joined(words: Vocabulary) -> re.Pattern[str]:
    """Another number that is joined to the items, and was not understood as one of them: then not all are."""
    joins = "|".join(re.escape(flat(word)) for word in words.words("connectors", "and") if word not in _WEAK_JOINS)
    joins = rf"(?:{joins}|or|ou|o|или|أو)"
    numbers = "|".join(re.escape(flat(word)) for word in sorted(words.words("numbers"), key=len, reverse=True))
    told = rf"(?:{numbers}|{_ordinals(words)}|[ivx]{{2,4}})(?!\w)"
    return re.compile(rf"{ITEM}[\s\])]*{joins}[\s#(\[]*(?:\d|{told})|(?<!\w){told}\s?{joins}\s?{ITEM}")


@lru_cache(maxsize=8)
def _bare(words: Vocabulary) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W{_JOINING}])(?<!\.)#?[\[(]?(?P<list>{_list(words)})(?:[\])](?!\w))?")


@lru_cache(maxsize=8)
def _lone(words: Vocabulary) -> re.Pattern[str]:
    """In words, right behind a name or by itself: "France III", "France three". One letter alone may be anything."""
    spelled = "|".join([*(flat(word) for word in words.words("numbers", "en")), *(r for r in _ROMAN if len(r) > 1)])
    place = rf"[{NAME}{TAKEN}{ITEM}–,;:(\[\-]"
    return re.compile(rf"(?:^|(?<={place})|(?<={place}\s))(?P<list>{spelled})(?=\s*(?:$|[{TAKEN}{ITEM}–,;.)\]]))")


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
    # "III(a)" is 3(a), as "3(a)" is.
    counted = re.sub(r"[^\W\d_]+(?=\s?\([a-z]\))", lambda word: _normalised(word[0], [], words) or word[0], listed)
    for piece in re.findall(rf"{_NUMBER}|{_LETTER}|[^\W\d]+|–|-", re.sub(_SUB_ITEM, r"(\1)", counted)):
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
    if re.fullmatch(_LETTER, piece):
        return f"{before[-1].partition('(')[0]}{piece}" if before else None
    tables = [words.words("numbers", language) for language in ("en", "fr", "es", "es_masculine", "ru", "zh")]
    tables += [words.words("ordinals", language) for language in ("ar", "en", "es", "fr", "ru", "zh")]
    for table in tables:
        spelled = [flat(word) for word in table]
        if piece in spelled:
            return str(spelled.index(piece) + 1)
    return str(_ROMAN.index(piece) + 1) if piece in _ROMAN else None
