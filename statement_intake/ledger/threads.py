"""What a mail has to do with letters and submissions that are known already."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, bindparam, exists, select

from statement_intake.domain.triage.ties import Ties
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import letters, submissions

#: Asked about every mail at the first glance, so made once.
_TIES = select(
    exists().where(letters.c.message_id == bindparam("message_id")).label("ours"),
    exists().where(submissions.c.sender == bindparam("sender")).label("known"),
)


class Threads:
    """Mails that belong together: answers to letters of ours, mails that name a submission, senders known."""

    def __init__(self, engine: Engine) -> None:
        self._read = reading(engine)

    def ties(self, message_id: str | None, answers: Sequence[str], references: Sequence[str], sender: str) -> Ties:
        """What is known of a mail's thread and sender.

        *answers*: Message-IDs that it answers; *references*: what looks like reference numbers in its subject.
        """
        with self._read.begin() as connection:
            seen = connection.execute(_TIES, {"message_id": message_id, "sender": sender}).one()
            # Most mail answers nothing of ours and names nothing: it is not asked about.
            thread = _answered(connection, answers) if answers else {}
            nearest = next((thread[answer] for answer in answers if answer in thread), None)
            named = (_named(connection, references) if references else set()) - {nearest}
        return Ties(
            ours=seen.ours,
            answers=nearest or min(named, default=None),
            several=len(named) > (0 if nearest else 1),
            known_sender=bool(sender) and seen.known,
        )


def _answered(connection: Connection, answers: Sequence[str]) -> dict[str, str]:
    """The references of the submissions whose letters have these Message-IDs."""
    query = (
        select(letters.c.message_id, submissions.c.reference)
        .join(letters, letters.c.submission_id == submissions.c.id)
        .where(letters.c.message_id.in_(list(answers)))
    )
    return {row.message_id: row.reference for row in connection.execute(query)}


def _named(connection: Connection, references: Sequence[str]) -> set[str]:
    """Those of *references* that are a submission's."""
    query = select(submissions.c.reference).where(submissions.c.reference.in_(list(references)))
    return set(connection.execute(query).scalars())
