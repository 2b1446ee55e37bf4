"""What is recorded: values that the ledger takes in and gives out."""

from datetime import datetime
from typing import Any

from pydantic import Field

from statement_intake.domain.authentication import Authentication
from statement_intake.domain.finding import Finding, Outcome
from statement_intake.domain.inspection import Inspection
from statement_intake.domain.message import Attachment, Message
from statement_intake.domain.senders import Owner, SenderFacts
from statement_intake.domain.value import Value

#: The actor of what no person did.
SERVICE = "service"


class MessageKey(Value):
    """Where a message is. Unique for ever, as long as UIDVALIDITY means what RFC 9051 says."""

    mailbox: str
    folder: str
    uidvalidity: str
    uid: str


#: In place of a UIDVALIDITY: the ledger was restored from a copy, and may lack what it knew of a folder.
FORGOTTEN = "forgotten"


class FolderProgress(Value):
    """How far a folder has been looked through."""

    #: As the server said it last, or FORGOTTEN.
    uidvalidity: str
    high_uid: str | None
    careful_until: str | None
    compared_at: datetime | None


class Received(Value):
    """A message whose raw mail has come into the store just now."""

    key: MessageKey
    #: Becomes the submission's.
    reference: str
    received_at: datetime
    #: As `Unfinished` has it.
    size: int
    raw_sha256: str
    letters_wait: bool


class Unfinished(Value):
    """A message whose raw mail is in the store and which is not decided yet."""

    id: int
    key: MessageKey
    reference: str
    received_at: datetime
    #: Octets; more than the limit where only the header was kept.
    size: int
    raw_sha256: str
    starts: int
    faults: int
    letters_wait: bool


class Struggling(Value):
    """A message that could not be taken in so far."""

    key: MessageKey
    received_at: datetime
    faults: int
    #: What happened last.
    problem: str
    next_attempt_at: datetime | None


class IgnoredMail(Value):
    """Mail that is not ours: all that the ledger keeps of it."""

    id: int
    key: MessageKey
    received: datetime
    #: The code of the finding.
    reason: str
    #: The submission that it is a second copy of.
    copy_of: str | None = None


class PendingMark(Value):
    """A decided message whose outcome is still to be left on the server."""

    id: int
    key: MessageKey
    outcome: Outcome


class OutgoingLetter(Value):
    """A letter as it is put into the outbox."""

    kind: str
    to: str
    language: str
    subject: str
    body: str
    message_id: str
    raw: bytes
    #: queued, held or suppressed: the reply mode is stamped when the decision is recorded.
    state: str
    #: Why it waits, if it does.
    response: str = ""
    #: Not before then, so that an officer can take a verdict back; None: at once.
    next_attempt_at: datetime | None = None


class Verdict(Value):
    """Everything about a decision but the decision itself."""

    actor: str = SERVICE
    #: "decide", "complete", "accept", "reject", "reopen", "ask", "correct", "attach", "join" or "withdraw".
    action: str = "decide"
    because: str = ""
    at: datetime
    letter: OutgoingLetter | None = None
    #: What officers have corrected so far, by codes.
    mending: dict[str, Any] = Field(default_factory=dict)
    #: Who added a file that did not come with the mail, by its digest.
    added_by: dict[str, str] = Field(default_factory=dict)


class Recorded(Value):
    """What became of the letter when its decision was recorded."""

    #: The letter's state in the outbox; empty if there is none.
    state: str = ""
    #: Why it waits, if it does.
    why: str = ""
    #: It would have gone, but for a limit or a doubt.
    braked: bool = False
    #: So many letters were written lately that none goes by itself any more.
    breaker: bool = False


class QueuedLetter(Value):
    """A letter in the outbox."""

    id: int
    reference: str
    state: str
    kind: str
    to: str
    subject: str
    message_id: str
    raw: bytes
    attempts: int
    written_at: datetime
    response: str
    #: It waited: before it goes, a person's own answer is looked for.
    look_first: bool
    #: BCP 47.
    language: str
    #: The text as it is shown: the plain text part of `raw`.
    body: str
    next_attempt_at: datetime | None


