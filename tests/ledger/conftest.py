"""A real ledger, made by the migrations, and what is written into it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statement_intake.domain.decision import Decision
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.letters.limits import ReplyLimits
from statement_intake.domain.message import Address, Headers, Message
from statement_intake.domain.records import Arrival, MessageKey, OutgoingLetter, Received, Verdict
from statement_intake.ledger.ledger import Ledger, open_ledger

NOON = datetime(2023, 8, 23, 12, 0, tzinfo=UTC)
LATE = Finding(code="deadline.passed", effect=Effect.HOLD, message="Too late.", detail={"excess": 3})


def key(uid: str, mailbox: str = "main") -> MessageKey:
    """Where a message is."""
    return MessageKey(mailbox=mailbox, folder="INBOX", uidvalidity="1", uid=uid)


def facts(sender: str = "a@x.example", message_id: str | None = None) -> Message:
    """What the reader found."""
    return Message(headers=Headers(sender=(Address(email=sender),), subject="A statement", message_id=message_id))


def received(number: int, where: MessageKey, *, letters_wait: bool = False) -> Received:
    """A raw mail that has come into the store."""
    return Received(
        key=where, reference=f"SI-0000-{number:04}", received_at=NOON, size=9, raw_sha256=f"{number:064}",
        letters_wait=letters_wait,
    )  # fmt: skip


@dataclass
class Book:
    """Writes rows with few words."""

    ledger: Ledger
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def arrive(self, mailbox: str = "main", *, wait: bool = False) -> Arrival:
        """A message whose raw mail is in the store."""
        number = next(self.numbers)
        self.ledger.arrivals.receive([received(number, key(str(number), mailbox), letters_wait=wait)])
        return next(row for row in self.ledger.arrivals.unfinished(NOON) if row.key.uid == str(number))

    def letter(self, state: str = "queued", to: str = "a@x.example") -> OutgoingLetter:
        """A letter with a Message-ID of its own."""
        return OutgoingLetter(
            kind="receipt", to=to, language="en", subject="s", body="b", message_id=f"<{next(self.numbers)}@un.org>",
            raw=b"raw", state=state,
        )  # fmt: skip

    def decide(
        self,
        arrival: Arrival,
        identity: str,
        letter: OutgoingLetter | None = None,
        *,
        message: Message | None = None,
    ) -> bool:
        """Record that it is accepted."""
        decision, verdict = Decision(outcome=Outcome.ACCEPTED), Verdict(at=NOON, letter=letter)
        recorded = self.ledger.record.decided(
            arrival, message or facts(), identity, decision, verdict, answers=None, mark=True
        )
        return recorded is not None

    def overrule(self, submission: int, revision: int, letter: OutgoingLetter | None = None) -> None:
        """Record an officer's verdict."""
        verdict = Verdict(actor="officer", action="reject", because="no", at=NOON, letter=letter)
        self.ledger.verdicts.overruled(
            submission, revision, Decision(outcome=Outcome.REJECTED, findings=(LATE,)), verdict
        )


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """An empty ledger."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", ReplyLimits(per_sender=2))
    try:
        yield Book(ledger)
    finally:
        ledger.close()
