"""A submission as it stands now: found, put together from its mails and files, judged by the rules of today."""

from typing import Any

from statement_intake.desk import Desk
from statement_intake.domain.assembly import assemble
from statement_intake.domain.completion import was_reviewed
from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict
from statement_intake.domain.judge import Knowledge, Mending, judge
from statement_intake.domain.message import Message
from statement_intake.domain.records import SERVICE, Dossier
from statement_intake.domain.subject import SubjectReading
from statement_intake.domain.triage.ties import Ties
from statement_intake.review.verdict import ReviewError
from statement_intake.steps.gathering import gather_facts


def find(reference: str, desk: Desk) -> Dossier:
    """The submission of that reference. Raises ReviewError if there is none."""
    dossier = desk.ledger.log.dossier(reference)
    if dossier is None:
        raise ReviewError(f"there is no submission {reference}")
    return dossier


def still_as_seen(dossier: Dossier, seen: int | None) -> None:
    """Raise Conflict where it is no longer at the revision that the officer has looked at."""
    if seen is not None and seen != dossier.revision:
        last = dossier.history[-1]
        raise Conflict(f"{last.actor} has decided about {dossier.reference} meanwhile ({last.action}); look again")


def as_it_stands(dossier: Dossier, knowledge: Knowledge) -> Message:
    """Its mails as one, with the files that officers have added."""
    whole = assemble([mail.message for mail in dossier.mails], knowledge.read_subject, knowledge.words)
    return whole.model_copy(update={"attachments": (*whole.attachments, *dossier.added)})


def judge_again(dossier: Dossier, message: Message, mending: dict[str, Any], desk: Desk) -> Decision:
    """What the rules say of it with what officers have corrected. Raises ReviewError where it was purged."""
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


def judged_today(dossier: Dossier, desk: Desk) -> Decision:
    """What the rules of today say of it: as the service would, or, once an officer has looked, as for an officer."""
    message = as_it_stands(dossier, desk.knowledge)
    if any(step.actor != SERVICE for step in dossier.history):
        return judge_again(dossier, message, dossier.mending, desk)
    facts = gather_facts(message, dossier.received, desk, answers=dossier.answers, submission=dossier.id)
    # What came in several mails has passed triage with each of them.
    mending = Mending() if len(dossier.mails) > 1 else None
    return judge(message, facts, Ties(answers=dossier.answers), desk.knowledge, mending)


def mended(mending: dict[str, Any], reading: SubjectReading, knowledge: Knowledge) -> Mending:
    """What officers have corrected, by codes, and the meeting that is meant where the line names none."""
    open_meetings = [meeting for meeting in knowledge.meetings if meeting.intake == "open"]
    fallback = open_meetings[0] if len(open_meetings) == 1 else None
    return Mending.of(mending, knowledge.parties, meeting=reading.meeting or reading.series or fallback)
