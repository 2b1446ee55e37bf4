"""Looks out for what the staff has to know, and tells them once: what does not work, and which statements wait."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import structlog

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.letters.limits import ReplyLimits
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.office import Office
from statement_intake.domain.records import LogRow
from statement_intake.domain.telling import digest, notices
from statement_intake.domain.telling.credentials import Expiry

if TYPE_CHECKING:
    from statement_intake.ledger.ledger import Ledger

log = structlog.get_logger()

#: What waits longer than this is in the digest and the log, and is nobody's news any more.
_STILL_NEWS = timedelta(days=60)
_DIGEST = "digest"
#: Somebody was told, while others were not yet; forgotten as soon as all were, and never believed for long.
_REACHED = "reached"
_STILL_REACHED = timedelta(days=2)


@dataclass(frozen=True)
class Person:
    """Somebody of the staff."""

    address: str
    name: str = ""


class NotReachedError(SurroundingsFault):
    """The server takes no mail for this person just now; it may take that of others."""


#: Sends a mail to one person: the person, the subject, the text. Raises SurroundingsFault where it did not leave.
Tell = Callable[[Person, str, str], None]


@dataclass(frozen=True)
class Lookout:
    """Who is told what."""

    ledger: "Ledger"
    #: Current submissions decided since then, those received first first: mail may have waited for days to be reached.
    came: Callable[[datetime], Iterable[LogRow]]
    #: Those that wait for a person, received since then or, if None, ever.
    waiting: Callable[[datetime | None], Iterable[LogRow]]
    #: From whom on the lists of speakers nothing was received, by a meeting's item.
    awaited: Callable[[datetime], Iterable[tuple[str, tuple[str, ...]]]]
    meetings: tuple[Meeting, ...]
    office: Office
    watch: notices.Watchfulness
    #: How many letters may go by themselves.
    limits: ReplyLimits
    #: What signs us in, and will stop to.
    expiries: tuple[Expiry, ...]
    operators: tuple[Person, ...]
    #: For statements that wait too long; nobody, where none is named.
    duty: tuple[Person, ...]
    readers: tuple[Person, ...]
    digest_at: time
    tell: Tell
    clock: Callable[[], datetime]


def look_out(lookout: Lookout) -> None:
    """Tell whoever has to know what is new. Raises SurroundingsFault where mail cannot leave: it is told later.

    A notice is written down after it was sent: if the process dies in between it is sent again, since an alert that
    nobody gets is worse than one that comes twice. One person who cannot be reached keeps the news from nobody else.
    """
    now, told = lookout.clock(), lookout.ledger.notices.told()
    unreached = None
    for part in (_surroundings, _breaker, _held, _digest):
        try:
            part(lookout, told, now)
        except NotReachedError as fault:
            unreached = fault
    if unreached is not None:
        raise unreached


def _surroundings(lookout: Lookout, told: notices.Told, now: datetime) -> None:
    if not lookout.operators:
        return
    pulses = lookout.ledger.pulses.all()
    news = (
        *notices.of_pulses(pulses, told, now, lookout.watch),
        *notices.of_expiries(lookout.expiries, told, now),
    )
    for notice in news:
        _alert(lookout, lookout.operators, notice, now)


def _held(lookout: Lookout, told: notices.Told, now: datetime) -> None:
    if not lookout.duty:
        return
    held = lookout.waiting(now - _STILL_NEWS)
    news = list(notices.of_held(held, lookout.meetings, told, lookout.office, now, lookout.watch))
    if news:
        subject, text = notices.summary(news)
        _send(lookout, lookout.duty, subject, text, news)
        _remember(lookout, news, now)


def _breaker(lookout: Lookout, told: notices.Told, now: datetime) -> None:
    """It concerns both: the operators, who look for the loop, and the officer, in whose outbox the letters wait."""
    # Who is both is told once, and by name.
    people = tuple({person.address: person for person in (*lookout.operators, *lookout.duty)}.values())
    if people:
        flood = lookout.ledger.letters.flood(now)
        for notice in notices.of_breaker(flood, lookout.limits, told, now):
            _alert(lookout, people, notice, now)


def _alert(lookout: Lookout, people: Sequence[Person], notice: notices.Notice, now: datetime) -> None:
    _send(lookout, people, f"statement-intake: {notice.headline}", notice.text, [notice])
    _remember(lookout, [notice], now)


def _digest(lookout: Lookout, told: notices.Told, now: datetime) -> None:
    last = told.get((_DIGEST, ""))
    if not lookout.readers or not digest.due(last, now, lookout.digest_at, lookout.office):
        return
    since = last or now - timedelta(days=1)
    counts = lookout.ledger.letters.counts()
    day = digest.Day(
        since=since,
        came=tuple(lookout.came(since)),
        held=tuple(lookout.waiting(None)),
        troubled=counts.get("failed", 0) + counts.get("unknown", 0),
        awaited=tuple(lookout.awaited(now)),
    )
    written = digest.write(day, now, lookout.office)
    today = notices.Notice(kind=_DIGEST, about=str(lookout.office.local(now).date()), text=written.text)
    _send(lookout, lookout.readers, written.subject, written.text, [today])
    lookout.ledger.notices.tell(_DIGEST, "", now)


def _send(lookout: Lookout, people: Sequence[Person], subject: str, text: str, news: Sequence[notices.Notice]) -> None:
    """To each of them once. Raises NotReachedError where one has to wait for it, SurroundingsFault where all have."""
    now, told, late = lookout.clock(), lookout.ledger.notices.told(), None
    marks = {person.address: _mark(person, news) for person in people}
    for person in people:
        reached = told.get((_REACHED, marks[person.address]))
        if reached is not None and now - reached < _STILL_REACHED:
            continue
        try:
            lookout.tell(person, subject, text)
        except NotReachedError as fault:
            late = fault
        else:
            lookout.ledger.notices.tell(_REACHED, marks[person.address], now)
    if late is not None:
        raise late
    for mark in marks.values():
        lookout.ledger.notices.forget(_REACHED, mark)
    log.info("told the staff", subject=subject, people=len(people))


def _mark(person: Person, news: Sequence[notices.Notice]) -> str:
    """Who was told of what, in few characters."""
    told = "\n".join([person.address, *(f"{notice.kind} {notice.about}" for notice in news)])
    return hashlib.sha256(told.encode()).hexdigest()


def _remember(lookout: Lookout, news: Sequence[notices.Notice], now: datetime) -> None:
    for notice in news:
        if notice.kind == notices.BACK:
            lookout.ledger.notices.forget(notices.SILENT, notice.about)
        else:
            lookout.ledger.notices.tell(notice.kind, notice.about, now)
