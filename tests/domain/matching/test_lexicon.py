"""Counting the words of a language by its lexicon finds what its pattern finds."""

import random

import pytest

from statement_intake.domain.language import OFFICIAL
from statement_intake.domain.matching.lexicon import Lexicon, words_of
from statement_intake.domain.matching.patterns import flat
from tests.domain.values import knowledge

WORDS = knowledge().words
JOINTS = (" ", " ", " ", ", ", "\n", "-", "'", "’", " - ", "_", "1", "x", ".", "é", "")


@pytest.mark.parametrize("language", list(WORDS.tables["language"]))
def test_a_lexicon_counts_as_the_pattern_does(language: str) -> None:
    """Words and phrases of all languages, joined as people and their programs join them; phrases torn apart, too."""
    chance = random.Random(language)  # noqa: S311 - the same texts every time
    pieces = [part for word in WORDS.words("language") for part in (word, word.title(), word.split()[0], word[:-1])]
    own = [*WORDS.words("language", language)]
    pattern, counted = WORDS.pattern("language", language), Lexicon(own)
    for _ in range(300):
        chosen = [
            chance.choice(chance.choice((pieces, own))) + chance.choice(JOINTS) for _ in range(chance.randrange(40))
        ]
        said = flat("".join(chosen))
        found = {" ".join(match[0].split()) for match in pattern.finditer(said)}
        assert counted.different(said, words_of(said)) == len(found), said


def test_most_languages_are_counted_without_their_pattern() -> None:
    """Or nothing would be won."""
    plain = {code for code in WORDS.tables["language"] if Lexicon(WORDS.words("language", code)).is_plain}
    assert {*OFFICIAL} & plain == {"en", "fr", "es", "ru"}
