"""Accept, reject, reopen, ask for what is missing, correct: the same way for each, foreseen before it is done."""

from contextlib import nullcontext
from typing import Any

from statement_intake.desk import Desk
from statement_intake.domain.decision import Decision, OverruleError, overrule
from statement_intake.domain.finding import Outcome
from statement_intake.domain.letters.wish import AS_COMPOSED, Wish
from statement_intake.domain.message import Message
from statement_intake.domain.records import Dossier
from statement_intake.review.concluding import conclude, write
from statement_intake.review.corrections import remember
from statement_intake.review.rereading import Opened, opened
from statement_intake.review.standing import as_it_stands, find, judge_again, still_as_seen
from statement_intake.review.verdict import Correction, Order, Prospect, Reviewed, ReviewError

#: What becomes of a submission; by "correct" what the rules say once they know what the officer knows.
_OUTCOMES = {
    "accept": Outcome.ACCEPTED,
    "reject": Outcome.REJECTED,
    "reopen": Outcome.HELD,
    "ask": Outcome.HELD,
    "correct": None,
}


def give_verdict(  # noqa: PLR0913 - who says what about which submission, why, and how
    action: str, reference: str, desk: Desk, *, actor: str, because: str, correction: Correction, letter: bool = True,
    wish: Wish = AS_COMPOSED, seen: int | None = None,
) -> Reviewed:  # fmt: skip
    """Accept, reject, reopen, ask for what is missing, or correct. What nobody could read is read when it is reopened.

    *seen*: the revision that the officer has looked at. Raises ReviewError; Conflict where somebody else was quicker.
    """
    dossier = find(reference, desk)
    still_as_seen(dossier, seen)
    order = Order(action=action, actor=actor, because=because, letter=letter, wish=wish)
    with opened(dossier, desk) if action == "reopen" else nullcontext(Opened(dossier)) as looked_at:
        decision, message, mending = _decide_anew(action, looked_at.dossier, desk, correction)
        looked_at.keep_files(decision, desk)
        return conclude(looked_at.dossier, message, decision, desk, order, mending=mending, read=looked_at.read)


def foresee(action: str, reference: str, desk: Desk, *, because: str, correction: Correction) -> Prospect:
    """What that verdict would lead to. Changes nothing; raises ReviewError where it cannot be."""
    dossier = find(reference, desk)
    decision, message, _ = _decide_anew(action, dossier, desk, correction)
    letter = write(dossier, message, decision, desk, action, because)
    return Prospect(outcome=decision.outcome, findings=decision.findings, letter=letter)


def _decide_anew(
    action: str, dossier: Dossier, desk: Desk, correction: Correction
) -> tuple[Decision, Message, dict[str, Any]]:
    mending = remember(dossier.mending, correction, desk.knowledge)
    message = as_it_stands(dossier, desk.knowledge)
    judged = judge_again(dossier, message, mending, desk)
    outcome = _OUTCOMES[action]
    if outcome is None:
        return judged, message, mending
    try:
        decision = overrule(judged, outcome, judged.submission)
    except OverruleError as error:
        raise ReviewError(f"{dossier.reference} {error}. {_help(judged, dossier)}") from error
    if correction.replaces and outcome is Outcome.ACCEPTED:
        decision = decision.model_copy(update={"supersedes": _replaced(correction.replaces, decision, dossier, desk)})
    return decision, message, mending


def _replaced(reference: str, decision: Decision, dossier: Dossier, desk: Desk) -> str:
    """The reference of the statement that an officer says is replaced. Raises ReviewError where it cannot be."""
    other, understood = find(reference, desk), decision.submission
    if other.id == dossier.id or other.outcome is not Outcome.ACCEPTED or other.standing != "current":
        raise ReviewError(f"{other.reference} is not another statement that is accepted and stands")
    if understood.party is None or other.party != understood.party.code:
        raise ReviewError(f"{other.reference} is another party's")
    return other.reference


def _help(judged: Decision, dossier: Dossier) -> str:
    if dossier.unread:
        return f"Its mail was not read: reopen {dossier.reference}, and it is read again"
    missing = set(judged.submission.missing)
    if missing & {"video", "statement"}:
        return "Add it with: attach REF FILE --because TEXT"
    return "Say it with --party, --item or --kind"
