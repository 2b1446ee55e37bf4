"""Who watches the service, and who is told what."""

from typing import Annotated

from pydantic import Field

from statement_intake.settings.table import MailAddress, Table


class WatchSettings(Table):
    """Where monitoring asks: /metrics (Prometheus) and /healthz."""

    host: str = "127.0.0.1"
    #: Unset: nothing is served. 0: any free port, said in the log.
    port: Annotated[int | None, Field(ge=0, le=65535)] = None
    #: A mailbox that no poll has reached for so long, or mail that cannot be read or letters that cannot be sent for so
    #: long, makes /healthz say 503.
    stale_minutes: Annotated[float, Field(gt=0)] = 15


class AlertsSettings(Table):
    """Mail to the staff when something waits that must not wait."""

    #: Operators: told once when no poll of a mailbox has succeeded, or nothing could be read, for so long, and once
    #: when it works again.
    operators: tuple[MailAddress, ...] = ()
    silent_minutes: Annotated[float, Field(gt=0)] = 30
    #: The duty officer is told once of each statement that has been held for so many working days ...
    held_working_days: Annotated[int, Field(ge=1)] = 1
    #: ... and of each that is held while the deadline of its kind is so near.
    near_deadline_hours: Annotated[float, Field(ge=0)] = 24


class DigestSettings(Table):
    """The secretariat's morning mail: what came in, what was rejected and why, what waits."""

    to: tuple[MailAddress, ...] = ()
    #: On working days, in the office's zone.
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "08:30"
