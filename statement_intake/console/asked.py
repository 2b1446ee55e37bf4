"""What the address of the log asks for: every filter is a part of it, so that a view can be kept and passed on."""

import base64
import binascii
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from statement_intake.domain.finding import Outcome
from statement_intake.domain.search import Cursor, Order, Search


class LogQuery(BaseModel):
    """The query of the log's address. A form sends what was left empty, too: that is as if it were not there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    q: Annotated[str, Field(max_length=200)] = ""
    outcome: list[Outcome] = Field(default_factory=list)
    standing: Literal["", "current", "superseded", "withdrawal_requested", "withdrawn"] = ""
    meeting: Annotated[str, Field(max_length=60)] = ""
    party: Annotated[str, Field(max_length=20)] = ""
    item: Annotated[str, Field(max_length=6)] = ""
    kind: Literal["", "video", "written"] = ""
    code: Annotated[str, Field(max_length=60)] = ""
    reply: Annotated[str, Field(max_length=12)] = ""
    #: Days in the officer's zone, both included.
    since: date | None = None
    until: date | None = None
    sort: Order = Order.RECEIVED
    up: bool = False
    #: Where the page begins, or ends.
    page: Annotated[str, Field(max_length=400)] = ""

    @field_validator("since", "until", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("outcome", mode="before")
    @classmethod
    def _without_empty(cls, value: object) -> object:
        return [one for one in value if one != ""] if isinstance(value, list) else value


Asked = Annotated[LogQuery, Query()]


def wanted(asked: LogQuery, zone: str) -> Search:
    """The search that the address stands for. Raises HTTPException where it is malformed."""
    here = ZoneInfo(zone)
    try:
        return Search(
            words=asked.q,
            outcomes=tuple(asked.outcome),
            standing=asked.standing or None,
            meeting=asked.meeting or None,
            party=asked.party or None,
            item=asked.item.replace(" ", "").lower() or None,
            kind=asked.kind or None,
            code=asked.code or None,
            reply=asked.reply or None,
            since=datetime.combine(asked.since, time(), here) if asked.since else None,
            until=datetime.combine(asked.until + timedelta(days=1), time(), here) if asked.until else None,
            order=asked.sort,
            descending=not asked.up,
            cursor=_cursor(asked),
        )
    except (ValueError, OverflowError) as error:
        raise HTTPException(400, "This address of the log is malformed.") from error


def address(asked: LogQuery, path: str = "/log", cursor: Cursor | None = None, **changes: object) -> str:
    """The address of the same view, but for *changes*; another view begins at its first page."""
    values = asked.model_dump(mode="json") | {"page": ""} | changes
    if cursor is not None:
        values["page"] = base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")
    default = LogQuery().model_dump(mode="json")
    kept = {name: value for name, value in values.items() if value not in (None, "", default.get(name))}
    kept = {name: "true" if value is True else value for name, value in kept.items()}
    query = urlencode(kept, doseq=True)
    return f"{path}?{query}" if query else path


def _cursor(asked: LogQuery) -> Cursor | None:
    if not asked.page:
        return None
    try:
        cursor = Cursor.model_validate_json(base64.urlsafe_b64decode(asked.page + "=" * (-len(asked.page) % 4)))
    except (binascii.Error, ValidationError) as error:
        raise ValueError("not a cursor of ours") from error
    if (asked.sort is Order.RECEIVED) is not isinstance(cursor.value, datetime):
        raise ValueError("a cursor of another order")
    return cursor
