"""On which agenda items."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """Missing is a rejection; an item that is not on the agenda, or digits that may be one, a person looks at."""
    rules = case.rules
    items = case.submission.items
    known = [item.number for item in rules.agenda] if rules else []
    if not items and not case.reading.items.doubtful:
        if not case.reading.placeholder:
            yield Finding(
                code="subject.item_missing",
                effect=Effect.REJECT,
                message="The subject line names no agenda item.",
                detail={"known": known},
            )
        return
    if rules is None:
        return
    unknown = [number for number in items if rules.item(number) is None]
    if unknown or case.reading.items.doubtful:
        listed = ", ".join(unknown or items) or case.reading.subject
        what = "items that are not on the agenda" if unknown else "numbers that may not be agenda items"
        yield Finding(
            code="subject.item_unknown",
            effect=Effect.HOLD,
            message=f"The subject line names {what}: {listed}.",
            detail={"items": unknown or list(items), "known": known},
        )
