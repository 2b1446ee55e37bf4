"""The one transaction in which a decision becomes a fact: decision, findings, files, audit entry and queued reply."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.message import Message
from statement_intake.domain.records import SERVICE, OutgoingLetter, Unfinished, Verdict
from statement_intake.ledger.audit import note
from statement_intake.ledger.inspections import await_inspection
from statement_intake.ledger.rows import file_rows, key_of, reason_of, sender_of, summary, understood
from statement_intake.ledger.schema import decisions, files, findings, letters, messages, submissions
from statement_intake.ledger.standing import ask_back, settle_versions
from statement_intake.ledger.words import index

#: Letters that have not left and can still be taken back.
UNSENT = ("queued", "deferred", "held", "suppressed", "failed", "bounced")
#: Letters that are on their way at this moment.
LEAVING = ("sending", "data")


class _Twin(NamedTuple):
    reference: str
    #: The same sender has a letter about it, or will get one.
    answered: bool


class Record:
    """Writes decisions. Everything in one transaction, or nothing."""

    def __init__(self, engine: Engine, replies_per_sender_per_day: int) -> None:
        self._engine = engine
        self._replies_per_day = replies_per_sender_per_day

    def decided(  # noqa: PLR0913 - one argument for each thing that is recorded
        self, message: Unfinished, facts: Message, identity: str, decision: Decision, verdict: Verdict, *,
        answers: str | None, mark: bool,
    ) -> bool:  # fmt: skip
        """Record the service's decision about a message that was read.

        False if the same mail was decided before: then it is only noted as a duplicate, and nothing is answered.
        """
        try:
            with self._engine.begin() as connection:
                submission = self._insert(connection, message, facts, decision, answers)
                update_message = update(messages).where(messages.c.id == message.id, messages.c.state == "received")
                done = connection.execute(
                    update_message.values(
                        state="decided",
                        outcome=str(decision.outcome),
                        reason=reason_of(decision),
                        identity=identity,
                        message_id=facts.headers.message_id,
                        sender=sender_of(facts),
                        authentication=str(decision.sender.authentication),
                        facts=facts.model_dump(mode="json"),
                        submission_id=submission,
                        mark="pending" if mark else "none",
                    )
                )
                if done.rowcount != 1:
                    raise Conflict("the message is decided already")
                twin = _twin(connection, facts, submission)
                self._write(connection, submission, message.reference, 1, decision, verdict, twin=twin)
                index(connection, submission, message.reference, facts, decision)
                settle_versions(connection, decision, message.reference, SERVICE, verdict.at)
                if reason_of(decision) == "message.withdrawal":
                    ask_back(connection, decision, sender_of(facts), message.reference, answers, verdict.at)
        except IntegrityError:
            # Two processes, one mail: the loser of the race has a second copy.
            if not self.duplicate(message, identity):
                raise Conflict("the decision could not be recorded, and yet nothing stands in its way") from None
            return False
        return True

    def duplicate(self, message: Unfinished, identity: str) -> bool:
        """Was a mail of this identity decided before? Then *message* is noted as its duplicate, and is finished."""
        with self._engine.begin() as connection:
            first = connection.execute(
                select(messages.c.submission_id).where(messages.c.identity == identity, messages.c.id != message.id)
            ).first()
            if first is None:
                return False
            connection.execute(
                update(messages)
                .where(messages.c.id == message.id, messages.c.state == "received")
                .values(
                    state="decided",
                    outcome=str(Outcome.IGNORED),
                    reason="message.duplicate",
                    submission_id=first.submission_id,
                    mark="none",
                )
            )
        return True

    def not_ours(self, message: Unfinished, reason: str) -> None:
        """Record that a mail that was read is none of ours: of it only key, date and reason stay."""
        with self._engine.begin() as connection:
            connection.execute(
                update(messages)
                .where(messages.c.id == message.id, messages.c.state == "received")
                .values(
                    state="decided",
                    outcome=str(Outcome.IGNORED),
                    reason=reason,
                    reference=None,
                    raw_sha256=None,
                    size=None,
                    last_fault=None,
                )
            )

    def overruled(self, submission: int, revision: int, decision: Decision, verdict: Verdict) -> None:
        """Record a person's verdict: a new revision, and the unsent letters of the old ones taken back.

        Raises Conflict if the submission is no longer at *revision*, or if a letter of it is leaving just now.
        """
        with self._engine.begin() as connection:
            here = (submissions.c.id == submission) & (submissions.c.revision == revision)
            reference = connection.execute(select(submissions.c.reference).where(here)).scalar()
            if reference is None:
                raise Conflict("somebody else has just decided about it; look again")
            _take_back(connection, submission, f"overruled by {verdict.actor}", verdict.at)
            connection.execute(
                update(submissions)
                .where(here)
                .values(revision=revision + 1, mending=verdict.mending, needs_person="", **understood(decision))
            )
            _stands(connection, submission, decision)
            self._write(connection, submission, reference, revision + 1, decision, verdict)
            index(connection, submission, reference, _facts(connection, submission), decision)
            settle_versions(connection, decision, reference, verdict.actor, verdict.at)

    def withdrawn(self, submission: int, revision: int, verdict: Verdict) -> None:
        """Record that a statement is withdrawn: it stands no longer, and its unsent letters are taken back.

        Raises Conflict as `overruled` does, and where it is withdrawn already.
        """
        with self._engine.begin() as connection:
            here = (submissions.c.id == submission) & (submissions.c.revision == revision)
            stands = here & (submissions.c.standing != "withdrawn")
            reference = connection.execute(select(submissions.c.reference).where(stands)).scalar()
            if reference is None:
                raise Conflict("it is withdrawn already, or somebody else has just decided about it; look again")
            _take_back(connection, submission, f"withdrawn by {verdict.actor}", verdict.at)
            connection.execute(update(submissions).where(here).values(standing="withdrawn", needs_person=""))
            note(connection, verdict.at, verdict.actor, verdict.action, reference, {"because": verdict.because})

    def _insert(
        self, connection: Connection, message: Unfinished, facts: Message, decision: Decision, answers: str | None
    ) -> int:
        standing = "withdrawal_requested" if reason_of(decision) == "message.withdrawal" else "current"
        inserted = connection.execute(
            insert(submissions).values(
                reference=message.reference,
                received_at=message.received_at,
                sender=sender_of(facts),
                subject=facts.headers.subject,
                standing=standing,
                answers=answers,
                revision=1,
                mending={},
                **understood(decision),
            )
        )
        return key_of(inserted)

    def _write(  # noqa: PLR0913 - one argument for each thing that is recorded
        self,
        connection: Connection,
        submission: int,
        reference: str,
        revision: int,
        decision: Decision,
        verdict: Verdict,
        *,
        twin: _Twin | None = None,
    ) -> None:
        step = connection.execute(
            insert(decisions).values(
                submission_id=submission,
                revision=revision,
                outcome=str(decision.outcome),
                decided_at=verdict.at,
                actor=verdict.actor,
                action=verdict.action,
                because=verdict.because,
                sender=decision.sender.model_dump(mode="json"),
            )
        )
        rows = [finding.model_dump(mode="json") | {"decision_id": key_of(step)} for finding in decision.findings]
        if rows:
            connection.execute(insert(findings), rows)
        connection.execute(delete(files).where(files.c.submission_id == submission))
        if kept := file_rows(submission, decision, verdict.added_by):
            connection.execute(insert(files), kept)
            await_inspection(connection, decision)
        if verdict.letter is not None:
            self._queue(connection, submission, revision, verdict.letter, verdict.at, twin=twin)
        told = summary(decision, revision, verdict) | ({"same_message_id": twin.reference} if twin else {})
        note(connection, verdict.at, verdict.actor, verdict.action, reference, told)

    def _queue(  # noqa: PLR0913 - as above
        self,
        connection: Connection,
        submission: int,
        revision: int,
        letter: OutgoingLetter,
        at: datetime,
        *,
        twin: _Twin | None,
    ) -> None:
        recent = select(func.count()).where(
            func.lower(letters.c.to_address) == letter.to.lower(),
            letters.c.written_at > at - timedelta(days=1),
            letters.c.state.not_in(("dropped", "suppressed")),
        )
        values = letter.model_dump(exclude={"to"}) | {"to_address": letter.to}
        if letter.state == "queued" and twin and twin.answered:
            # A gateway may have changed one of two copies so much that their contents differ.
            values |= {
                "state": "held",
                "response": f"{twin.reference} came with the same Message-ID, and may be the same mail",
            }
        elif letter.state == "queued" and int(connection.execute(recent).scalar() or 0) >= self._replies_per_day:
            values |= {"state": "held", "response": "more letters to this address in a day than [limits] allows"}
        connection.execute(
            insert(letters).values(submission_id=submission, revision=revision, written_at=at, attempts=0, **values)
        )


def _twin(connection: Connection, facts: Message, submission: int) -> _Twin | None:
    """Another submission that came with the same Message-ID and other content; one that has a letter, if any has."""
    query = (
        select(submissions.c.reference, messages.c.sender, letters.c.id)
        .join(messages, messages.c.submission_id == submissions.c.id)
        .outerjoin(
            letters,
            (letters.c.submission_id == submissions.c.id) & letters.c.state.not_in(("dropped", "suppressed")),
        )
        .where(messages.c.message_id == facts.headers.message_id, submissions.c.id != submission)
        .order_by(letters.c.id.is_(None), submissions.c.id)
        .limit(1)
    )
    row = connection.execute(query).first() if facts.headers.message_id else None
    if row is None:
        return None
    return _Twin(row.reference, answered=row.id is not None and row.sender == sender_of(facts))


def _take_back(connection: Connection, submission: int, why: str, at: datetime) -> None:
    """Drop the letters of a submission that have not left. Raises Conflict where one is leaving just now."""
    of_it = letters.c.submission_id == submission
    if connection.execute(select(letters.c.id).where(of_it, letters.c.state.in_(LEAVING))).first():
        raise Conflict("a letter about it is being sent at this moment; try again in a minute")
    unsent = update(letters).where(of_it, letters.c.state.in_(UNSENT))
    connection.execute(unsent.values(state="dropped", response=why, settled_at=at))


def _facts(connection: Connection, submission: int) -> Message:
    """The mail that a submission came with."""
    query = select(messages.c.facts).where(messages.c.submission_id == submission, messages.c.facts.is_not(None))
    return Message.model_validate(connection.execute(query.order_by(messages.c.id).limit(1)).scalar())


def _stands(connection: Connection, submission: int, decision: Decision) -> None:
    """What follows from a person's verdict: the mark in the mailbox, and the end of a withdrawal."""
    connection.execute(
        update(messages)
        .where(messages.c.submission_id == submission, messages.c.mark.in_(("pending", "done")))
        .values(outcome=str(decision.outcome), mark="pending")
    )
    if decision.outcome is Outcome.ACCEPTED:
        asked = (submissions.c.id == submission) & submissions.c.standing.in_(("withdrawal_requested", "withdrawn"))
        connection.execute(update(submissions).where(asked).values(standing="current"))
