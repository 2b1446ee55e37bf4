"""The patterns by which agenda items are found in a subject line, each made once from the vocabulary."""

import re
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat, phrases
from statement_intake.domain.subject.line import ITEM, NAME, TAKEN
from statement_intake.domain.words import Vocabulary

#: Letters of scripts in which words are written onto a number without a space: Arabic and Chinese.
_JOINING = "\u0600-\u06ff\u2e80-\u9fff"
_LONE_LETTER = r"[\s\-][a-d](?=\s*(?:$|[,;)\]–]))"  # "3 a"; within a line it may be Spanish or French
NUMBER = rf"(?:0?\d{{1,3}})(?:\s?\.?\s?\([a-z]\)|\.?[a-z](?!\w)|{_LONE_LETTER})?(?![^\W{_JOINING}])(?!\.\d)"
LETTER = r"\([a-z]\)"
SUB_ITEM = (
    r"[\s,]*(?:sub[\s\-]?items?|(?:sub[\s\-]?)?para(?:graph)?s?\.?|lit\.?|letter|alinea|inciso|подпункта?)"
    r"(?:\s\(?|(?<=\.)\(?|\()([a-z])\)?(?!\w)"
)
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
ORDINAL_END = r"(?:st|nd|rd|th|eme|er|e|o|a|го|му|и)"
#: Digits that fit nothing, also behind a letter or two, as in "P4"; but "mp4" is what a file is.
DIGITS = re.compile(rf"(?<![^\W{_JOINING}])\d|(?<!\w)(?!mp)[^\W\d]{{1,2}}\d{{1,2}}(?!\w)|{NAME}\s?[ivx]$")
#: Beside the items that a line names, it may be one more.
LONE_DIGIT = re.compile(r"(?<![\w.:/\-–])(?<!\d['’])#?([1-9])(?![\w:/]|['’]\d)")
#: A part of several beside an item ("3, 1/2"), and what browsers call a second copy.
PIECE = re.compile(r"\d\s?/\s?\d|(?<!\d)\(\d")
#: A part of an item that stands apart from it.
LONE_LETTER = re.compile(r"(?<!\w)\(?[a-h]\)")
#: "Statement no. 2, item 3": such a word counts items only where no better one does.
COUNTS_ANYTHING = re.compile(r"(?:no|nr|n|number|numero)(?![^\W\d_])")
#: Shorter words for "item" ("n", "no", "ai") make no item of an ordinal before them.
_LONG_ENOUGH = 4
#: What may stand around one number of a list.
_OPEN, _CLOSE = r"[\[(\'\"’“]?", r"[\])\'\"’”]?"


def _any(words: "tuple[str, ...] | set[str]") -> str:
    return "|".join(re.escape(word) for word in sorted({flat(word) for word in words}, key=lambda w: (-len(w), w)))


@lru_cache(maxsize=8)
def words_for_item(words: Vocabulary, shortest: int = 1) -> str:
    """The words for "item" of at least *shortest* letters, as alternatives of a pattern: "sub-item" as "sub item"."""
    # Each once: a run of "item item item" that could be read in two ways at each word would be read in all of them.
    chosen = tuple(word for word in words.words("item", "words") if len(word) >= shortest)
    return _any(chosen).replace(r"\ ", r"[\s\-]")


@lru_cache(maxsize=8)
def item_ahead(words: Vocabulary) -> re.Pattern[str]:
    """A word for "item" at the end: what follows is its number, and no day or ordinal."""
    return re.compile(rf"(?<![^\W\d{_JOINING}])(?:{words_for_item(words, 2)})[\s.:#]{{0,2}}$")


@lru_cache(maxsize=8)
def unsaid(words: Vocabulary) -> re.Pattern[str]:
    """A number that is named in order to say that it is not meant: "item 3, not item 4"."""
    before = words.pattern("unsaid").pattern
    return re.compile(rf"(?:{before})[\s:(]*(?:on |for |the |under |del? |du )?(?:{words_for_item(words)})?[\s.:#(]*\d")


