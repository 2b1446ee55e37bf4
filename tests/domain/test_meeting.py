"""A meeting's file, and the deadline that contradicts itself."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from statement_intake.domain.meeting import WEEKDAYS, AgendaItem, Deadline, Meeting, join_items
from tests.domain.values import knowledge

VIENNA = ZoneInfo("Europe/Vienna")


def deadline(**changes: object) -> Deadline:
    """“Wednesday, 28 August 2023”, which was a Monday."""
    values: dict[str, object] = {"date": date(2023, 8, 28), "zone": "Europe/Vienna", "weekday": "Wednesday"}
    return Deadline.model_validate(values | changes)


def test_the_later_reading_counts_until_somebody_confirms_one() -> None:
    """Nobody is late before the announced weekday is over."""
    monday = datetime(2023, 8, 28, 23, 59, 59, tzinfo=VIENNA)
    wednesday = datetime(2023, 8, 30, 23, 59, 59, tzinfo=VIENNA)
    assert deadline().contradicts_itself
    assert deadline().readings() == (monday, wednesday)
    assert deadline().moment == wednesday
    assert deadline(confirmed=True).readings() == (monday,)
    assert deadline(weekday="Monday").readings() == (monday,)
    assert deadline(weekday=None).readings() == (monday,)


@given(st.dates(date(2000, 1, 10), date(2100, 1, 1)), st.sampled_from(WEEKDAYS))
def test_the_other_reading_is_the_nearest_such_weekday(day: date, weekday: str) -> None:
    """At most three days off, and never the announced day itself unless it fits."""
    readings = deadline(date=day, weekday=weekday).readings()
    days = {moment.date() for moment in readings}
    assert day in days
    assert any(WEEKDAYS[found.weekday()] == weekday for found in days)
    assert max(abs((found - day).days) for found in days) <= 3
    assert list(readings) == sorted(readings)


def test_an_hour_of_its_own() -> None:
    """Noon in Vienna, summer time."""
    assert deadline(confirmed=True, time=time(12)).moment.isoformat() == "2023-08-28T12:00:00+02:00"


def test_a_sub_item_is_known_by_its_item() -> None:
    """3(a) is taken up under item 3."""
    meeting = knowledge().meeting("emic-12")
    assert meeting is not None
    three = meeting.item("3")
    assert three is not None
    assert meeting.item("3(a)") == three
    assert meeting.item("7") is None
    assert meeting.item("7(a)") is None


def test_the_line_to_paste() -> None:
    """As the invitation writes it; what is not known stays a bracket."""
    meeting = knowledge().meeting("emic-12")
    assert meeting is not None
    assert meeting.subject_line("France", ("3", "4")) == "12th EMIC statement – France 3 and 4"
    assert meeting.subject_line("[country name]", ()) == ("12th EMIC statement – [country name] [agenda item number]")


@pytest.mark.parametrize(
    ("items", "joined"), [(("3",), "3"), (("3", "4"), "3 and 4"), (("3", "4", "5(a)"), "3, 4 and 5(a)")]
)
def test_items_as_a_line_carries_them(items: tuple[str, ...], joined: str) -> None:
    """With one "and"."""
    assert join_items(items) == joined


def test_an_agenda_as_a_secretariat_writes_it() -> None:
    """A title may be a plain text, which is the English one; the number may be called the item."""
    plain = AgendaItem.model_validate({"item": "3(a)", "title": "Adoption of the rules"})
    assert plain == AgendaItem.model_validate({"number": "3(a)", "title": {"en": "Adoption of the rules"}})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"agenda": []}, "needs: agenda"),
        ({"agenda": [{"number": "3"}, {"number": "3"}]}, "listed twice"),
        ({"zone": "Europe/Wien"}, "is not a time zone"),
        ({"unknown": 1}, "Extra inputs"),
        ({"title": {"fr": "Réunion"}}, "no English one"),
        ({"begins": date(2023, 9, 4), "ends": date(2023, 9, 3)}, "ends before it begins"),
        ({"video": {"max_seconds": 180, "hold_to_seconds": 18}}, "hold_to_seconds is less than max_seconds"),
        (
            {"addresses": {"main": "a@example.org", "copies": ["b"]}},
            r"addresses\.copies\.0\s+Value error, is not an e-mail address",
        ),
    ],
)
def test_an_unusable_file_is_refused(changes: dict[str, object], problem: str) -> None:
    """With the reason."""
    values: dict[str, object] = {
        "id": "test-1", "title": {"en": "Test"}, "zone": "Europe/Vienna",
        "subject": {"acronym": "TEST", "short_name": "1st TEST", "ordinal": 1},
        "addresses": {"main": "a@example.org"}, "agenda": [{"number": "1"}], "video": {"max_seconds": 180},
    }  # fmt: skip
    assert Meeting.model_validate(values).id == "test-1"
    with pytest.raises(ValidationError, match=problem):
        Meeting.model_validate(values | changes)
