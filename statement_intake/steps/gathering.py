"""What the surroundings know and a mail does not say: its thread, its sender, and what came before it."""

from datetime import datetime

from statement_intake.desk import Desk
from statement_intake.domain.checks import Earlier, Elsewhere, Facts
from statement_intake.domain.completion import TOGETHER, half_of
from statement_intake.domain.judge import Mending
from statement_intake.domain.message import Category, Headers, Message
from statement_intake.domain.records import Dossier
from statement_intake.domain.reference import is_surely_meant, references_in
from statement_intake.domain.triage.ties import Ties

#: Files that make a statement; a picture in a signature is under many parties' names.
_TELLING = (Category.VIDEO, Category.AUDIO, Category.DOCUMENT, Category.SLIDES)


def possible_ties(headers: Headers, desk: Desk) -> Ties:
    """The closest ties that the mail can have. If they change nothing, as with most mail, the ledger is not asked."""
    named = headers.answers or references_in(headers.subject)
    return Ties(
        ours=desk.correspondent.message_ids.made(headers.message_id),
        answers="any" if named else None,
        known_sender=True,
    )


def find_ties(headers: Headers, desk: Desk) -> Ties:
    """What the ledger knows about the mail's thread and sender, and the list of delegates about him."""
    sender = headers.sender[0].key if len(headers.sender) == 1 else ""
    ties = desk.ledger.threads.ties(headers.message_id, headers.answers, references_in(headers.subject), sender)
    ours = ties.ours or desk.correspondent.message_ids.made(headers.message_id)
    known = ties.known_sender or sender in (desk.knowledge.senders.delegates or {})
    misnamed = ties.answers is None and is_surely_meant(headers.subject)
    return ties.model_copy(update={"ours": ours, "known_sender": known, "misnamed": misnamed})


def gather_facts(  # noqa: PLR0913 - what is judged, and as what
    message: Message,
    received: datetime,
    desk: Desk,
    *,
    answers: str | None,
    submission: int | None = None,
    mending: Mending | None = None,
    completes: bool = False,
    reviewed: bool = False,
) -> Facts:
    """The facts beside *message*. *answers*: the reference of the submission whose letter it answers.

    *submission*: the one that is judged again, if any; *mending*: what officers know better than its subject;
    *completes*: a robot decides anew, in sight of everything that came meanwhile.
    """
    reading, log = desk.knowledge.read_subject(message.headers.subject), desk.ledger.log
    meeting = (mending and mending.meeting) or reading.meeting
    party = (mending and mending.party) or reading.speakers.party
    earlier: tuple[Earlier, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    if meeting is not None and party is not None:
        earlier = log.earlier(meeting.id, party.code, beside=submission, later=completes)
        digests = [file.sha256 for file in message.of(*_TELLING)]
        # Who judges again sees what was there at the time, lest a later copy should speak against the first.
        elsewhere = log.elsewhere(meeting.id, party.code, digests, before=None if completes else submission)
    return Facts(
        received=received,
        own=desk.correspondent.own,
        largest=desk.largest,
        earlier=earlier,
        answers=log.submission(answers) if answers else None,
        elsewhere=elsewhere,
        inspected=desk.ledger.inspections.measured(file.sha256 for file in message.attachments if file.video),
        reviewed=reviewed,
    )


def find_open(message: Message, received: datetime, ties: Ties, desk: Desk) -> tuple[Dossier, ...]:
    """The submissions that *message* may complete: the one that it answers, else its sender's of the last days."""
    log = desk.ledger.log
    if ties.answers:
        dossier = log.dossier(ties.answers)
        return (dossier,) if dossier else ()
    reading = desk.knowledge.read_subject(message.headers.subject)
    meeting, party = reading.meeting, reading.speakers.party
    if meeting is None or party is None or len(message.headers.sender) != 1:
        return ()
    open_ = log.open_of(message.headers.sender[0].key, meeting.id, party.code, received - TOGETHER)
    # Who speaks often has many; hardly any mail is the other half of one, and to know all about each takes long.
    half = half_of(message, desk.knowledge) if open_ else None
    meant = (one.reference for one in open_ if half is not None and half.may_complete(one.items, one.kind))
    return tuple(dossier for reference in meant if (dossier := log.dossier(reference)) is not None)
