"""Puts the parts together. Used by the doors, `cli` and `service`, and by nothing else."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

from statement_intake.answered import Answers
from statement_intake.arriving.polling import PollRules
from statement_intake.building import (
    build_correspondent,
    build_expiries,
    build_knowledge,
    build_mailboxes,
    build_press,
    build_reader,
    build_scanner,
    build_tokens,
)
from statement_intake.delivery import Post
from statement_intake.desk import Desk
from statement_intake.domain.coverage import awaited
from statement_intake.domain.judge import Knowledge
from statement_intake.domain.letters.limits import ReplyLimits
from statement_intake.domain.telling.notices import Watchfulness
from statement_intake.files import FileStore
from statement_intake.ledger.ledger import Ledger, open_ledger
from statement_intake.ledger.log import Filter
from statement_intake.mailbox import Mailbox
from statement_intake.replies.smtp import SmtpTransport
from statement_intake.settings import Settings
from statement_intake.telling.messenger import Messenger
from statement_intake.telling.watching import Lookout, Person

_MEGABYTE = 1_000_000


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
        came=lambda since: (row for row in log.rows(Filter(decided_since=since)) if row.standing == "current"),
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
