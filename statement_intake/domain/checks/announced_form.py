"""A meeting whose file says `mode = "strict"` takes only lines that are written as its invitation asks."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """Note verbale: subject line “12th EMIC statement – [country name] [agenda item number]”."""
    if breaks_the_form(case):
        canonical = case.reading.canonical
        yield Finding(
            code="subject.not_as_announced",
            effect=Effect.REJECT,
            message=f"The subject line is not written as the invitation asks: {canonical}",
            detail={"canonical": canonical},
        )


def breaks_the_form(case: Case) -> bool:
    """True where the line is understood, though the meeting wants it in its very form. An officer may overrule it."""
    meeting, reading = case.reading.meeting, case.reading
    strict = meeting is not None and meeting.subject.mode == "strict"
    return strict and reading.canonical is not None and not reading.announced
