"""The one transaction in which what the service decides becomes a fact: decision, files, audit entry, queued reply."""

from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from statement_intake.domain.authentication import Authentication
from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.letters.limits import ReplyLimits
from statement_intake.domain.message import Message
from statement_intake.domain.records import SERVICE, Arrival, Dossier, Recorded, Verdict
from statement_intake.ledger.engine import reading
from statement_intake.ledger.letters.queueing import take_back, twin_of
from statement_intake.ledger.rows import key_of, reason_of, sender_of, understood
from statement_intake.ledger.schema import messages, submissions
from statement_intake.ledger.standing import ask_back, settle_versions
from statement_intake.ledger.writing import mark_again, write

#: Outcomes of which one more mail can make something else.
_OPEN = (str(Outcome.REJECTED), str(Outcome.HELD))
_SUBMISSION = insert(submissions)
#: With the values of the columns: the end of a message's way, once.
_FINISHED = update(messages).where(messages.c.id == bindparam("which"), messages.c.state == "received")
_COPY = select(messages.c.submission_id).where(
    messages.c.identity == bindparam("content"), messages.c.id != bindparam("which")
)


class Record:
    """Writes decisions. Everything in one transaction, or nothing."""

    def __init__(self, engine: Engine, replies: ReplyLimits) -> None:
        self._engine = engine
        self._read = reading(engine)
        self._replies = replies

    def decided(  # noqa: PLR0913 - one argument for each thing that is recorded
        self, arrival: Arrival, message: Message, identity: str, decision: Decision, verdict: Verdict, *,
        answers: str | None, mark: bool,
    ) -> Recorded | None:  # fmt: skip
        """Record the service's decision about a message that was read.

        None if the same mail was decided before: then it is only noted as a duplicate, and nothing is answered.
        """
        reference = arrival.reference
        try:
            with self._engine.begin() as connection:
                submission = _insert(connection, arrival, message, decision, answers)
                authentication = decision.sender.authentication
                _finish(connection, arrival, message, identity, decision, authentication, submission, 1, mark=mark)
                twin = twin_of(connection, message, submission)
                recorded = write(
                    connection,
                    submission,
                    reference,
                    1,
                    decision,
                    verdict,
                    whole=message,
                    limits=self._replies,
                    twin=twin,
                )
                settle_versions(connection, decision, reference, SERVICE, verdict.at, fresh=True)
                ask_back(connection, decision.asks_back, reference, verdict.at)
        except IntegrityError:
            # Two processes, one mail: the loser of the race has a second copy.
            if not self.duplicate(arrival, identity):
                raise Conflict("the decision could not be recorded, and yet nothing stands in its way") from None
            return None
        return recorded

    def completed(  # noqa: PLR0913 - one argument for each thing that is recorded
        self, arrival: Arrival, message: Message, identity: str, decision: Decision, verdict: Verdict, *,
        dossier: Dossier, received: datetime, whole: Message, authentication: Authentication, mark: bool,
    ) -> Recorded | None:  # fmt: skip
        """Record that a mail completes the open submission of *dossier*: a new revision of it, and one letter.

        None if the same mail was decided before. Raises Conflict where the submission is not as *dossier* tells any
        more, or where a letter of it is leaving just now: then it is to be looked at again.
        """
        revision = dossier.revision + 1
        here = (submissions.c.id == dossier.id) & (submissions.c.revision == dossier.revision)
        open_still = here & (submissions.c.standing == "current") & submissions.c.outcome.in_(_OPEN)
        try:
            with self._engine.begin() as connection:
                done = connection.execute(
                    update(submissions)
                    .where(open_still)
                    .values(
                        revision=revision,
                        received_at=received,
                        subject=whole.headers.subject,
                        needs_person="",
                        **understood(decision),
                    )
                )
                if done.rowcount != 1:
                    raise Conflict("somebody has just decided about what it completes")
                take_back(connection, dossier.id, f"completed by {arrival.reference}", verdict.at)
                _finish(
                    connection, arrival, message, identity, decision, authentication, dossier.id, revision, mark=mark
                )
                mark_again(connection, dossier.id, decision, but=arrival.id)
                recorded = write(
                    connection, dossier.id, dossier.reference, revision, decision, verdict,
                    whole=whole, limits=self._replies,
                )  # fmt: skip
                settle_versions(connection, decision, dossier.reference, SERVICE, verdict.at)
        except IntegrityError:
            if not self.duplicate(arrival, identity):
                raise Conflict("the completion could not be recorded, and yet nothing stands in its way") from None
            return None
        return recorded

    def duplicate(self, arrival: Arrival, identity: str) -> bool:
        """Was a mail of this identity decided before? Then *arrival* is noted as its duplicate, and is finished."""
        # Hardly any is, and an identity that is there stays: the write lock is taken for those alone.
        with self._read.begin() as connection:
            first = connection.execute(_COPY, {"content": identity, "which": arrival.id}).first()
        if first is None:
            return False
        with self._engine.begin() as connection:
            first = connection.execute(_COPY, {"content": identity, "which": arrival.id}).first()
            if first is None:
                return False
            connection.execute(
                _FINISHED,
                {
                    "which": arrival.id,
                    "state": "decided",
                    "outcome": str(Outcome.IGNORED),
                    "reason": "message.duplicate",
                    "submission_id": first.submission_id,
                    "mark": "none",
                },
            )
        return True

    def not_ours(self, arrival: Arrival, reason: str) -> None:
        """Record that a mail that was read is none of ours: of it only key, date and reason stay."""
        with self._engine.begin() as connection:
            connection.execute(
                _FINISHED,
                {
                    "which": arrival.id,
                    "state": "decided",
                    "outcome": str(Outcome.IGNORED),
                    "reason": reason,
                    "reference": None,
                    "raw_sha256": None,
                    "size": None,
                    "last_fault": None,
                },
            )


def _insert(connection: Connection, arrival: Arrival, message: Message, decision: Decision, answers: str | None) -> int:
    standing = "withdrawal_requested" if reason_of(decision) == "message.withdrawal" else "current"
    inserted = connection.execute(
        _SUBMISSION,
        {
            "reference": arrival.reference,
            "received_at": arrival.received_at,
            "sender": sender_of(message),
            "subject": message.headers.subject,
            "standing": standing,
            "answers": answers,
            "revision": 1,
            "mending": {},
            **understood(decision),
        },
    )
    return key_of(inserted)


def _finish(  # noqa: PLR0913 - the columns of a row
    connection: Connection, arrival: Arrival, message: Message, identity: str, decision: Decision,
    authentication: Authentication, submission: int, revision: int, *, mark: bool,
) -> None:  # fmt: skip
    """The message is decided, and belongs to *submission*. Raises Conflict where it was decided already."""
    done = connection.execute(
        _FINISHED,
        {
            "which": arrival.id,
            "state": "decided",
            "outcome": str(decision.outcome),
            "reason": reason_of(decision),
            "identity": identity,
            "message_id": message.headers.message_id,
            "sender": sender_of(message),
            "authentication": str(authentication),
            "facts": message.model_dump(mode="json"),
            "submission_id": submission,
            "revision": revision,
            "mark": "pending" if mark else "none",
        },
    )
    if done.rowcount != 1:
        raise Conflict("the message is decided already")
