"""Which videos wait to be inspected, and what inspections found."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from statement_intake.domain.decision import Decision
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.inspection import Inspection, Measurements, PendingInspection
from statement_intake.domain.message import Attachment
from statement_intake.domain.records import SERVICE
from statement_intake.domain.submission import Role
from statement_intake.ledger.audit import note
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import decisions, files, findings, inspections, submissions


class _Holder(NamedTuple):
    """A submission that a video is part of."""

    submission: int
    reference: str
    revision: int
    #: Of the video: an Attachment as JSON.
    facts: Any


def await_inspection(connection: Connection, decision: Decision) -> None:
    """Every playable video of a decision is to be inspected, once."""
    for video in decision.submission.of(Role.VIDEO):
        if video.video is None or not video.video.readable:
            continue
        here = select(inspections.c.video).where(inspections.c.video == video.sha256)
        if connection.execute(here).first() is None:
            try:
                with connection.begin_nested():
                    connection.execute(insert(inspections).values(video=video.sha256, state="pending"))
            except IntegrityError:
                # Another submission with the same video was recorded at this moment.
                continue


def inspection_of(connection: Connection, video: str) -> Inspection | None:
    """The inspection of the video of that digest; None if none was ever asked for."""
    row = connection.execute(select(inspections).where(inspections.c.video == video)).first()
    if row is None:
        return None
    return Inspection(
        video=row.video,
        state=row.state,
        measurements=None if row.measurements is None else Measurements.model_validate(row.measurements),
        contact_sheet=row.contact_sheet,
        waveform=row.waveform,
        proxy=row.proxy,
        inspected_at=row.inspected_at,
        problem=row.problem,
    )


class Inspections:
    """The list of what is to be inspected, and the record of what was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def of(self, video: str) -> Inspection | None:
        """The inspection of the video of that SHA-256; None if none was ever asked for."""
        with self._read.begin() as connection:
            return inspection_of(connection, video)

    def measured(self, videos: Iterable[str]) -> dict[str, Measurements]:
        """What is known already of those videos, by digest."""
        known = {video: self.of(video) for video in videos}
        return {video: one.measurements for video, one in known.items() if one and one.measurements}

    def due(self, now: datetime) -> list[PendingInspection]:
        """Videos whose time has come; those begun least often first."""
        query = (
            select(inspections)
            .where(inspections.c.state == "pending")
            .where(inspections.c.next_attempt_at.is_(None) | (inspections.c.next_attempt_at <= now))
            .order_by(inspections.c.starts, inspections.c.video)
        )
        with self._read.begin() as connection:
            return [
                PendingInspection(video=row.video, starts=row.starts, faults=row.faults)
                for row in connection.execute(query)
            ]

    def begin(self, video: str) -> None:
        """Count that work on the video begins, before it can do harm."""
        self._change(video, starts=inspections.c.starts + 1)

    def interrupted(self, video: str) -> None:
        """The work stopped for a reason of the surroundings: it counts for nothing."""
        self._change(video, starts=inspections.c.starts - 1)

    def fault(self, video: str, text: str, next_attempt: datetime) -> None:
        """Count a fault, and when to try again."""
        faults = inspections.c.faults + 1
        self._change(video, faults=faults, problem=text[:2000], next_attempt_at=next_attempt)

    def failed(self, video: str, text: str, at: datetime) -> None:
        """No more tries. The submissions stay as they are decided; their history says so."""
        with self._engine.begin() as connection:
            if _settle(connection, Inspection(video=video, state="failed", inspected_at=at, problem=text[:2000])):
                for row in _submissions(connection, video):
                    note(connection, at, SERVICE, "inspect", row.reference, {"video": video, "failed": text[:500]})

    def done(self, inspection: Inspection, at: datetime, judge: Callable[[Attachment], Sequence[Finding]]) -> None:
        """Record what was found of a video, and with every submission that it is part of what follows from it.

        *judge* gives the findings about a file. One that would have held a mail asks for a person.
        """
        with self._engine.begin() as connection:
            if not _settle(connection, inspection):
                return
            for row in _submissions(connection, inspection.video):
                found = judge(Attachment.model_validate(row.facts))
                fresh = _add(connection, row, found)
                held = " ".join(finding.message for finding in found if finding.effect is Effect.HOLD)
                if held:
                    here = submissions.c.id == row.submission
                    connection.execute(update(submissions).where(here).values(needs_person=held))
                told = {"video": inspection.video, "findings": fresh, "needs_person": held}
                note(connection, at, SERVICE, "inspect", row.reference, told)

    def _change(self, video: str, **values: object) -> None:
        waiting = (inspections.c.video == video) & (inspections.c.state == "pending")
        with self._engine.begin() as connection:
            connection.execute(update(inspections).where(waiting).values(**values))


def _settle(connection: Connection, inspection: Inspection) -> bool:
    """Write down how an inspection ended. False if it has ended already."""
    waiting = (inspections.c.video == inspection.video) & (inspections.c.state == "pending")
    values = inspection.model_dump(exclude={"video"}) | {"next_attempt_at": None}
    return connection.execute(update(inspections).where(waiting).values(**values)).rowcount == 1


def _submissions(connection: Connection, video: str) -> list[_Holder]:
    query = (
        select(submissions.c.id, submissions.c.reference, submissions.c.revision, files.c.facts)
        .join(submissions, files.c.submission_id == submissions.c.id)
        .where(files.c.sha256 == video, files.c.role == str(Role.VIDEO), files.c.replaced.is_(None))
        .order_by(submissions.c.id)
    )
    return [_Holder(*row) for row in connection.execute(query)]


def _add(connection: Connection, row: _Holder, found: Sequence[Finding]) -> list[str]:
    """Put what is new beside the findings of the submission's present decision; the codes of it."""
    here = (decisions.c.submission_id == row.submission) & (decisions.c.revision == row.revision)
    decision = connection.execute(select(decisions.c.id).where(here)).scalar_one()
    query = select(findings.c.code).where(findings.c.decision_id == decision)
    known = set(connection.execute(query).scalars())
    fresh = [finding for finding in found if finding.code not in known]
    if fresh:
        connection.execute(
            insert(findings), [finding.model_dump(mode="json") | {"decision_id": decision} for finding in fresh]
        )
    return [finding.code for finding in fresh]
