"""The rule about what a subject line says besides."""

import pytest

from statement_intake.domain.checks import remark
from statement_intake.domain.finding import Effect, Finding
from statement_intake.operations.explain import explain
from tests.domain.values import case, knowledge


@pytest.mark.parametrize(
    "said",
    [
        "", "– best regards", "– Twalib Mbarak", "– EACC", "– resent, was rejected by the server", "(video to follow)",
        "– “Lead by example”", "– Nairobi",
    ],
)  # fmt: skip
def test_courtesies_persons_and_bodies_need_no_finding(said: str) -> None:
    """They change nothing; nor does what is said of an earlier mail, or of a part of the statement."""
    assert list(remark.check(case(subject=f"12th EMIC statement – Kenya 3 {said}"))) == []


@pytest.mark.parametrize("said", ["rejected", "to be sent tomorrow", "not by us", "sera envoyée demain", "明天发送"])
def test_what_may_change_the_statement_is_held(said: str) -> None:
    """An officer reads it, and the sender is told that it is not understood."""
    assert list(remark.check(case(subject=f"12th EMIC statement – Kenya 3 – {said}"))) == [
        Finding(
            code="subject.remark",
            effect=Effect.HOLD,
            message=f"The subject line says more than who speaks on which item: “{said}”.",
            detail={"text": said},
        )
    ]


def test_a_line_without_a_certain_party_has_no_remark() -> None:
    """It is held or refused for that, and said once."""
    assert list(remark.check(case(subject="12th EMIC statement – Congo 3 – rejected"))) == []


WORDS = knowledge().words


@pytest.mark.parametrize("key", ["contrary", "failed", "later"])
def test_no_word_that_takes_back_is_overlooked(key: str) -> None:
    """Whichever it is, in whatever language; it may also be an automatic answer's, or a question's."""
    lines = [f"12th EMIC statement – Kenya 3 – {word.removesuffix('*')}" for word in WORDS.words("remark", key)]
    assert [line for line in lines if explain(line, knowledge())["canonical"]] == []


def test_what_says_nothing_is_overlooked() -> None:
    """Topics, languages, how a file was made."""
    lines = [f"12th EMIC statement – Kenya 3 – {word}" for word in WORDS.words("remark", "understood")]
    assert [line for line in lines if not explain(line, knowledge())["canonical"]] == []


def test_another_years_statement_is_held() -> None:
    """The meeting's own year says nothing."""
    assert [finding.detail for finding in remark.check(case(subject="12th EMIC statement – Kenya 3 (2022)"))] == [
        {"text": "2022"}
    ]
    assert list(remark.check(case(subject="12th EMIC statement – Kenya 3 (2023)"))) == []
