"""A person's verdict: accept, reject, reopen, attach, withdraw.

It enters at *decide* and ends in the same *record* and *reply*.

Before every verdict the statement is judged again, with what officers have corrected so far, so that the findings are
always those of the statement as it now stands.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from statement_intake.desk import Desk
from statement_intake.domain.assembly import assemble
from statement_intake.domain.completion import was_reviewed
from statement_intake.domain.decision import Decision, OverruleError, overrule
from statement_intake.domain.faults import Conflict, LimitExceeded
from statement_intake.domain.finding import Finding, Outcome
from statement_intake.domain.judge import Knowledge, Mending, judge
from statement_intake.domain.meeting import Kind
from statement_intake.domain.message import Message
from statement_intake.domain.records import SERVICE, Dossier, OutgoingLetter, Verdict
from statement_intake.domain.subject import SubjectReading
from statement_intake.domain.triage import Ties
from statement_intake.domain.value import Value
from statement_intake.domain.wish import AS_COMPOSED, Wish
from statement_intake.gathering import gather_facts

if TYPE_CHECKING:
    from statement_intake.domain.message import Attachment

log = structlog.get_logger()

#: What becomes of a submission; by "correct" what the rules say once they know what the officer knows.
_OUTCOMES = {
    "accept": Outcome.ACCEPTED,
    "reject": Outcome.REJECTED,
    "reopen": Outcome.HELD,
    "ask": Outcome.HELD,
    "correct": None,
}
#: Whose reason the delegation reads; every other reason is the secretariat's own business.
_TOLD = frozenset({"reject", "ask"})


class ReviewError(Exception):
    """The verdict cannot be carried out; the text says why, and what would help."""


class Correction(Value):
    """What an officer says about a submission, by codes."""

    party: str | None = None
    items: tuple[str, ...] = ()
    kind: Kind | None = None
    #: The reference of an accepted statement whose place an accepted one takes.
    replaces: str | None = None
    #: The digest of the document that counts as the text, where there are several.
    main: str | None = None


class Prospect(Value):
    """What a verdict would lead to."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    #: As it would go; None where the mail must not be answered, or nothing is sent.
    letter: OutgoingLetter | None


class Reviewed(Value):
    """What a verdict led to."""

    reference: str
    outcome: Outcome
    letter: OutgoingLetter | None


def find(reference: str, desk: Desk) -> Dossier:
    """The submission of that reference. Raises ReviewError if there is none."""
    dossier = desk.ledger.log.dossier(reference)
    if dossier is None:
        raise ReviewError(f"there is no submission {reference}")
    return dossier


def give_verdict(  # noqa: PLR0913 - who says what about which submission, why, and how
    action: str, reference: str, desk: Desk, *, actor: str, because: str, correction: Correction, letter: bool = True,
    wish: Wish = AS_COMPOSED, seen: int | None = None,
) -> Reviewed:  # fmt: skip
    """Accept, reject, reopen, ask for what is missing, or correct.

    *seen*: the revision that the officer has looked at. Raises ReviewError; Conflict where somebody else was quicker.
    """
    dossier = find(reference, desk)
    _still_as_seen(dossier, seen)
    decision, message, mending = _decide_anew(action, dossier, desk, correction)
    return _record(
        dossier, message, decision, mending, desk, action=action, actor=actor, because=because, letter=letter, wish=wish
    )


def foresee(action: str, reference: str, desk: Desk, *, because: str, correction: Correction) -> Prospect:
    """What that verdict would lead to. Changes nothing; raises ReviewError where it cannot be."""
    dossier = find(reference, desk)
    decision, message, _ = _decide_anew(action, dossier, desk, correction)
    letter = _write(dossier, message, decision, desk, action=action, because=because)
    return Prospect(outcome=decision.outcome, findings=decision.findings, letter=letter)


def _decide_anew(
    action: str, dossier: Dossier, desk: Desk, correction: Correction
) -> tuple[Decision, Message, dict[str, Any]]:
    mending = _remember(dossier.mending, correction, desk.knowledge)
    message = _as_it_stands(dossier, desk.knowledge)
    judged = _judge_again(dossier, message, mending, desk)
    outcome = _OUTCOMES[action]
    if outcome is None:
        return judged, message, mending
    try:
        decision = overrule(judged, outcome, judged.submission)
    except OverruleError as error:
        raise ReviewError(f"{dossier.reference} {error}. {_help(judged)}") from error
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


def _still_as_seen(dossier: Dossier, seen: int | None) -> None:
    if seen is not None and seen != dossier.revision:
        last = dossier.history[-1]
        raise Conflict(f"{last.actor} has decided about {dossier.reference} meanwhile ({last.action}); look again")


