"""The secretariat's morning mail: what came in, what was rejected and why, what waits for a person."""

from collections.abc import Sequence
from datetime import datetime, time

from statement_intake.domain.finding import Outcome
from statement_intake.domain.office import Office
from statement_intake.domain.records import LogRow
from statement_intake.domain.value import Value


class Digest(Value):
    """A mail's subject and text, in plain English."""

    subject: str
    text: str


def due(last: datetime | None, now: datetime, at: time, office: Office) -> bool:
    """Whether today's digest is to go: on a working day, from its time on, once."""
    local = office.local(now)
    if not office.works_on(local.date()) or local.time() < at:
        return False
    return last is None or office.local(last).date() < local.date()


class Day(Value):
    """What a digest tells of."""

    since: datetime
    #: What was decided since then.
    came: tuple[LogRow, ...]
    #: Everything that waits, however old.
    held: tuple[LogRow, ...]
    #: Letters that were refused, or whose fate is unknown.
    troubled: int
    #: A meeting's item, and those on its list of speakers from whom nothing was received.
    awaited: tuple[tuple[str, tuple[str, ...]], ...] = ()


def write(day: Day, now: datetime, office: Office) -> Digest:
    """The digest of *day*, written *now*."""
    accepted = [row for row in day.came if row.outcome is Outcome.ACCEPTED]
    rejected = [row for row in day.came if row.outcome is Outcome.REJECTED]
    came = [_section("Accepted", accepted, office), _section("Rejected", rejected, office, why=True)]
    parts = [
        f"Statements decided since {_when(day.since, office)}, as they stand now.",
        *(came if day.came else ["None was decided."]),
        _section("Waiting for a person", day.held, office, why=True),
    ]
    if day.awaited:
        lines = [f"  {item}: {', '.join(names)}" for item, names in day.awaited]
        parts.append("\n".join(["On the list of speakers, none received:", *lines]))
    if day.troubled:
        letters = "1 letter was refused or is" if day.troubled == 1 else f"{day.troubled} letters were refused or are"
        parts.append(f"{letters} of unknown fate: statement-intake outbox list")
    counts = f"{len(accepted)} accepted, {len(rejected)} rejected, {len(day.held)} waiting"
    return Digest(
        subject=f"Statements, {office.local(now).strftime('%-d %B %Y')}: {counts}",
        text="\n\n".join(parts) + "\n",
    )


def _section(title: str, rows: Sequence[LogRow], office: Office, *, why: bool = False) -> str:
    lines = [f"{title}: {len(rows)}" if rows else f"{title}: none"]
    for row in rows:
        what = ", ".join(
            part
            for part in (row.party_name or "party not understood", _items(row), row.kind, _when(row.received, office))
            if part
        )
        lines.append(f"  {row.reference}  {what}")
        if why:
            lines += [f"      {reason}" for reason in row.reasons]
    return "\n".join(lines)


def _items(row: LogRow) -> str:
    return f"item {', '.join(row.items)}" if row.items else ""


def _when(moment: datetime, office: Office) -> str:
    return office.local(moment).strftime("%A %-d %B, %H:%M")
