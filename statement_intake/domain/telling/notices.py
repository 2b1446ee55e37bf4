"""What the staff has to be told of the service's own accord: once each, and no more than is of use."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from statement_intake.domain.letters.limits import Flood, ReplyLimits
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.office import Office
from statement_intake.domain.records import LogRow
from statement_intake.domain.telling.credentials import Expiry
from statement_intake.domain.telling.pulse import INTAKE, OUTBOX, Pulse
from statement_intake.domain.value import Value

#: When each notice, by kind and subject, was told.
Told = Mapping[tuple[str, str], datetime]

SILENT, BACK, OVERDUE, NEAR, EXPIRES, EXPIRED = "silent", "back", "overdue", "near-deadline", "expires", "expired"
TRIPPED, SETTLED = "breaker-tripped", "breaker-settled"
#: Where an officer sees and decides what waits.
_WHERE = "The console shows what there is to know, and so does: statement-intake log --outcome held"
#: What whoever is woken by a silent mailbox asks first.
#: What becomes of what is in work meanwhile; of a mailbox's mail, otherwise.
_WAITS = {INTAKE: "Mail that was received waits in the store", OUTBOX: "Letters wait in the outbox"}
#: There is one breaker.
_LETTERS = "letters"


class Watchfulness(Value):
    """When something is worth a mail."""

    #: A mailbox that no poll has reached for so long.
    silent_after: timedelta
    #: A statement held for so many working days.
    held_working_days: int
    #: A statement held so shortly before the deadline of its kind.
    near_deadline: timedelta


class Notice(Value):
    """One thing to tell the staff."""

    kind: str
    #: What it is about: a mailbox, or a submission's reference.
    about: str
    #: In plain English: a sentence, and what else there is to say.
    text: str

    @property
    def headline(self) -> str:
        """The first sentence, without its full stop."""
        return self.text.partition("\n")[0].partition(". ")[0].removesuffix(".")


def of_pulses(pulses: Iterable[Pulse], told: Told, now: datetime, watch: Watchfulness) -> Iterator[Notice]:
    """Once when a mailbox, the intake or the outbox has not worked for too long, and once when it does again."""
    for pulse in pulses:
        was_told = (SILENT, pulse.what) in told
        if pulse.is_ill(now, watch.silent_after):
            if not was_told:
                said = f" The last attempt said: {pulse.problem}" if pulse.problem else ""
                meanwhile = _WAITS.get(pulse.what, "Mail waits where it is")
                again = f"The service goes on trying, and writes again when the {pulse.what.partition(' ')[0]} works."
                text = f"The {pulse.what} has not {_since_when(pulse)}.{said}\n\n{meanwhile}. {again}"
                yield Notice(kind=SILENT, about=pulse.what, text=text)
        elif was_told:
            yield Notice(kind=BACK, about=pulse.what, text=f"The {pulse.what} works again; nothing was lost.")


def _since_when(pulse: Pulse) -> str:
    if pulse.what in {INTAKE, OUTBOX} and pulse.failing_since:
        return f"worked since {_utc(pulse.failing_since)}"
    return f"been reached since {_utc(pulse.worked_at)}" if pulse.worked_at else "been reached so far"


def of_breaker(flood: Flood, limits: ReplyLimits, told: Told, now: datetime) -> Iterator[Notice]:
    """Once when it holds letters, and once when they go by themselves again."""
    tripped, settled = told.get((TRIPPED, _LETTERS)), told.get((SETTLED, _LETTERS))
    wait = "1 letter waits" if flood.waiting == 1 else f"{flood.waiting} letters wait"
    if tripped is not None and (settled is None or settled < tripped):
        if flood.is_over(limits, now):
            text = f"Letters go by themselves again. {wait} for a person still (statement-intake outbox list)."
            yield Notice(kind=SETTLED, about=_LETTERS, text=text)
    elif flood.last_held is not None and (settled is None or settled < flood.last_held):
        text = (
            "Letters do not go by themselves any more. More than [limits] replies_per_hour allows, "
            f"{limits.per_hour}, were written within an hour, the last at {_utc(flood.last_held)}: a flood, a loop or "
            f"a fault. {wait} for a person, and so will all that are written until it is over. Nothing is lost. Look "
            "at what came in (statement-intake log) and at whom the letters are for (statement-intake outbox list), "
            "then send them or drop them."
        )
        yield Notice(kind=TRIPPED, about=_LETTERS, text=text)


def of_expiries(expiries: Iterable[Expiry], told: Told, now: datetime) -> Iterator[Notice]:
    """Once when something that signs us in will soon end, and once when it has."""
    for expiry in expiries:
        left = (expiry.last_day - now.date()).days
        # A new one has another day, and is told of again.
        about = f"{expiry.what} {expiry.last_day}"
        kind = EXPIRED if left < 0 else EXPIRES
        if left <= expiry.warn_days and (kind, about) not in told:
            yield Notice(kind=kind, about=about, text=expiry.sentence(now.date()))


def of_held(  # noqa: PLR0913 - what is held, what was told, and by which measures
    held: Iterable[LogRow], meetings: Iterable[Meeting], told: Told, office: Office, now: datetime, watch: Watchfulness
) -> Iterator[Notice]:
    """Once for each statement that has waited too long for a person, and once when its deadline is near."""
    by_id = {meeting.id: meeting for meeting in meetings}
    for row in held:
        if row.reference is None:
            continue
        until = _deadline(row, by_id)
        near = until is not None and now <= until <= now + watch.near_deadline
        text = _entry(row, office, until if near else None)
        overdue = office.working_days_after(row.received, watch.held_working_days) <= now
        for kind, applies in ((OVERDUE, overdue), (NEAR, near)):
            if applies and (kind, row.reference) not in told:
                yield Notice(kind=kind, about=row.reference, text=text)


def summary(news: Iterable[Notice]) -> tuple[str, str]:
    """Subject and text of the one mail that tells of all statements in *news* that wait."""
    news = list(news)
    entries = list(dict.fromkeys(notice.text for notice in news))
    one = len(entries) == 1
    subject = f"{len(entries)} statement{'' if one else 's'} waiting for a person"
    if any(notice.kind == NEAR for notice in news):
        subject += ", near the deadline"
    opening = (
        f"{'This statement waits' if one else 'These statements wait'} for a decision that only a person can take. "
    )
    return subject, "\n\n".join([opening + _WHERE, *entries])


def _deadline(row: LogRow, meetings: Mapping[str, Meeting]) -> datetime | None:
    """The deadline of its kind; where the kind is not known, the earliest that is still to come is the prudent one."""
    meeting = meetings.get(row.meeting or "")
    if meeting is None:
        return None
    moments = {str(kind): deadline.moment for kind, deadline in meeting.deadline.items()}
    return moments.get(row.kind) if row.kind else min(moments.values(), default=None)


def _entry(row: LogRow, office: Office, until: datetime | None) -> str:
    """Who waits since when, until when there is time, and why."""
    items = f", item {', '.join(row.items)}" if row.items else ""
    lines = [f"Waits since {office.local(row.received).strftime('%A, %-d %B %Y, %H:%M (%Z)')}."]
    if until is not None:
        lines.append(f"The deadline is {until.strftime('%A, %-d %B %Y, %H:%M (%Z)')}.")
    lines += row.reasons
    return "\n".join(
        [f"{row.reference}  {row.party_name or 'party not understood'}{items}", *(f"    {x}" for x in lines)]
    )


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
