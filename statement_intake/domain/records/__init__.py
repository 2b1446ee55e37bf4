"""What is recorded: values that the ledger takes in and gives out."""

from statement_intake.domain.records.arriving import (
    FORGOTTEN,
    Arrival,
    FolderProgress,
    IgnoredMail,
    MessageKey,
    PendingMark,
    Received,
    Struggling,
)
from statement_intake.domain.records.dossier import Dossier, FileRecord, MailRecord, Version
from statement_intake.domain.records.letters import LetterRecord, OutgoingLetter, QueuedLetter, Recorded, Unanswered
from statement_intake.domain.records.log import LogRow, OpenSubmission
from statement_intake.domain.records.verdicts import SERVICE, AuditEntry, PastDecision, Verdict

__all__ = [
    "FORGOTTEN",
    "SERVICE",
    "Arrival",
    "AuditEntry",
    "Dossier",
    "FileRecord",
    "FolderProgress",
    "IgnoredMail",
    "LetterRecord",
    "LogRow",
    "MailRecord",
    "MessageKey",
    "OpenSubmission",
    "OutgoingLetter",
    "PastDecision",
    "PendingMark",
    "QueuedLetter",
    "Received",
    "Recorded",
    "Struggling",
    "Unanswered",
    "Verdict",
    "Version",
]
