"""The letter that answers a mail: to whom, in which language, with which facts. Its text is made in `replies`."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import Field

from statement_intake.domain.decision import Decision
from statement_intake.domain.finding import Finding, Outcome
from statement_intake.domain.letters.recipients import may_reply
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.message import Headers
from statement_intake.domain.office import Office
from statement_intake.domain.subject.speakers import called
from statement_intake.domain.submission import SubmittedFile
from statement_intake.domain.value import Value


class LetterKind(StrEnum):
    """Which of the letters this is."""

    #: The statement is accepted.
    RECEIPT = "receipt"
    #: Everything that is wrong, with its cure.
    REJECTION = "rejection"
    #: A person will look.
    ACKNOWLEDGEMENT = "acknowledgement"


class ListedFile(Value):
    """A file as the letter lists it."""

    #: "video", "transcript", "statement" or "other".
    role: str
    name: str
    #: Octets.
    size: int
    sha256: str
    #: The true length of a video.
    seconds: float | None = None


class Letter(Value):
    """Everything that the text of a letter depends on."""

    kind: LetterKind
    #: BCP 47, one of the six official languages of the United Nations.
    language: str
    #: The one address it goes to.
    to: str
    #: The submission's reference number.
    reference: str
    #: Of the mail that is answered, for threading (RFC 5322 section 3.6.4).
    subject: str
    message_id: str | None
    references: tuple[str, ...]
    #: The meeting's title by language, and its short name ("12th EMIC"); empty where not understood.
    meeting_titles: Mapping[str, str] = Field(default_factory=dict)
    meeting_name: str = ""
    #: The UN's English short names of who speaks, as understood; empty where nobody was, or for nobody else. `replies`
    #: says them in the letter's language.
    party: str = ""
    on_behalf_of: str = ""
    together_with: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    #: "video", "written", or empty.
    statement_kind: str = ""
    #: When the mail was received, in the meeting's time zone; None where that is not known.
    received: datetime | None = None
    files: tuple[ListedFile, ...] = ()
    #: Everything that was found. `replies.wording` has the table of what letters speak of: never of identity, conflict
    #: between senders, scanning, or faults of ours.
    findings: tuple[Finding, ...] = ()
    #: The exact subject line to paste, as far as it is known ("12th EMIC statement – France 3").
    subject_line: str = ""
    #: Addresses of the meeting to which a statement is sent.
    addresses: tuple[str, ...] = ()
    #: The human contact that every letter names.
    contact: str = ""
    #: For a held one: until when the office is open; where it is closed, when it opens next.
    office_open_until: datetime | None = None
    office_opens: datetime | None = None
    #: What an officer wrote to the delegation, if a person decided.
    because: str = ""
    #: The reference of the statement whose place this one takes; empty where there is none.
    replaces: str = ""


_KINDS = {
    Outcome.ACCEPTED: LetterKind.RECEIPT,
    Outcome.REJECTED: LetterKind.REJECTION,
    Outcome.HELD: LetterKind.ACKNOWLEDGEMENT,
}


class Correspondence(Value):
    """What a letter needs beside the decision."""

    headers: Headers
    reference: str
    #: When the mail was received, aware.
    received: datetime
    #: When the letter is written, aware.
    now: datetime
    #: Our own addresses, casefolded.
    own: frozenset[str]
    office: Office
    #: The meeting whose limits apply, if the subject named one.
    meeting: Meeting | None = None


def plan_letter(
    decision: Decision, about: Correspondence, *, because: str = "", officer: bool = False
) -> Letter | None:
    """The letter that follows from a decision; None where nothing may be sent.

    *officer*: a person has decided, for the reason *because*; findings that only silence the robot do not silence that
    letter, but a mail that must not be answered stays unanswered.
    """
    to = may_reply(about.headers, about.own).address
    if to is None or decision.outcome is Outcome.IGNORED or (decision.silent and not officer):
        return None
    submission, meeting = decision.submission, decision.submission.meeting or about.meeting
    kind = _KINDS[decision.outcome]
    party, group, others = submission.party, submission.on_behalf_of, submission.together_with
    speakers = called(party, group, others) if party else "[country name]"
    zone = ZoneInfo(meeting.zone if meeting else about.office.zone)
    waits = kind is LetterKind.ACKNOWLEDGEMENT
    until = about.office.open_until(about.now) if waits else None
    return Letter(
        kind=kind,
        language=submission.language,
        to=to.email,
        reference=about.reference,
        subject=about.headers.subject,
        message_id=about.headers.message_id,
        references=tuple(reversed(about.headers.answers)),
        meeting_titles=meeting.title if meeting else {},
        meeting_name=meeting.subject.short_name if meeting else "",
        party=party.name if party else "",
        on_behalf_of=group.name if group else "",
        together_with=tuple(other.name for other in others),
        items=submission.items,
        statement_kind=str(submission.kind or ""),
        received=about.received.astimezone(zone),
        files=tuple(_listed(file) for file in submission.files),
        findings=decision.findings,
        subject_line=meeting.subject_line(speakers, submission.items) if meeting else "",
        addresses=meeting.addresses.all if meeting and meeting.addresses else (),
        contact=about.office.contact or (meeting.contact if meeting else ""),
        office_open_until=until,
        office_opens=about.office.opens_next(about.now) if waits and until is None else None,
        because=because,
        replaces=decision.supersedes or "",
    )


def _listed(file: SubmittedFile) -> ListedFile:
    attachment = file.attachment
    return ListedFile(
        role=str(file.role),
        name=attachment.name,
        size=attachment.size,
        sha256=attachment.sha256,
        seconds=attachment.video.seconds if attachment.video else None,
    )
