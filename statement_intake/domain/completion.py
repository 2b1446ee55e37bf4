"""Whether a mail completes a submission that is still open: one that was rejected or is held.

It does only if it is surely meant to, and its sender surely may. A reply to one of our letters (which no stranger can
have), or the reference in the subject, names the submission; a video alone and a transcript alone find each other
within three days, from the same address, for the same party and items. Whatever contradicts what was understood before
is for a person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from statement_intake.domain.assembly import Brought, assemble, brought_by
from statement_intake.domain.authentication import Authentication
from statement_intake.domain.checks.transcript import BODY_IS_TRANSCRIPT
from statement_intake.domain.cover import read_cover
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.judge import Knowledge, before_the_rules
from statement_intake.domain.meeting import Kind
from statement_intake.domain.message import Message
from statement_intake.domain.office import Office
from statement_intake.domain.records import SERVICE, Dossier
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.submission import Role
from statement_intake.domain.triage.signs import converses
from statement_intake.domain.triage.ties import Ties
from statement_intake.domain.value import Value

#: Video and transcript find each other within this time.
TOGETHER = timedelta(days=3)
#: Nobody needs so many mails for one statement; then a person looks.
_MOST_MAILS = 30
#: Rooms of findings that a corrected subject line mends.
_OF_THE_SUBJECT = ("subject.", "meeting.")


class Completion(Value):
    """An open submission, and what it is with one more mail."""

    dossier: Dossier
    #: All its mails as one.
    whole: Message
    #: The time that counts for it now.
    received: datetime


def completion(  # noqa: PLR0913 - the mail, when it came, and what is known beside it
    message: Message,
    received: datetime,
    ties: Ties,
    candidates: Sequence[Dossier],
    knowledge: Knowledge,
    office: Office,
) -> Completion | None:
    """The one submission of *candidates* that *message* completes; None where there is none, or not surely one."""
    if not candidates:
        return None
    reading = knowledge.read_subject(message.headers.subject)
    finding = before_the_rules(message, reading, ties, knowledge)
    found = [
        dossier
        for dossier in candidates
        if _is_open(dossier)
        and knowledge.senders.may_act(message, dossier.owner, has_our_letter=ties.answers == dossier.reference)
        and not _contradicts(reading, dossier, knowledge)
        and (
            _mends(message, reading, finding, dossier, knowledge)
            if ties.answers == dossier.reference
            else finding is None and _is_the_other_half(message, received, reading, dossier, knowledge)
        )
    ]
    if len(found) != 1 or ties.several:
        return None
    dossier = found[0]
    mails = [(mail.received, mail.message) for mail in dossier.mails]
    # As of now: what officers have added is older than this mail.
    earlier = assemble([mail for _, mail in mails], knowledge.read_subject, knowledge.words)
    earlier = earlier.model_copy(update={"attachments": (*earlier.attachments, *dossier.added)})
    in_order = [earlier, message] if received >= max(moment for moment, _ in mails) else [message, earlier]
    whole = assemble(in_order, knowledge.read_subject, knowledge.words)
    return Completion(dossier=dossier, whole=whole, received=_counts_from(received, dossier, knowledge, office))


def was_reviewed(dossier: Dossier) -> bool:
    """Whether an officer has rejected or reopened it, or asked for something: then no robot accepts it."""
    return any(step.actor != SERVICE and step.action in {"reject", "reopen", "ask"} for step in dossier.history)


def _is_open(dossier: Dossier) -> bool:
    silent = any(finding.effect is Effect.SILENT for finding in dossier.findings)
    waits = dossier.outcome in {Outcome.REJECTED, Outcome.HELD} and dossier.standing == "current"
    return waits and not silent and len(dossier.mails) < _MOST_MAILS


def _mends(
    message: Message, reading: SubjectReading, finding: Finding | None, dossier: Dossier, knowledge: Knowledge
) -> bool:
    """What answers our letter brings a file, a link, the text in the mail itself, or a better subject line."""
    brings = brought_by(message, knowledge.read_subject, knowledge.words)
    if finding is None and not message.encrypted and (brings.video or brings.text):
        return True
    talks = finding is not None and finding.code == "message.conversation"
    if talks and _is_the_text(message, reading, dossier, knowledge):
        return True
    mended = reading.canonical is not None and not converses(reading) and not reading.tentative
    mended = mended and not reading.remark.text
    faulty = any(code.startswith(_OF_THE_SUBJECT) for code in _faults(dossier))
    return mended and faulty and (finding is None or talks)


class Half(Value):
    """What a mail has to say for itself, if it may be one half of a statement: its video or its transcript alone."""

    items: tuple[str, ...]
    brings: Brought

    def may_complete(self, items: tuple[str, ...], kind: str | None) -> bool:
        """Whether a submission of these items and that kind can lack it, as far as they say."""
        return items == self.items and (self.brings.video or kind == Kind.VIDEO)


def half_of(message: Message, knowledge: Knowledge) -> Half | None:
    """What *message* brings as one half; None where it is none, whatever there was before."""
    reading = knowledge.read_subject(message.headers.subject)
    if reading.canonical is None or message.encrypted:
        return None
    brings = brought_by(message, knowledge.read_subject, knowledge.words)
    if brings.video == brings.text:
        return None
    if brings.text and knowledge.words.found("written", f"{reading.subject} {message.text}"):
        return None
    return Half(items=reading.items.numbers, brings=brings)


def _is_the_text(message: Message, reading: SubjectReading, dossier: Dossier, knowledge: Knowledge) -> bool:
    """The transcript that our letter asks for, written where others write a note; the rules hold it for a person."""
    cover = read_cover(message, reading, knowledge.words)
    asks = converses(reading) or any(mark in cover.text for mark in "?？؟")
    return "transcript.missing" in _faults(dossier) and cover.words >= BODY_IS_TRANSCRIPT and not asks


def _is_the_other_half(
    message: Message, received: datetime, reading: SubjectReading, dossier: Dossier, knowledge: Knowledge
) -> bool:
    """A video alone after a transcript alone, or the other way round. Nobody's word stands in for the address."""
    authentic = knowledge.senders.authentication(message) is Authentication.PASS
    sender = message.headers.sender[0].key
    if sender != dossier.owner.sender or authentic != dossier.owner.authenticated:
        return False
    half = half_of(message, knowledge)
    if half is None or abs(received - dossier.received) > TOGETHER:
        return False
    meeting, party = reading.meeting, reading.speakers.party
    if (meeting and meeting.id, party and party.code) != (dossier.meeting, dossier.party):
        return False
    return half.may_complete(dossier.items, dossier.kind) and _lacks(dossier, half.brings)


