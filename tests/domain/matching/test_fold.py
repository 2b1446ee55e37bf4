"""What folding makes equal, and how words keep their place in the text they come from."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.matching.fold import ONE_EACH, fold, tokenise, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("CÔTE D’IVOIRE", "cote d ivoire"),
        ("Co\u0302te d\u02bcIvoire", "cote d ivoire"),
        ("TÜRKİYE", "turkiye"),
        ("Türkıye", "turkiye"),
        ("Straße", "strasse"),
        ("Trinidad & Tobago", "trinidad and tobago"),
        ("Timor-Leste", "timor leste"),
        ("  Viet\u00a0Nam\t", "viet nam"),
        ("Fran\u00adce\u200f", "france"),
        ("ＦＲＡＮＣＥ（３）", "france 3"),
        ("Объединённые", "объединенные"),
        ("الأُرْدُنّ", "الاردن"),
        ("الإمارات", "الامارات"),
        ("الجزائـر", "الجزاير"),
        ("سورية", "سوريه"),
        ("ایران", "ايران"),
        ("中國", "中国"),
        ("大韓民國", "大韩民国"),
        ("沙烏地阿拉伯", "沙乌地阿拉伯"),
    ],
)
def test_spellings_of_one_name_fold_to_one_text(written: str, folded: str) -> None:
    """Case, accents, apostrophes, width, invisible characters and variants of letters are gone."""
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is folded stays as it is."""
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folded_text_has_the_same_words(text: str) -> None:
    """Names are stored folded and looked up folded; both give the same words."""
    assert words(fold(text)) == words(text)


@given(st.text())
def test_tokens_are_the_words_in_order_each_within_the_text(text: str) -> None:
    """Every token lies where it says, none begins before the one before it."""
    tokens = tokenise(text)
    assert [token.text for token in tokens] == words(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


@given(st.from_regex(ONE_EACH, fullmatch=True) | st.text(" &éا12aB-–", max_size=9))
def test_where_each_character_folds_to_one_the_places_are_the_same(text: str) -> None:
    """Found without a look at each character."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("statement_intake.domain.matching.fold.ONE_EACH", re.compile("(?!)"))
        slowly = tokenise(text)
    assert tokenise(text) == slowly


def test_a_token_takes_its_marks_and_invisible_characters_with_it() -> None:
    """Cutting a token out of the text leaves no accent behind."""
    text = "Peru\u0301 3"
    assert [text[token.start : token.end] for token in tokenise(text)] == ["Peru\u0301", "3"]


def test_letters_digits_and_chinese_characters_part_without_a_space() -> None:
    """The item may stand right behind the country."""
    assert [token.text for token in tokenise("EMIC法国3(a)France4")] == ["emic", "法", "国", "3", "a", "france", "4"]
