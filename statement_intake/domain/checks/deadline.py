"""Received after the deadline of its kind."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.meeting import Meeting

_EFFECT = {"note": Effect.NOTE, "hold": Effect.HOLD, "reject": Effect.REJECT}


def check(case: Case) -> Iterator[Finding]:
    """The later reading of a deadline that contradicts itself counts; between the two there is a note."""
    rules, kind = case.rules, case.submission.kind
    deadline = rules.deadline.get(kind) if rules and kind else None
    if rules is None or kind is None or deadline is None:
        return
    received = case.facts.received
    readings = deadline.readings()
    if received > readings[-1]:
        yield Finding(
            code="deadline.passed",
            effect=_EFFECT[rules.late],
            message=f"Received {_told(received, rules)}, after the deadline, {_told(readings[-1], rules)}.",
            detail={
                "kind": str(kind),
                "received": received.isoformat(),
                "deadline": readings[-1].isoformat(),
                "measured": received.isoformat(),
                "limit": readings[-1].isoformat(),
                "excess": round((received - readings[-1]).total_seconds(), 3),
                "unit": "s",
            },
        )
    elif received > readings[0]:
        yield Finding(
            code="deadline.ambiguous",
            effect=Effect.NOTE,
            message=f"Received between the two readings of a deadline that contradicts itself: {deadline.announced}.",
            detail={"received": received.isoformat(), "readings": [reading.isoformat() for reading in readings]},
        )


def _told(moment: datetime, rules: Meeting) -> str:
    """A moment for officers, in the meeting's own zone."""
    return f"{moment.astimezone(ZoneInfo(rules.zone)):%d %B %Y %H:%M:%S %Z}"
