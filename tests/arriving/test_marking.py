"""Outcomes are left on the server, whatever becomes of single ones."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from statement_intake.arriving.polling import mark
from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import MessageKey, PendingMark
from statement_intake.mailbox import FolderState, MailboxError

#: Of these the server says no, always: more than are taken for its own fault.
STUCK = ("1", "2", "3", "4")


@dataclass
class Box:
    """A mailbox that cannot mark some of its messages."""

    name: str = "main"
    marked: set[str] = field(default_factory=set)

    def mark(self, _folder: FolderState, uid: str, _outcome: Outcome) -> bool:
        """Refused, where it is so."""
        if uid in STUCK:
            raise MailboxError("could not move a message")
        self.marked.add(uid)
        return True


def test_messages_that_can_never_be_marked_do_not_keep_the_others_from_it() -> None:
    """They were the first to come, and each of them ends in a fault that is told."""
    waiting = {
        uid: PendingMark(
            id=int(uid), key=MessageKey(mailbox="main", folder="INBOX", uidvalidity="1", uid=uid), outcome=Outcome.HELD
        )
        for uid in (*STUCK, "5", "6", "7", "8")
    }
    marks = SimpleNamespace(
        pending=lambda: list(waiting.values()), settle=lambda pending, **_: waiting.pop(pending.key.uid)
    )
    box: Any = Box()
    desk: Any = SimpleNamespace(ledger=SimpleNamespace(marks=marks))
    for _ in range(100):
        with pytest.raises(MailboxError, match="could not move"):
            mark(box, desk)
    assert box.marked == {"5", "6", "7", "8"}
    assert tuple(waiting) == STUCK
