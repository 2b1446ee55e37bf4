"""Submissions in short."""

from datetime import datetime

from statement_intake.domain.finding import Outcome
from statement_intake.domain.value import Value


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
