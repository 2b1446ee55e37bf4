"""A person's verdict, recorded: a submission overruled, joined with another, withdrawn, or released for the website."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import IntegrityError

from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.identity import content_identity
from statement_intake.domain.message import Message
from statement_intake.domain.records import Dossier, MailRecord, Verdict
from statement_intake.ledger import places
from statement_intake.ledger.audit import note
from statement_intake.ledger.letters.queueing import take_back
from statement_intake.ledger.rows import sender_of, understood
from statement_intake.ledger.schema import messages, submissions
from statement_intake.ledger.standing import settle_versions
from statement_intake.ledger.writing import mark_again, whole_of, write


class Verdicts:
    """Writes what persons decide. Everything in one transaction, or nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def overruled(  # noqa: PLR0913 - what is decided, and what it was decided about
        self, submission: int, revision: int, decision: Decision, verdict: Verdict, standing: str | None = None, *,
        read: Sequence[MailRecord] = (), received: datetime | None = None,
    ) -> None:  # fmt: skip
        """Record a person's verdict: a new revision, and the unsent letters of the old ones taken back.

        *read*: those of its mails that were read for it; *received*: since when it counts then, None where that stays.
        Raises Conflict if the submission is no longer at *revision*, or in the *standing* in which it was seen (it was
        withdrawn or replaced meanwhile), if a letter of it is leaving just now, or if one of *read* turns out to be a
        copy of another mail.
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
            for mail in read:
                _put_down(connection, submission, mail)
            whole = whole_of(connection, submission)
            if read:
                known: dict[str, Any] = {"sender": sender_of(whole), "subject": whole.headers.subject}
                if received is not None:
                    known["received_at"] = received
                connection.execute(update(submissions).where(submissions.c.id == submission).values(**known))
            write(connection, submission, reference, revision + 1, decision, verdict, whole=whole)
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
            write(connection, dossier.id, dossier.reference, revision, decision, verdict, whole=whole)
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


def _put_down(connection: Connection, submission: int, mail: MailRecord) -> None:
    """What the reader has found in a mail that it could not read before."""
    facts, identity = mail.message, content_identity(mail.message)
    row = update(messages).where(places.here(mail.key), messages.c.submission_id == submission)
    known = {
        "message_id": facts.headers.message_id,
        "sender": sender_of(facts),
        "authentication": str(mail.authentication),
        "facts": facts.model_dump(mode="json"),
    }
    # Copies of one mail that were joined are decided about together; the first of them bears its name.
    copies = select(messages.c.id).where(
        messages.c.identity == identity, messages.c.submission_id == submission, ~places.here(mail.key)
    )
    if connection.execute(copies).first() is None:
        known["identity"] = identity
    try:
        connection.execute(row.values(known))
    except IntegrityError:
        raise Conflict("it is a copy of a mail that was decided about by itself; look for that one") from None


def _stands(connection: Connection, submission: int, decision: Decision) -> None:
    """What follows from a person's verdict: the mark in the mailbox, and the end of a withdrawal."""
    mark_again(connection, submission, decision)
    if decision.outcome is Outcome.ACCEPTED:
        asked = (submissions.c.id == submission) & submissions.c.standing.in_(("withdrawal_requested", "withdrawn"))
        connection.execute(update(submissions).where(asked).values(standing="current"))
