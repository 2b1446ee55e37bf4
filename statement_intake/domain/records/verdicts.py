"""Who decided, when and why."""

from datetime import datetime
from typing import Any

from pydantic import Field

from statement_intake.domain.finding import Finding, Outcome
from statement_intake.domain.records.letters import OutgoingLetter
from statement_intake.domain.senders import SenderFacts
from statement_intake.domain.value import Value

#: The actor of what no person did.
SERVICE = "service"


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


class AuditEntry(Value):
    """Who did what."""

    at: datetime
    actor: str
    action: str
    reference: str | None = None
    detail: dict[str, Any]
