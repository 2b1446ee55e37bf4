"""An attempt that must not be answered: a list, a robot, a null sender, ourselves."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.letters.recipients import may_reply


def check(case: Case) -> Iterator[Finding]:
    """RFC 3834 section 2. Silence towards the sender, never towards the secretariat: the mail is held in sight."""
    why_not = may_reply(case.message.headers, case.facts.own).why_not
    if why_not:
        yield Finding(
            code="message.no_reply",
            effect=Effect.SILENT,
            message=f"Must not be answered: {why_not}.",
            detail={"why": why_not},
        )