def attach(  # noqa: PLR0913 - as `give_verdict`
    reference: str, file: Path, desk: Desk, *, actor: str, because: str, wish: Wish = AS_COMPOSED,
    seen: int | None = None,
) -> Reviewed:  # fmt: skip
    """Add a file that came another way. It is read and judged as if it had come with the mail, in the mail's time.

    Raises ReviewError, Conflict, or SurroundingsFault where it cannot be read for a reason of ours.
    """
    dossier = find(reference, desk)
    _still_as_seen(dossier, seen)
    # Until the ledger refers to it, a service that starts must not take the file for a killed process's leaving.
    with desk.files.adding():
        attachment = _read(file, desk)
        message = _as_it_stands(dossier, desk.knowledge)
        message = message.model_copy(update={"attachments": (*message.attachments, attachment)})
        decision = _judge_again(dossier, message, dossier.mending, desk)
        return _record(
            dossier, message, decision, dossier.mending, desk, action="attach", actor=actor, because=because,
            letter=True, wish=wish, added=attachment,
        )  # fmt: skip


def join(  # noqa: PLR0913 - as `give_verdict`
    reference: str, other: str, desk: Desk, *, actor: str, because: str, wish: Wish = AS_COMPOSED,
    seen: int | None = None,
) -> Reviewed:  # fmt: skip
    """Make one submission of two: the mails and files of *other* become part of *reference*, which is judged again.

    It keeps the earlier one's time. Raises ReviewError where they cannot be one, or Conflict.
    """
    dossier, given = find(reference, desk), find(other, desk)
    _still_as_seen(dossier, seen)
    if dossier.id == given.id:
        raise ReviewError("a submission cannot be joined to itself")
    if "superseded" in {dossier.standing, given.standing} or "withdrawn" in {dossier.standing, given.standing}:
        raise ReviewError("only submissions that stand can be joined; one of the two is superseded or withdrawn")
    both = dossier.model_copy(
        update={
            "mails": tuple(sorted((*dossier.mails, *given.mails), key=lambda mail: mail.received)),
            "files": (*dossier.files, *given.files),
            "received": min(dossier.received, given.received),
        }
    )
    message = _as_it_stands(both, desk.knowledge)
    decision = _judge_again(both, message, dossier.mending, desk)
    now = desk.clock()
    written = _write(both, message, decision, desk, action="join", because=because)
    if written is not None:
        written = desk.correspondent.as_wished(written, wish, now)
    added_by = {file.attachment.sha256: file.added_by for file in both.files if file.added_by}
    verdict = Verdict(
        actor=actor, action="join", because=because, at=now, letter=written, mending=dossier.mending, added_by=added_by
    )
    desk.ledger.record.joined(dossier, given, decision, verdict, whole=message)
    log.info("join", reference=dossier.reference, given=given.reference, outcome=str(decision.outcome), actor=actor)
    return Reviewed(reference=dossier.reference, outcome=decision.outcome, letter=written)


def withdraw(reference: str, desk: Desk, *, actor: str, because: str, seen: int | None = None) -> Dossier:
    """Confirm that a statement is withdrawn: neither played out nor posted any more. No letter goes by itself.

    Raises ReviewError, or Conflict where it is withdrawn already or somebody else was quicker.
    """
    dossier = find(reference, desk)
    _still_as_seen(dossier, seen)
    verdict = Verdict(actor=actor, action="withdraw", because=because, at=desk.clock(), letter=None)
    desk.ledger.record.withdrawn(dossier.id, dossier.revision, verdict)
    log.info("withdraw", reference=dossier.reference, actor=actor)
    return find(reference, desk)


def settle_publishing(  # noqa: PLR0913 - as `withdraw`
    reference: str, desk: Desk, *, agreed: bool, actor: str, because: str, seen: int | None = None
) -> Dossier:
    """Settle whether a statement's texts may be posted on the meeting's website. Nothing is sent.

    Raises ReviewError, or Conflict where somebody else was quicker.
    """
    dossier = find(reference, desk)
    _still_as_seen(dossier, seen)
    verdict = Verdict(actor=actor, action="publish", because=because, at=desk.clock(), letter=None)
    desk.ledger.record.publishing_settled(dossier.id, dossier.revision, agreed, verdict)
    log.info("publish", reference=dossier.reference, agreed=agreed, actor=actor)
    return find(reference, desk)


def judged_today(dossier: Dossier, desk: Desk) -> Decision:
    """What the rules of today say of it: as the service would, or, once an officer has looked, as for an officer."""
    message = _as_it_stands(dossier, desk.knowledge)
    if any(step.actor != SERVICE for step in dossier.history):
        return _judge_again(dossier, message, dossier.mending, desk)
    facts = gather_facts(message, dossier.received, desk, answers=dossier.answers, submission=dossier.id)
    # What came in several mails has passed triage with each of them.
    mending = Mending() if len(dossier.mails) > 1 else None
    return judge(message, facts, Ties(answers=dossier.answers), desk.knowledge, mending)


