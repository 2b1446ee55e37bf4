"""The rule about the invitation's own brackets."""

import pytest

from statement_intake.domain.checks import placeholder
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case


@pytest.mark.parametrize(
    ("subject", "left"),
    [
        ("12th EMIC statement – [country name] [agenda item number]", "[country name], [agenda item number]"),
        ("12th EMIC statement – [country name] 3", "[country name]"),
        ("12th EMIC statement – France [agenda item number]", "[agenda item number]"),
        ("12th EMIC statement – <country> 3", "<country>"),
        ("12th EMIC statement – France [ ]", "[ ]"),
    ],
)
def test_unfilled_brackets_are_refused(subject: str, left: str) -> None:
    """With what was left, as it stands there."""
    assert list(placeholder.check(case(subject=subject))) == [
        Finding(
            code="subject.placeholder",
            effect=Effect.REJECT,
            message=f"The subject line still holds the invitation's own words: {left}.",
            detail={"text": left},
        )
    ]


@pytest.mark.parametrize(
    "subject",
    [
        "12th EMIC statement – [France] [3]",
        "12th EMIC statement – France agenda item number 3",
        "12th EMIC statement – country name: France, agenda item number: 3",
        "12th EMIC statement – France 3 (2023-08-25)",
        "12th EMIC statement – France 3 (part 1 of 2)",
    ],
)
def test_filled_brackets_and_labels_are_none(subject: str) -> None:
    """Nor is a bracket out of which a date was taken."""
    assert list(placeholder.check(case(subject=subject))) == []
