"""The outbox as the service empties it: letters from `queued` to what became of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, update

from statement_intake.domain.records import QueuedLetter
from statement_intake.ledger.engine import reading
from statement_intake.ledger.letters.states import DUE, found, move, with_reference
from statement_intake.ledger.rows import is_due
from statement_intake.ledger.schema import letters


class Outbox:
    """Letters that are to go, and how far each has got."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def due(self, now: datetime) -> list[QueuedLetter]:
        """Letters to send now, the oldest first."""
        query = (
            with_reference()
            .where(letters.c.state.in_(DUE))
            .where(is_due(letters.c.next_attempt_at, now))
            .order_by(letters.c.id)
        )
        return found(self._read, query)

    def of_unknown_fate(self) -> list[QueuedLetter]:
        """Letters that were lost in `data`, the oldest first."""
        return found(self._read, with_reference().where(letters.c.state == "unknown").order_by(letters.c.id))

    def claim(self, letter: int, attempt: int | None = None) -> bool:
        """Take a due letter for sending. False if it is not there to be taken any more.

        *attempt*: which one this is to be, counted from one. Here and below: a process that was thought dead, and comes
        back when another has gone on with the letter, changes nothing any more.
        """
        before = None if attempt is None else attempt - 1
        return self._move(letter, DUE, "sending", before, attempts=letters.c.attempts + 1)

    def stop(self, letter: int, why: str) -> bool:
        """Somebody has answered already: it waits again, for a person who knows that."""
        return self._move(letter, DUE, "held", response=why[:500])

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

    def _move(
        self, letter: int, states: Sequence[str], to: str, attempts_seen: int | None = None, **values: object
    ) -> bool:
        which = letters.c.id == letter
        if attempts_seen is not None:
            which &= letters.c.attempts == attempts_seen
        with self._engine.begin() as connection:
            return move(connection, which, states, to, **values)
