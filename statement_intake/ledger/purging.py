"""Lets go of what is old. Key, identity and outcome of every message stay: nothing is ever taken in a second time."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from statement_intake.domain.message import Attachment, Headers, Message
from statement_intake.domain.retention import Due, Stage
from statement_intake.ledger.audit import note
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import (
    clean_pdfs,
    decisions,
    files,
    findings,
    inspections,
    letters,
    messages,
    refused_pdfs,
    submissions,
)
from statement_intake.ledger.words import forget

#: Letters that are settled, one way or the other; one that still waits keeps its submission's record.
_SETTLED = ("sent", "failed", "dropped", "suppressed")
_NOTHING: dict[str, Any] = Message(headers=Headers()).model_dump(mode="json")


class Purging:
    """Removes content, a submission at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def find(self, which: Callable[[str | None, datetime, frozenset[Stage]], tuple[Stage, ...]]) -> Iterator[Due]:
        """Submissions of which something is to go. *which*: from meeting, receipt and what has gone to what has to."""
        columns = (submissions.c.id, submissions.c.reference, submissions.c.meeting, submissions.c.received_at)
        query = select(*columns, submissions.c.purged).order_by(submissions.c.id)
        with self._read.begin() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            gone = frozenset(Stage(word) for word in row.purged.split())
            if stages := which(row.meeting, row.received_at, gone):
                yield Due(id=row.id, reference=row.reference, stages=stages)

    def purge(self, due: Due, actor: str, because: str, at: datetime) -> tuple[str, ...]:
        """Let go of one submission's content; the digests of what the store need not keep for it any more.

        A record whose letter still waits stays until a person has settled that.
        """
        with self._engine.begin() as connection:
            stages = list(due.stages)
            if Stage.RECORD in stages and _waits(connection, due.id):
                stages.remove(Stage.RECORD)
            if not stages:
                return ()
            digests = [digest for stage in stages for digest in _PURGES[stage](connection, due)]
            before = connection.execute(select(submissions.c.purged).where(submissions.c.id == due.id)).scalar_one()
            words = " ".join(sorted({*before.split(), *stages}))
            connection.execute(update(submissions).where(submissions.c.id == due.id).values(purged=words))
            forget(connection, due.id)
            detail = {"because": because, "stages": [str(stage) for stage in stages]}
            note(connection, at, actor, "purge", due.reference, detail)
        return tuple(digests)


def _waits(connection: Connection, submission: int) -> bool:
    here = (letters.c.submission_id == submission) & letters.c.state.not_in(_SETTLED)
    return connection.execute(select(letters.c.id).where(here).limit(1)).first() is not None


def _mail(connection: Connection, due: Due) -> list[str]:
    here = messages.c.submission_id == due.id
    digests = connection.execute(select(messages.c.raw_sha256).where(here, messages.c.raw_sha256.is_not(None)))
    found = list(digests.scalars())
    told = here & messages.c.facts.is_not(None)
    connection.execute(update(messages).where(told).values(facts=_NOTHING))
    connection.execute(update(messages).where(here).values(raw_sha256=None))
    return found


def _files(connection: Connection, due: Due) -> list[str]:
    here = files.c.submission_id == due.id
    found: list[str] = []
    for row in connection.execute(select(files.c.id, files.c.sha256, files.c.facts).where(here)).all():
        facts = Attachment.model_validate(row.facts)
        if facts.document is not None:
            facts = facts.model_copy(update={"document": facts.document.model_copy(update={"text": ""})})
        change = update(files).where(files.c.id == row.id)
        connection.execute(change.values(kept=False, facts=facts.model_dump(mode="json")))
        found += [row.sha256, *_previews(connection, row.sha256), *_clean(connection, row.sha256)]
    return found


def _clean(connection: Connection, document: str) -> list[str]:
    """The clean PDF of a document that no submission keeps any more, or the word that none can be made."""
    if connection.execute(select(files.c.id).where(files.c.sha256 == document, files.c.kept).limit(1)).first():
        return []
    here = clean_pdfs.c.original == document
    found = connection.execute(select(clean_pdfs.c.sha256).where(here)).scalars().all()
    connection.execute(delete(clean_pdfs).where(here))
    connection.execute(delete(refused_pdfs).where(refused_pdfs.c.original == document))
    return list(found)


def _previews(connection: Connection, video: str) -> list[str]:
    """The previews of a video that no submission keeps any more; their row goes with them."""
    if connection.execute(select(files.c.id).where(files.c.sha256 == video, files.c.kept).limit(1)).first():
        return []
    previews = (inspections.c.contact_sheet, inspections.c.waveform, inspections.c.proxy)
    row = connection.execute(select(*previews).where(inspections.c.video == video)).first()
    connection.execute(delete(inspections).where(inspections.c.video == video))
    return [digest for digest in row or () if digest]


def _record(connection: Connection, due: Due) -> list[str]:
    """Nothing that names a sender; what was decided, by which rules, and which officer did what, stays."""
    here = submissions.c.id == due.id
    connection.execute(update(submissions).where(here).values(sender="", subject="", needs_person=""))
    of_it = messages.c.submission_id == due.id
    connection.execute(update(messages).where(of_it).values(sender="", message_id=None, last_fault=None))
    empty = {"to_address": "", "subject": "", "body": "", "raw": b"", "response": ""}
    connection.execute(update(letters).where(letters.c.submission_id == due.id).values(empty))
    steps = select(decisions.c.id).where(decisions.c.submission_id == due.id)
    connection.execute(update(findings).where(findings.c.decision_id.in_(steps)).values(message="", detail={}))
    connection.execute(update(decisions).where(decisions.c.submission_id == due.id).values(because="", sender=None))
    connection.execute(update(files).where(files.c.submission_id == due.id).values(name=""))
    return []


_PURGES: dict[Stage, Callable[[Connection, Due], list[str]]] = {
    Stage.MAIL: _mail,
    Stage.FILES: _files,
    Stage.RECORD: _record,
}
