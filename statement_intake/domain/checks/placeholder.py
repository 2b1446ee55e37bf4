"""The invitation's brackets are left unfilled."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """Note verbale: subject line “12th EMIC statement – [country name] [agenda item number]”."""
    if case.reading.placeholder:
        yield Finding(
            code="subject.placeholder",
            effect=Effect.REJECT,
            message=f"The subject line still holds the invitation's own words: {case.reading.placeholder}.",
            detail={"text": case.reading.placeholder},
        )
