"""Messages from their first sight to their decision."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, exists, func, insert, select, update

from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import FolderProgress, MessageKey, PendingMark, Received, Struggling, Unfinished
from statement_intake.domain.triage import Ties
from statement_intake.ledger.engine import reading
from statement_intake.ledger.rows import is_due
from statement_intake.ledger.schema import clean_pdfs, files, folders, inspections, letters, messages, submissions

#: SQL databases limit the number of values in one statement.
_BATCH = 500
#: Asked about every mail at the first glance, so made once.
_TIES = select(
    exists().where(letters.c.message_id == bindparam("message_id")).label("ours"),
    exists().where(submissions.c.sender == bindparam("sender")).label("known"),
)
_ROW = insert(messages)
_STATES = select(messages.c.uid, messages.c.state).where(
    messages.c.mailbox == bindparam("mailbox"),
    messages.c.folder == bindparam("folder"),
    messages.c.uidvalidity == bindparam("uidvalidity"),
    messages.c.uid.in_(bindparam("uids", expanding=True)),
)
_BEGUN = update(messages).where(messages.c.id == bindparam("which")).values(starts=messages.c.starts + 1)


class Arrivals:
    """What has been seen in the mailboxes, and what is still to be decided."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def progress(self, mailbox: str, folder: str) -> FolderProgress | None:
        """How far *folder* has been looked through; None if never."""
        query = select(folders).where(folders.c.mailbox == mailbox, folders.c.folder == folder)
        with self._read.begin() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return FolderProgress(
            uidvalidity=row.uidvalidity,
            high_uid=row.high_uid,
            careful_until=row.careful_until,
            compared_at=row.compared_at,
        )

    def save_progress(self, mailbox: str, folder: str, progress: FolderProgress) -> None:
        """Remember how far *folder* has been looked through."""
        here = (folders.c.mailbox == mailbox) & (folders.c.folder == folder)
        values = progress.model_dump()
        with self._engine.begin() as connection:
            if connection.execute(update(folders).where(here).values(**values)).rowcount == 0:
                connection.execute(insert(folders).values(mailbox=mailbox, folder=folder, **values))

    def unknown(self, mailbox: str, folder: str, uidvalidity: str, uids: Sequence[str], now: datetime) -> list[str]:
        """Those of *uids* that have no row yet, or were refused and are to be tried again, in their order."""
        resting = ~is_due(messages.c.next_attempt_at, now)
        known: set[str] = set()
        with self._read.begin() as connection:
            for start in range(0, len(uids), _BATCH):
                query = select(messages.c.uid).where(
                    messages.c.mailbox == mailbox,
                    messages.c.folder == folder,
                    messages.c.uidvalidity == uidvalidity,
                    messages.c.uid.in_(uids[start : start + _BATCH]),
                    (messages.c.state != "refused") | resting,
                )
                known.update(connection.execute(query).scalars())
        return [uid for uid in uids if uid not in known]

    def ignore(self, others: Sequence[tuple[MessageKey, datetime, str]]) -> None:
        """Note mails that are not ours: key, date received and the finding's code of each, nothing else.

        Many in one transaction: a commit costs more than everything else about such a mail.
        """
        nothing = dict.fromkeys(("reference", "size", "raw_sha256", "next_attempt_at", "last_fault"))
        rest = {"state": "decided", "outcome": str(Outcome.IGNORED), "mark": "none"}
        rows = {key: nothing | rest | {"received_at": received, "reason": code} for key, received, code in others}
        with self._engine.begin() as connection:
            _put(connection, rows)

    def receive(self, come: Sequence[Received]) -> Collection[MessageKey]:
        """Note that raw mails are in the store, in one transaction. Gives the keys of those that had no row yet."""
        rest = {"state": "received", "next_attempt_at": None}
        rows = {mail.key: mail.model_dump(exclude={"key"}) | rest for mail in come}
        with self._engine.begin() as connection:
            return _put(connection, rows)

    def refused(self, key: MessageKey, received: datetime, text: str, next_attempt: datetime) -> int:
        """Count that the server did not hand out the message, and when to ask again. Gives the number of times."""
        row = {"received_at": received, "state": "refused", "last_fault": text[:2000], "next_attempt_at": next_attempt}
        with self._engine.begin() as connection:
            _put(connection, {key: row})
            statement = update(messages).where(_here(key), messages.c.state == "refused")
            connection.execute(statement.values(faults=messages.c.faults + 1))
            return int(connection.execute(select(messages.c.faults).where(_here(key))).scalar() or 0)

    def unfinished(self, now: datetime) -> list[Unfinished]:
        """Messages to be decided whose time has come; those begun least often first, then the oldest."""
        query = (
            select(messages)
            .where(messages.c.state == "received")
            .where(is_due(messages.c.next_attempt_at, now))
            .order_by(messages.c.starts, messages.c.received_at, messages.c.id)
        )
        with self._read.begin() as connection:
            return [_unfinished(row) for row in connection.execute(query)]

    def undecided(self) -> int:
        """How many messages are in the store, or refused by their server, and not decided."""
        with self._read.begin() as connection:
            query = select(func.count()).where(messages.c.state.in_(("received", "refused")))
            return int(connection.execute(query).scalar_one())

    def struggling(self, most: int) -> list[Struggling]:
        """Messages that cannot be taken in so far: refused by the server, or ended by a fault of ours; newest first."""
        query = (
            select(messages)
            .where(messages.c.state.in_(("refused", "received")), messages.c.faults > 0)
            .order_by(messages.c.id.desc())
            .limit(most)
        )
        with self._read.begin() as connection:
            return [
                Struggling(
                    key=_key(row),
                    received_at=row.received_at,
                    faults=row.faults,
                    problem=row.last_fault or "",
                    next_attempt_at=row.next_attempt_at,
                )
                for row in connection.execute(query)
            ]

    def begin(self, message: int) -> None:
        """Count that work on the message begins, before it can do harm."""
        with self._engine.begin() as connection:
            connection.execute(_BEGUN, {"which": message})

    def interrupted(self, message: int) -> None:
        """Work on the message stopped for a reason of the surroundings: it counts for nothing."""
        with self._engine.begin() as connection:
            statement = update(messages).where(messages.c.id == message, messages.c.starts > 0)
            connection.execute(statement.values(starts=messages.c.starts - 1))

    def fault(self, message: int, text: str, next_attempt: datetime) -> None:
        """Count a fault of the message's own, and when to try again."""
        with self._engine.begin() as connection:
            statement = update(messages).where(messages.c.id == message)
            connection.execute(
                statement.values(faults=messages.c.faults + 1, last_fault=text[:2000], next_attempt_at=next_attempt)
            )

    def ties(self, message_id: str | None, answers: Sequence[str], references: Sequence[str], sender: str) -> Ties:
        """What is known of a mail's thread and sender.

        *answers*: Message-IDs that it answers; *references*: what looks like reference numbers in its subject.
        """
        with self._read.begin() as connection:
            seen = connection.execute(_TIES, {"message_id": message_id, "sender": sender}).one()
            # Most mail answers nothing of ours and names nothing: it is not asked about.
            thread = _answered(connection, answers) if answers else {}
            nearest = next((thread[answer] for answer in answers if answer in thread), None)
            named = (_named(connection, references) if references else set()) - {nearest}
        return Ties(
            ours=seen.ours,
            answers=nearest or min(named, default=None),
            several=len(named) > (0 if nearest else 1),
            known_sender=bool(sender) and seen.known,
        )

    def pending_marks(self) -> list[PendingMark]:
        """Decided messages whose outcome is still to be left on the server."""
        query = select(messages).where(messages.c.mark == "pending").order_by(messages.c.id)
        with self._read.begin() as connection:
            return [
                PendingMark(id=row.id, key=_key(row), outcome=Outcome(row.outcome)) for row in connection.execute(query)
            ]

    def marked(self, pending: PendingMark, *, done: bool, moved_to: MessageKey | None = None) -> None:
        """The mark is on the server, or cannot be. An outcome that was overruled meanwhile stays to be marked.

        A message that was moved is known by its new key from now on, so that it is not taken in again there.
        """
        with self._engine.begin() as connection:
            if (
                moved_to is not None
                and connection.execute(select(messages.c.id).where(_here(moved_to))).first() is None
            ):
                moving = update(messages).where(messages.c.id == pending.id)
                connection.execute(moving.values(**moved_to.model_dump()))
            statement = update(messages).where(
                messages.c.id == pending.id, messages.c.outcome == str(pending.outcome), messages.c.mark == "pending"
            )
            connection.execute(statement.values(mark="done" if done else "none"))

    def unreferred(self, digests: Sequence[str]) -> set[str]:
        """Those of *digests* under which no row keeps a raw mail, a file or a preview of one."""
        left = set(digests)
        previews = (inspections.c.contact_sheet, inspections.c.waveform, inspections.c.proxy)
        with self._read.begin() as connection:
            for start in range(0, len(digests), _BATCH):
                batch = digests[start : start + _BATCH]
                for column in (messages.c.raw_sha256, files.c.sha256, clean_pdfs.c.sha256, *previews):
                    query = select(column).where(column.in_(batch))
                    if column is files.c.sha256:
                        query = query.where(files.c.kept)
                    left.difference_update(connection.execute(query).scalars())
        return left

    def counts(self) -> dict[str, int]:
        """Messages by outcome; those not decided yet under "received"."""
        outcome = func.coalesce(messages.c.outcome, messages.c.state)
        with self._read.begin() as connection:
            rows = connection.execute(select(outcome, func.count()).group_by(outcome))
            return {name: count for name, count in rows}  # noqa: C416 - rows are not pairs to the type checker


