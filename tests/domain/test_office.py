"""When somebody is in the office."""

from datetime import date, datetime, time

import pytest

from statement_intake.domain.office import Office

OFFICE = Office(zone="Europe/Vienna", opens=time(9), closes=time(17), holidays=(date(2023, 8, 15), date(2023, 10, 26)))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2023-08-23T10:00:00+02:00", "2023-08-23T10:00:00+02:00"),
        ("2023-08-23T08:00:00+00:00", "2023-08-23T10:00:00+02:00"),
        ("2023-08-23T06:59:59+02:00", "2023-08-23T09:00:00+02:00"),
        ("2023-08-23T17:00:00+02:00", "2023-08-24T09:00:00+02:00"),
        ("2023-08-25T17:00:00+02:00", "2023-08-28T09:00:00+02:00"),
        ("2023-08-26T12:00:00+02:00", "2023-08-28T09:00:00+02:00"),
        ("2023-08-14T18:00:00+02:00", "2023-08-16T09:00:00+02:00"),
        ("2023-08-15T10:00:00+02:00", "2023-08-16T09:00:00+02:00"),
        ("2023-10-27T18:00:00+02:00", "2023-10-30T09:00:00+01:00"),
    ],
)
def test_the_next_opening(now: str, opens: str) -> None:
    """Over nights, weekends, holidays and the change of the clocks, in the office's own zone."""
    assert OFFICE.opens_next(datetime.fromisoformat(now)).isoformat() == opens


def test_an_open_office_closes_on_the_same_day() -> None:
    """In its own zone; a closed one says nothing of it."""
    assert OFFICE.open_until(datetime.fromisoformat("2023-08-23T08:00:00+00:00")) == datetime.fromisoformat(
        "2023-08-23T17:00:00+02:00"
    )
    assert OFFICE.open_until(datetime.fromisoformat("2023-08-23T17:00:00+02:00")) is None


def test_an_endless_holiday_ends() -> None:
    """A slip in the settings does not hang the service."""
    closed = OFFICE.model_copy(update={"holidays": tuple(date(2023, month, 1) for month in range(1, 13))})
    assert closed.opens_next(datetime.fromisoformat("2023-08-01T10:00:00+02:00")).isoformat() == (
        "2023-08-02T09:00:00+02:00"
    )


@pytest.mark.parametrize(
    ("moment", "days", "end"),
    [
        ("2023-08-23T17:00:00+02:00", 2, "2023-08-25"),
        ("2023-08-24T08:00:00+02:00", 2, "2023-08-28"),
        ("2023-08-26T12:00:00+02:00", 2, "2023-08-29"),
        ("2023-08-14T18:00:00+02:00", 1, "2023-08-16"),
        ("2023-08-23T17:00:00+02:00", 0, "2023-08-23"),
    ],
)
def test_the_end_of_a_working_day(moment: str, days: int, end: str) -> None:
    """Weekends and holidays do not count; the whole last day does."""
    found = OFFICE.end_of_working_day(datetime.fromisoformat(moment), days)
    assert (found.date().isoformat(), found.time()) == (end, time.max)
