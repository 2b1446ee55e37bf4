"""Letters looked up: what waits, what went, what was never written. Nothing changes here."""

from datetime import datetime

from sqlalchemy import Engine, case, func, select

from statement_intake.domain.letters.limits import BREAKER_WINDOW, Flood
from statement_intake.domain.records import QueuedLetter, Unanswered
from statement_intake.ledger.engine import reading
from statement_intake.ledger.letters.states import COUNTED, WAITING, found, with_reference
from statement_intake.ledger.schema import decisions, findings, letters, submissions


class Letters:
    """Every letter, whatever became of it."""

    def __init__(self, engine: Engine) -> None:
        self._read = reading(engine)

    def find(self, letter: int) -> QueuedLetter | None:
        """The letter of that number."""
        return next(iter(found(self._read, with_reference().where(letters.c.id == letter))), None)

    def of(self, reference: str) -> list[QueuedLetter]:
        """The letters of a submission, the oldest first."""
        return found(self._read, with_reference().where(submissions.c.reference == reference).order_by(letters.c.id))

    def in_state(self, *states: str) -> list[QueuedLetter]:
        """Letters in one of the given states, the oldest first."""
        # By the index of the states first: in the order of their numbers every letter ever sent would be read.
        there = select(letters.c.id).where(letters.c.state.in_(states))
        return found(self._read, with_reference().where(letters.c.id.in_(there)).order_by(letters.c.id))

    def waiting(self) -> list[QueuedLetter]:
        """Every letter that has not arrived, as far as is known, and has not been dropped."""
        return self.in_state(*WAITING)

    def latest(self, state: str, most: int) -> list[QueuedLetter]:
        """Letters in a state, the newest first."""
        # First their numbers, from the index alone: whole letters are too much to sort.
        newest = select(letters.c.id).where(letters.c.state == state).order_by(letters.c.id.desc()).limit(most)
        return found(self._read, with_reference().where(letters.c.id.in_(newest)).order_by(letters.c.id.desc()))

    def knows(self, message_id: str) -> bool:
        """Whether there is a letter of that Message-ID, whatever became of it."""
        with self._read.begin() as connection:
            there = select(letters.c.id).where(letters.c.message_id == message_id).limit(1)
            return connection.execute(there).first() is not None

    def unanswered(self) -> list[Unanswered]:
        """Submissions held in silence: no letter was written, for a reason that a person should see."""
        none = ~select(letters.c.id).where(letters.c.submission_id == submissions.c.id).exists()
        query = (
            select(
                submissions.c.reference,
                submissions.c.sender,
                submissions.c.subject,
                findings.c.code,
                findings.c.message,
            )
            .join(decisions, decisions.c.submission_id == submissions.c.id)
            .join(findings, findings.c.decision_id == decisions.c.id)
            .where(none, decisions.c.revision == submissions.c.revision, findings.c.effect == "silent")
            .where(submissions.c.outcome == "held", submissions.c.standing.in_(("current", "withdrawal_requested")))
            .order_by(submissions.c.id, findings.c.id)
        )
        with self._read.begin() as connection:
            first = {row.reference: row for row in reversed(connection.execute(query).all())}
        return [
            Unanswered(reference=row.reference, to=row.sender, subject=row.subject, code=row.code, why=row.message)
            for row in reversed(first.values())
        ]

    def counts(self) -> dict[str, int]:
        """Letters by state."""
        with self._read.begin() as connection:
            rows = connection.execute(select(letters.c.state, func.count()).group_by(letters.c.state))
            return {state: count for state, count in rows}  # noqa: C416 - rows are not pairs to the type checker

    def flood(self, now: datetime) -> Flood:
        """What the breaker holds, and what it counts."""
        held = select(func.max(letters.c.written_at), func.count(case((letters.c.state == "held", 1))))
        lately = select(func.count()).where(letters.c.written_at > now - BREAKER_WINDOW, COUNTED)
        with self._read.begin() as connection:
            last, waiting = connection.execute(held.where(letters.c.braked)).one()
            return Flood(last_held=last, waiting=waiting, in_hour=connection.execute(lately).scalar_one())
