"""The letter that answers a mail: to whom, in which language, with which facts. Its text is made in `replies`."""

from datetime import datetime
from enum import StrEnum

from statement_intake.domain.finding import Finding
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
    #: The meeting's title in the letter's language, and its short name ("12th EMIC"); empty where not understood.
    meeting_title: str = ""
    meeting_name: str = ""
    #: The party's name as understood; empty where it was not.
    party: str = ""
    items: tuple[str, ...] = ()
    #: "video", "written", or empty.
    statement_kind: str = ""
    #: When the mail was received, in the meeting's time zone; None where that is not known.
    received: datetime | None = None
    files: tuple[ListedFile, ...] = ()
    #: The findings that this letter speaks of: reject and hold, and the notes that help. Never identity, conflict
    #: between senders, scanning, or faults of ours.
    findings: tuple[Finding, ...] = ()
    #: The exact subject line to paste, as far as it is known ("12th EMIC statement – France 3").
    subject_line: str = ""
    #: Addresses of the meeting to which a statement is sent.
    addresses: tuple[str, ...] = ()
    #: The human contact that every letter names.
    contact: str = ""
    #: For a held one: when the office opens next.
    office_opens: datetime | None = None
    #: What an officer wrote to the delegation, if a person decided.
    because: str = ""
