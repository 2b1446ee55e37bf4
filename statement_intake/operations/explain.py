"""Explains a subject line: what is understood, what is not certain, and how it should have been written."""

from typing import Any

from statement_intake.domain.finding import Effect
from statement_intake.domain.judge import Knowledge, judge_subject
from statement_intake.operations.check import party_json

_BLOCKING = frozenset({Effect.REJECT, Effect.HOLD, Effect.SILENT, Effect.IGNORE})


def explain(subject: str, knowledge: Knowledge) -> dict[str, Any]:
    """The line that `subject --json` prints."""
    reading, findings = judge_subject(subject, knowledge)
    effects = {finding.effect for finding in findings}
    certain = not effects & _BLOCKING
    blocking = {finding.code for finding in findings if finding.effect in _BLOCKING}
    known = Effect.IGNORE not in effects
    meeting = reading.meeting or (reading.sisters[0].meeting if reading.sisters and not reading.series else None)
    return {
        "subject": subject,
        "meeting": meeting.id if meeting and known else None,
        "party": party_json(reading.speakers.party) if known else None,
        "on_behalf_of": party_json(reading.speakers.on_behalf_of) if known else None,
        "items": list(reading.items.numbers) if known else [],
        "findings": [finding.model_dump(mode="json") for finding in findings],
        # A line that a strict meeting refuses for its form alone is certain: this is what it should have been.
        "canonical": reading.canonical if certain or blocking == {"subject.not_as_announced"} else None,
    }
