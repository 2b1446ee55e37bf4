"""What a decision changes about other submissions: which one stands, and which one is asked back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, update

from statement_intake.domain.decision import Decision
from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import SERVICE
from statement_intake.ledger.audit import note
from statement_intake.ledger.schema import messages, submissions


def settle_versions(  # noqa: PLR0913 - an audit entry, and of what
    connection: Connection, decision: Decision, reference: str, actor: str, at: datetime, *, fresh: bool = False
) -> None:
    """An accepted version takes the place of the one before; where it is not accepted, that one stands again.

    *fresh*: it has only just come, and cannot have taken any place before.
    """
    if decision.outcome is not Outcome.ACCEPTED:
        if not fresh:
            _restore(connection, reference, actor, at)
    elif decision.supersedes:
        done = connection.execute(
            update(submissions)
            .where(submissions.c.reference == decision.supersedes, submissions.c.standing == "current")
            .values(standing="superseded", superseded_by=reference)
        )
        if done.rowcount:
            note(connection, at, actor, "supersede", decision.supersedes, {"by": reference})


def ask_back(connection: Connection, targets: Iterable[str], reference: str, at: datetime) -> None:
    """A request to withdraw (*reference*) blocks what it speaks of at once: the version that stands today."""
    for target in {_latest(connection, named) for named in targets}:
        done = connection.execute(
            update(submissions)
            .where(submissions.c.reference == target, submissions.c.standing == "current")
            .values(standing="withdrawal_requested")
        )
        if done.rowcount:
            note(connection, at, SERVICE, "ask_back", target, {"by": reference})


def _latest(connection: Connection, reference: str) -> str:
    """The version that took the place of *reference*, however often it was replaced."""
    seen = {reference}
    while True:
        by = connection.execute(
            select(submissions.c.superseded_by).where(submissions.c.reference == reference)
        ).scalar()
        if by is None or by in seen:
            return reference
        seen.add(by)
        reference = by


def _restore(connection: Connection, by: str, actor: str, at: datetime) -> None:
    # What was joined has given its mails away, and cannot stand by itself again.
    has_mail = select(messages.c.id).where(messages.c.submission_id == submissions.c.id).exists()
    replaced = (submissions.c.superseded_by == by) & (submissions.c.standing == "superseded") & has_mail
    for earlier in connection.execute(select(submissions.c.reference).where(replaced)).scalars().all():
        note(connection, at, actor, "restore", earlier, {"by": by})
    connection.execute(update(submissions).where(replaced).values(standing="current", superseded_by=None))
