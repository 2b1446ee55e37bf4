"""The subject was understood, though not written as asked."""

from collections.abc import Iterator

from statement_intake.domain.checks.announced_form import breaks_the_form
from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """A note that carries the line as it should have been."""
    canonical = case.reading.canonical
    if canonical is not None and not breaks_the_form(case) and case.reading.subject != canonical:
        yield Finding(
            code="subject.normalised",
            effect=Effect.NOTE,
            message=f"Understood as: {canonical}",
            detail={"canonical": canonical},
        )
