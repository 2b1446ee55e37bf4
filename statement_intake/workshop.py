"""Puts the parts together as the settings say. Used by the doors, `cli` and `service`, and by nothing else."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from statement_intake.answered import Answers
from statement_intake.arriving.polling import PollRules
from statement_intake.configuration import load_knowledge
from statement_intake.correspondence import Correspondent
from statement_intake.delivery import Post
from statement_intake.desk import Desk
from statement_intake.domain.coverage import awaited
from statement_intake.domain.credentials import Expiry
from statement_intake.domain.judge import Knowledge
from statement_intake.domain.message_ids import MessageIds
from statement_intake.domain.notices import Watchfulness
from statement_intake.domain.office import Office
from statement_intake.domain.reply_limits import ReplyLimits
from statement_intake.files import FileStore
from statement_intake.ledger.ledger import Ledger, open_ledger
from statement_intake.ledger.log import Filter
from statement_intake.mailbox import Mailbox
from statement_intake.mailbox.imap import ImapMailbox
from statement_intake.mailbox.maildir import MaildirMailbox
from statement_intake.reading.printing.press import Press
from statement_intake.reading.sandbox import Reader
from statement_intake.replies.compose import Composer
from statement_intake.replies.smtp import SmtpTransport
from statement_intake.scanner import Scanner
from statement_intake.settings import Settings
from statement_intake.telling.messenger import Messenger
from statement_intake.telling.watching import Lookout, Person

if TYPE_CHECKING:
    from statement_intake.oauth.tokens import TokenSource

_MEGABYTE = 1_000_000
#: Octets of a key that is forgotten again.
_KEY_BYTES = 32


def now() -> datetime:
    """The present moment, in UTC. The only clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workshop:
    """Everything that the service works with."""

    settings: Settings
    desk: Desk
    mailboxes: tuple[Mailbox, ...]
    post: Post
    rules: PollRules
    lookout: Lookout


@contextmanager
def open_workshop(settings: Settings) -> Iterator[Workshop]:
    """Open ledger and files and build the rest. Raises ConfigurationError, LedgerError or OSError."""
    knowledge = build_knowledge(settings)
    ledger = open_ledger(settings.ledger.url, _reply_limits(settings))
    try:
        workshop = _build(settings, knowledge, ledger)
        try:
            yield workshop
        finally:
            workshop.desk.reader.close()
    finally:
        ledger.close()


def _build(settings: Settings, knowledge: Knowledge, ledger: Ledger) -> Workshop:
    desk = Desk(
        ledger=ledger,
        files=FileStore(settings.files.path),
        reader=build_reader(settings),
        knowledge=knowledge,
        correspondent=build_correspondent(settings, knowledge, key=ledger.keys.message_id()),
        scanner=build_scanner(settings),
        clock=now,
        attempts=settings.limits.attempts,
        largest=settings.limits.message_megabytes * _MEGABYTE,
        press=build_press(settings),
        marking=frozenset(name for name, mailbox in settings.mailboxes.items() if mailbox.mark != "none"),
    )
    tokens = build_tokens(settings)
    mailboxes = build_mailboxes(settings, tokens)
    post = Post(
        outbox=ledger.outbox,
        transport=SmtpTransport(settings.smtp, tokens),
        envelope_sender=settings.smtp.envelope_sender,
        clock=now,
        answered=Answers(
            mailboxes,
            desk.reader.headers,
            desk.correspondent.own,
            desk.correspondent.message_ids.made,
            desk.ledger.letters.knows,
        ),
    )
    return Workshop(settings, desk, mailboxes, post, _rules(settings), _lookout(settings, desk, post))


def build_knowledge(settings: Settings) -> Knowledge:
    """What judgements rest on. Raises ConfigurationError."""
    return load_knowledge(
        settings.meetings.path, delegates=settings.meetings.delegates, trusted=settings.replies.trusted_authserv_id
    )


def build_tokens(settings: Settings) -> "TokenSource | None":
    """Where access tokens come from, if [oauth2] says."""
    if settings.oauth2 is None:
        return None
    from statement_intake.oauth.tokens import TokenSource  # noqa: PLC0415 - without [oauth2] it is not loaded

    return TokenSource(settings.oauth2, lock_folder(settings) / "refresh-token")


def build_expiries(settings: Settings) -> tuple[Expiry, ...]:
    """What signs us in and will stop to, as far as it is known."""
    if settings.oauth2 is None or settings.oauth2.expires is None:
        return ()
    what, day = settings.oauth2.expires
    return (Expiry(what=f"{what} of [oauth2]", last_day=day, warn_days=settings.oauth2.warn_days),)


def build_mailboxes(settings: Settings, tokens: "TokenSource | None") -> tuple[Mailbox, ...]:
    """One for each table [mailboxes.*]."""
    return tuple(
        MaildirMailbox(name, mailbox) if mailbox.kind == "maildir" else ImapMailbox(name, mailbox, tokens)
        for name, mailbox in settings.mailboxes.items()
    )


