"""A meeting's submissions as coverage and figures need them: three queries, however many there are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from statement_intake.domain.coverage import Statement
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import decisions, files, findings, submissions


class CoverageQuery:
    """Reads; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def of(self, meeting: str) -> list[Statement]:
        """Every submission to the meeting, in the order of arrival."""
        query = (
            select(submissions)
            .where(submissions.c.meeting == meeting)
            .order_by(submissions.c.received_at, submissions.c.id)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(query).all()
            lengths, reasons = _lengths(connection, meeting), _reasons(connection, meeting)
        return [_statement(row, lengths.get(row.id), reasons.get(row.id, ())) for row in rows]


def _lengths(connection: Connection, meeting: str) -> dict[int, float]:
    query = (
        select(files.c.submission_id, files.c.seconds)
        .join(submissions, files.c.submission_id == submissions.c.id)
        .where(submissions.c.meeting == meeting, files.c.role == "video", files.c.seconds.is_not(None))
        .where(files.c.replaced.is_(None))
    )
    return {row.submission_id: row.seconds for row in connection.execute(query)}


def _reasons(connection: Connection, meeting: str) -> dict[int, list[str]]:
    """Codes of the findings of the current decision that are more than notes."""
    query = (
        select(decisions.c.submission_id, findings.c.code)
        .join(findings, findings.c.decision_id == decisions.c.id)
        .join(submissions, decisions.c.submission_id == submissions.c.id)
        .where(
            submissions.c.meeting == meeting,
            decisions.c.revision == submissions.c.revision,
            findings.c.effect != "note",
        )
        .order_by(findings.c.id)
    )
    found: dict[int, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.submission_id, []).append(row.code)
    return found


def _statement(row: Row[Any], seconds: float | None, reasons: Sequence[str]) -> Statement:
    return Statement(
        reference=row.reference,
        received=row.received_at,
        party=row.party,
        on_behalf_of=row.on_behalf_of,
        together_with=tuple(row.together_with),
        items=tuple(row.items),
        kind=row.kind,
        outcome=row.outcome,
        standing=row.standing,
        seconds=seconds,
        reasons=tuple(reasons),
    )
