"""The one transaction in which a decision becomes a fact: decision, findings, files, audit entry and queued reply."""

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from statement_intake.domain.authentication import Authentication
from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.message import Message
from statement_intake.domain.records import SERVICE, Dossier, Recorded, Unfinished, Verdict
from statement_intake.domain.reply_limits import ReplyLimits
from statement_intake.ledger.audit import note
from statement_intake.ledger.inspections import await_inspection
from statement_intake.ledger.letters import Twin, queue, take_back, twin_of
from statement_intake.ledger.rows import file_rows, key_of, reason_of, sender_of, summary, understood
from statement_intake.ledger.schema import decisions, files, findings, messages, submissions
from statement_intake.ledger.standing import ask_back, settle_versions
from statement_intake.ledger.words import index

#: Outcomes of which one more mail can make something else.
_OPEN = (str(Outcome.REJECTED), str(Outcome.HELD))


class Record:
    """Writes decisions. Everything in one transaction, or nothing."""

    def __init__(self, engine: Engine, replies: ReplyLimits) -> None:
        self._engine = engine
        self._replies = replies

    def decided(  # noqa: PLR0913 - one argument for each thing that is recorded
        self, message: Unfinished, facts: Message, identity: str, decision: Decision, verdict: Verdict, *,
        answers: str | None, mark: bool,
    ) -> Recorded | None:  # fmt: skip
        """Record the service's decision about a message that was read.

        None if the same mail was decided before: then it is only noted as a duplicate, and nothing is answered.
        """
        try:
            with self._engine.begin() as connection:
                submission = self._insert(connection, message, facts, decision, answers)
                authentication = decision.sender.authentication
                _finish(connection, message, facts, identity, decision, authentication, submission, 1, mark=mark)
                twin = twin_of(connection, facts, submission)
                recorded = self._write(connection, submission, message.reference, 1, decision, verdict, twin=twin)
                index(connection, submission, message.reference, facts, decision)
                settle_versions(connection, decision, message.reference, SERVICE, verdict.at)
                ask_back(connection, decision.asks_back, message.reference, verdict.at)
        except IntegrityError:
            # Two processes, one mail: the loser of the race has a second copy.
            if not self.duplicate(message, identity):
                raise Conflict("the decision could not be recorded, and yet nothing stands in its way") from None
            return None
        return recorded

    def completed(  # noqa: PLR0913 - one argument for each thing that is recorded
        self, message: Unfinished, facts: Message, identity: str, decision: Decision, verdict: Verdict, *,
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
                take_back(connection, dossier.id, f"completed by {message.reference}", verdict.at)
                _finish(connection, message, facts, identity, decision, authentication, dossier.id, revision, mark=mark)
                _mark_again(connection, dossier.id, decision, but=message.id)
                recorded = self._write(connection, dossier.id, dossier.reference, revision, decision, verdict)
                index(connection, dossier.id, dossier.reference, whole, decision)
                settle_versions(connection, decision, dossier.reference, SERVICE, verdict.at)
        except IntegrityError:
            if not self.duplicate(message, identity):
                raise Conflict("the completion could not be recorded, and yet nothing stands in its way") from None
            return None
        return recorded

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

    def overruled(
        self, submission: int, revision: int, decision: Decision, verdict: Verdict, standing: str | None = None
    ) -> None:
        """Record a person's verdict: a new revision, and the unsent letters of the old ones taken back.

        Raises Conflict if the submission is no longer at *revision*, or in the *standing* in which it was seen (it
        was withdrawn or replaced meanwhile), or if a letter of it is leaving just now.
        """
        with self._engine.begin() as connection:
            here = (submissions.c.id == submission) & (submissions.c.revision == revision)
            if standing is not None:
                here &= submissions.c.standing == standing
            reference = connection.execute(select(submissions.c.reference).where(here)).scalar()
            if reference is None:
                raise Conflict("somebody else has just decided about it; look again")
            take_back(connection, submission, f"overruled by {verdict.actor}", verdict.at)
            connection.execute(
                update(submissions)
                .where(here)
                .values(revision=revision + 1, mending=verdict.mending, needs_person="", **understood(decision))
            )
            _stands(connection, submission, decision)
            self._write(connection, submission, reference, revision + 1, decision, verdict)
            index(connection, submission, reference, _facts(connection, submission), decision)
            settle_versions(connection, decision, reference, verdict.actor, verdict.at)

    def joined(self, dossier: Dossier, other: Dossier, decision: Decision, verdict: Verdict, *, whole: Message) -> None:
        """Record that the mails of *other* belong to *dossier*: one submission from now on, in the earlier one's time.

        *other* gives its place and its mails away, and its unsent letters are taken back. Raises Conflict as
        `overruled` does, for either.
        """
        revision = dossier.revision + 1
        with self._engine.begin() as connection:
            for one in (dossier, other):
                here = (submissions.c.id == one.id) & (submissions.c.revision == one.revision)
                still = here & (submissions.c.standing == one.standing)
                if connection.execute(select(submissions.c.id).where(still)).first() is None:
                    raise Conflict(f"somebody else has just decided about {one.reference}; look again")
                take_back(connection, one.id, f"joined by {verdict.actor}", verdict.at)
            given = update(messages).where(messages.c.submission_id == other.id)
            connection.execute(given.values(submission_id=dossier.id, revision=revision))
            gone = update(submissions).where(submissions.c.id == other.id)
            connection.execute(gone.values(standing="superseded", superseded_by=dossier.reference, needs_person=""))
            connection.execute(
                update(submissions)
                .where(submissions.c.id == dossier.id)
                .values(
                    revision=revision,
                    received_at=min(dossier.received, other.received),
                    mending=verdict.mending,
                    needs_person="",
                    **understood(decision),
                )
            )
            _stands(connection, dossier.id, decision)
            self._write(connection, dossier.id, dossier.reference, revision, decision, verdict)
            index(connection, dossier.id, dossier.reference, whole, decision)
            settle_versions(connection, decision, dossier.reference, verdict.actor, verdict.at)
            told = {"by": dossier.reference, "because": verdict.because}
            note(connection, verdict.at, verdict.actor, "join", other.reference, told)

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
            take_back(connection, submission, f"withdrawn by {verdict.actor}", verdict.at)
            connection.execute(update(submissions).where(here).values(standing="withdrawn", needs_person=""))
            note(connection, verdict.at, verdict.actor, verdict.action, reference, {"because": verdict.because})

    def publishing_settled(self, submission: int, revision: int, agreed: bool, verdict: Verdict) -> None:  # noqa: FBT001 - yes or no is what it is about
        """Record whether a statement's texts may be posted. Decision and letters stay as they are.

        Raises Conflict if the submission is no longer at *revision*.
        """
        with self._engine.begin() as connection:
            here = (submissions.c.id == submission) & (submissions.c.revision == revision)
            row = connection.execute(select(submissions.c.reference, submissions.c.mending).where(here)).first()
            if row is None:
                raise Conflict("somebody else has just decided about it; look again")
            mending = row.mending | {"publish": agreed}
            connection.execute(update(submissions).where(here).values(mending=mending))
            detail = {"because": verdict.because, "publish": agreed}
            note(connection, verdict.at, verdict.actor, verdict.action, row.reference, detail)

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
        twin: Twin | None = None,
    ) -> Recorded:
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
        current = (files.c.submission_id == submission) & files.c.replaced.is_(None)
        left = files.c.sha256.not_in([file.attachment.sha256 for file in decision.submission.files])
        connection.execute(update(files).where(current, left).values(replaced=revision))
        connection.execute(delete(files).where(current))
        if kept := file_rows(submission, decision, verdict.added_by):
            connection.execute(insert(files), kept)
            await_inspection(connection, decision)
        recorded = Recorded()
        if verdict.letter is not None:
            limits = self._replies if verdict.actor == SERVICE else None
            recorded = queue(connection, submission, revision, verdict.letter, verdict.at, limits=limits, twin=twin)
        told = summary(decision, revision, verdict) | ({"same_message_id": twin.reference} if twin else {})
        note(connection, verdict.at, verdict.actor, verdict.action, reference, told)
        return recorded