def _as_it_stands(dossier: Dossier, knowledge: Knowledge) -> Message:
    """Its mails as one, with the files that officers have added."""
    whole = assemble([mail.message for mail in dossier.mails], knowledge.read_subject, knowledge.words)
    return whole.model_copy(update={"attachments": (*whole.attachments, *dossier.added)})


def _remember(before: dict[str, Any], correction: Correction, knowledge: Knowledge) -> dict[str, Any]:
    """The corrections so far with the new ones over them."""
    after = dict(before)
    if correction.party is not None:
        known = knowledge.parties.get(correction.party.upper())
        code = known.code if known else _party_by_name(correction.party, knowledge)
        if code is None:
            raise ReviewError(f"there is no party {correction.party}; give its code, such as FRA")
        after["party"] = code
    if correction.items:
        after["items"] = list(correction.items)
    if correction.kind is not None:
        after["kind"] = str(correction.kind)
    if correction.main is not None:
        after["main"] = correction.main
    return after


def _party_by_name(name: str, knowledge: Knowledge) -> str | None:
    mention = knowledge.parties.exact(name)
    return mention.parties[0].code if mention and len(mention.parties) == 1 else None


def _judge_again(dossier: Dossier, message: Message, mending: dict[str, Any], desk: Desk) -> Decision:
    if dossier.purged:
        raise ReviewError(f"{dossier.reference} was purged ({', '.join(dossier.purged)}); it cannot be judged again")
    knowledge = desk.knowledge
    reading = knowledge.read_subject(message.headers.subject)
    mended_by = mended(mending, reading, knowledge)
    facts = gather_facts(
        message,
        dossier.received,
        desk,
        answers=dossier.answers,
        submission=dossier.id,
        mending=mended_by,
        reviewed=dossier.history[-1].action == "complete" and was_reviewed(dossier),
    )
    return judge(message, facts, Ties(answers=dossier.answers), knowledge, mended_by)


def mended(mending: dict[str, Any], reading: SubjectReading, knowledge: Knowledge) -> Mending:
    """What officers have corrected, by codes, and the meeting that is meant where the line names none."""
    open_meetings = [meeting for meeting in knowledge.meetings if meeting.intake == "open"]
    fallback = open_meetings[0] if len(open_meetings) == 1 else None
    return Mending.of(mending, knowledge.parties, meeting=reading.meeting or reading.series or fallback)


def _read(file: Path, desk: Desk) -> "Attachment":
    workspace = desk.files.workspace()
    try:
        attachment = desk.reader.read_file(file, file.name, workspace)
        if desk.scanner is not None:
            scan = desk.scanner.scan(workspace / attachment.sha256)
            attachment = attachment.model_copy(update={"scan": scan})
        if (content := workspace / attachment.sha256).exists():
            desk.files.adopt(content, attachment.sha256)
    except LimitExceeded as limit:
        raise ReviewError(f"{file.name} cannot be read: {limit}") from limit
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    return attachment


def _record(  # noqa: PLR0913 - as for `give_verdict`
    dossier: Dossier, message: Message, decision: Decision, mending: dict[str, Any], desk: Desk, *, action: str,
    actor: str, because: str, letter: bool, wish: Wish = AS_COMPOSED, added: "Attachment | None" = None,
) -> Reviewed:  # fmt: skip
    now = desk.clock()
    written = _write(dossier, message, decision, desk, action=action, because=because) if letter else None
    if written is not None:
        written = desk.correspondent.as_wished(written, wish, now)
    added_by = {file.attachment.sha256: file.added_by for file in dossier.files if file.added_by}
    if added is not None:
        added_by[added.sha256] = actor
    verdict = Verdict(
        actor=actor, action=action, because=because, at=now, letter=written, mending=mending, added_by=added_by
    )
    desk.ledger.record.overruled(dossier.id, dossier.revision, decision, verdict, dossier.standing)
    log.info(action, reference=dossier.reference, outcome=str(decision.outcome), actor=actor)
    return Reviewed(reference=dossier.reference, outcome=decision.outcome, letter=written)


def _write(  # noqa: PLR0913 - what a letter depends on
    dossier: Dossier, message: Message, decision: Decision, desk: Desk, *, action: str, because: str
) -> OutgoingLetter | None:
    """The letter of a verdict. Reopening sends nothing."""
    if action == "reopen":
        return None
    return desk.correspondent.write(
        decision,
        message.headers,
        reference=dossier.reference,
        revision=dossier.revision + 1,
        received=dossier.received,
        now=desk.clock(),
        meeting=decision.submission.meeting,
        because=because if action in _TOLD else "",
        officer=action not in {"attach", "correct", "join"},
    )


def _help(judged: Decision) -> str:
    missing = set(judged.submission.missing)
    if missing & {"video", "statement"}:
        return "Add it with: attach REF FILE --because TEXT"
    return "Say it with --party, --item or --kind"
