"""The rule about deadlines, with the one that contradicts itself."""

from datetime import UTC, datetime

import pytest

from statement_intake.domain.checks import Facts, deadline
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case, document, video

LAST = "2023-08-30T23:59:59+02:00"


def at(moment: str) -> Facts:
    """Received at that moment."""
    return Facts(received=datetime.fromisoformat(moment))


@pytest.mark.parametrize(
    "moment", ["2023-08-01T00:00:00+00:00", "2023-08-28T23:59:59+02:00", "2023-08-28T21:59:59+00:00"]
)
def test_in_time_by_both_readings(moment: str) -> None:
    """No finding up to the last second of the earlier reading, whatever the zone it is told in."""
    assert list(deadline.check(case(video(), document(), facts=at(moment)))) == []


@pytest.mark.parametrize("moment", ["2023-08-29T00:00:00+02:00", LAST])
def test_between_the_readings_there_is_a_note(moment: str) -> None:
    """Wednesday, 28 August 2023 was a Monday: nobody is late before the Wednesday is over."""
    assert list(deadline.check(case(video(), document(), facts=at(moment)))) == [
        Finding(
            code="deadline.ambiguous",
            effect=Effect.NOTE,
            message="Received between the two readings of a deadline that contradicts itself: "
            "Wednesday, 28 August 2023.",
            detail={"received": moment, "readings": ["2023-08-28T23:59:59+02:00", LAST]},
        )
    ]


def test_after_both_readings_a_person_decides() -> None:
    """With what was measured, the limit, and by how much it was missed."""
    received = "2023-08-31T00:00:04+02:00"
    assert list(deadline.check(case(video(), document(), facts=at(received)))) == [
        Finding(
            code="deadline.passed",
            effect=Effect.HOLD,
            message="Received 31 August 2023 00:00:04 CEST, after the deadline, 30 August 2023 23:59:59 CEST.",
            detail={
                "kind": "video",
                "received": received,
                "deadline": LAST,
                "measured": received,
                "limit": LAST,
                "excess": 5.0,
                "unit": "s",
            },
        )
    ]


def test_a_written_statement_has_its_own() -> None:
    """Open until after the meeting."""
    facts = Facts(received=datetime(2023, 9, 7, 12, 0, tzinfo=UTC))
    assert list(deadline.check(case(document("Statement.docx"), facts=facts))) == []


def test_what_is_no_statement_is_never_late() -> None:
    """Without a kind there is no deadline."""
    assert list(deadline.check(case(facts=Facts(received=datetime(2024, 1, 1, tzinfo=UTC))))) == []