class Unanswered(Value):
    """A submission that is held in silence."""

    reference: str
    #: Who would have had the letter.
    to: str
    subject: str
    #: The finding that silences, and what it says.
    code: str
    why: str


class LogRow(Value):
    """A line of the log: a submission, or a message that was ignored."""

    reference: str | None
    received: datetime
    outcome: Outcome
    standing: str | None
    meeting: str | None
    party: str | None
    party_name: str | None
    items: tuple[str, ...]
    kind: str | None
    #: Codes of the findings, strongest first.
    codes: tuple[str, ...]
    reasons: tuple[str, ...]
    sender: str | None
    subject: str | None
    reply: str | None
    #: Why a person has to look although it is decided; empty if nobody has to.
    needs_person: str


class OpenSubmission(Value):
    """A submission that one more mail may complete, in short."""

    reference: str
    items: tuple[str, ...]
    kind: str | None


class PastDecision(Value):
    """One step in a submission's history."""

    revision: int
    outcome: Outcome
    decided_at: datetime
    actor: str
    action: str
    because: str
    findings: tuple[Finding, ...]
    #: What was known of the sender; None where nobody had asked yet.
    sender: SenderFacts | None = None


class LetterRecord(Value):
    """A letter as the record shows it."""

    id: int
    revision: int
    kind: str
    state: str
    to: str
    language: str
    subject: str
    body: str
    message_id: str
    written_at: datetime
    attempts: int
    response: str
    next_attempt_at: datetime | None
    settled_at: datetime | None


class FileRecord(Value):
    """A file of a submission."""

    role: str
    added_by: str | None
    attachment: Attachment
    #: Of a video; None until it is known that it will be inspected.
    inspection: Inspection | None = None
    #: The revision in which another file took its place.
    replaced: int | None = None


class MailRecord(Value):
    """One mail of a submission."""

    key: MessageKey
    received: datetime
    #: The revision that it brought.
    revision: int
    sender: str
    #: The word of our own mail server about its sender.
    authentication: Authentication
    raw_sha256: str | None
    #: What the reader found.
    message: Message


class Version(Value):
    """One of several versions of a statement, of which at most one stands."""

    reference: str
    received: datetime
    outcome: Outcome
    standing: str


class AuditEntry(Value):
    """Who did what."""

    at: datetime
    actor: str
    action: str
    reference: str | None = None
    detail: dict[str, Any]


class Dossier(Value):
    """Everything known about one submission."""

    id: int
    reference: str
    received: datetime
    outcome: Outcome
    standing: str
    superseded_by: str | None
    answers: str | None
    revision: int
    meeting: str | None
    party: str | None
    party_name: str | None
    on_behalf_of: str | None
    together_with: tuple[str, ...]
    items: tuple[str, ...]
    kind: str | None
    mending: dict[str, Any]
    #: As in the log.
    needs_person: str
    #: What has gone since its time was over: "mail", "files", "record".
    purged: tuple[str, ...] = ()
    sender: str
    subject: str
    #: Where its mail is: mailbox, folder, UIDVALIDITY, UID, of each copy.
    messages: tuple[MessageKey, ...]
    raw_sha256: str | None
    #: What the reader found in its first mail.
    facts: Message
    #: Its mails without the copies, oldest first.
    mails: tuple[MailRecord, ...]
    #: The files that count.
    files: tuple[FileRecord, ...]
    #: Files whose place others have taken.
    replaced: tuple[FileRecord, ...]
    #: All versions of the statement, this one among them, oldest first; empty where there is only this one.
    versions: tuple[Version, ...]
    history: tuple[PastDecision, ...]
    letters: tuple[LetterRecord, ...]
    audit: tuple[AuditEntry, ...]
    #: Who may answer for it.
    owner: Owner

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the latest decision found."""
        return self.history[-1].findings if self.history else ()

    @property
    def added(self) -> tuple[Attachment, ...]:
        """The files that officers have added, and that count."""
        return tuple(file.attachment for file in self.files if file.added_by)