@lru_cache(maxsize=8)
def _more(words: Vocabulary) -> str:
    """Between two numbers of a list."""
    join = _any((*words.words("connectors", "and"), *words.words("connectors", "to")))
    return rf"{_CLOSE}\s?(?:\.\s?)?(?:(?:{join})\s?)+(?:(?:{words_for_item(words)})[\s.:#\-]*|#)?{_OPEN}"


@lru_cache(maxsize=8)
def unspaced_joins(words: Vocabulary) -> re.Pattern[str]:
    """What Chinese writes between two numbers without a space: 三和五."""
    return re.compile(_any(tuple(word for word in words.words("connectors") if re.match(r"[\u2e80-\u9fff]", word))))


@lru_cache(maxsize=8)
def _list(words: Vocabulary) -> str:
    sub = f"(?:{SUB_ITEM.replace('([a-z])', '[a-z]')})?"
    goes_on = _any((*words.words("connectors"), *words.words("item", "after")))
    # Not where it counts things: "item 3, 2 speakers".
    things = rf"(?<=,\s)\d{{1,2}}\s(?!(?:{goes_on})(?!\w))[^\W\d]{{2}}"
    return rf"{NUMBER}{sub}(?:{_more(words)}(?!{things}){NUMBER}{sub}|{_more(words).removesuffix(_OPEN)}{LETTER})*"


@lru_cache(maxsize=8)
def _numbers(words: Vocabulary) -> str:
    """Numbers in words, and Roman ones."""
    told = (*words.words("numbers"), *words.words("ordinals", "ar"), *ROMAN)  # as in البند الثالث
    # A Chinese one may be followed by 项, and "三十" is not three.
    return rf"(?:{_any(told)})(?![^\W\u2e80-\u9fff]|[一二三四五六七八九十百])"


@lru_cache(maxsize=8)
def named(words: Vocabulary) -> re.Pattern[str]:
    """Numbers with a word for "item" before them, or "of the agenda" behind: "items 3 and IV", "البند الثالث"."""
    one = rf"(?<=[\s.:#\-–\[('\"’“,&/+{_JOINING}]){_numbers(words)}(?:\s?{LETTER})?"
    after = _any(words.words("item", "after"))
    # In words only where they count no things: "item 4, two attachments".
    # "III-V" is a range, whatever follows.
    glued = rf"(?<=[^\W\d_][–\-])(?:{'|'.join(sorted(ROMAN, key=len, reverse=True))})(?!\w)"
    further = rf"(?:{glued}|{one}(?=\s*(?:$|[^\w\s{TAKEN}]|(?:{after}|{_any(words.words('connectors'))})(?!\w))))"
    in_words = rf"{one}(?:{_more(words)}(?:{NUMBER}|{further}))*"
    item = words_for_item(words)
    before = rf"(?<![^\W\d{_JOINING}])(?:{item})(?:[\s.:#\-–\[('\"’“]|(?:{item}))*"
    listed = rf"(?P<list>{_list(words)}(?:{_more(words)}{further})*|{in_words})"
    behind = rf"(?<![\w.])(?P<list2>{_list(words)})(?:st|nd|rd|th)?\s?(?:{after})"
    return re.compile(rf"{before}{listed}{_CLOSE}(?:\s?(?:{after}))?|{behind}")


@lru_cache(maxsize=8)
def ordinal_behind(words: Vocabulary) -> re.Pattern[str]:
    """An ordinal's ending behind a word for "item" and its number: "item 3rd"; no day of a month."""
    item = words_for_item(words, _LONG_ENOUGH)
    return re.compile(rf"(?<!\w)(?:{item})\s\d{{1,2}}(?P<ending>st|nd|rd|th)(?=\s*(?:$|[–,;:()\-{TAKEN}{NAME}]))")


@lru_cache(maxsize=8)
def counted(words: Vocabulary) -> re.Pattern[str]:
    """An ordinal before a word for item: "3rd item", "third agenda item", "troisième point"."""
    one = rf"(?:\d{{1,2}}\s?-?{ORDINAL_END}(?=\s)|(?:{_ordinals(words)})(?=\s))"
    ordinals = rf"(?<![\w.])(?P<ordinals>{one}(?:\s(?:and|et|y|e|и|&)\s{one})*)"
    return re.compile(rf"{ordinals}[\w\-]*\s[\w\-]{{0,3}}\s?(?:{words_for_item(words, _LONG_ENOUGH)})(?!\w)")