def _finish(  # noqa: PLR0913 - the columns of a row
    connection: Connection, message: Unfinished, facts: Message, identity: str, decision: Decision,
    authentication: Authentication, submission: int, revision: int, *, mark: bool,
) -> None:  # fmt: skip
    """The message is decided, and belongs to *submission*. Raises Conflict where it was decided already."""
    done = connection.execute(
        update(messages)
        .where(messages.c.id == message.id, messages.c.state == "received")
        .values(
            state="decided",
            outcome=str(decision.outcome),
            reason=reason_of(decision),
            identity=identity,
            message_id=facts.headers.message_id,
            sender=sender_of(facts),
            authentication=str(authentication),
            facts=facts.model_dump(mode="json"),
            submission_id=submission,
            revision=revision,
            mark="pending" if mark else "none",
        )
    )
    if done.rowcount != 1:
        raise Conflict("the message is decided already")


def _mark_again(connection: Connection, submission: int, decision: Decision, *, but: int = 0) -> None:
    """The mails of the submission are to carry the outcome that it has now."""
    connection.execute(
        update(messages)
        .where(messages.c.submission_id == submission, messages.c.id != but)
        .where(messages.c.mark.in_(("pending", "done")))
        .values(outcome=str(decision.outcome), mark="pending")
    )


def _facts(connection: Connection, submission: int) -> Message:
    """The first mail of a submission, with the text of all."""
    query = select(messages.c.facts).where(messages.c.submission_id == submission, messages.c.facts.is_not(None))
    found = connection.execute(query.order_by(messages.c.revision, messages.c.id)).scalars()
    mails = [Message.model_validate(facts) for facts in found]
    return mails[0].model_copy(update={"text": "\n".join(mail.text for mail in mails)})


def _stands(connection: Connection, submission: int, decision: Decision) -> None:
    """What follows from a person's verdict: the mark in the mailbox, and the end of a withdrawal."""
    _mark_again(connection, submission, decision)
    if decision.outcome is Outcome.ACCEPTED:
        asked = (submissions.c.id == submission) & submissions.c.standing.in_(("withdrawal_requested", "withdrawn"))
        connection.execute(update(submissions).where(asked).values(standing="current"))
