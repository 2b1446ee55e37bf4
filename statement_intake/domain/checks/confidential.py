"""A statement that is marked as not for the public. It may be delivered; it is never posted."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """A note, for officers alone."""
    if case.cover.confidential:
        yield Finding(
            code="document.confidential",
            effect=Effect.NOTE,
            message=f"It is marked as not for the public: “{case.cover.confidential}”.",
            detail={"mark": case.cover.confidential},
        )
