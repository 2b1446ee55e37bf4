"""Everything known about one submission."""

from datetime import datetime
from typing import Any

from statement_intake.domain.authentication import Authentication
from statement_intake.domain.finding import Finding, Outcome
from statement_intake.domain.inspection import Inspection
from statement_intake.domain.message import Attachment, DocumentProblem, Message
from statement_intake.domain.records.arriving import MessageKey
from statement_intake.domain.records.letters import LetterRecord
from statement_intake.domain.records.verdicts import AuditEntry, PastDecision
from statement_intake.domain.senders import Owner
from statement_intake.domain.value import Value


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
    #: Octets that it has; fewer are in the store where it was too large, or was not handed out.
    size: int
    raw_sha256: str | None
    #: What the reader found.
    message: Message

    @property
    def unread(self) -> bool:
        """Whether it was given up, or a limit of ours or a fault of its own ended the reading before its end."""
        message = self.message
        ended = message.over_limits is not None or message.unreadable is not None
        return ended or not message.structure or any(map(_is_limited, message.attachments))


def _is_limited(attachment: Attachment) -> bool:
    document, video = attachment.document, attachment.video
    return (document is not None and document.problem is DocumentProblem.LIMITED) or (
        video is not None and video.limited
    )


class Version(Value):
    """One of several versions of a statement, of which at most one stands."""

    reference: str
    received: datetime
    outcome: Outcome
    standing: str


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
    def unread(self) -> bool:
        """Whether a mail of it is; reopened, that is read again."""
        return any(mail.unread for mail in self.mails)

    @property
    def added(self) -> tuple[Attachment, ...]:
        """The files that officers have added, and that count."""
        return tuple(file.attachment for file in self.files if file.added_by)
