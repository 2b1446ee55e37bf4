"""The one transaction in which a decision becomes a fact: decision, findings, files, audit entry and queued reply."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.message import Message
from statement_intake.domain.records import SERVICE, OutgoingLetter, Unfinished, Verdict
from statement_intake.ledger.schema import audit, decisions, files, findings, letters, messages, submissions

#: Letters that have not left and can still be taken back.
UNSENT = ("queued", "deferred", "held", "suppressed", "failed")
#: Letters that are on their way at this moment.
LEAVING = ("sending", "data")


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
                        reason=_reason(decision),
                        identity=identity,
                        message_id=facts.headers.message_id,
                        sender=_sender(facts),
                        facts=facts.model_dump(mode="json"),
                        submission_id=submission,
                        mark="pending" if mark else "none",
                    )
                )
                if done.rowcount != 1:
                    raise Conflict("the message is decided already")
                self._write(connection, submission, message.reference, 1, decision, verdict)
                if decision.supersedes:
                    _supersede(connection, decision.supersedes, message.reference, verdict.at)
        except IntegrityError:
            self._note_duplicate(message, identity)
            return False
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
                )  # fmt: skip
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
            leaving = select(letters.c.id).where(letters.c.submission_id == submission, letters.c.state.in_(LEAVING))
            if connection.execute(leaving).first():
                raise Conflict("a letter about it is being sent at this moment; try again in a minute")
            connection.execute(
                update(letters)
                .where(letters.c.submission_id == submission, letters.c.state.in_(UNSENT))
                .values(state="dropped", response=f"overruled by {verdict.actor}", settled_at=verdict.at)
            )
            connection.execute(
                update(submissions)
                .where(here)
                .values(revision=revision + 1, mending=verdict.mending, **_understood(decision))
            )
            self._write(connection, submission, reference, revision + 1, decision, verdict)

    def _insert(
        self, connection: Connection, message: Unfinished, facts: Message, decision: Decision, answers: str | None
    ) -> int:
        standing = "withdrawal_requested" if _reason(decision) == "message.withdrawal" else "current"
        inserted = connection.execute(
            insert(submissions).values(
                reference=message.reference,
                received_at=message.received_at,
                sender=_sender(facts),
                subject=facts.headers.subject,
                standing=standing,
                answers=answers,
                revision=1,
                mending={},
                **_understood(decision),
            )
        )
        return _key_of(inserted)

    def _write(  # noqa: PLR0913 - one argument for each thing that is recorded
        self,
        connection: Connection,
        submission: int,
        reference: str,
        revision: int,
        decision: Decision,
        verdict: Verdict,
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
            )
        )
        rows = [finding.model_dump(mode="json") | {"decision_id": _key_of(step)} for finding in decision.findings]
        if rows:
            connection.execute(insert(findings), rows)
        connection.execute(delete(files).where(files.c.submission_id == submission))
        if kept := _files(submission, decision, verdict.added_by):
            connection.execute(insert(files), kept)
        if verdict.letter is not None:
            self._queue(connection, submission, revision, verdict.letter, verdict.at)
        _note(connection, verdict.at, verdict.actor, verdict.action, reference, _summary(decision, revision, verdict))

    def _queue(
        self, connection: Connection, submission: int, revision: int, letter: OutgoingLetter, at: datetime
    ) -> None:
        recent = select(func.count()).where(
            letters.c.to_address == letter.to,
            letters.c.written_at > at - timedelta(days=1),
            letters.c.state.not_in(("dropped", "suppressed")),
        )
        values = letter.model_dump(exclude={"to"}) | {"to_address": letter.to}
        if letter.state == "queued" and int(connection.execute(recent).scalar() or 0) >= self._replies_per_day:
            values |= {"state": "held", "response": "more letters to this address in a day than [limits] allows"}
        connection.execute(
            insert(letters).values(submission_id=submission, revision=revision, written_at=at, attempts=0, **values)
        )

    def _note_duplicate(self, message: Unfinished, identity: str) -> None:
        with self._engine.begin() as connection:
            first = connection.execute(
                select(messages.c.submission_id, messages.c.outcome).where(messages.c.identity == identity)
            ).first()
            if first is None:
                raise Conflict("the decision could not be recorded, and yet nothing stands in its way")
            connection.execute(
                update(messages)
                .where(messages.c.id == message.id)
                .values(
                    state="decided",
                    outcome=str(Outcome.IGNORED),
                    reason="message.duplicate",
                    submission_id=first.submission_id,
                    mark="none",
                )
            )


def _key_of(inserted: CursorResult[Any]) -> int:
    if inserted.inserted_primary_key is None:
        raise RuntimeError("the database gave no key for a new row")
    return int(inserted.inserted_primary_key[0])


def _understood(decision: Decision) -> dict[str, Any]:
    submission = decision.submission
    return {
        "meeting": submission.meeting.id if submission.meeting else None,
        "party": submission.party.code if submission.party else None,
        "party_name": submission.party.name if submission.party else None,
        "on_behalf_of": submission.on_behalf_of.code if submission.on_behalf_of else None,
        "together_with": [party.code for party in submission.together_with],
        "items": list(submission.items),
        "kind": str(submission.kind) if submission.kind else None,
        "outcome": str(decision.outcome),
    }


def _files(submission: int, decision: Decision, added_by: dict[str, str]) -> Sequence[dict[str, Any]]:
    return [
        {
            "submission_id": submission,
            "role": str(file.role),
            "name": file.attachment.name,
            "media_type": file.attachment.media_type,
            "size": file.attachment.size,
            "sha256": file.attachment.sha256,
            "seconds": file.attachment.video.seconds if file.attachment.video else None,
            "added_by": added_by.get(file.attachment.sha256),
            "facts": file.attachment.model_dump(mode="json"),
        }
        for file in decision.submission.files
    ]


def _reason(decision: Decision) -> str | None:
    order = ("silent", "ignore", "hold", "reject")
    strong = [finding for finding in decision.findings if str(finding.effect) in order]
    return min(strong, key=lambda finding: order.index(str(finding.effect))).code if strong else None


def _sender(facts: Message) -> str:
    return facts.headers.sender[0].key[:320] if len(facts.headers.sender) == 1 else ""


def _supersede(connection: Connection, earlier: str, by: str, at: datetime) -> None:
    done = connection.execute(
        update(submissions)
        .where(submissions.c.reference == earlier, submissions.c.standing == "current")
        .values(standing="superseded", superseded_by=by)
    )
    if done.rowcount:
        _note(connection, at, SERVICE, "supersede", earlier, {"by": by})


def _summary(decision: Decision, revision: int, verdict: Verdict) -> dict[str, Any]:
    return {
        "revision": revision,
        "outcome": str(decision.outcome),
        "because": verdict.because,
        "findings": [finding.code for finding in decision.findings],
        "letter": verdict.letter.state if verdict.letter else None,
    }


def _note(  # noqa: PLR0913 - the columns of a row
    connection: Connection, at: datetime, actor: str, action: str, reference: str, detail: dict[str, Any]
) -> None:
    connection.execute(insert(audit).values(at=at, actor=actor, action=action, reference=reference, detail=detail))