def _here(key: MessageKey) -> ColumnElement[bool]:
    return (
        (messages.c.mailbox == key.mailbox)
        & (messages.c.folder == key.folder)
        & (messages.c.uidvalidity == key.uidvalidity)
        & (messages.c.uid == key.uid)
    )


def _states(connection: Connection, keys: Collection[MessageKey]) -> dict[MessageKey, str]:
    """How far those of *keys* have got that have a row."""
    found: dict[MessageKey, str] = {}
    for folder in {(key.mailbox, key.folder, key.uidvalidity) for key in keys}:
        there = {key.uid: key for key in keys if (key.mailbox, key.folder, key.uidvalidity) == folder}
        asked = dict(zip(("mailbox", "folder", "uidvalidity"), folder, strict=True)) | {"uids": list(there)}
        found |= {there[row.uid]: row.state for row in connection.execute(_STATES, asked)}
    return found


def _put(connection: Connection, rows: Mapping[MessageKey, dict[str, Any]]) -> set[MessageKey]:
    """Make the messages' rows, or go on with those that were refused; not with those that have got further already.

    Gives the keys of the former two.
    """
    states = _states(connection, rows)
    if new := [key.model_dump() | row for key, row in rows.items() if key not in states]:
        connection.execute(_ROW, new)
    for key in (refused := {key for key, state in states.items() if state == "refused"}):
        connection.execute(update(messages).where(_here(key)).values(**rows[key]))
    return rows.keys() - states.keys() | refused


def _key(row: Row[tuple[object, ...]]) -> MessageKey:
    return MessageKey(mailbox=row.mailbox, folder=row.folder, uidvalidity=row.uidvalidity, uid=row.uid)


def _unfinished(row: Row[tuple[object, ...]]) -> Unfinished:
    return Unfinished(
        id=row.id,
        key=_key(row),
        reference=row.reference,
        received_at=row.received_at,
        size=row.size,
        raw_sha256=row.raw_sha256,
        starts=row.starts,
        faults=row.faults,
        letters_wait=row.letters_wait,
    )


def _answered(connection: Connection, answers: Sequence[str]) -> dict[str, str]:
    """The references of the submissions whose letters have these Message-IDs."""
    query = (
        select(letters.c.message_id, submissions.c.reference)
        .join(letters, letters.c.submission_id == submissions.c.id)
        .where(letters.c.message_id.in_(list(answers)))
    )
    return {row.message_id: row.reference for row in connection.execute(query)}


def _named(connection: Connection, references: Sequence[str]) -> set[str]:
    """Those of *references* that are a submission's."""
    query = select(submissions.c.reference).where(submissions.c.reference.in_(list(references)))
    return set(connection.execute(query).scalars())
