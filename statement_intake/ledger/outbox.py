"""The outbox: letters from `queued` to what became of them. Every change is a compare-and-swap on the state."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, case, func, insert, select, update

from statement_intake.domain.bounces import Bounce
from statement_intake.domain.records import SERVICE, MessageKey, QueuedLetter, Unanswered
from statement_intake.domain.reply_limits import BREAKER_WINDOW, Flood
from statement_intake.ledger.audit import note
from statement_intake.ledger.engine import reading
from statement_intake.ledger.letters import COUNTED
from statement_intake.ledger.rows import is_due
from statement_intake.ledger.schema import audit, decisions, findings, letters, submissions

#: Letters that the service sends by itself when their time has come.
_DUE = ("queued", "deferred")
#: Letters that a person may send or drop.
WAITING = ("held", "unknown", "failed", "bounced", "queued", "deferred", "suppressed")
#: Letters that have left, as far as is known; only of these can a bounce speak.
_LEFT = ("data", "sent", "unknown", "bounced")
#: A bounce comes within so many days after its letter left: servers try for five (RFC 5321 section 4.5.4.1).
_BOUNCES_WITHIN = timedelta(days=14)
#: Letters whose words may still be changed.
REWRITABLE = ("held", "failed", "queued", "deferred", "suppressed")


class Outbox:
    """Letters and their states."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def due(self, now: datetime) -> list[QueuedLetter]:
        """Letters to send now, the oldest first."""
        query = (
            _query()
            .where(letters.c.state.in_(_DUE))
            .where(is_due(letters.c.next_attempt_at, now))
            .order_by(letters.c.id)
        )
        return self._letters(query)

    def in_state(self, *states: str) -> list[QueuedLetter]:
        """Letters in one of the given states, the oldest first."""
        # By the index of the states first: in the order of their numbers every letter ever sent would be read.
        there = select(letters.c.id).where(letters.c.state.in_(states))
        return self._letters(_query().where(letters.c.id.in_(there)).order_by(letters.c.id))

    def waiting(self) -> list[QueuedLetter]:
        """Every letter that has not arrived, as far as is known, and has not been dropped."""
        return self.in_state(*WAITING)

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

    def of(self, reference: str) -> list[QueuedLetter]:
        """The letters of a submission, the oldest first."""
        return self._letters(_query().where(submissions.c.reference == reference).order_by(letters.c.id))

    def claim(self, letter: int, attempt: int | None = None) -> bool:
        """Take a due letter for sending. False if it is not there to be taken any more.

        *attempt*: which one this is to be, counted from one. Here and below: a process that was thought dead, and comes
        back when another has gone on with the letter, changes nothing any more.
        """
        before = None if attempt is None else attempt - 1
        return self._move(letter, _DUE, "sending", before, attempts=letters.c.attempts + 1)

    def data_begins(self, letter: int, attempt: int | None = None) -> bool:
        """The final dot is about to go: from here on its fate is known only by the server's answer."""
        return self._move(letter, ("sending",), "data", attempt)

    def put_back(self, letter: int, attempt: int | None = None) -> bool:
        """Nothing was sent, and the letter is not to blame: as if it had not been tried."""
        return self._move(letter, ("sending",), "queued", attempt, attempts=letters.c.attempts - 1)

    def settle(
        self, letter: int, state: str, response: str, now: datetime, next_attempt: datetime | None = None
    ) -> None:
        """Write down what happened: sent, deferred (with the next attempt), failed or unknown."""
        self._move(
            letter,
            ("sending", "data", "unknown"),
            state,
            response=response[:500],
            next_attempt_at=next_attempt,
            settled_at=None if state == "deferred" else now,
        )

    def settle_broken(self, letter: int, response: str, now: datetime) -> None:
        """Our own code failed over it: `failed` where it cannot have left, else `unknown`."""
        for state, becomes in (("sending", "failed"), ("data", "unknown")):
            self._move(letter, (state,), becomes, response=response[:500], settled_at=now)

    def release(
        self, letter: int, actor: str, now: datetime, *, seen: str | None = None, although_answered: bool = False
    ) -> bool:
        """A person sends a waiting letter. Never one of an overruled decision: it would contradict the later one.

        *seen*: the state in which the person saw it. In another one it stays as it is: a letter that was released,
        sent and lost meanwhile would go twice. Before it goes, a person's own answer is looked for, unless it is to go
        *although_answered*.
        """
        values: dict[str, Any] = {"attempts": 0, "next_attempt_at": None, "settled_at": None}
        values |= {"response": f"released by {actor}", "look_first": not although_answered}
        latest = (
            select(submissions.c.revision)
            .where(submissions.c.id == letters.c.submission_id, submissions.c.revision == letters.c.revision)
            .exists()
        )
        with self._engine.begin() as connection:
            moved = _move(connection, (letters.c.id == letter) & latest, _still(seen), "queued", **values)
            if moved:
                _note(connection, letter, actor, "send", now)
        return moved

    def stop(self, letter: int, why: str) -> bool:
        """Somebody has answered already: it waits again, for a person who knows that."""
        return self._move(letter, _DUE, "held", response=why[:500])

    def drop(self, letter: int, actor: str, now: datetime, *, seen: str | None = None) -> bool:
        """A person decides that a letter does not go. *seen*: as for `release`."""
        with self._engine.begin() as connection:
            response = f"dropped by {actor}"
            which = letters.c.id == letter
            moved = _move(connection, which, _still(seen), "dropped", response=response, settled_at=now)
            if moved:
                _note(connection, letter, actor, "drop", now)
        return moved

    def may_bounce(self, received: datetime) -> bool:
        """Whether mail received then may be a bounce of one of our letters: whether one had left shortly before."""
        # A letter may be written down as sent a little after its bounce was received.
        left = letters.c.written_at.between(received - _BOUNCES_WITHIN, received + timedelta(minutes=5))
        with self._read.begin() as connection:
            return (
                connection.execute(select(letters.c.id).where(left, letters.c.state.in_(_LEFT)).limit(1)).first()
                is not None
            )

    def bounced(self, bounce: Bounce, at: datetime, key: MessageKey) -> str | None:
        """Write down what a mail server says of a letter; the reference of the submission, None where it is not ours.

        A letter that did not arrive is `bounced`; one that is only delayed stays as it is. *key*: where the bounce is.
        """
        ours = letters.c.message_id.in_(bounce.about) & letters.c.state.in_(_LEFT)
        with self._engine.begin() as connection:
            letter = connection.execute(_query().where(ours).order_by(letters.c.id.desc()).limit(1)).first()
            if letter is None:
                return None
            said = bounce.said if bounce.final else f"delayed: {bounce.said}"
            if letter.response == said:
                return str(letter.reference)
            if bounce.final:
                _move(connection, letters.c.id == letter.id, _LEFT, "bounced", response=said, settled_at=at)
            else:
                # What is known to have failed is not made less certain by an older warning that comes late.
                still = (letters.c.id == letter.id) & letters.c.state.in_(("data", "sent", "unknown"))
                connection.execute(update(letters).where(still).values(response=said))
            action = "bounce" if bounce.final else "delay"
            note(connection, at, SERVICE, action, letter.reference, {"letter": letter.id, "said": said} | _place(key))
            return str(letter.reference)

    def rewrite(  # noqa: PLR0913 - the columns of a row, and who changes them
        self, letter: QueuedLetter, subject: str, body: str, raw: bytes, *, actor: str, now: datetime
    ) -> bool:
        """An officer puts a letter into other words; what it said before stays in the audit.

        False where it has moved or was changed meanwhile. Never one of unknown fate: it may have arrived as it was.
        """
        unchanged = (letters.c.id == letter.id) & (letters.c.body == letter.body) & (letters.c.state == letter.state)
        with self._engine.begin() as connection:
            values = {"subject": subject, "body": body, "raw": raw}
            moved = letter.state in REWRITABLE and _move(connection, unchanged, REWRITABLE, letter.state, **values)
            if moved:
                before = {"subject": letter.subject, "body": letter.body}
                _note(connection, letter.id, actor, "edit", now, before=before)
        return moved

    def knows(self, message_id: str) -> bool:
        """Whether there is a letter of that Message-ID, whatever became of it."""
        with self._read.begin() as connection:
            there = select(letters.c.id).where(letters.c.message_id == message_id).limit(1)
            return connection.execute(there).first() is not None

    def find(self, letter: int) -> QueuedLetter | None:
        """The letter of that number."""
        return next(iter(self._letters(_query().where(letters.c.id == letter))), None)

    def latest(self, state: str, most: int) -> list[QueuedLetter]:
        """Letters in a state, the newest first."""
        # First their numbers, from the index alone: whole letters are too much to sort.
        newest = select(letters.c.id).where(letters.c.state == state).order_by(letters.c.id.desc()).limit(most)
        return self._letters(_query().where(letters.c.id.in_(newest)).order_by(letters.c.id.desc()))

    def recover(self) -> int:
        """Nobody is sending: what had not reached `data` can be sent again; what had is unknown.

        Gives the number of the latter. Only for the process that holds the service's lock, between letters.
        """
        with self._engine.begin() as connection:
            connection.execute(update(letters).where(letters.c.state == "sending").values(state="queued"))
            lost = connection.execute(
                update(letters)
                .where(letters.c.state == "data")
                .values(state="unknown", response="the service was interrupted while the server was taking it")
            )
        return lost.rowcount

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

    def _letters(self, query: Select[Any]) -> list[QueuedLetter]:
        with self._read.begin() as connection:
            return [_letter(row) for row in connection.execute(query)]

    def _move(
        self, letter: int, states: Sequence[str], to: str, attempts_seen: int | None = None, **values: object
    ) -> bool:
        which = letters.c.id == letter
        if attempts_seen is not None:
            which &= letters.c.attempts == attempts_seen
        with self._engine.begin() as connection:
            return _move(connection, which, states, to, **values)


