"""What mail servers say of letters that had left."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update

from statement_intake.domain.letters.bounces import Bounce
from statement_intake.domain.records import SERVICE, MessageKey
from statement_intake.ledger.audit import note
from statement_intake.ledger.engine import reading
from statement_intake.ledger.letters.states import LEFT, move, with_reference
from statement_intake.ledger.schema import letters

#: A bounce comes within so many days after its letter left: servers try for five (RFC 5321 section 4.5.4.1).
_BOUNCES_WITHIN = timedelta(days=14)


class Bounces:
    """Letters that came back, or are late."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def may_come(self, received: datetime) -> bool:
        """Whether mail received then may be a bounce of a letter of ours: whether one had left shortly before."""
        # A letter may be written down as sent a little after its bounce was received.
        left = letters.c.written_at.between(received - _BOUNCES_WITHIN, received + timedelta(minutes=5))
        with self._read.begin() as connection:
            there = select(letters.c.id).where(left, letters.c.state.in_(LEFT)).limit(1)
            return connection.execute(there).first() is not None

    def record(self, bounce: Bounce, at: datetime, key: MessageKey) -> str | None:
        """Write down what a mail server says of a letter; the reference of the submission, None where it is not ours.

        A letter that did not arrive is `bounced`; one that is only delayed stays as it is. *key*: where the bounce is.
        """
        ours = letters.c.message_id.in_(bounce.about) & letters.c.state.in_(LEFT)
        with self._engine.begin() as connection:
            letter = connection.execute(with_reference().where(ours).order_by(letters.c.id.desc()).limit(1)).first()
            if letter is None:
                return None
            said = bounce.said if bounce.final else f"delayed: {bounce.said}"
            if letter.response == said:
                return str(letter.reference)
            if bounce.final:
                move(connection, letters.c.id == letter.id, LEFT, "bounced", response=said, settled_at=at)
            else:
                # What is known to have failed is not made less certain by an older warning that comes late.
                still = (letters.c.id == letter.id) & letters.c.state.in_(("data", "sent", "unknown"))
                connection.execute(update(letters).where(still).values(response=said))
            action = "bounce" if bounce.final else "delay"
            note(connection, at, SERVICE, action, letter.reference, {"letter": letter.id, "said": said} | _place(key))
            return str(letter.reference)


def _place(key: MessageKey) -> dict[str, str]:
    return {"mailbox": key.mailbox, "folder": key.folder, "uid": key.uid}
