"""One pass over a mailbox: what is new is glanced at and received, what was received is taken in, outcomes are marked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog

from statement_intake.domain.faults import LimitExceeded, MessageGone
from statement_intake.domain.message import Glance
from statement_intake.domain.records import FolderProgress, MessageKey
from statement_intake.domain.reference import new_reference
from statement_intake.domain.triage import Answer
from statement_intake.intake import Desk, look, take_in
from statement_intake.mailbox import FolderState, Mailbox, MessageRefused, OpenFolder, RawGlance

log = structlog.get_logger()

#: After every poll so many of the newest UIDs are compared with the ledger, whatever the high-water mark says.
_RECENT = 1000


@dataclass(frozen=True)
class PollRules:
    """What a pass over a mailbox must keep to."""

    #: By mailbox: older mail is never looked at.
    start: dict[str, date | None]
    full_comparison: timedelta
    #: Gives an unpredictable number below its argument.
    below: Callable[[int], int]


def poll(mailbox: Mailbox, desk: Desk, rules: PollRules, stopping: Callable[[], bool]) -> None:
    """Look through every folder of *mailbox* and receive what may be a statement. Raises SurroundingsFault, OSError."""
    for folder in mailbox.folders:
        if stopping():
            return
        with mailbox.open(folder) as opened:
            _look_through(mailbox.name, opened, desk, rules, stopping)


def finish(desk: Desk, stopping: Callable[[], bool]) -> None:
    """Take in everything that is received and not decided. Raises SurroundingsFault, OSError."""
    for arrival in desk.ledger.arrivals.unfinished(desk.clock()):
        if stopping():
            return
        take_in(arrival, desk)


def mark(mailbox: Mailbox, desk: Desk) -> None:
    """Leave outcomes on the server's messages where that is configured. Raises SurroundingsFault."""
    for pending in desk.ledger.arrivals.pending_marks():
        if pending.key.mailbox != mailbox.name:
            continue
        folder = FolderState(name=pending.key.folder, uidvalidity=pending.key.uidvalidity)
        done = mailbox.mark(folder, pending.key.uid, pending.outcome)
        desk.ledger.arrivals.marked(pending.id, done=done)


def _look_through(name: str, opened: OpenFolder, desk: Desk, rules: PollRules, stopping: Callable[[], bool]) -> None:
    arrivals, now, state = desk.ledger.arrivals, desk.clock(), opened.state
    before = arrivals.progress(name, state.name)
    changed = before is not None and before.uidvalidity != state.uidvalidity
    known = None if changed else before
    start = rules.start.get(name)
    compare_all = known is None or known.compared_at is None or now - known.compared_at >= rules.full_comparison
    fresh = list(opened.uids_above(None if compare_all or known is None else known.high_uid, start))
    listed = dict.fromkeys([*fresh, *opened.recent_uids(_RECENT, start)])
    unknown = arrivals.unknown(name, state.name, state.uidvalidity, list(listed))
    if changed:
        log.warning("UIDVALIDITY changed; letters about mail of this folder wait", mailbox=name, folder=state.name)
    careful = (fresh[-1] if fresh else None) if changed else (known.careful_until if known else None)
    waiting = frozenset(unknown) if changed else frozenset()
    for raw in _glances(opened, unknown, stopping):
        key = MessageKey(mailbox=name, folder=state.name, uidvalidity=state.uidvalidity, uid=raw.uid)
        _receive_one(key, raw, opened, desk, rules, wait=raw.uid in waiting)
    if stopping():
        return
    arrivals.save_progress(
        name,
        state.name,
        FolderProgress(
            uidvalidity=state.uidvalidity,
            high_uid=fresh[-1] if fresh else (known.high_uid if known else None),
            careful_until=careful,
            compared_at=now if compare_all or known is None else known.compared_at,
        ),
    )


def _glances(opened: OpenFolder, uids: Sequence[str], stopping: Callable[[], bool]) -> Iterator[RawGlance]:
    for raw in opened.glances(uids):
        if stopping():
            return
        yield raw


def _receive_one(  # noqa: PLR0913 - one message, where it is, and what is needed to take it
    key: MessageKey, raw: RawGlance, opened: OpenFolder, desk: Desk, rules: PollRules, *, wait: bool
) -> None:
    headers = desk.reader.headers(raw.header)
    received = earliest(raw.internal_date, headers.received)
    start = rules.start.get(key.mailbox)
    if start is not None and received < datetime.combine(start, time.min, UTC):
        return
    seen = Glance(headers=headers, parts=raw.parts, size=raw.size, received=received)
    answer = look(seen, desk)
    if answer.answer is Answer.OTHER and answer.finding is not None:
        desk.ledger.arrivals.ignore([(key, received, answer.finding.code)])
        log.info("ignored", mailbox=key.mailbox, uid=key.uid, reason=answer.finding.code)
        return
    try:
        _receive(key, seen, raw, opened, desk, new_reference(rules.below), wait=wait)
    except MessageGone:
        log.info("gone before it was received", mailbox=key.mailbox, uid=key.uid)
    except MessageRefused as refused:
        # It has no row, so the comparison of UIDs brings it up again at the next poll.
        log.warning("not handed out by the server", mailbox=key.mailbox, uid=key.uid, problem=str(refused))


def _receive(  # noqa: PLR0913 - as above
    key: MessageKey, seen: Glance, raw: RawGlance, opened: OpenFolder, desk: Desk, reference: str, *, wait: bool
) -> None:
    """Stream the raw mail into the store, then make its row. Of a mail over the limit only the header is kept."""
    size = seen.size
    try:
        if size > desk.largest:
            raise LimitExceeded("announced as larger than allowed")
        stored = desk.files.put(opened.raw(key.uid), most=desk.largest)
        size = stored.size
    except LimitExceeded:
        stored = desk.files.put(iter([raw.header]), most=desk.largest)
        size = max(size, desk.largest + 1)
    fresh = desk.ledger.arrivals.receive(
        key, reference=reference, received=seen.received, size=size, raw_sha256=stored.sha256, letters_wait=wait
    )
    if fresh:
        log.info("received", reference=reference, mailbox=key.mailbox, uid=key.uid, size=size)


def earliest(internal_date: datetime, topmost_received: datetime | None) -> datetime:
    """When the mail was received: INTERNALDATE, or the topmost Received date where that is earlier; never Date."""
    return min(internal_date, topmost_received) if topmost_received else internal_date