@lru_cache(maxsize=8)
def _ordinals(words: Vocabulary) -> str:
    # The Russian and Spanish numbers are ordinals, too.
    told = (*words.words("ordinals"), *words.words("numbers", "ru"), *words.words("numbers", "es_masculine"))
    return _any(told)


@lru_cache(maxsize=8)
def beside(words: Vocabulary) -> re.Pattern[str]:
    """Another number near the items, with nothing between but what joins: not all of them were understood."""
    tied = phrases((*words.words("connectors"), *words.words("item", "words"), *words.words("tied"))).pattern
    # "i" is more often a word, or what is left of a broken letter.
    number = rf"(?P<number>\d{{1,2}}(?![\w:]|['’]\d)|(?!i(?!\w)){_numbers(words)}(?=\s*(?:$|[^\w\s{TAKEN}])))"
    # A letter is none there, nor the month of September.
    told = rf"(?<!\w)(?!\w(?!\w)|sept(?!\w))(?:{_ordinals(words)}|{_numbers(words)})"
    ahead = rf"{told}(?:[^\w{NAME}{TAKEN}{ITEM}]|{tied})*+{ITEM}"
    # Possessive: what could be read in two ways is not read in all of them.
    joins = rf"(?:[^\w{NAME}]|{tied})*+"
    return re.compile(rf"{ITEM}{joins}(?<!\w){number}|{ahead}")


@lru_cache(maxsize=8)
def broken(words: Vocabulary) -> re.Pattern[str]:
    """A list whose beginning or end was taken for something else: "video 3 and 4", "items 3 to 5 minutes"."""
    joins = {word for word in words.words("connectors", "and") if word[0].isalpha() or word in {"&", "+"}}
    # "To", "a", "по" are more than a range's word.
    to = {word for word in words.words("connectors", "to") if word[0].isalpha()} - {"to", "a", "al", "по", "bis"}
    return re.compile(rf"{TAKEN}\s?(?:{_any(joins)})\s?{ITEM}|{ITEM}\s?(?:{_any(to)})\s?{TAKEN}")


@lru_cache(maxsize=8)
def open_ended(words: Vocabulary) -> re.Pattern[str]:
    """Items that go on without being named: "items 3 and following", "item 3 onwards", "3 bis"."""
    return re.compile(rf"{ITEM}[\s,.)\]\-–]*(?:{words.pattern('open_ended').pattern})")


@lru_cache(maxsize=8)
def of_others(words: Vocabulary) -> re.Pattern[str]:
    """Numbers without a word for "item" that count something else: "week 3", "3 delegates", "3 %", "$3"."""
    before = words.pattern("counts_others", "before").pattern
    after = words.pattern("counts_others", "after").pattern
    return re.compile(
        rf"(?:(?:{before})[\s.:#]{{0,2}}|[$€£≈≤≥±~]\s?|(?<!\S)[<>](?!{ITEM}\s?>)){ITEM}|{ITEM}(?:\s?%|\+\s*$|\s?(?:{after}))"
    )


@lru_cache(maxsize=8)
def bare(words: Vocabulary) -> re.Pattern[str]:
    """Numbers without any word: "Kenya 3 and 4"."""
    return re.compile(rf"(?<![^\W{_JOINING}])(?<!\.)#?[\[(]?(?P<list>{_list(words)})(?:[\])](?!\w))?")


@lru_cache(maxsize=8)
def lone(words: Vocabulary) -> re.Pattern[str]:
    """In words, right behind a name or by itself: "France III", "France three". One letter alone may be anything."""
    spelled = "|".join([*(flat(word) for word in words.words("numbers", "en")), *(r for r in ROMAN if len(r) > 1)])
    place = rf"[{NAME}{TAKEN}{ITEM}–,;:(\[\-]"
    return re.compile(rf"(?:^|(?<={place})|(?<={place}\s))(?P<list>{spelled})(?=\s*(?:$|[{TAKEN}{ITEM}–,;.)\]]))")
