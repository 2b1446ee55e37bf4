"""Finding known phrases in a text: whole words, the longest first, small words between them overlooked."""

from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

from statement_intake.domain.matching.fold import Token, words

#: Articles and contractions: "Republic of (the) Gambia", "República (del) Perú". Overlooked inside a phrase, never as
#: its first word ("El Salvador").
ARTICLES: Final = frozenset({"the", "le", "la", "les", "l", "el", "los", "las"})
SMALL: Final = ARTICLES | {"de", "du", "des", "d", "del"}
#: What an inverted name may end with: "Korea (Republic of)", "Iran (République islamique d')".
DANGLING: Final = SMALL | {"of"}

_CONJUNCTION_AND_PREPOSITIONS: Final = ("و", "ف", "ب", "ل", "ك")
_ARTICLE: Final = "ال"
#: Shorter names are everyday words once they have the article: مالي is Mali, المالي is "the financial".
_SHORTEST_WITH_ARTICLE: Final = 5

M = TypeVar("M")


def key(phrase: str) -> str:
    """Give the words by which a phrase is found: folded, the small ones dropped save the first, dangling ones too."""
    found = words(phrase)
    kept = found[:1] + [word for word in found[1:] if word not in SMALL]
    while len(kept) > 1 and kept[-1] in DANGLING:
        kept.pop()
    return " ".join(kept)


class Phrases(Generic[M]):
    """A dictionary of phrases, each with a meaning, that can be asked what begins at some word of a text."""

    def __init__(self) -> None:
        self._meanings: dict[str, M] = {}
        self._longest: dict[str, int] = {}

    def __getitem__(self, found: str) -> M:
        return self._meanings[found]

    def __iter__(self) -> Iterator[str]:
        return iter(self._meanings)

    def get(self, found: str) -> M | None:
        """Give the meaning of a key, or None."""
        return self._meanings.get(found)

    def put(self, found: str, meaning: M) -> None:
        """Let a key (see `key`) have this meaning, whatever it meant before."""
        self._meanings[found] = meaning
        first, *rest = found.split(" ")
        self._longest[first] = max(self._longest.get(first, 0), 1 + len(rest))

    def at(self, tokens: Sequence[Token], position: int) -> Iterator[tuple[int, M]]:
        """Give what begins at a token: the position after it and its meaning; as written first, then the longest."""
        for opening in _openings(tokens[position].text):
            longest = self._longest.get(opening)
            if longest is not None:
                yield from self._opened(tokens, position, opening, longest)

    def _opened(self, tokens: Sequence[Token], position: int, opening: str, longest: int) -> Iterator[tuple[int, M]]:
        found, afters = [opening], [position + 1]
        for after, token in enumerate(tokens[position + 1 :], start=position + 2):
            if len(found) == longest:
                break
            if token.text not in SMALL:
                found.append(token.text)
                afters.append(after)
        for count in range(len(found), 0, -1):
            meaning = self._meanings.get(" ".join(found[:count]))
            if meaning is not None:
                yield afters[count - 1], meaning


def _openings(word: str) -> Iterator[str]:
    """Give the word, and for an Arabic one what is left without the و ف ب ل ك and ال written in one with it."""
    yield word
    if not "ء" <= word[0] <= "ي":
        return
    rests = [word]
    for _ in range(2):
        rest = rests[-1]
        if not rest.startswith(_CONJUNCTION_AND_PREPOSITIONS):
            break
        if rest.startswith("لل"):
            rests.extend((_ARTICLE + rest[2:], rest[1:]))  # to Iraq, to Lebanon
            break
        rests.append(rest[1:])
    for rest in rests:
        if rest is not word and rest:
            yield rest
        if rest.startswith(_ARTICLE) and len(rest) >= len(_ARTICLE) + _SHORTEST_WITH_ARTICLE:
            yield rest[len(_ARTICLE) :]
