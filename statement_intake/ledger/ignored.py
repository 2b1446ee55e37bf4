"""What was ignored: of such mail the ledger knows where it is, when it came and why, and nothing else."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, select, update

from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import Arrival, IgnoredMail, MessageKey
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import messages, submissions

#: Rows that are held in memory at a time.
_PAGE = 500


class Ignored:
    """Rows of ignored mail, and one of them taken out by a person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def rows(self, mailbox: str | None = None, since: datetime | None = None) -> Iterator[IgnoredMail]:
        """Ignored mail by mailbox and folder, in each the oldest first."""
        wanted = messages.c.outcome == str(Outcome.IGNORED)
        if mailbox is not None:
            wanted &= messages.c.mailbox == mailbox
        if since is not None:
            wanted &= messages.c.received_at >= since
        order = (messages.c.mailbox, messages.c.folder, messages.c.uidvalidity, messages.c.received_at, messages.c.id)
        yield from self._rows(wanted, order)

    def find(self, mailbox: str, folder: str, uid: str) -> list[IgnoredMail]:
        """Every ignored mail that had this UID there, once for each UIDVALIDITY."""
        here = (messages.c.mailbox == mailbox) & (messages.c.folder == folder) & (messages.c.uid == uid)
        return list(self._rows(here & (messages.c.outcome == str(Outcome.IGNORED)), (messages.c.id,)))

    def take_out(self, mail: IgnoredMail, *, reference: str, size: int, raw_sha256: str, until: datetime) -> Arrival:
        """The mail's row as if it had just been received; the service leaves it alone *until* then.

        Raises Conflict if somebody else was quicker.
        """
        row: dict[str, Any] = {
            "state": "received",
            "outcome": None,
            "reason": None,
            "mark": "none",
            "letters_wait": True,
        }
        row |= {"reference": reference, "size": size, "raw_sha256": raw_sha256, "next_attempt_at": until}
        self._move(mail, messages.c.outcome == str(Outcome.IGNORED), row)
        return Arrival(
            id=mail.id,
            key=mail.key,
            reference=reference,
            received_at=mail.received,
            size=size,
            raw_sha256=raw_sha256,
            starts=0,
            faults=0,
            letters_wait=True,
        )

    def put_back(self, mail: IgnoredMail) -> None:
        """It could not be taken in after all: ignored as before. Raises Conflict."""
        nothing = dict.fromkeys(("reference", "size", "raw_sha256", "next_attempt_at", "last_fault"))
        row = {"state": "decided", "outcome": str(Outcome.IGNORED), "reason": mail.reason, "letters_wait": False}
        self._move(mail, messages.c.state == "received", nothing | row)

    def _move(self, mail: IgnoredMail, still: ColumnElement[bool], values: dict[str, Any]) -> None:
        with self._engine.begin() as connection:
            done = connection.execute(update(messages).where(messages.c.id == mail.id, still).values(**values))
            if done.rowcount != 1:
                raise Conflict("somebody else has just taken the mail up; look again")

    def _rows(self, wanted: ColumnElement[bool], order: tuple[ColumnElement[Any], ...]) -> Iterator[IgnoredMail]:
        query = (
            select(messages, submissions.c.reference.label("copy_of"))
            .outerjoin(submissions, submissions.c.id == messages.c.submission_id)
            .where(wanted)
            .order_by(*order)
        )
        with self._read.begin() as connection:
            for page in connection.execute(query).partitions(_PAGE):
                for row in page:
                    yield IgnoredMail(
                        id=row.id,
                        key=MessageKey(
                            mailbox=row.mailbox, folder=row.folder, uidvalidity=row.uidvalidity, uid=row.uid
                        ),
                        received=row.received_at,
                        reason=row.reason,
                        copy_of=row.copy_of,
                    )
