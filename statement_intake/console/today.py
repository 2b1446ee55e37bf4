"""Today: what needs a person, what came in, how long until the deadlines, and whether everything can be reached."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from statement_intake.console.door import Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import Parts, parts_of
from statement_intake.domain.finding import Outcome
from statement_intake.domain.meeting import Kind, Meeting
from statement_intake.domain.search import Search
from statement_intake.domain.value import Value

router = APIRouter()

#: Rows of each list; the log has the others.
_ROWS = 12
#: Letters that somebody has to look at.
_STUCK = ("failed", "bounced", "unknown")
#: A mailbox that could not be reached for so long is shown as ill.
_ILL_AFTER = timedelta(minutes=15)


class Countdown(Value):
    """A deadline of a meeting."""

    meeting: str
    kind: Kind
    moment: datetime
    #: None where it has passed.
    left: timedelta | None
    #: The other reading of a deadline whose weekday and date contradict.
    doubtful: bool


@router.get("/")
def today(request: Request, _visit: Viewer) -> Response:
    """The first page of the day."""
    parts, now = parts_of(request), parts_of(request).clock()
    search, letters = parts.ledger.search, parts.ledger.letters
    return render(
        request,
        "today.html",
        section="today",
        held=search.page(Search(outcomes=(Outcome.HELD,), standing="current", descending=False), _ROWS),
        doubtful=search.page(Search(needs_person=True, standing="current", descending=False), _ROWS),
        asked_back=search.page(Search(standing="withdrawal_requested", descending=False), _ROWS),
        stuck=letters.in_state(*_STUCK)[:_ROWS],
        waiting=letters.counts(),
        faults=parts.ledger.arrivals.struggling(_ROWS),
        recent=search.page(Search(), _ROWS),
        day=search.outcomes(Search(since=now - timedelta(days=1))),
        countdowns=countdowns(parts, now),
        pulses=parts.ledger.pulses.all(),
        unsandboxed=parts.desk.reader.unsandboxed,
        is_ill=lambda pulse: pulse.is_ill(now, _ILL_AFTER),
    )


def countdowns(parts: Parts, now: datetime) -> list[Countdown]:
    """The deadlines of the meetings whose intake is open, the next one first."""
    open_meetings = [meeting for meeting in parts.desk.knowledge.meetings if meeting.intake == "open"]
    found = [_countdown(meeting, kind, now) for meeting in open_meetings for kind in meeting.deadline]
    return sorted(found, key=lambda one: (one.left is None, one.moment))


def _countdown(meeting: Meeting, kind: Kind, now: datetime) -> Countdown:
    deadline = meeting.deadline[kind]
    return Countdown(
        meeting=meeting.subject.short_name,
        kind=kind,
        moment=deadline.moment,
        left=deadline.moment - now if deadline.moment > now else None,
        doubtful=deadline.contradicts_itself,
    )
