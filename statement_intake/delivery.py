"""The outbox: send queued letters, and write down what happened to each.

    queued -> sending -> data -> sent | deferred | failed | unknown

Every state is committed before the step that it announces. Only a letter lost in `data` is unknown, and an unknown
letter is never sent again by itself: it is looked for in the Sent folder, and otherwise shown to a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.records import QueuedLetter

if TYPE_CHECKING:
    from statement_intake.ledger.outbox import Outbox
    from statement_intake.mailbox import Mailbox
    from statement_intake.replies.smtp import SmtpTransport

log = structlog.get_logger()

#: The wait after the first temporary refusal; it doubles with each, up to the longest.
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=4)
#: RFC 5321 section 4.5.4.1: the give-up time needs to be at least four to five days.
_GIVE_UP = timedelta(days=5)


@dataclass(frozen=True)
class Post:
    """What delivering needs."""

    outbox: "Outbox"
    transport: "SmtpTransport"
    #: MAIL FROM; empty is the null sender.
    envelope_sender: str
    clock: Callable[[], datetime]


def deliver(post: Post, stopping: Callable[[], bool]) -> int:
    """Send every letter that is due; the number sent. Raises SurroundingsFault where the server is not to be used."""
    sent = 0
    for letter in post.outbox.due(post.clock()):
        if stopping():
            break
        sent += _deliver_one(letter, post)
    return sent


def _deliver_one(letter: QueuedLetter, post: Post) -> bool:
    if not post.outbox.claim(letter.id):
        return False
    try:
        sending = post.transport.send(
            letter.raw,
            envelope_sender=post.envelope_sender,
            to=letter.to,
            before_data=lambda: _commit_data(letter, post),
        )
    except SurroundingsFault:
        # Nothing was sent, and the letter is not to blame.
        post.outbox.put_back(letter.id)
        raise
    now, state = post.clock(), str(sending.state)
    wait = None
    if state == "deferred":
        wait = min(_FIRST_WAIT * 2 ** min(letter.attempts, 16), _LONGEST_WAIT)
        if now - letter.written_at > _GIVE_UP:
            state, wait = "failed", None
    post.outbox.settle(letter.id, state, sending.reply, now, now + wait if wait else None)
    log.info("letter", reference=letter.reference, state=state, reply=sending.reply, attempt=letter.attempts + 1)
    return state == "sent"


def _commit_data(letter: QueuedLetter, post: Post) -> None:
    if not post.outbox.data_begins(letter.id):
        raise SurroundingsFault("the letter was taken back while it was being sent")


def settle_unknown(post: Post, mailboxes: Sequence["Mailbox"]) -> None:
    """Look for unknown letters in the Sent folders; one that is found there was sent. Raises SurroundingsFault."""
    for letter in post.outbox.in_state("unknown"):
        if any(mailbox.was_sent(letter.message_id) for mailbox in mailboxes):
            post.outbox.settle(letter.id, "sent", "found in the Sent folder", post.clock())
            log.info("letter", reference=letter.reference, state="sent", reply="found in the Sent folder")
