"""What peoples are called, for lines that say "French delegation" or "delegación chilena" instead of a State's name.

demonyms.csv   code,language,kind,word   kinds: `people`; `tongue`, where a language is called so too, so that "French
                                         version" says nothing about France. A word of several rows is ambiguous.
                                         Russian words stand in the nominative masculine
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from statement_intake.domain.matching.fold import Token
from statement_intake.domain.matching.phrases import Phrases, key

_RUSSIAN_ENDINGS: Final = ("ий", "ая", "ое", "ую", "ой", "ого", "ому", "им", "ом", "ие", "их")


class Demonym(NamedTuple):
    """What a people's name stands for."""

    codes: tuple[str, ...]
    #: A language has the same name.
    tongue: bool


class Called(NamedTuple):
    """A people's name in a text."""

    codes: tuple[str, ...]
    #: Position of its first word and after its last one.
    begun: int
    after: int
    tongue: bool


def gathered(rows: Sequence[tuple[str, str, str, str]]) -> Phrases[Demonym]:
    """The dictionary of all demonyms, from rows of code, language, kind and word."""
    known: Phrases[Demonym] = Phrases()
    for code, language, kind, word in rows:
        for form in _forms(word, language):
            before = known.get(form)
            codes = (*before.codes, code) if before else (code,)
            tongue = kind == "tongue" or (before is not None and before.tongue)
            known.put(form, Demonym(tuple(dict.fromkeys(codes)), tongue))
    return known


def _forms(word: str, language: str) -> Iterator[str]:
    if language == "ru" and word.endswith("ий"):
        yield from (key(word.removesuffix("ий") + ending) for ending in _RUSSIAN_ENDINGS)
    else:
        yield key(word)


def find_demonym(known: Phrases[Demonym], tokens: Sequence[Token]) -> Called | None:
    """The one demonym in a text; None where there is none, or more than one."""
    found: list[Called] = []
    position = 0
    while position < len(tokens):
        after, meaning = next(known.at(tokens, position), (position + 1, None))
        if meaning is not None:
            found.append(Called(meaning.codes, position, after, meaning.tongue))
        position = after
    return found[0] if len(found) == 1 else None
