"""Everything that the ledger knows about one submission, put together from its rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select

from statement_intake.domain.authentication import Authentication
from statement_intake.domain.finding import Finding, Outcome
from statement_intake.domain.message import Attachment, Message
from statement_intake.domain.records import (
    AuditEntry,
    Dossier,
    FileRecord,
    LetterRecord,
    MailRecord,
    PastDecision,
    Version,
)
from statement_intake.domain.senders import Owner, SenderFacts
from statement_intake.ledger.inspections import inspection_of
from statement_intake.ledger.places import key_at
from statement_intake.ledger.schema import audit, decisions, files, findings, letters, messages, submissions


def dossier_of(connection: Connection, row: Row[tuple[object, ...]]) -> Dossier:
    """Everything known about the submission of that row."""
    query = select(messages).order_by(messages.c.id)
    mails = connection.execute(query.where(messages.c.submission_id == row.id)).all()
    # What was joined to another submission still shows the mail that it came with.
    mails = mails or connection.execute(query.where(messages.c.reference == row.reference)).all()
    told = sorted(
        (mail for mail in mails if mail.facts is not None), key=lambda mail: (mail.received_at, mail.revision or 1)
    )
    first = min(told, key=lambda mail: mail.revision or 1)
    count, gone = _files(connection, row.id)
    return Dossier(
        id=row.id,
        reference=row.reference,
        received=row.received_at,
        outcome=Outcome(row.outcome),
        standing=row.standing,
        superseded_by=row.superseded_by,
        answers=row.answers,
        revision=row.revision,
        meeting=row.meeting,
        party=row.party,
        party_name=row.party_name,
        on_behalf_of=row.on_behalf_of,
        together_with=tuple(row.together_with),
        items=tuple(row.items),
        kind=row.kind,
        mending=row.mending,
        needs_person=row.needs_person,
        purged=tuple(row.purged.split()),
        sender=row.sender,
        subject=row.subject,
        messages=tuple(key_at(mail) for mail in mails),
        raw_sha256=first.raw_sha256,
        facts=Message.model_validate(first.facts),
        mails=tuple(_mail(mail) for mail in told),
        files=count,
        replaced=gone,
        versions=_versions(connection, row.reference),
        owner=owners_of(connection, [row])[row.id],
        history=_history(connection, row.id),
        letters=_letters(connection, row.id),
        audit=_audit(connection, row.reference),
    )


def findings_of(connection: Connection, submission: int, revision: int) -> list[Finding]:
    """What the decision that made that revision found."""
    query = (
        select(findings)
        .join(decisions, findings.c.decision_id == decisions.c.id)
        .where(decisions.c.submission_id == submission, decisions.c.revision == revision)
        .order_by(findings.c.id)
    )
    return [
        Finding(code=row.code, effect=row.effect, message=row.message, detail=row.detail)
        for row in connection.execute(query)
    ]


_ASKED: BindParameter[Any] = bindparam("ids", expanding=True)
_WRITTEN_TO = select(letters.c.submission_id, letters.c.to_address).where(
    letters.c.submission_id.in_(_ASKED), letters.c.state.in_(("sent", "unknown"))
)
_AUTHENTICATED = select(messages.c.submission_id).where(
    messages.c.submission_id.in_(_ASKED), messages.c.authentication == str(Authentication.PASS)
)


def owners_of(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> dict[int, Owner]:
    """Who may answer for the submissions of these rows, by their number."""
    asked = {"ids": [row.id for row in rows]}
    written: dict[int, set[str]] = {}
    for letter in connection.execute(_WRITTEN_TO, asked):
        written.setdefault(letter.submission_id, set()).add(letter.to_address.casefold())
    authenticated = set(connection.execute(_AUTHENTICATED, asked).scalars())
    return {
        row.id: Owner(
            sender=row.sender,
            written_to=frozenset(written.get(row.id, ())),
            authenticated=row.id in authenticated,
        )
        for row in rows
    }


def _mail(row: Row[tuple[object, ...]]) -> MailRecord:
    return MailRecord(
        key=key_at(row),
        received=row.received_at,
        revision=row.revision or 1,
        sender=row.sender or "",
        authentication=Authentication(row.authentication or "unknown"),
        size=row.size or 0,
        raw_sha256=row.raw_sha256,
        message=Message.model_validate(row.facts),
    )


def _files(connection: Connection, submission: int) -> tuple[tuple[FileRecord, ...], tuple[FileRecord, ...]]:
    """The files that count, and those whose place others have taken."""
    query = select(files).where(files.c.submission_id == submission).order_by(files.c.id)
    found = [
        FileRecord(
            role=row.role,
            added_by=row.added_by,
            attachment=Attachment.model_validate(row.facts),
            replaced=row.replaced,
            inspection=inspection_of(connection, row.sha256) if row.role == "video" else None,
        )
        for row in connection.execute(query).all()
    ]
    return tuple(file for file in found if file.replaced is None), tuple(file for file in found if file.replaced)


def _versions(connection: Connection, reference: str) -> tuple[Version, ...]:
    """Everything that replaced this submission or was replaced by it, near or far."""
    chain, fresh = {reference}, {reference}
    while fresh:
        linked = select(submissions.c.reference, submissions.c.superseded_by).where(
            submissions.c.superseded_by.in_(fresh)
            | (submissions.c.reference.in_(fresh) & submissions.c.superseded_by.is_not(None))
        )
        found = {name for row in connection.execute(linked) for name in (row.reference, row.superseded_by)}
        fresh = found - chain
        chain |= found
    if len(chain) == 1:
        return ()
    query = select(submissions).where(submissions.c.reference.in_(chain)).order_by(submissions.c.id)
    return tuple(
        Version(reference=row.reference, received=row.received_at, outcome=Outcome(row.outcome), standing=row.standing)
        for row in connection.execute(query)
    )


def _history(connection: Connection, submission: int) -> tuple[PastDecision, ...]:
    query = select(decisions).where(decisions.c.submission_id == submission).order_by(decisions.c.revision)
    return tuple(
        PastDecision(
            revision=row.revision,
            outcome=Outcome(row.outcome),
            decided_at=row.decided_at,
            actor=row.actor,
            action=row.action,
            because=row.because,
            findings=tuple(findings_of(connection, submission, row.revision)),
            sender=SenderFacts.model_validate(row.sender) if row.sender else None,
        )
        for row in connection.execute(query).all()
    )


def _letters(connection: Connection, submission: int) -> tuple[LetterRecord, ...]:
    query = select(letters).where(letters.c.submission_id == submission).order_by(letters.c.revision)
    return tuple(
        LetterRecord(
            id=row.id,
            revision=row.revision,
            kind=row.kind,
            state=row.state,
            to=row.to_address,
            language=row.language,
            subject=row.subject,
            body=row.body,
            message_id=row.message_id,
            written_at=row.written_at,
            attempts=row.attempts,
            response=row.response,
            next_attempt_at=row.next_attempt_at,
            settled_at=row.settled_at,
        )
        for row in connection.execute(query)
    )


def _audit(connection: Connection, reference: str) -> tuple[AuditEntry, ...]:
    query = select(audit).where(audit.c.reference == reference).order_by(audit.c.id)
    return tuple(
        AuditEntry(at=row.at, actor=row.actor, action=row.action, reference=row.reference, detail=row.detail)
        for row in connection.execute(query)
    )
