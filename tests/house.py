"""A whole house for tests of the pipeline: everything real, but for the clock and for faults made on purpose."""

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from statement_intake.operations.demo.media import docx, speech
from statement_intake.operations.local_servers import SmtpSink
from statement_intake.rounds import Rounds, start_up
from statement_intake.settings import Settings
from statement_intake.workshop import Workshop, open_workshop

#: A Wednesday morning before the deadline.
MORNING = datetime(2023, 8, 23, 8, 0, tzinfo=UTC)
MEETINGS = Path(__file__).parent.parent / "config" / "meetings"
KENYA = "12th EMIC statement – Kenya 4"
SENDER = "mission@kenya.go.ke"


class Killed(BaseException):
    """The process dies here: nothing catches it."""


class Flaky:
    """Stands before a collaborator and fails where it is told to: before a call, or right after its effect.

    *faults*: exceptions by the method's name, used up in order, None for a call that works. *instead*: attributes
    to give out in place of the collaborator's own.
    """

    def __init__(
        self,
        real: object,
        faults: dict[str, list[Any]],
        *,
        after: bool = False,
        instead: dict[str, Any] | None = None,
    ) -> None:
        self._real, self._faults, self._after, self._instead = real, faults, after, instead or {}
        # What the collaborator does not have would never be called, and never fail.
        for name in (*faults, *self._instead):
            getattr(real, name)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the collaborator has
        if name in self._instead:
            return self._instead[name]
        target = getattr(self._real, name)
        faults = self._faults.get(name)
        if not faults:
            return target

        def call(*arguments: object, **named: object) -> object:
            fault = faults.pop(0) if faults else None
            if fault is not None and not self._after:
                raise fault
            result = target(*arguments, **named)
            if fault is not None:
                raise fault
            return result

        return call


@dataclass
class Clock:
    """A clock that tests turn on."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        """The present moment of the test."""
        return self.now

    def turn(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass
class House:
    """A Maildir for each mailbox, a ledger, a store, and the parts of the service that work on them."""

    root: Path
    sink: SmtpSink | None = None
    clock: Clock = field(default_factory=Clock)
    #: Tables of the settings, over the ones below.
    tables: dict[str, Any] = field(default_factory=dict)
    #: Put in the place of parts of the desk and of the post, by name.
    desk: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    post: dict[str, Callable[[Any], Any]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The settings, with a Maildir for each mailbox unless *tables* has other ones."""
        values: dict[str, Any] = {
            "mailboxes": {name: {"path": self.maildir(name)} for name in ("main", "copy")},
            "ledger": {"url": f"sqlite:///{self.root / 'ledger.db'}"},
            "files": {"path": self.root / "files"},
            "meetings": {"path": MEETINGS},
            "replies": {"mode": "send"},
            "smtp": {"host": "127.0.0.1", "port": self.sink.port if self.sink else 1, "sender": "uncac@un.org"},
            # One after the other, so that the n-th effect is the same one in every run.
            "reader": {"seconds": 60, "at_once": 1},
        }
        return Settings(**(values | self.tables))

    def maildir(self, name: str = "main") -> Path:
        """A mailbox's folder, made if it is not there."""
        folder = self.root / name
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        return folder

    def deliver(self, mail: EmailMessage | bytes, mailbox: str = "main", received: datetime = MORNING) -> Path:
        """Put a mail into a mailbox, received at that time."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        path = self.maildir(mailbox) / "new" / f"{int(received.timestamp())}.{secrets.token_hex(6)}.host"
        path.write_bytes(raw)
        os.utime(path, (received.timestamp(), received.timestamp()))
        return path

    @contextmanager
    def open(self) -> Iterator[Workshop]:
        """The service as after a start."""
        with open_workshop(self.settings) as built:
            desk = replace(built.desk, clock=self.clock)
            desk = replace(desk, **{name: make(getattr(desk, name)) for name, make in self.desk.items()})
            post = replace(built.post, clock=self.clock, outbox=desk.ledger.outbox)
            post = replace(post, **{name: make(getattr(post, name)) for name, make in self.post.items()})
            lookout = replace(built.lookout, clock=self.clock)
            workshop = replace(built, desk=desk, post=post, lookout=lookout)
            start_up(workshop)
            yield workshop

    def round(self, count: int = 1) -> bool:
        """Start, go so many rounds, and stop. True if everything could be reached in the last."""
        reached = False
        with self.open() as workshop:
            rounds = Rounds(workshop, lambda: False)
            for _ in range(count):
                reached = rounds.go()
        return reached

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the ledger."""
        with closing(sqlite3.connect(self.root / "ledger.db")) as connection:
            return connection.execute(query).fetchall()

    def change(self, *statements: str) -> None:
        """Make the ledger another one, behind the service's back."""
        with closing(sqlite3.connect(self.root / "ledger.db")) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    @property
    def outcomes(self) -> list[tuple[str, str | None]]:
        """Outcome and reason of every message, in the order in which they came."""
        return [(row[0], row[1]) for row in self.rows("SELECT outcome, reason FROM messages ORDER BY id")]

    @property
    def letters(self) -> list[tuple[str, str]]:
        """Kind and state of every letter."""
        return [(row[0], row[1]) for row in self.rows("SELECT kind, state FROM letters ORDER BY id")]

    @property
    def references(self) -> list[str]:
        """The submissions, in the order in which they were decided."""
        return [row[0] for row in self.rows("SELECT reference FROM submissions ORDER BY id")]

    @property
    def stored(self) -> set[str]:
        """The digests in the store."""
        return {path.name for path in (self.root / "files").glob("??/*")}


def believe_our_server(house: House) -> None:
    """The word of the house's own mail server about senders is taken."""
    house.tables["replies"] = {"mode": "send", "trusted_authserv_id": "mx.un.org"}


def statement(
    subject: str = KENYA,
    sender: str = SENDER,
    text: str = "Please find attached our statement.",
    party: str = "Kenya",
    message_id: str | None = None,
    files: tuple[tuple[str, bytes], ...] | None = None,
    **fields: str,
) -> EmailMessage:
    """A written statement as a delegation's mail program sends it, in order unless told otherwise."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "uncac@un.org"
    mail["Cc"] = "unov.conference@un.org"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(MORNING)
    mail["Message-ID"] = message_id or f"<{secrets.token_hex(8)}@kenya.go.ke>"
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, content in ((f"{party}.docx", written(party)),) if files is None else files:
        kind = ("video", "mp4") if name.endswith(".mp4") else ("application", "octet-stream")
        mail.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return mail


def written(party: str = "Kenya") -> bytes:
    """A written statement as a document."""
    return docx(speech(400, party))
