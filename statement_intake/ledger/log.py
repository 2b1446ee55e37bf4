"""What the ledger tells: the log, one submission's dossier, earlier submissions of a party."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, bindparam, select

from statement_intake.domain.checks import Earlier, Elsewhere
from statement_intake.domain.finding import Effect, Outcome
from statement_intake.domain.records import Dossier, LogRow, OpenSubmission
from statement_intake.domain.value import Value
from statement_intake.ledger.dossiers import dossier_of, owners_of
from statement_intake.ledger.engine import reading
from statement_intake.ledger.rows import constants
from statement_intake.ledger.schema import decisions, files, findings, messages, submissions
from statement_intake.ledger.search import log_rows

#: Rows that are held in memory at a time.
_PAGE = 500
_OF_PARTY = (submissions.c.meeting == bindparam("meeting")) & (submissions.c.party == bindparam("party"))
# These three are asked about every mail, so made once.
_STANDING = (
    select(submissions)
    .where(_OF_PARTY, submissions.c.standing.in_(constants("current", "withdrawal_requested")))
    .order_by(submissions.c.received_at, submissions.c.id)
)
_OPEN = (
    select(submissions.c.reference, submissions.c["items"], submissions.c.kind)
    .where(_OF_PARTY, submissions.c.sender == bindparam("sender"))
    .where(submissions.c.outcome.in_(constants("rejected", "held")), submissions.c.standing == "current")
    .where(submissions.c.received_at >= bindparam("since"))
    .order_by(submissions.c.id)
)
_ELSEWHERE = (
    select(submissions.c.id, submissions.c.reference, submissions.c.party, files.c.sha256)
    .join(files, files.c.submission_id == submissions.c.id)
    .where(files.c.sha256.in_(bindparam("digests", expanding=True)))
    .where(files.c.role.in_(constants("video", "transcript", "statement")), files.c.replaced.is_(None))
    .where(submissions.c.meeting == bindparam("meeting"), submissions.c.party != bindparam("party"))
    .where(submissions.c.outcome.in_(constants("accepted", "held")), submissions.c.standing != "withdrawn")
    .order_by(submissions.c.id)
)
#: Those of some submissions whose present decision was not told to anybody.
_SILENT = (
    select(decisions.c.submission_id)
    .join(findings, findings.c.decision_id == decisions.c.id)
    .join(submissions, submissions.c.id == decisions.c.submission_id)
    .where(decisions.c.submission_id.in_(bindparam("ids", expanding=True)))
    .where(decisions.c.revision == submissions.c.revision, findings.c.effect == str(Effect.SILENT))
)


class Filter(Value):
    """Which lines of the log are wanted."""

    outcomes: tuple[Outcome, ...] = ()
    meeting: str | None = None
    party: str | None = None
    #: Received since then.
    since: datetime | None = None
    #: Decided since then as they stand, by the service or by an officer.
    decided_since: datetime | None = None
    #: Only what waits for a person: held, found wanting after it was decided, or asked back.
    waiting: bool = False


class Log:
    """Reads; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

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
        if wanted.decided_since:
            present = (decisions.c.submission_id == submissions.c.id) & (decisions.c.revision == submissions.c.revision)
            query = query.join(decisions, present).where(decisions.c.decided_at >= wanted.decided_since)
        if wanted.waiting:
            query = query.where(
                submissions.c.standing.in_(("current", "withdrawal_requested")),
                (submissions.c.outcome == str(Outcome.HELD))
                | (submissions.c.needs_person != "")
                | (submissions.c.standing == "withdrawal_requested"),
            )
        with self._engine.begin() as connection:
            for page in connection.execute(query).partitions(_PAGE):
                yield from log_rows(connection, page)

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
        with self._engine.begin() as connection:
            rows = [
                row
                for row in connection.execute(_STANDING, {"meeting": meeting, "party": party})
                if beside is None or row.id < beside or (later and row.id > beside)
            ]
            return tuple(
                one.model_copy(update={"later": beside is not None and row.id > beside})
                for row, one in zip(rows, _in_short(connection, rows), strict=True)
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
            return _in_short(connection, [row])[0] if row else None

    def elsewhere(
        self, meeting: str, party: str, digests: Sequence[str], *, before: int | None = None
    ) -> tuple[Elsewhere, ...]:
        """Where files of these digests stand under another party's name: in what is accepted or held, not withdrawn.

        *before*: only in what came before that submission.
        """
        wanted = {"meeting": meeting, "party": party, "digests": list(digests)}
        with self._engine.begin() as connection:
            return tuple(
                Elsewhere(reference=row.reference, party=row.party, sha256=row.sha256)
                for row in connection.execute(_ELSEWHERE, wanted)
                if before is None or row.id < before
            )

    def open_of(self, sender: str, meeting: str, party: str, since: datetime) -> tuple[OpenSubmission, ...]:
        """What the sender has sent since for that party and meeting, and was rejected or is held; oldest first."""
        wanted = {"sender": sender, "meeting": meeting, "party": party, "since": since}
        with self._engine.begin() as connection:
            return tuple(
                OpenSubmission(reference=row.reference, items=tuple(row.items), kind=row.kind)
                for row in connection.execute(_OPEN, wanted)
            )

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
            return dossier_of(connection, row) if row else None


def _in_short(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> list[Earlier]:
    """The submissions of these rows, as far as later ones of their party need it."""
    if not rows:
        return []
    owners = owners_of(connection, rows)
    silent = set(connection.execute(_SILENT, {"ids": [row.id for row in rows]}).scalars())
    return [
        Earlier(
            reference=row.reference,
            outcome=Outcome(row.outcome),
            kind=row.kind,
            items=tuple(row.items),
            owner=owners[row.id],
            on_behalf_of=row.on_behalf_of,
            together_with=tuple(row.together_with),
            standing=row.standing,
            silent=row.id in silent,
        )
        for row in rows
    ]
