"""The rule about agenda items."""

import pytest

from statement_intake.domain.checks import item_named
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case

KNOWN = ["1", "2", "3", "4", "5", "6"]


def unknown(what: str, *items: str) -> Finding:
    """The finding about numbers that a person has to look at."""
    return Finding(
        code="subject.item_unknown",
        effect=Effect.HOLD,
        message=f"The subject line names {what}",
        detail={"items": list(items), "known": KNOWN},
    )


MISSING = Finding(
    code="subject.item_missing",
    effect=Effect.REJECT,
    message="The subject line names no agenda item.",
    detail={"known": KNOWN},
)


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("12th EMIC statement – France 3", []),
        ("12th EMIC statement – France 3(a) and 4", []),
        ("12th EMIC statement – France", [MISSING]),
        ("12th EMIC statement – France [agenda item number]", []),
        ("12th EMIC statement – France 7", [unknown("items that are not on the agenda: 7.", "7")]),
        ("12th EMIC statement – France 3 and 7", [unknown("items that are not on the agenda: 7.", "7")]),
        ("12th EMIC statement – France 3 4", [unknown("numbers that may not be agenda items: 3, 4.", "3", "4")]),
        (
            "12th EMIC statement – France 3.4",
            [unknown("numbers that may not be agenda items: 12th EMIC statement – France 3.4.")],
        ),
    ],
)
def test_missing_is_refused_and_doubt_is_held(subject: str, found: list[Finding]) -> None:
    """An unfilled bracket is reported by its own rule."""
    assert list(item_named.check(case(subject=subject))) == found
