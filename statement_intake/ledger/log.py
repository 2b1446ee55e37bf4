"""What the ledger tells: the log, one submission's dossier, earlier submissions of a party."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, select

from statement_intake.domain.checks import Earlier, Elsewhere
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.message import Attachment, Message
from statement_intake.domain.records import (
    AuditEntry,
    Dossier,
    FileRecord,
    LetterRecord,
    LogRow,
    MailRecord,
    MessageKey,
    PastDecision,
    Version,
)
from statement_intake.domain.senders import Authentication, Owner, SenderFacts
from statement_intake.domain.value import Value
from statement_intake.ledger.inspections import inspection_of
from statement_intake.ledger.schema import audit, decisions, files, findings, letters, messages, submissions

_STRENGTH = {"silent": 0, "ignore": 1, "hold": 2, "reject": 3, "note": 4}
#: Rows that are held in memory at a time.
_PAGE = 500


class Filter(Value):
    """Which lines of the log are wanted."""

    outcomes: tuple[Outcome, ...] = ()
    meeting: str | None = None
    party: str | None = None
    since: datetime | None = None
    #: Only what waits for a person: held, found wanting after it was decided, or asked back.
    waiting: bool = False


class Log:
    """Reads; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(read_only=True)

    def rows(self, wanted: Filter) -> Iterator[LogRow]:
        """Submissions, oldest first, then ignored messages where they are asked for by outcome."""
        if not wanted.outcomes or set(wanted.outcomes) - {Outcome.IGNORED}:
            yield from self._submissions(wanted)
        if Outcome.IGNORED in wanted.outcomes and not wanted.meeting and not wanted.party:
            yield from self._ignored(wanted)

    def _submissions(self, wanted: Filter) -> Iterator[LogRow]:
        query = select(submissions).order_by(submissions.c.received_at, submissions.c.id)
        if wanted.outcomes:
            query = query.where(submissions.c.outcome.in_([str(outcome) for outcome in wanted.outcomes]))
        if wanted.meeting:
            query = query.where(submissions.c.meeting == wanted.meeting)
        if wanted.party:
            query = query.where(submissions.c.party == wanted.party)
        if wanted.since:
            query = query.where(submissions.c.received_at >= wanted.since)
        if wanted.waiting:
            query = query.where(
                submissions.c.standing.in_(("current", "withdrawal_requested")),
                (submissions.c.outcome == str(Outcome.HELD))
                | (submissions.c.needs_person != "")
                | (submissions.c.standing == "withdrawal_requested"),
            )
        with self._engine.begin() as connection:
            for page in connection.execute(query).partitions(_PAGE):
                for row in page:
                    yield _log_row(connection, row)

    def _ignored(self, wanted: Filter) -> Iterator[LogRow]:
        query = select(messages.c.received_at, messages.c.reason).where(messages.c.outcome == str(Outcome.IGNORED))
        if wanted.since:
            query = query.where(messages.c.received_at >= wanted.since)
        with self._engine.begin() as connection:
            for row in connection.execute(query.order_by(messages.c.received_at)):
                yield LogRow(
                    reference=None, received=row.received_at, outcome=Outcome.IGNORED, standing=None, meeting=None,
                    party=None, party_name=None, items=(), kind=None, codes=(row.reason,), reasons=(), sender=None,
                    subject=None, reply=None, needs_person="",
                )  # fmt: skip

    def earlier(
        self, meeting: str, party: str, *, beside: int | None = None, later: bool = False
    ) -> tuple[Earlier, ...]:
        """What stands of a party at a meeting, oldest first, but for the submission *beside* itself.

        What came after that one is left out, too, unless *later* asks for it.
        """
        query = (
            select(submissions)
            .where(submissions.c.meeting == meeting, submissions.c.party == party)
            .where(submissions.c.standing.in_(("current", "withdrawal_requested")))
            .order_by(submissions.c.received_at, submissions.c.id)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(query).all()
            return tuple(
                _earlier(connection, row).model_copy(update={"later": beside is not None and row.id > beside})
                for row in rows
                if beside is None or row.id < beside or (later and row.id > beside)
            )

    def accepted(self, meeting: str) -> Iterator[Dossier]:
        """Everything about each submission to *meeting* that is accepted and stands, oldest first."""
        for row in self.rows(Filter(outcomes=(Outcome.ACCEPTED,), meeting=meeting)):
            if row.reference and row.standing == "current" and (dossier := self.dossier(row.reference)):
                yield dossier

    def submission(self, reference: str) -> Earlier | None:
        """The submission of that reference, in short."""
        with self._engine.begin() as connection:
            row = connection.execute(select(submissions).where(submissions.c.reference == reference)).first()
            return _earlier(connection, row) if row else None

    def elsewhere(self, meeting: str, party: str, digests: Sequence[str]) -> tuple[Elsewhere, ...]:
        """Where files of these digests stand under another party's name: in what is accepted or held, not withdrawn."""
        query = (
            select(submissions.c.reference, submissions.c.party, files.c.sha256)
            .join(files, files.c.submission_id == submissions.c.id)
            .where(files.c.sha256.in_(list(digests)), files.c.role.in_(("video", "transcript", "statement")))
            .where(files.c.replaced.is_(None), submissions.c.meeting == meeting, submissions.c.party != party)
            .where(submissions.c.outcome.in_(("accepted", "held")), submissions.c.standing != "withdrawn")
            .order_by(submissions.c.id)
        )
        with self._engine.begin() as connection:
            return tuple(
                Elsewhere(reference=row.reference, party=row.party, sha256=row.sha256)
                for row in connection.execute(query)
            )

    def open_of(self, sender: str, meeting: str, party: str, since: datetime) -> tuple[Dossier, ...]:
        """What the sender has sent since for that party and meeting, and was rejected or is held."""
        query = (
            select(submissions)
            .where(submissions.c.meeting == meeting, submissions.c.party == party, submissions.c.sender == sender)
            .where(submissions.c.outcome.in_(("rejected", "held")), submissions.c.standing == "current")
            .where(submissions.c.received_at >= since)
            .order_by(submissions.c.id)
        )
        with self._engine.begin() as connection:
            return tuple(_dossier(connection, row) for row in connection.execute(query).all())

    def dossier(self, reference: str) -> Dossier | None:
        """Everything known about a submission; None if there is none of that reference (case does not matter)."""
        with self._engine.begin() as connection:
            row = connection.execute(
                select(submissions).where(submissions.c.reference == reference.strip().upper())
            ).first()
            if row is None:
                # A mail that completed another submission was registered under a reference of its own.
                joined = select(messages.c.submission_id).where(messages.c.reference == reference.strip().upper())
                row = connection.execute(select(submissions).where(submissions.c.id.in_(joined))).first()
            return _dossier(connection, row) if row else None


def _log_row(connection: Connection, row: Row[tuple[object, ...]]) -> LogRow:
    found = sorted(_findings(connection, row.id, row.revision), key=lambda finding: _STRENGTH[str(finding.effect)])
    reply = connection.execute(
        select(letters.c.state).where(letters.c.submission_id == row.id).order_by(letters.c.revision.desc()).limit(1)
    ).scalar()
    return LogRow(
        reference=row.reference,
        received=row.received_at,
        outcome=Outcome(row.outcome),
        standing=row.standing,
        meeting=row.meeting,
        party=row.party,
        party_name=row.party_name,
        items=tuple(row.items),
        kind=row.kind,
        codes=tuple(finding.code for finding in found),
        reasons=tuple(finding.message for finding in found),
        sender=row.sender,
        subject=row.subject,
        reply=reply,
        needs_person=row.needs_person,
    )


def _findings(connection: Connection, submission: int, revision: int) -> list[Finding]:
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


def _earlier(connection: Connection, row: Row[tuple[object, ...]]) -> Earlier:
    return Earlier(
        reference=row.reference,
        outcome=Outcome(row.outcome),
        kind=row.kind,
        items=tuple(row.items),
        owner=_owner(connection, row),
        on_behalf_of=row.on_behalf_of,
        together_with=tuple(row.together_with),
        standing=row.standing,
        silent=any(finding.effect is Effect.SILENT for finding in _findings(connection, row.id, row.revision)),
    )


def _owner(connection: Connection, row: Row[tuple[object, ...]]) -> Owner:
    sent = select(letters.c.to_address).where(
        letters.c.submission_id == row.id, letters.c.state.in_(("sent", "unknown"))
    )
    words = select(messages.c.authentication).where(messages.c.submission_id == row.id)
    return Owner(
        sender=row.sender,
        written_to=frozenset(address.casefold() for address in connection.execute(sent).scalars()),
        authenticated=str(Authentication.PASS) in set(connection.execute(words).scalars()),
    )


def _dossier(connection: Connection, row: Row[tuple[object, ...]]) -> Dossier:
    mails = connection.execute(select(messages).where(messages.c.submission_id == row.id).order_by(messages.c.id)).all()
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
        messages=tuple(
            MessageKey(mailbox=mail.mailbox, folder=mail.folder, uidvalidity=mail.uidvalidity, uid=mail.uid)
            for mail in mails
        ),
        raw_sha256=first.raw_sha256,
        facts=Message.model_validate(first.facts),
        mails=tuple(_mail(mail) for mail in told),
        files=count,
        replaced=gone,
        versions=_versions(connection, row.reference),
        owner=_owner(connection, row),
        history=_history(connection, row.id),
        letters=_letters(connection, row.id),
        audit=_audit(connection, row.reference),
    )


def _mail(row: Row[tuple[object, ...]]) -> MailRecord:
    return MailRecord(
        key=MessageKey(mailbox=row.mailbox, folder=row.folder, uidvalidity=row.uidvalidity, uid=row.uid),
        received=row.received_at,
        revision=row.revision or 1,
        sender=row.sender or "",
        authentication=Authentication(row.authentication or "unknown"),
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
            findings=tuple(_findings(connection, submission, row.revision)),
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
