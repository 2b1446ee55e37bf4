"""The rule about the meeting that a line names."""

import pytest

from statement_intake.domain.checks import meeting_named
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case


def unclear(message: str, text: str) -> Finding:
    """The finding that leaves the meeting to a person."""
    return Finding(code="meeting.unclear", effect=Effect.HOLD, message=message, detail={"text": text})


@pytest.mark.parametrize(
    "subject",
    ["12th EMIC statement – France 3", "EMIC statement – France 3", "twelveth EMIC statement – France 3"],
)
def test_the_meeting_alone_needs_no_finding(subject: str) -> None:
    """With its ordinal, without one, or with a slip in it."""
    assert list(meeting_named.check(case(subject=subject))) == []


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("11th EMIC statement – France 3", "11th EMIC"),
        ("EMIC, eleventh session, statement – France 3", "EMIC, eleventh session"),
        ("第十一次EMIC 发言 中国 3", "第十一次EMIC"),
        ("onzième EMIC déclaration – France 3", "onzième EMIC"),
    ],
)
def test_a_past_meeting_is_refused(subject: str, text: str) -> None:
    """Wherever its ordinal stands, in any of the languages."""
    assert list(meeting_named.check(case(subject=subject))) == [
        Finding(
            code="meeting.unknown",
            effect=Effect.REJECT,
            message=f"The subject names {text}; statements are taken in for the 12th EMIC.",
            detail={"text": text, "meeting": "12th EMIC"},
        )
    ]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("112th EMIC statement – France 3", "112th EMIC"),
        ("12th EMCI statement – France 3", "12th EMCI"),
        ("EMIC statement (11th) – France 3", "EMIC"),
        ("elevnth EMIC statement – France 3", "EMIC"),
    ],
)
def test_a_doubtful_ordinal_is_held(subject: str, text: str) -> None:
    """Neither taken for this meeting nor refused as another."""
    assert list(meeting_named.check(case(subject=subject))) == [
        unclear(f"It is not certain which meeting is meant: {text}.", text)
    ]


def test_a_sister_meeting_is_passed_on() -> None:
    """Its intake is not open here."""
    title = "Implementation Review Group, resumed fourteenth session"
    assert list(meeting_named.check(case(subject="14th IRG statement – France 3"))) == [
        Finding(
            code="meeting.other",
            effect=Effect.HOLD,
            message=f"The statement is for another meeting, whose intake is not open here: {title}.",
            detail={"text": "14th IRG", "meeting": "irg-14-resumed", "title": title},
        )
    ]


def test_items_taken_up_jointly_may_name_all_meetings() -> None:
    """A note only."""
    assert list(meeting_named.check(case(subject="12th EMIC and 14th IRG statement – France 3"))) == [
        Finding(
            code="meeting.joint",
            effect=Effect.NOTE,
            message="Sister meetings are named too; all items are taken up jointly: 12th EMIC, 14th IRG.",
            detail={"text": "12th EMIC, 14th IRG", "meetings": ["irg-14-resumed"]},
        )
    ]


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("12th EMIC and 14th IRG statement – France 1", "12th EMIC, 14th IRG"),
        ("12th EMIC and 16th WGAR statement – France 3", "12th EMIC, 16th WGAR"),
    ],
)
def test_other_items_and_other_sessions_are_not_joint(subject: str, named: str) -> None:
    """A person decides which meeting is meant."""
    assert list(meeting_named.check(case(subject=subject))) == [
        unclear(f"Several meetings are named, and not all items are taken up jointly: {named}.", named)
    ]
