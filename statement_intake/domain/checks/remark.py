"""The subject says more than it has to, and what it says may change what was sent."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """A person reads it. Nobody else knows what "– rejected" is to say of a statement."""
    said = case.reading.remark.text
    if said:
        yield Finding(
            code="subject.remark",
            effect=Effect.HOLD,
            message=f"The subject line says more than who speaks on which item: “{said}”.",
            detail={"text": said},
        )
