"""What a decision changes about other submissions: which one stands, and which one is asked back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, update

from statement_intake.domain.decision import Decision
from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import SERVICE
from statement_intake.ledger.audit import note
from statement_intake.ledger.schema import submissions


def settle_versions(connection: Connection, decision: Decision, reference: str, actor: str, at: datetime) -> None:
    """An accepted version takes the place of the one before; where it is not accepted, that one stands again."""
    if decision.outcome is not Outcome.ACCEPTED:
        _restore(connection, reference, actor, at)
    elif decision.supersedes:
        done = connection.execute(
            update(submissions)
            .where(submissions.c.reference == decision.supersedes, submissions.c.standing == "current")
            .values(standing="superseded", superseded_by=reference)
        )
        if done.rowcount:
            note(connection, at, actor, "supersede", decision.supersedes, {"by": reference})


def ask_back(  # noqa: PLR0913 - who asks for what, when
    connection: Connection, decision: Decision, sender: str, reference: str, answers: str | None, at: datetime
) -> None:
    """A request to withdraw blocks what it speaks of at once: the one whose letter it answers, else the sender's."""
    for target in [answers] if answers else _meant(connection, decision, sender, reference):
        done = connection.execute(
            update(submissions)
            .where(submissions.c.reference == target, submissions.c.standing == "current")
            .values(standing="withdrawal_requested")
        )
        if done.rowcount:
            note(connection, at, SERVICE, "ask_back", target, {"by": reference})


def _meant(connection: Connection, decision: Decision, sender: str, reference: str) -> Iterable[str]:
    """Every current submission of the same sender and party at that meeting, on the items named if any are."""
    wanted = decision.submission
    if wanted.meeting is None or wanted.party is None or not sender:
        return []
    query = select(submissions).where(
        submissions.c.meeting == wanted.meeting.id,
        submissions.c.party == wanted.party.code,
        submissions.c.sender == sender,
        submissions.c.reference != reference,
    )
    rows = connection.execute(query).all()
    return [row.reference for row in rows if not wanted.items or set(row.items) & set(wanted.items)]


def _restore(connection: Connection, by: str, actor: str, at: datetime) -> None:
    replaced = (submissions.c.superseded_by == by) & (submissions.c.standing == "superseded")
    for earlier in connection.execute(select(submissions.c.reference).where(replaced)).scalars().all():
        note(connection, at, actor, "restore", earlier, {"by": by})
    connection.execute(update(submissions).where(replaced).values(standing="current", superseded_by=None))
