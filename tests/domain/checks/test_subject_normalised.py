"""The rule about a line that was understood, though not written as asked."""

from statement_intake.domain.checks import subject_normalised
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case


def test_the_announced_line_needs_no_note() -> None:
    """Written as the invitation asks."""
    assert list(subject_normalised.check(case())) == []


def test_another_spelling_is_noted_with_the_right_one() -> None:
    """So that the letter can show the line to use."""
    assert list(subject_normalised.check(case(subject="RE: 12th EMIC statement - FRANCE, item 3"))) == [
        Finding(
            code="subject.normalised",
            effect=Effect.NOTE,
            message="Understood as: 12th EMIC statement – France 3",
            detail={"canonical": "12th EMIC statement – France 3"},
        )
    ]


def test_what_is_not_understood_has_no_right_line() -> None:
    """Nothing is guessed."""
    assert list(subject_normalised.check(case(subject="12th EMIC statement – Korea 3"))) == []
