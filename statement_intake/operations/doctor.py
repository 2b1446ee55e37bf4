"""Says what works and what does not: configuration, meetings, mailboxes, SMTP, ledger, files, reader."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import make_url

from statement_intake.building import (
    build_expiries,
    build_knowledge,
    build_mailboxes,
    build_press,
    build_reader,
    build_scanner,
    build_tokens,
)
from statement_intake.configuration import ConfigurationError
from statement_intake.domain.faults import LimitExceeded, Shortcoming, SurroundingsFault
from statement_intake.domain.meeting import WEEKDAYS, Meeting
from statement_intake.domain.value import Value
from statement_intake.files.store import LEAST_ROOM
from statement_intake.ledger.ledger import open_ledger
from statement_intake.oauth.tokens import TokenSource
from statement_intake.replies.smtp import SmtpTransport
from statement_intake.settings import Settings
from statement_intake.workshop import now

#: Gigabytes; a meeting's videos take tens of them, and one mail up to message_megabytes twice.
_AMPLE = 5


class Diagnosis(Value):
    """One thing that was looked at."""

    check: str
    #: "warning": works, but somebody should know. "problem": does not work.
    state: Literal["ok", "warning", "problem"]
    message: str


def examine(settings: Settings) -> Iterator[Diagnosis]:
    """Look at everything; one thing that fails hides nothing else."""
    yield from _meetings(settings)
    if not settings.mailboxes:
        yield Diagnosis(check="mailboxes", state="problem", message="No mailbox is configured ([mailboxes.main]).")
    tokens = build_tokens(settings)
    if tokens is not None:
        yield from _tried("oauth2", tokens.examine)
    yield from _expiries(settings)
    for mailbox in build_mailboxes(settings, tokens):
        yield from _tried(f"mailbox {mailbox.name}", mailbox.examine)
    for name, configured in settings.mailboxes.items():
        if configured.start is None:
            message = "No start date: all mail in it is looked at, however old (start = 2023-07-12)."
            yield Diagnosis(check=f"mailbox {name}", state="warning", message=message)
    yield from _smtp(settings, tokens)
    yield from _tried("ledger", lambda: _ledger(settings))
    yield from _tried("ledger", lambda: _room_for_the_ledger(settings))
    yield from _tried("files", lambda: _store(settings.files.path))
    yield from _tried("reader", build_reader(settings).examine)
    if settings.reader.sandbox == "limits":
        message = 'Mail may be read unsandboxed ([reader] sandbox = "limits"): only limits on time and memory protect.'
        yield Diagnosis(check="reader", state="warning", message=message)
    yield from _tried("press", build_press(settings).examine)
    yield from _scanner(settings)
    yield from _senders(settings)
    yield from _watchers(settings)


def _watchers(settings: Settings) -> Iterator[Diagnosis]:
    """Whether anybody is told of what must not wait."""
    unset = {
        "Nobody is told by mail when a mailbox cannot be reached: [alerts] operators is not set.": (
            settings.alerts.operators
        ),
        "Nobody is told by mail what has been held for too long: [office] duty_address is not set.": (
            settings.office.duty_address
        ),
        "Nobody gets the daily digest: [digest] to is not set.": settings.digest.to,
    }
    for message, told in unset.items():
        if not told:
            yield Diagnosis(check="watching", state="warning", message=message)


def _expiries(settings: Settings) -> Iterator[Diagnosis]:
    today = now().date()
    if settings.oauth2 is not None and settings.oauth2.secret is not None and settings.oauth2.secret_expires is None:
        message = (
            "When the secret expires is not known: set [oauth2] secret_expires to the day that the provider shows."
        )
        yield Diagnosis(check="oauth2", state="warning", message=message)
    for expiry in build_expiries(settings):
        left = (expiry.last_day - today).days
        state: Literal["ok", "warning", "problem"] = "ok" if left > expiry.warn_days else "warning"
        yield Diagnosis(check="oauth2", state="problem" if left < 0 else state, message=expiry.sentence(today))


def _scanner(settings: Settings) -> Iterator[Diagnosis]:
    scanner = build_scanner(settings)
    if scanner is None:
        message = "Nothing scans attachments for malware ([scanner] socket names none)."
        yield Diagnosis(check="scanner", state="warning", message=message)
    else:
        yield from _tried("scanner", scanner.examine)


def _senders(settings: Settings) -> Iterator[Diagnosis]:
    if trusted := settings.replies.trusted_authserv_id:
        message = f"Authentication-Results of {trusted} are believed; make sure that it removes those of strangers."
        yield Diagnosis(check="senders", state="ok", message=message)
    else:
        message = "Whether senders are authentic is not known: [replies] trusted_authserv_id is not set."
        yield Diagnosis(check="senders", state="warning", message=message)


def _meetings(settings: Settings) -> Iterator[Diagnosis]:
    try:
        knowledge = build_knowledge(settings)
    except ConfigurationError as error:
        yield Diagnosis(check="meetings", state="problem", message=str(error))
        return
    for meeting in knowledge.meetings:
        open_here = "open for intake" if meeting.intake == "open" else "recognised, not open for intake"
        yield Diagnosis(
            check=f"meeting {meeting.id}", state="ok", message=f"{meeting.subject.short_name}: {open_here}."
        )
        yield from _unconfirmed(meeting)


def _unconfirmed(meeting: Meeting) -> Iterator[Diagnosis]:
    for kind, deadline in meeting.deadline.items():
        if deadline.contradicts_itself:
            earlier, later = (f"{reading:%A %d %B %Y %H:%M %Z}" for reading in deadline.readings())
            message = (
                f"The deadline for {kind} statements, “{deadline.announced}”, contradicts itself: that day was a "
                f"{WEEKDAYS[deadline.day.weekday()]}. Until somebody confirms a date, the later reading counts: "
                f"{later}, not {earlier}."
            )
            yield Diagnosis(check=f"meeting {meeting.id}", state="warning", message=message)
    unconfirmed = [item.number for item in meeting.agenda if not item.confirmed]
    if unconfirmed:
        message = f"Agenda items not confirmed: {', '.join(unconfirmed)}. Fill in titles, and set confirmed = true."
        yield Diagnosis(check=f"meeting {meeting.id}", state="warning", message=message)


def _smtp(settings: Settings, tokens: TokenSource | None) -> Iterator[Diagnosis]:
    mode = settings.replies.mode
    if not settings.smtp.host:
        state: Literal["problem", "warning"] = "problem" if mode == "send" else "warning"
        yield Diagnosis(
            check="smtp", state=state, message=f'No SMTP server is configured ([smtp] host); mode = "{mode}".'
        )
        return
    yield from _tried("smtp", SmtpTransport(settings.smtp, tokens).examine)
    if mode != "send":
        message = f'Letters do not go out by themselves: [replies] mode = "{mode}".'
        yield Diagnosis(check="replies", state="warning", message=message)


def _ledger(settings: Settings) -> list[str]:
    database = make_url(settings.ledger.url).database
    if database and not Path(database).exists():
        _writable(Path(database))
        return [f"{database} does not exist yet; the service makes it at its first start."]
    ledger = open_ledger(settings.ledger.url)
    try:
        messages, letters = ledger.arrivals.counts(), ledger.letters.counts()
    finally:
        ledger.close()
    counted = ", ".join(f"{count} {what}" for what, count in sorted(messages.items())) or "none"
    waiting = ", ".join(f"{count} {what}" for what, count in sorted(letters.items())) or "none"
    return [f"{database} is sound and current.", f"Messages: {counted}.", f"Letters: {waiting}."]


def _room_for_the_ledger(settings: Settings) -> list[str]:
    """Where it lies with the files, they tell."""
    url = make_url(settings.ledger.url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return []
    ledger, files = Path(url.database), settings.files.path
    return [] if _device(ledger) == _device(files) else _room(ledger)


def _device(path: Path) -> int:
    return _nearest(path).stat().st_dev


def _room(path: Path) -> list[str]:
    """How much there is where *path* is or will be. Raises SurroundingsFault where it is too little to go on."""
    system = os.statvfs(_writable(path))
    free = system.f_bavail * system.f_frsize
    if free < LEAST_ROOM:
        raise SurroundingsFault(f"{path}: {free / 1_000_000:.0f} MB free: nothing more is taken in. Make room.")
    gigabytes = free / 1_000_000_000
    if gigabytes >= _AMPLE:
        return [f"{path}: {gigabytes:.0f} GB free."]
    return [Shortcoming(f"{path}: {gigabytes:.1f} GB free: soon nothing more can be taken in.")]


def _store(path: Path) -> list[str]:
    """The room, and its folders: those of a backup that was put back may still be another account's."""
    for folder in sorted(path.iterdir()) if path.is_dir() else ():
        if folder.is_dir():
            _writable(folder)
    return _room(path)


def _writable(path: Path) -> Path:
    """The folder that *path* is or will be made in. Raises SurroundingsFault where we may not write to it."""
    nearest = _nearest(path)
    try:
        # Only trying tells: access(2) takes a file system for writable that its own errors have closed to writers, and
        # room is of no use where there are no more inodes.
        with tempfile.TemporaryFile(dir=nearest) as trial:
            trial.write(b"statement-intake")
            trial.flush()
    except OSError as error:
        raise SurroundingsFault(
            f"{nearest} cannot be written to ({error.strerror}): may this account write there, and is it full, or "
            "mounted read-only?"
        ) from None
    return nearest


def _nearest(path: Path) -> Path:
    """The folder that *path* is or lies in, or will."""
    return next(folder for folder in (path, *path.absolute().parents) if folder.is_dir())


def _tried(check: str, examination: Callable[[], list[str]]) -> Iterator[Diagnosis]:
    try:
        for sentence in examination():
            state: Literal["ok", "warning"] = "warning" if isinstance(sentence, Shortcoming) else "ok"
            yield Diagnosis(check=check, state=state, message=sentence)
    except (SurroundingsFault, LimitExceeded, OSError) as fault:
        yield Diagnosis(check=check, state="problem", message=str(fault))
