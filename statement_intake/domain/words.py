"""The vocabulary by which mail about statements is recognised. Its words are data (data/words.toml)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat, phrases

#: So many answers about texts of so many characters are remembered.
_TEXTS, _SHORT = 128, 4_000
#: In the place of more words: those of the table alone that a text in ASCII can hold.
_ASCII = ("only ASCII",)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """All words, by table and key of words.toml. One vocabulary is made at the start and serves everywhere."""

    tables: Mapping[str, Mapping[str, tuple[str, ...]]]
    _patterns: dict[tuple[str, str | None, tuple[str, ...]], re.Pattern[str]] = field(default_factory=dict, repr=False)
    #: `_found`, for the texts of the mail in hand: several rules ask the same of them.
    _remembered: Callable[[str, str, str | None], bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_remembered", lru_cache(maxsize=_TEXTS)(self._found))

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

    def found(self, table: str, text: str, key: str | None = None) -> bool:
        """True where *text* holds a word of the table, or of one of its keys."""
        return self._remembered(table, text, key) if len(text) <= _SHORT else self._found(table, text, key)

    def _found(self, table: str, text: str, key: str | None) -> bool:
        said = flat(text)
        # Whatever the languages of the table, such a text holds none of their letters.
        pattern = self._ascii(table, key) if said.isascii() else self.pattern(table, key)
        return pattern.search(said) is not None

    def _ascii(self, table: str, key: str | None) -> re.Pattern[str]:
        name = (table, key, _ASCII)
        if name not in self._patterns:
            self._patterns[name] = phrases(word for word in self.words(table, key) if flat(word).isascii())
        return self._patterns[name]
