"""Received after the deadline of its kind."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding

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
            message=f"Received {received.isoformat()}, after the deadline {readings[-1].isoformat()}.",
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
