"""A statement of our own, for nobody, and a mail about something else, before the first mail comes.

Patterns and statements of SQL are compiled, templates and tables loaded when they are first needed. Delegations write
all at once, and at the deadline; the first of them need not wait for that.
"""

from datetime import timedelta

import structlog

from statement_intake.configuration import load_words
from statement_intake.desk import Desk
from statement_intake.domain.checks import Facts
from statement_intake.domain.judge import judge
from statement_intake.domain.message import Address, Attachment, Category, DocumentFacts, Glance, Headers, Message, Part
from statement_intake.domain.subject import compile_largest
from statement_intake.domain.triage.ties import Ties
from statement_intake.logs import where
from statement_intake.steps.gathering import find_open, find_ties, gather_facts
from statement_intake.steps.glancing import look

log = structlog.get_logger()

_TEXT = "Please find attached the statement of our delegation. "


def prepare() -> None:
    """What takes much memory for a moment, before anything is loaded that stays: the parties fill it afterwards.

    In the other order it would lie idle between them.
    """
    compile_largest(load_words())


def practise(desk: Desk) -> None:
    """Ask about it, judge it, write its letter. Nothing is recorded, nothing is sent, and nothing is raised."""
    try:
        _look_at("Lunch on Thursday", desk)
        for meeting in desk.knowledge.meetings:
            if meeting.intake == "open":
                item = next(iter(meeting.agenda), None)
                number = item.number if item is not None else "1"
                # An announced subject, and one as it is typed: texts in ASCII have patterns of their own.
                for dash in "–-":
                    _take_in(f"{meeting.subject.short_name} statement {dash} Austria {number}", desk)
    except Exception as error:  # noqa: BLE001 - the real mails show whether it works
        log.warning("a fault of ours while practising", problem=where(error))


def _look_at(subject: str, desk: Desk) -> None:
    sender = Address(name="", email="practice@house.example")
    parts = (Part(media_type="text/plain"), Part(media_type="text/html"))
    look(Glance(headers=Headers(sender=(sender,), subject=subject), parts=parts, size=1, received=desk.clock()), desk)


def _take_in(subject: str, desk: Desk) -> None:
    now = desk.clock()
    sender = Address(name="", email="practice@mission.example")
    headers = Headers(sender=(sender,), to=(Address(name="", email="practice@example.org"),), subject=subject)
    document = DocumentFacts(format="docx", problem=None, text=_TEXT * 100, words=900)
    statement = Attachment(
        name="our statement.docx", media_type="application/octet-stream", category=Category.DOCUMENT, size=1,
        sha256="0" * 64, document=document,
    )  # fmt: skip
    message = Message(headers=headers, text=_TEXT, attachments=(statement,))
    # What the ledger says is let go: the letter is to be one that accepts, whoever has spoken meanwhile.
    find_open(message, now, find_ties(headers, desk), desk)
    gather_facts(message, now, desk, answers=None)
    decision = judge(message, Facts(received=now), Ties(), desk.knowledge)
    desk.correspondent.write(
        decision,
        headers,
        reference="PRACTICE",
        revision=1,
        received=now - timedelta(seconds=1),
        now=now,
        meeting=desk.knowledge.read_subject(subject).series,
    )