def _lacks(dossier: Dossier, brings: Brought) -> bool:
    roles, faults = {file.role for file in dossier.files}, _faults(dossier)
    if brings.video and not brings.text:
        return "video.missing" in faults or (
            Role.TRANSCRIPT in roles and any(code.startswith("video.") for code in faults)
        )
    if brings.text and not brings.video:
        return dossier.kind == Kind.VIDEO and any(code.startswith("transcript.") for code in faults)
    return False


def _contradicts(reading: SubjectReading, dossier: Dossier, knowledge: Knowledge) -> bool:
    """True where the subject says something else than was understood before, other than what was at fault there."""
    before = knowledge.read_subject(dossier.subject)
    if (before.meetings, before.speakers, before.items) == (reading.meetings, reading.speakers, reading.items):
        return False
    faults, speakers = _faults(dossier), reading.speakers
    if dossier.party is not None and speakers.text and not speakers.unknown:
        now = [party and party.code for party in (speakers.party, speakers.on_behalf_of)]
        together = tuple(party.code for party in speakers.together_with)
        if (*now, together) != (dossier.party, dossier.on_behalf_of, dossier.together_with):
            return True
    if dossier.items and reading.items.numbers not in {(), dossier.items} and "subject.item_unknown" not in faults:
        return True
    if not reading.meetings or any(code.startswith("meeting.") for code in faults):
        return False
    return (reading.meeting and reading.meeting.id) != dossier.meeting


def _faults(dossier: Dossier) -> set[str]:
    return {finding.code for finding in dossier.findings if finding.effect in {Effect.REJECT, Effect.HOLD}}


def _counts_from(received: datetime, dossier: Dossier, knowledge: Knowledge, office: Office) -> datetime:
    """The first mail's time where the mending comes within the meeting's `cure_days`, else the mending mail's."""
    meeting = knowledge.meeting(dossier.meeting) if dossier.meeting else None
    days = meeting.cure_days if meeting else 0
    if meeting is None or received <= office.end_of_working_day(dossier.received, days):
        return min(received, dossier.received)
    return received
