"""How long what is kept after a meeting, and what is to go now."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from statement_intake.domain.meeting import Meeting, Retention
from statement_intake.domain.value import Value

__all__ = ["Due", "Retention", "Stage", "due"]


class Stage(StrEnum):
    """What goes together."""

    #: The raw mail, and what the reader found in it.
    MAIL = "mail"
    #: Videos, documents and their previews, and the text that was read from them.
    FILES = "files"
    #: Everything that names a person: sender, subject, letters, reasons. The outcome stays.
    RECORD = "record"


class Due(Value):
    """A submission of which something is to go."""

    id: int
    reference: str
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]


def due(meeting: Meeting | None, received: datetime, gone: frozenset[Stage], now: datetime) -> tuple[Stage, ...]:
    """The stages whose time has come, and that are not *gone* yet.

    Days count from the end of the meeting's last day, or from the receipt where that is later, or where no meeting or
    no date is known.
    """
    rule = meeting.retention if meeting else Retention()
    last = (meeting.ends or meeting.begins) if meeting else None
    since = max(received, datetime.combine(last + timedelta(days=1), time(), UTC)) if last else received
    days = {Stage.MAIL: rule.mail_days, Stage.FILES: rule.files_days, Stage.RECORD: rule.record_days}
    return tuple(stage for stage in Stage if stage not in gone and now >= since + timedelta(days=days[stage]))
