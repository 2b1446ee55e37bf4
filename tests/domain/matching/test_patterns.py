"""Phrases as patterns: whole words, the longest phrase first, in scripts with and without spaces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.matching.patterns import flat, phrases, stems
from statement_intake.domain.matching.trie import trie


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["on", "on behalf of"], "kenya on behalf of the group", ["on behalf of"]),
        (["on", "on behalf of"], "on behalf on", ["on", "on"]),
        (["statement"], "statements", []),
        (["pre recorded"], "pre-recorded, pre – recorded, prerecorded", ["pre-recorded", "pre – recorded"]),
        (["прокуратур*"], "прокуратурами, прокуратура, прокурор", ["прокуратурами", "прокуратура"]),
        (["auto:"], "auto: out; auto", ["auto:"]),
        (["h.e."], "h.e.mr", ["h.e."]),
        (["声明"], "中国声明3", ["声明"]),
        (["بيان"], "والبيان للبيان بيانات", ["والبيان", "للبيان"]),
        (["بيان", "البيان الختامي"], "البيان الختامي", ["البيان الختامي"]),
        ([], "anything", []),
        (["-", "to"], "3 - 5 to 6", ["to"]),
    ],
)
def test_a_pattern_finds_whole_phrases_the_longest_first(words: list[str], text: str, found: list[str]) -> None:
    """As a person would underline them."""
    assert [match[0] for match in phrases(words).finditer(flat(text))] == found


@pytest.mark.parametrize(
    ("words", "text"),
    [
        # The short one keeps its article, and the long one may lose its own.
        (["الفرع", "الفرع العامل"], "للفرع العامل"),
        (["الان", "الانترنت"], "وانترنت"),
        (["-", "co-operation"], "co operation"),
        (["прокурор*", "прокурор области"], "прокурорами"),
    ],
)
def test_the_stem_of_a_shorter_phrase_hides_no_longer_one(words: list[str], text: str) -> None:
    """Though most phrases that hold another one's letters are left out."""
    assert phrases(words).search(flat(text))
    assert re.search(stems(words), flat(text))


@given(st.lists(st.text("abc ", min_size=1), min_size=1), st.text("abc "))
def test_a_trie_finds_what_plain_alternatives_find(words: list[str], text: str) -> None:
    """It is only faster."""
    plain = "|".join(sorted({*words}, key=lambda word: (-len(word), word)))
    assert re.findall(trie(sorted({*words}, key=lambda word: (-len(word), word))), text) == re.findall(plain, text)
