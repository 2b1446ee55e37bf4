"""The vocabulary by which mail about statements is recognised. Its words are data (data/words.toml)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from statement_intake.domain.traditional import SIMPLIFIED

#: Letters of scripts that are written without spaces between words.
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af\u3040-\u30ff]")

#: Letters that a star at the end of a word stands for, at most: Russian has "прокуратурами".
_LONGEST_ENDING = 4


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
    return text.translate(_FLAT)


def spaced(name: str) -> str:
    """A file's *name* with spaces where names have dots, hyphens and underscores instead."""
    return re.sub(r"[_.\-]+", " ", name)


def phrases(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases, the longest first, as whole words of a `flat` text.

    Spaces in a phrase stand for any run of spaces, hyphens and apostrophes. Chinese is found inside a run of
    characters; Arabic also with its attached article and prepositions. A star at its end stands for any ending
    ("прокуратур*").
    """
    unique = sorted({flat(" ".join(word.split())) for word in words}, key=lambda word: (-len(word), word))
    if not unique:
        return re.compile(r"(?!)")
    return re.compile("|".join(_phrase(word) for word in unique))


def _phrase(word: str) -> str:
    stem = word.removesuffix("*")
    ending = rf"[^\W\d_]{{0,{_LONGEST_ENDING}}}" if stem != word else ""
    body = r"[\s\-‐-―'’]+".join(re.escape(piece) for piece in re.split(r"[\s\-'’]+", stem) if piece) + ending
    if word.endswith(":"):
        return rf"(?<!\w){body}"
    if _UNSPACED.search(word):
        return body
    if re.search(r"[\u0600-\u06ff]", word):
        return rf"(?<!\w)(?:و?لل|[وفبلك]?(?:ال)?){body}(?!\w)"
    return rf"(?<![^\W\d]){body}(?![^\W\d])" if stem[-1].isalnum() and word[0].isalnum() else body


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """All words, by table and key of words.toml. One vocabulary is made at the start and serves everywhere."""

    tables: Mapping[str, Mapping[str, tuple[str, ...]]]
    _patterns: dict[tuple[str, str | None, tuple[str, ...]], re.Pattern[str]] = field(default_factory=dict, repr=False)

    def words(self, table: str, key: str | None = None) -> tuple[str, ...]:
        """The words of a table, or of one of its keys."""
        keys = self.tables[table]
        return keys[key] if key else tuple(word for words in keys.values() for word in words)

    def pattern(self, table: str, key: str | None = None, more: tuple[str, ...] = ()) -> re.Pattern[str]:
        """The words of a table, and *more*, as a pattern for a `flat` text (see `phrases`)."""
        name = (table, key, more)
        if name not in self._patterns:
            self._patterns[name] = phrases((*self.words(table, key), *more))
        return self._patterns[name]

    def found(self, table: str, text: str) -> bool:
        """True where *text* holds a word of the table."""
        return self.pattern(table).search(flat(text)) is not None
