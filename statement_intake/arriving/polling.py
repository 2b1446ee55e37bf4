"""One pass over a mailbox: what is new is glanced at and received, what was received taken in, outcomes are marked."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

import structlog

from statement_intake.arriving.receiving import Come, Receiving, Wanted
from statement_intake.desk import Desk
from statement_intake.domain.faults import PartlyReached
from statement_intake.domain.message import Glance
from statement_intake.domain.records import FORGOTTEN, FolderProgress, MessageKey
from statement_intake.domain.triage.glancing import Answer
from statement_intake.intake import take_in
from statement_intake.mailbox import FolderState, Mailbox, MailboxError, OpenFolder, Place, RawGlance
from statement_intake.steps.glancing import look

log = structlog.get_logger()

#: After every poll so many of the newest UIDs are compared with the ledger, whatever the high-water mark says.
_RECENT = 1000
#: Other people's mails noted in one transaction.
_TOGETHER = 200
#: So many messages that cannot be marked are the server's fault.
_FAULTS = 3


@dataclass(frozen=True)
class PollRules:
    """What a pass over a mailbox must keep to."""

    #: By mailbox: older mail is never looked at.
    start: dict[str, date | None]
    full_comparison: timedelta
    #: Gives an unpredictable number below its argument.
    below: Callable[[int], int]
    #: Mail from before `start` that a search by day brought up in this process. It has no row, lest a change of
    #: `start` should never reach it; asking about it once is enough.
    passed_over: set[MessageKey] = field(default_factory=set)


def poll(
    mailbox: Mailbox, desk: Desk, rules: PollRules, stopping: Callable[[], bool], come: Come | None = None
) -> None:
    """Look through every folder of *mailbox* and receive what may be a statement. Raises SurroundingsFault, OSError.

    *come*: only where no other mailbox is looked through after this one.
    A folder that cannot be opened does not keep the others from being looked through, and again at the next round.
    """
    faults: list[MailboxError] = []
    for folder in mailbox.folders:
        if stopping():
            return
        try:
            with mailbox.open(folder) as opened:
                last = folder == mailbox.folders[-1]
                _look_through(mailbox.name, opened, desk, rules, stopping, come if last else None)
        except MailboxError as fault:
            faults.append(fault)
    if len(faults) == len(mailbox.folders):
        raise faults[0]
    if faults:
        raise PartlyReached(str(faults[0]))


def finish(desk: Desk, stopping: Callable[[], bool], afterwards: Callable[[], object] | None = None) -> None:
    """Take in everything that is received and not decided, and after each do what comes *afterwards*.

    Raises SurroundingsFault, OSError.
    """
    for arrival in desk.ledger.arrivals.unfinished(desk.clock()):
        if stopping():
            return
        take_in(arrival, desk)
        if afterwards is not None:
            afterwards()


def mark(mailbox: Mailbox, desk: Desk) -> None:
    """Leave outcomes on the server's messages where that is configured. Raises SurroundingsFault.

    A message that cannot be marked does not keep the others from it; nor do several, for none comes first each time.
    """
    faults: list[MailboxError] = []
    waiting = [pending for pending in desk.ledger.marks.pending() if pending.key.mailbox == mailbox.name]
    for pending in random.sample(waiting, len(waiting)):
        folder = FolderState(name=pending.key.folder, uidvalidity=pending.key.uidvalidity)
        try:
            done = mailbox.mark(folder, pending.key.uid, pending.outcome)
        except MailboxError as fault:
            faults.append(fault)
            if len(faults) >= _FAULTS:
                break
            continue
        moved_to = _key(mailbox.name, done.folder, done.uid) if isinstance(done, Place) else None
        desk.ledger.marks.settle(pending, done=bool(done), moved_to=moved_to)
    if faults:
        raise faults[0]


def _look_through(  # noqa: PLR0913 - one folder, and what to do about it
    name: str,
    opened: OpenFolder,
    desk: Desk,
    rules: PollRules,
    stopping: Callable[[], bool],
    come: Come | None,
) -> None:
    arrivals, now, state = desk.ledger.arrivals, desk.clock(), opened.state
    before = desk.ledger.folders.progress(name, state.name)
    changed = before is not None and before.uidvalidity != state.uidvalidity
    known = None if changed else before
    start = rules.start.get(name)
    compare_all = known is None or known.compared_at is None or now - known.compared_at >= rules.full_comparison
    fresh = list(opened.uids_above(None if compare_all or known is None else known.high_uid, start))
    listed = dict.fromkeys([*fresh, *opened.recent_uids(_RECENT, start)])
    unknown = arrivals.unknown(name, state.name, state.uidvalidity, _not_passed_over(name, state, listed, rules), now)
    if before is not None and before.uidvalidity == FORGOTTEN:
        log.warning("the ledger was restored; letters about mail of this folder wait", mailbox=name, folder=state.name)
    elif changed:
        log.warning("UIDVALIDITY changed; letters about mail of this folder wait", mailbox=name, folder=state.name)
    careful = (fresh[-1] if fresh else None) if changed else (known.careful_until if known else None)
    with _Others(desk) as others, Receiving(opened, desk, rules.below, stopping, come) as receiving:
        for raw in _glances(opened, unknown, stopping):
            wait = changed or _is_up_to(raw.uid, careful)
            _look_at(_key(name, state, raw.uid), raw, desk, rules, others, receiving, wait=wait)
    if stopping():
        return
    desk.ledger.folders.save(
        name,
        state.name,
        FolderProgress(
            uidvalidity=state.uidvalidity,
            high_uid=fresh[-1] if fresh else (known.high_uid if known else None),
            careful_until=careful,
            compared_at=now if compare_all or known is None else known.compared_at,
        ),
    )


class _Others:
    """Other people's mail, noted many at a time. What a killed process had not noted is glanced at again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: list[tuple[MessageKey, datetime, str]] = []

    def ignore(self, key: MessageKey, received: datetime, code: str) -> None:
        """Note this one, soon."""
        self._waiting.append((key, received, code))
        if len(self._waiting) >= _TOGETHER:
            self._note()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._waiting and (kind is None or issubclass(kind, Exception)):
            self._note()

    def _note(self) -> None:
        self._desk.ledger.arrivals.ignore(self._waiting)
        for key, _, code in self._waiting:
            log.info("ignored", mailbox=key.mailbox, uid=key.uid, reason=code)
        self._waiting = []