def build_reader(settings: Settings) -> Reader:
    """The reader with the limits that the settings give."""
    return Reader(
        sandbox=settings.reader.sandbox,
        seconds=settings.reader.seconds,
        memory_megabytes=settings.reader.memory_megabytes,
        output_megabytes=settings.reader.output_megabytes,
        message_megabytes=settings.limits.message_megabytes,
    )


def build_press(settings: Settings) -> Press:
    """What makes the PDFs that are published."""
    return Press(sandbox=settings.reader.sandbox)


def build_scanner(settings: Settings) -> Scanner | None:
    """The scanner, if one is configured."""
    path = settings.scanner.socket
    return Scanner(path, seconds=settings.scanner.seconds) if path else None


def build_correspondent(
    settings: Settings, knowledge: Knowledge, mode: str | None = None, key: bytes | None = None
) -> Correspondent:
    """The pen. *mode* instead of the settings' own, and no *key* of the ledger, where nothing is sent anyway."""
    addresses = [meeting.addresses.all for meeting in knowledge.meetings if meeting.addresses]
    known = [address for group in addresses for address in group]
    sender = settings.smtp.sender or (known[0] if known else "statements@localhost")
    accounts = [
        mailbox.username for mailbox in settings.mailboxes.values() if mailbox.username and "@" in mailbox.username
    ]
    contacts = [meeting.contact for meeting in knowledge.meetings if meeting.contact]
    office = Office(
        zone=settings.office.zone,
        opens=settings.office.opens,
        closes=settings.office.closes,
        holidays=settings.office.holidays,
        contact=settings.office.contact or (contacts[0] if contacts else sender),
    )
    return Correspondent(
        composer=Composer(names=knowledge.parties.translations()),
        office=office,
        own=frozenset(
            address.casefold() for address in (*known, *accounts, sender, settings.smtp.envelope_sender) if address
        ),
        sender=sender,
        mode=mode or settings.replies.mode,
        hold_outcomes=frozenset(settings.replies.hold_outcomes),
        message_ids=MessageIds(key or secrets.token_bytes(_KEY_BYTES)),
    )


def _reply_limits(settings: Settings) -> ReplyLimits:
    limits = settings.limits
    return ReplyLimits(
        per_sender=limits.replies_per_sender_per_day,
        per_domain=limits.replies_per_domain_per_day,
        per_hour=limits.replies_per_hour,
    )


def _lookout(settings: Settings, desk: Desk, post: Post) -> Lookout:
    alerts, office, log = settings.alerts, settings.office, desk.ledger.log
    return Lookout(
        ledger=desk.ledger,
        came=lambda since: (row for row in log.rows(Filter(since=since)) if row.standing == "current"),
        waiting=lambda since: log.rows(Filter(since=since, waiting=True)),
        awaited=partial(_awaited, desk),
        meetings=desk.knowledge.meetings,
        office=desk.correspondent.office,
        watch=Watchfulness(
            silent_after=timedelta(minutes=alerts.silent_minutes),
            held_working_days=alerts.held_working_days,
            near_deadline=timedelta(hours=alerts.near_deadline_hours),
        ),
        limits=_reply_limits(settings),
        expiries=build_expiries(settings),
        operators=tuple(Person(address) for address in alerts.operators),
        duty=(Person(office.duty_address, office.duty_officer),) if office.duty_address else (),
        readers=tuple(Person(address) for address in settings.digest.to),
        digest_at=time.fromisoformat(settings.digest.at),
        tell=Messenger(post, desk.correspondent.sender),
        clock=now,
    )


def _awaited(desk: Desk, moment: datetime) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of meetings that are not over, and items that were not taken up yet."""
    parties = desk.knowledge.parties
    for meeting in desk.knowledge.meetings:
        order = desk.ledger.shelf.order(meeting.id)
        if not order or (meeting.ends is not None and meeting.ends < moment.date()):
            continue
        open_items = {item: order[item] for item in order.keys() - desk.ledger.shelf.taken_up(meeting.id)}
        missing = awaited(open_items, desk.ledger.coverage.of(meeting.id), desk.knowledge.world)
        for item, codes in missing.items():
            names = tuple(known.name if (known := parties.get(code)) else code for code in codes)
            yield f"{meeting.subject.short_name}, item {item}", names


def _rules(settings: Settings) -> PollRules:
    return PollRules(
        start={name: mailbox.start for name, mailbox in settings.mailboxes.items()},
        full_comparison=timedelta(hours=settings.schedule.full_comparison_hours),
        below=secrets.randbelow,
    )


def may_serve(workshop: Workshop) -> bool:
    """Whether anybody could log in."""
    return workshop.settings.console.sign_on is not None or workshop.desk.ledger.accounts.any()


def lock_folder(settings: Settings) -> Path:
    """The folder of the ledger, where the service's lock is."""
    file = ledger_file(settings)
    return file.parent if file else Path()


def ledger_file(settings: Settings) -> Path | None:
    """The file that the ledger is, if it is one."""
    database = make_url(settings.ledger.url).database
    return Path(database) if database and database != ":memory:" else None
