"""A second submission of the same party on the same items, or a part that comes as an answer to our letter."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case, Earlier
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.meeting import Kind
from statement_intake.domain.submission import Role


def check(case: Case) -> Iterator[Finding]:
    """Replaces only what is certain to be meant, by the same sender; everything else a person settles."""
    if (answered := case.facts.answers) and _is_a_part(case, answered):
        yield Finding(
            code="version.unclear",
            effect=Effect.HOLD,
            message=f"It answers the letter about {answered.reference}, and may be a part of that statement.",
            detail={"reference": answered.reference},
        )
        return
    for earlier in _overlapping(case):
        if earlier.sender != _sender(case):
            yield Finding(
                code="sender.conflict",
                effect=Effect.SILENT,
                message=f"Another sender's statement stands for the same party and item ({earlier.reference}).",
                detail={"reference": earlier.reference},
            )
        elif not _replaces(case, earlier):
            yield _unclear(earlier, "The same party has a statement on this item already")


def _is_a_part(case: Case, answered: Earlier) -> bool:
    """A document alone for a video statement, or a video alone: not a statement by itself."""
    submission = case.submission
    if submission.kind is Kind.VIDEO:
        return case.completes is not None and not submission.of(Role.TRANSCRIPT)
    return answered.kind == Kind.VIDEO


def superseded(case: Case) -> str | None:
    """The reference of the one earlier submission that this one replaces, if its acceptance is to do so."""
    overlapping = _overlapping(case)
    if len(overlapping) != 1 or not _replaces(case, overlapping[0]) or overlapping[0].sender != _sender(case):
        return None
    return overlapping[0].reference


def _overlapping(case: Case) -> tuple[Earlier, ...]:
    submission = case.submission
    return tuple(
        earlier
        for earlier in case.facts.earlier
        if earlier.outcome is Outcome.ACCEPTED
        and earlier.kind == submission.kind
        and set(earlier.items) & set(submission.items)
    )


def _replaces(case: Case, earlier: Earlier) -> bool:
    """Written statements and overlapping items are never replaced without a person."""
    said = case.cover.replaces or (case.facts.answers is not None and case.facts.answers.reference == earlier.reference)
    return said and earlier.kind == Kind.VIDEO and earlier.items == case.submission.items


def _sender(case: Case) -> str:
    senders = case.message.headers.sender
    return senders[0].key if len(senders) == 1 else ""


def _unclear(earlier: Earlier, why: str) -> Finding:
    return Finding(
        code="version.unclear",
        effect=Effect.HOLD,
        message=f"{why} ({earlier.reference}): a replacement or an addition?",
        detail={"reference": earlier.reference},
    )
