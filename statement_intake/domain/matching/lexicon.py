"""How many words of a language stand in a text. Its words are counted at once; only phrases need a pattern."""

import re
from collections.abc import Iterable

from statement_intake.domain.matching.patterns import flat, phrases

#: A run of letters: what `phrases` takes for a whole word.
_WORD = re.compile(r"[^\W\d]+")
#: The same in a text that is ASCII, where it need not ask of each character what it is.
_ASCII_WORD = re.compile(r"[a-z_]+")
_PLAIN = re.compile("[a-zßа-я]+")
_GAP = re.compile(r"[\s\-'’]+")


def words_of(said: str) -> frozenset[str]:
    """The different words of a `flat` text."""
    return frozenset((_ASCII_WORD if said.isascii() else _WORD).findall(said))


class Lexicon:
    """The words and phrases of one language."""

    def __init__(self, listed: Iterable[str]) -> None:
        listed = tuple(listed)
        pieces = [_GAP.split(flat(word)) for word in listed]
        self._pattern = phrases(listed)
        self._words = frozenset(parts[0] for parts in pieces if len(parts) == 1)
        self._phrases = tuple(frozenset(parts) for parts in pieces if len(parts) > 1)
        #: Nothing but runs of letters and the gaps between them. Not so Arabic, which writes its article in one with
        #: the word, and words with any ending.
        self.is_plain = all(_is_plain(part) for parts in pieces for part in parts)

    def different(self, said: str, words: frozenset[str]) -> int:
        """How many of them stand in the flat text *said*, whose *words* are these. A phrase counts once, as a whole."""
        if self.is_plain and not any(parts <= words for parts in self._phrases):
            return len(self._words & words)
        return len({" ".join(match[0].split()) for match in self._pattern.finditer(said)})


def _is_plain(part: str) -> bool:
    return _PLAIN.fullmatch(part) is not None
