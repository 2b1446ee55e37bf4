"""A question to the log, and a page of its answer."""

from datetime import datetime
from enum import StrEnum

from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import LogRow
from statement_intake.domain.value import Value


class Order(StrEnum):
    """By what the log can be sorted."""

    RECEIVED = "received"
    PARTY = "party"
    OUTCOME = "outcome"


class Cursor(Value):
    """A place in the sorted log: the row that a page begins after (or ends before)."""

    value: datetime | str
    id: int
    #: True: the page that ends before the row.
    backwards: bool = False


class Search(Value):
    """Which submissions are wanted, in which order. What is not set does not narrow."""

    #: All of them, anywhere in mail, files, transcripts and reasons; the last letters of each may be missing.
    words: str = ""
    outcomes: tuple[Outcome, ...] = ()
    standing: str | None = None
    #: Only those that a person has to look at although they are decided.
    needs_person: bool = False
    meeting: str | None = None
    party: str | None = None
    item: str | None = None
    kind: str | None = None
    #: A finding's code.
    code: str | None = None
    #: The state of the last letter; "none" where there is none.
    reply: str | None = None
    #: Received at or after, and before.
    since: datetime | None = None
    until: datetime | None = None
    order: Order = Order.RECEIVED
    descending: bool = True
    cursor: Cursor | None = None


class Found(Value):
    """A page of the log."""

    rows: tuple[LogRow, ...]
    #: How many there are in all; counting stops at `COUNTED_AT_MOST`.
    count: int
    #: Where the pages after and before this one are; None where there is none.
    after: Cursor | None
    before: Cursor | None

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.count >= COUNTED_AT_MOST


#: Beyond this many nobody needs the exact number, and counting takes longer than reading.
COUNTED_AT_MOST = 10_000
