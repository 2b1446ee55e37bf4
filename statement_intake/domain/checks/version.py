"""A second submission of the same party on the same items, or a part that comes as an answer to our letter."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case, Earlier
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.meeting import Kind
from statement_intake.domain.submission import Role


def check(case: Case) -> Iterator[Finding]:
    """Replaces only what is certain to be meant, by who may; everything else a person settles."""
    if case.facts.reviewed:
        yield Finding(
            code="version.reviewed",
            effect=Effect.HOLD,
            message="It completes what an officer has rejected or reopened: no robot accepts that.",
        )
    if (answered := case.facts.answers) and _is_a_part(case, answered):
        yield _part_unclear(answered) if _may_act(case, answered) else _conflict(answered)
        return
    if text := _perhaps_its_text(case):
        yield Finding(
            code="version.unclear",
            effect=Effect.HOLD,
            message=f"A written statement on this item is accepted ({text.reference}): the transcript of this video?",
            detail={"reference": text.reference},
        )
    for earlier in _overlapping(case):
        if not _may_act(case, earlier):
            yield _conflict(earlier)
        elif _stands(earlier) and not _replaces(case, earlier):
            yield Finding(
                code="version.unclear",
                effect=Effect.HOLD,
                message=f"The same party has a statement on this item already ({earlier.reference}): "
                "a replacement or an addition?",
                detail={"reference": earlier.reference},
            )


def superseded(case: Case) -> str | None:
    """The reference of the one earlier submission that this one replaces, if its acceptance is to do so."""
    standing = [earlier for earlier in _overlapping(case) if _stands(earlier)]
    if len(standing) != 1 or not _replaces(case, standing[0]) or not _may_act(case, standing[0]):
        return None
    return standing[0].reference


def _is_a_part(case: Case, answered: Earlier) -> bool:
    """A document alone for a video statement, or a video alone: not a statement by itself."""
    submission = case.submission
    if submission.kind is Kind.VIDEO:
        return case.completes is not None and not submission.of(Role.TRANSCRIPT)
    return answered.kind == Kind.VIDEO


def _perhaps_its_text(case: Case) -> Earlier | None:
    """A document that its sender has sent before this video, which has none, and that was taken for a statement."""
    submission = case.submission
    if submission.kind is not Kind.VIDEO or submission.of(Role.TRANSCRIPT):
        return None
    return next(
        (
            earlier
            for earlier in case.facts.earlier
            if earlier.kind == Kind.WRITTEN
            and _stands(earlier)
            and earlier.items == submission.items
            and _may_act(case, earlier)
        ),
        None,
    )


def _overlapping(case: Case) -> tuple[Earlier, ...]:
    """What the same speakers have sent on these items, is of this kind, and is accepted or waits for a person.

    What its sender has not been told of counts for nothing: anybody can write such a mail in a State's name.
    """
    submission = case.submission
    behalf = submission.on_behalf_of.code if submission.on_behalf_of else None
    together = {party.code for party in submission.together_with}
    return tuple(
        earlier
        for earlier in case.facts.earlier
        if (earlier.outcome is Outcome.ACCEPTED or (earlier.outcome is Outcome.HELD and not earlier.silent))
        and earlier.kind == submission.kind
        and set(earlier.items) & set(submission.items)
        and earlier.on_behalf_of == behalf
        and set(earlier.together_with) == together
    )


def _stands(earlier: Earlier) -> bool:
    return earlier.outcome is Outcome.ACCEPTED and earlier.standing == "current"


def _replaces(case: Case, earlier: Earlier) -> bool:
    """Written statements and overlapping items are never replaced without a person, nor what came later."""
    said = case.cover.replaces or (case.facts.answers is not None and case.facts.answers.reference == earlier.reference)
    equal = earlier.kind == Kind.VIDEO and earlier.items == case.submission.items
    return said and equal and not earlier.later


def _may_act(case: Case, earlier: Earlier) -> bool:
    answered = case.facts.answers is not None and case.facts.answers.reference == earlier.reference
    return case.senders.may_act(case.message, earlier.owner, has_our_letter=answered)


def _conflict(earlier: Earlier) -> Finding:
    return Finding(
        code="sender.conflict",
        effect=Effect.SILENT,
        message=f"Another sender's statement stands for the same party and item ({earlier.reference}).",
        detail={"reference": earlier.reference},
    )


def _part_unclear(answered: Earlier) -> Finding:
    return Finding(
        code="version.unclear",
        effect=Effect.HOLD,
        message=f"It answers the letter about {answered.reference}, and may be a part of that statement.",
        detail={"reference": answered.reference},
    )
