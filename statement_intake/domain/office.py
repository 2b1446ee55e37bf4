"""The secretariat's office: when somebody is there, and whom to turn to."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from statement_intake.domain.value import Value

_SATURDAY = 5
#: Nobody closes an office for longer; a longer run of holidays is a slip in the settings.
_LONGEST_CLOSURE_DAYS = 60


class Office(Value):
    """Opening hours in the office's own zone."""

    zone: str
    opens: time
    closes: time
    holidays: tuple[date, ...] = ()
    contact: str = ""

    def opens_next(self, now: datetime) -> datetime:
        """*now* if the office is open, else the next opening; in the office's zone."""
        local = now.astimezone(ZoneInfo(self.zone))
        if self.works_on(local.date()) and self.opens <= local.time() < self.closes:
            return local
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        for _ in range(_LONGEST_CLOSURE_DAYS):
            if self.works_on(day):
                break
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, ZoneInfo(self.zone))

    def open_until(self, now: datetime) -> datetime | None:
        """When the office closes, if it is open *now*; in its own zone."""
        local = now.astimezone(ZoneInfo(self.zone))
        return datetime.combine(local.date(), self.closes, local.tzinfo) if self.opens_next(now) == now else None

    def working_days_after(self, moment: datetime, days: int) -> datetime:
        """The moment so many working days later, at the same time of day in the office's zone.

        What comes while the office is closed counts from its next opening.
        """
        at = self.opens_next(moment)
        day = at.date()
        for _ in range(days):
            day = self.opens_next(datetime.combine(day + timedelta(days=1), self.opens, at.tzinfo)).date()
        return datetime.combine(day, at.time(), at.tzinfo)

    def local(self, moment: datetime) -> datetime:
        """*moment* in the office's zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def end_of_working_day(self, moment: datetime, days: int) -> datetime:
        """The end of the working day that comes *days* working days after that of *moment*; in the office's zone."""
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        for _ in range(days):
            day += timedelta(days=1)
            for _ in range(_LONGEST_CLOSURE_DAYS):
                if self.works_on(day):
                    break
                day += timedelta(days=1)
        return datetime.combine(day, time.max, ZoneInfo(self.zone))

    def works_on(self, day: date) -> bool:
        """Whether somebody is there on that day."""
        return day.weekday() < _SATURDAY and day not in self.holidays
