"""Headers and structure of many messages at once, one malformed answer not spoiling the others.

Some servers send a BODYSTRUCTURE that cannot be read, or fail a whole FETCH because of one message. So a batch that
fails is asked again message by message, and a message that fails is asked for less and less.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from statement_intake.mailbox import HEADER_LIMIT, RawGlance
from statement_intake.mailbox.bodystructure import flatten
from statement_intake.mailbox.connection import CommandError
from statement_intake.mailbox.imap_session import Session

if TYPE_CHECKING:
    from statement_intake.mailbox.answers import Answers

#: Messages in one FETCH: Exchange refuses long command lines, and a batch that fails is asked again singly.
BATCH = 50

#: For one FETCH: at most three megabytes of headers, and structures that a server has to work out first.
SECONDS = 120.0

_EXISTENCE = ("UID", "RFC822.SIZE", "INTERNALDATE")
_HEADER = (*_EXISTENCE, f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>")
_ALL = (*_HEADER, "BODYSTRUCTURE")

log = structlog.get_logger()


def glances(session: Session, uids: Sequence[str]) -> Iterator[RawGlance]:
    """See OpenFolder.glances."""
    numbers = [int(uid) for uid in uids]
    for start in range(0, len(numbers), BATCH):
        yield from _batch(session, numbers[start : start + BATCH])


def _batch(session: Session, uids: Sequence[int]) -> Iterator[RawGlance]:
    answers: Answers
    try:
        answers = session.fetch(uids, _ALL, SECONDS)
    except CommandError:
        answers = {}
    described = {uid: answer for uid, answer in answers.items() if _header(answer) is not None}
    for uid, answer in described.items():
        yield _glance(uid, answer)
    missing = [uid for uid in uids if uid not in described]
    for uid in _still_there(session, missing):
        yield _alone(session, uid)


def _still_there(session: Session, uids: Sequence[int]) -> list[int]:
    """Those of *uids* that are not gone: some servers answer OK and leave out a message that they cannot read."""
    if not uids:
        return []
    return sorted(session.search(["UID", ",".join(map(str, uids))]) & set(uids))


def _alone(session: Session, uid: int) -> RawGlance:
    """What can be learnt of one message, asked for by itself."""
    for items in (_ALL, _HEADER):
        try:
            answer = session.fetch([uid], items, SECONDS).get(uid, {})
        except CommandError:
            continue
        if _header(answer) is not None:
            return _glance(uid, answer)
    # It exists, so it has to reach the ledger and a person's eyes, even if all that the server tells is its UID.
    log.warning("message_not_described", folder=session.state.name, uid=uid)
    try:
        return _glance(uid, session.fetch([uid], _EXISTENCE, SECONDS).get(uid, {}))
    except CommandError:
        return _glance(uid, {})


def _glance(uid: int, answer: dict[bytes, Any]) -> RawGlance:
    size = answer.get(b"RFC822.SIZE")
    return RawGlance(
        uid=str(uid),
        size=size if isinstance(size, int) else 0,
        # Otherwise the latest it can be; where the mail's topmost Received date is earlier, that one counts.
        internal_date=instant(answer.get(b"INTERNALDATE")) or datetime.now(UTC),
        header=_header(answer) or b"",
        parts=flatten(answer[b"BODYSTRUCTURE"]) if b"BODYSTRUCTURE" in answer else None,
    )


def instant(internal_date: object) -> datetime | None:
    """INTERNALDATE in UTC; None where the server has said none, or one that is no time at all."""
    if not isinstance(internal_date, datetime) or internal_date.tzinfo is None:
        return None
    try:
        return internal_date.astimezone(UTC)
    except (ValueError, OverflowError):
        # A zone of a hundred hours, or beyond the year 9999 here.
        return None


def _header(answer: dict[bytes, Any]) -> bytes | None:
    """The header section; None where the answer does not have it. Not every server heeds the limit asked for."""
    for name, value in answer.items():
        if name.startswith(b"BODY[HEADER]") and isinstance(value, bytes):
            return value[:HEADER_LIMIT]
    return None
