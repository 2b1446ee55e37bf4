"""Letters as decisions make and unmake them: put into the outbox, or taken back."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, func, insert, select, true, update

from statement_intake.domain.faults import Conflict
from statement_intake.domain.letters.limits import BREAKER_WINDOW, Brake, Recent, ReplyLimits, brake
from statement_intake.domain.message import Message
from statement_intake.domain.records import OutgoingLetter, Recorded
from statement_intake.ledger.letters.states import COUNTED, LEAVING, UNSENT
from statement_intake.ledger.rows import sender_of
from statement_intake.ledger.schema import letters, messages, submissions

_LETTER = insert(letters)


class Twin(NamedTuple):
    """Another submission that came with the same Message-ID and other content."""

    reference: str
    #: The same sender has a letter about it, or will get one.
    answered: bool


def queue(  # noqa: PLR0913 - one argument for each thing that is recorded
    connection: Connection, submission: int, revision: int, letter: OutgoingLetter, at: datetime, *,
    limits: ReplyLimits | None, twin: Twin | None,
) -> Recorded:  # fmt: skip
    """Put *letter* into the outbox. What must not go by itself waits there, and says why.

    *limits*: for what the service writes by itself; a person knows what he does.
    """
    found = _brake(connection, letter, at, limits, twin) if letter.state == "queued" else None
    if found is not None:
        letter = letter.model_copy(update={"state": "held", "response": found.why})
    breaker = found is not None and found.breaker
    values = letter.model_dump(exclude={"to"}) | {"to_address": letter.to, "braked": breaker}
    values |= {"submission_id": submission, "revision": revision, "written_at": at, "attempts": 0}
    connection.execute(_LETTER, values)
    return Recorded(state=letter.state, why=letter.response, braked=found is not None, breaker=breaker)


def _brake(
    connection: Connection, letter: OutgoingLetter, at: datetime, limits: ReplyLimits | None, twin: Twin | None
) -> Brake | None:
    if twin and twin.answered:
        # A gateway may have changed one of two copies so much that their contents differ.
        return Brake(why=f"{twin.reference} came with the same Message-ID, and may be the same mail")
    return brake(_recent(connection, letter.to, at), limits) if limits else None


def _count(since: str, which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(letters.c.written_at > bindparam(since), COUNTED, which).scalar_subquery()


_address = func.lower(letters.c.to_address)
#: Letters written before one; those that wait count, too. In the order of Recent.
_RECENT = select(
    _count("day", _address == bindparam("to")),
    _count("day", _address.like(bindparam("domain"), escape="/")),
    _count("window", true()),
)


def _recent(connection: Connection, to: str, at: datetime) -> Recent:
    to = to.lower()
    domain = to.rpartition("@")[2].replace("/", "//").replace("%", "/%").replace("_", "/_")
    since = {"day": at - timedelta(days=1), "window": at - BREAKER_WINDOW}
    return Recent(*connection.execute(_RECENT, since | {"to": to, "domain": f"%@{domain}"}).one())


_TWIN = (
    select(submissions.c.reference, messages.c.sender, letters.c.id)
    .join(messages, messages.c.submission_id == submissions.c.id)
    .outerjoin(letters, (letters.c.submission_id == submissions.c.id) & COUNTED)
    .where(messages.c.message_id == bindparam("came_with"), submissions.c.id != bindparam("beside"))
    .order_by(letters.c.id.is_(None), submissions.c.id)
    .limit(1)
)


def twin_of(connection: Connection, facts: Message, submission: int) -> Twin | None:
    """The twin of a submission that came with the mail *facts*; one that has a letter, if any has."""
    if not facts.headers.message_id:
        return None
    row = connection.execute(_TWIN, {"came_with": facts.headers.message_id, "beside": submission}).first()
    if row is None:
        return None
    return Twin(row.reference, answered=row.id is not None and row.sender == sender_of(facts))


def take_back(connection: Connection, submission: int, why: str, at: datetime) -> None:
    """Drop the letters of a submission that have not left. Raises Conflict where one is leaving just now."""
    of_it = letters.c.submission_id == submission
    if connection.execute(select(letters.c.id).where(of_it, letters.c.state.in_(LEAVING))).first():
        raise Conflict("a letter about it is being sent at this moment; try again in a minute")
    unsent = update(letters).where(of_it, letters.c.state.in_(UNSENT))
    connection.execute(unsent.values(state="dropped", response=why, settled_at=at))
