"""The people behind the service: when they are there."""

from datetime import date, time
from typing import Annotated, Self

from pydantic import Field, model_validator

from statement_intake.domain.typed import Zone
from statement_intake.settings.table import MailAddress, Table


class OfficeSettings(Table):
    """What letters promise about people."""

    zone: Zone = "Europe/Vienna"
    #: On working days, in the office's zone.
    hours: Annotated[str, Field(pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$")] = "09:00-17:00"
    #: Days on which nobody is there, beside Saturdays and Sundays.
    holidays: tuple[date, ...] = ()
    #: A human's e-mail address. Default: the meeting's contact.
    contact: str = ""
    #: Who is told of statements that wait too long: a name, and an e-mail address.
    duty_officer: str = ""
    duty_address: MailAddress = ""

    @property
    def opens(self) -> time:
        """When somebody is there in the morning."""
        return time.fromisoformat(self.hours.partition("-")[0])

    @property
    def closes(self) -> time:
        """When the last one leaves."""
        return time.fromisoformat(self.hours.partition("-")[2])

    @model_validator(mode="after")
    def _hours_are_times(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("hours must be two times of a day, such as 09:00-17:00")
        if bool(self.duty_officer) != bool(self.duty_address):
            raise ValueError("the duty officer needs both: duty_officer (a name) and duty_address")
        return self