def _still(seen: str | None) -> tuple[str, ...]:
    return WAITING if seen is None else tuple(state for state in WAITING if state == seen)


def _move(connection: Connection, which: ColumnElement[bool], states: Sequence[str], to: str, **values: object) -> bool:
    statement = update(letters).where(which, letters.c.state.in_(states))
    return connection.execute(statement.values(state=to, **values)).rowcount == 1


def _note(  # noqa: PLR0913 - what an entry says
    connection: Connection, letter: int, actor: str, action: str, now: datetime, *, before: dict[str, str] | None = None
) -> None:
    reference = connection.execute(
        select(submissions.c.reference)
        .join(letters, letters.c.submission_id == submissions.c.id)
        .where(letters.c.id == letter)
    ).scalar()
    detail: dict[str, Any] = {"letter": letter} | ({"before": before} if before else {})
    connection.execute(insert(audit).values(at=now, actor=actor, action=action, reference=reference, detail=detail))


def _place(key: MessageKey) -> dict[str, str]:
    return {"mailbox": key.mailbox, "folder": key.folder, "uid": key.uid}


def _query() -> Select[Any]:
    return select(letters, submissions.c.reference).join(submissions, letters.c.submission_id == submissions.c.id)


def _letter(row: Row[tuple[object, ...]]) -> QueuedLetter:
    return QueuedLetter(
        id=row.id,
        reference=row.reference,
        state=row.state,
        kind=row.kind,
        to=row.to_address,
        subject=row.subject,
        message_id=row.message_id,
        raw=row.raw,
        look_first=row.look_first,
        attempts=row.attempts,
        written_at=row.written_at,
        response=row.response,
        language=row.language,
        body=row.body,
        next_attempt_at=row.next_attempt_at,
    )
