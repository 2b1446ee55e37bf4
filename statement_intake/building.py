"""Makes each part as the settings say."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from statement_intake.configuration import load_knowledge
from statement_intake.correspondence import Correspondent
from statement_intake.domain.judge import Knowledge
from statement_intake.domain.letters.message_ids import MessageIds
from statement_intake.domain.office import Office
from statement_intake.domain.telling.credentials import Expiry
from statement_intake.mailbox import Mailbox
from statement_intake.mailbox.imap import ImapMailbox
from statement_intake.mailbox.maildir import MaildirMailbox
from statement_intake.reading.printing.press import Press
from statement_intake.reading.sandbox import Reader
from statement_intake.replies.compose import Composer
from statement_intake.scanner import Scanner
from statement_intake.settings import Settings

if TYPE_CHECKING:
    from statement_intake.oauth.tokens import TokenSource

#: Octets of a key that is forgotten again.
_KEY_BYTES = 32


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


def lock_folder(settings: Settings) -> Path:
    """The folder of the ledger, where the service's lock is."""
    file = ledger_file(settings)
    return file.parent if file else Path()


def ledger_file(settings: Settings) -> Path | None:
    """The file that the ledger is, if it is one."""
    database = make_url(settings.ledger.url).database
    return Path(database) if database and database != ":memory:" else None