def _key(name: str, state: FolderState, uid: str) -> MessageKey:
    return MessageKey(mailbox=name, folder=state.name, uidvalidity=state.uidvalidity, uid=uid)


def _not_passed_over(name: str, state: FolderState, uids: Iterable[str], rules: PollRules) -> list[str]:
    if not rules.passed_over:
        return list(uids)
    return [uid for uid in uids if _key(name, state, uid) not in rules.passed_over]


def _is_up_to(uid: str, careful: str | None) -> bool:
    """Whether the mail was there when UIDVALIDITY changed. UIDs of IMAP are numbers; a Maildir's never change."""
    return careful is not None and uid.isdecimal() and careful.isdecimal() and int(uid) <= int(careful)


def _glances(opened: OpenFolder, uids: Sequence[str], stopping: Callable[[], bool]) -> Iterator[RawGlance]:
    for raw in opened.glances(uids):
        if stopping():
            return
        yield raw


def _look_at(  # noqa: PLR0913 - one message, and where it may go
    key: MessageKey,
    raw: RawGlance,
    desk: Desk,
    rules: PollRules,
    others: _Others,
    receiving: Receiving,
    *,
    wait: bool,
) -> None:
    headers = desk.reader.headers(raw.header)
    received = earliest(raw.internal_date, headers.received)
    start = rules.start.get(key.mailbox)
    if start is not None and received < datetime.combine(start, time.min, UTC):
        rules.passed_over.add(key)
        return
    seen = Glance(headers=headers, parts=raw.parts, size=raw.size, received=received)
    answer = look(seen, desk)
    if answer.answer is Answer.OTHER and answer.finding is not None:
        others.ignore(key, received, answer.finding.code)
        return
    receiving.take(Wanted(key, seen, raw, letters_wait=wait))


def earliest(internal_date: datetime, topmost_received: datetime | None) -> datetime:
    """When the mail was received: INTERNALDATE, or the topmost Received date where that is earlier; never Date."""
    return min(internal_date, topmost_received) if topmost_received else internal_date
