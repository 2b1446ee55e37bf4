"""Lists of phrases as patterns, and the form in which a text is looked at, whatever its language and its writing."""

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum, auto

from statement_intake.domain.matching.traditional import SIMPLIFIED
from statement_intake.domain.matching.trie import trie

#: Letters of scripts that are written without spaces between words.
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af\u3040-\u30ff]")

#: What a star at the end of a word stands for: Russian has "прокуратурами".
_ENDING = r"[^\W\d_]{0,4}"
#: What a space in a phrase stands for.
_GAP = r"[\s\-‐-―'’]+"
#: Arabic conjunctions, prepositions and the article, written in one with their word.
_ATTACHED = r"(?:و?لل|[وفبلك]?(?:ال)?)"
#: A shorter Arabic word is another one without its article.
_SHORTEST_WITH_ARTICLE = 6


class _Flat(dict[int, str]):
    """What each character becomes, worked out once, when it is first met; in the form `str.translate` wants."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        base = unicodedata.normalize("NFKD", character)[0].lower()[0]
        self[point] = flat = SIMPLIFIED.get(base, base)
        return flat


_FLAT = _Flat()


def flat(text: str) -> str:
    """*text* in lower case, without accents, in simplified Chinese characters.

    It is of the very same length, so that positions stay valid in both.
    """
    # The same, a hundred times as fast: most mail is written in ASCII.
    return text.lower() if text.isascii() else text.translate(_FLAT)


def spaced(name: str) -> str:
    """A file's *name* with spaces where names have dots, hyphens and underscores instead."""
    return re.sub(r"[_.\-]+", " ", name)


def phrases(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases, the longest first, as whole words of a `flat` text.

    Spaces in a phrase stand for any run of spaces, hyphens and apostrophes. Chinese is found inside a run of
    characters; Arabic also with its attached article and prepositions. A star at its end stands for any ending
    ("прокуратур*").
    """
    kinds: dict[_Kind, list[list[str]]] = {kind: [] for kind in _Kind}
    for word in sorted({flat(" ".join(word.split())) for word in words}, key=lambda word: (-len(word), word)):
        if pieces := _pieces(word):
            kinds[_kind(word)].append(pieces)
    return re.compile("|".join(_alternatives(kind, listed) for kind, listed in kinds.items() if listed) or "(?!)")


def stems(words: Iterable[str]) -> str:
    """A pattern for the letters of any of the phrases, wherever they stand: where it finds nothing, `phrases` does not.

    It asks nothing about what stands around, and so takes a tenth of the time.
    """
    shortest: list[str] = []
    for letters in sorted({_letters(flat(" ".join(word.split()))) for word in words}, key=lambda one: (len(one), one)):
        # What holds another one's letters is found with them.
        if letters and not any(other in letters for other in shortest):
            shortest.append(letters)
    return trie(map(_spelled, shortest))


class _Kind(Enum):
    """Where a phrase may begin and end. The order is that in which they are tried."""

    #: "auto:"
    LEADING = auto()
    #: "h.e.": wherever its marks are.
    MARKED = auto()
    PLAIN = auto()
    UNSPACED = auto()
    ARABIC = auto()


def _kind(word: str) -> _Kind:
    if word.endswith(":"):
        return _Kind.LEADING
    if _UNSPACED.search(word):
        return _Kind.UNSPACED
    if re.search(r"[\u0600-\u06ff]", word):
        return _Kind.ARABIC
    return _Kind.PLAIN if word.removesuffix("*")[-1].isalnum() and word[0].isalnum() else _Kind.MARKED


def _pieces(word: str) -> list[str]:
    pieces = _spelled(_letters(word))
    return [*pieces, _ENDING] if word.endswith("*") else pieces


def _letters(word: str) -> str:
    """What of a phrase has to stand in a text, whatever is written in one with it."""
    stem = word.removesuffix("*")
    if len(stem) >= _SHORTEST_WITH_ARTICLE:
        stem = stem.removeprefix("ال")  # Its article may be another's: للشفافية for الشفافية.
    return stem.strip(" -'’")


def _spelled(letters: str) -> list[str]:
    return [_GAP if mark else re.escape(letter) for mark, letter in re.findall(r"([\s\-'’]+)|(.)", letters)]


def _alternatives(kind: _Kind, listed: list[list[str]]) -> str:
    match kind:
        case _Kind.LEADING:
            return rf"(?<!\w){trie(listed)}"
        case _Kind.MARKED | _Kind.UNSPACED:
            return trie(listed)
        case _Kind.PLAIN:
            return _of_whole_words(listed)
        case _Kind.ARABIC:
            # One by one, for what is written in one with them may be the beginning of another.
            bodies = "|".join(f"{_ATTACHED}{''.join(pieces)}(?!\\w)" for pieces in listed)
            return rf"(?<!\w)(?=[\u0600-\u06ff])(?:{bodies})"


def _of_whole_words(listed: list[list[str]]) -> str:
    """No letter stands before a phrase, nor behind it.

    What stands before is asked behind its first letter: a pattern that begins with letters is looked for by these
    alone, three times as fast as one that begins with a question.
    """
    by_first: dict[str, list[list[str]]] = {}
    for first, *rest in listed:
        by_first.setdefault(first, []).append(rest)
    branches = (rf"{first}(?<![^\W\d]{first}){trie(rest)}" for first, rest in by_first.items())
    return rf"(?:{'|'.join(branches)})(?![^\W\d])"
