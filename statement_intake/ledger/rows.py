"""Decisions as rows: what of a decision goes into which column."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, literal_column

from statement_intake.domain.decision import Decision
from statement_intake.domain.message import Message
from statement_intake.domain.records import Verdict
from statement_intake.domain.waiting import LONGEST_WAIT


def constants(*words: str) -> list[ColumnElement[str]]:
    """Words of ours for an IN that is asked for each mail: values SQLAlchemy would put into its text each time."""
    return [literal_column(f"'{word}'") for word in words]


def key_of(inserted: CursorResult[Any]) -> int:
    """The key of the row just made."""
    if inserted.inserted_primary_key is None:
        raise RuntimeError("the database gave no key for a new row")
    return int(inserted.inserted_primary_key[0])


def understood(decision: Decision) -> dict[str, Any]:
    """What a submission is understood to be."""
    submission = decision.submission
    return {
        "meeting": submission.meeting.id if submission.meeting else None,
        "party": submission.party.code if submission.party else None,
        "party_name": submission.party.name if submission.party else None,
        "on_behalf_of": submission.on_behalf_of.code if submission.on_behalf_of else None,
        "together_with": [party.code for party in submission.together_with],
        "items": list(submission.items),
        "kind": str(submission.kind) if submission.kind else None,
        "outcome": str(decision.outcome),
    }


def file_rows(submission: int, decision: Decision, added_by: dict[str, str]) -> Sequence[dict[str, Any]]:
    """The files of a submission, in their parts."""
    return [
        {
            "submission_id": submission,
            "role": str(file.role),
            "name": file.attachment.name,
            "media_type": file.attachment.media_type,
            "size": file.attachment.size,
            "sha256": file.attachment.sha256,
            "seconds": file.attachment.video.seconds if file.attachment.video else None,
            "added_by": added_by.get(file.attachment.sha256),
            "facts": file.attachment.model_dump(mode="json"),
        }
        for file in decision.submission.files
    ]


def reason_of(decision: Decision) -> str | None:
    """The code of the strongest finding; None where there are only notes."""
    order = ("silent", "ignore", "hold", "reject")
    strong = [finding for finding in decision.findings if str(finding.effect) in order]
    return min(strong, key=lambda finding: order.index(str(finding.effect))).code if strong else None


def sender_of(facts: Message) -> str:
    """The one address that a mail is from, in the form in which addresses are compared; else empty."""
    return facts.headers.sender[0].key[:320] if len(facts.headers.sender) == 1 else ""


def summary(decision: Decision, revision: int, verdict: Verdict) -> dict[str, Any]:
    """A decision in the audit trail."""
    return {
        "revision": revision,
        "outcome": str(decision.outcome),
        "because": verdict.because,
        "findings": [finding.code for finding in decision.findings],
        "letter": verdict.letter.state if verdict.letter else None,
    }


def is_due(column: ColumnElement[datetime | None], now: datetime) -> ColumnElement[bool]:
    """Whether the time of the next attempt has come; also where it is further away than any honest wait.

    Then it was set by a clock that was wrong, and has been put right since.
    """
    return column.is_(None) | ~column.between(now, now + LONGEST_WAIT) | (column == now)
