"""The outbox: send queued letters, and write down what happened to each.

    queued -> sending -> data -> sent | deferred | failed | unknown

Every state is committed before the step that it announces. Only a letter lost in `data` is unknown, and an unknown
letter is never sent again by itself: it is looked for in the Sent folder, and otherwise shown to a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.records import QueuedLetter
from statement_intake.domain.waiting import pause
from statement_intake.logs import where

if TYPE_CHECKING:
    from statement_intake.ledger.letters.outbox import Outbox
    from statement_intake.mailbox import Mailbox
    from statement_intake.replies.smtp import Sending, SmtpTransport

log = structlog.get_logger()

#: RFC 5321 section 4.5.4.1: the give-up time needs to be at least four to five days. So many attempts take five; the
#: letter's own date does not count, for it may have waited for a person.
_MOST_ATTEMPTS = 38


@dataclass(frozen=True)
class Post:
    """What delivering needs."""

    outbox: "Outbox"
    transport: "SmtpTransport"
    #: MAIL FROM; empty is the null sender.
    envelope_sender: str
    clock: Callable[[], datetime]
    #: Where a person's own answer to the same mail is; None if there is none. Raises SurroundingsFault.
    answered: Callable[[QueuedLetter], str | None]


def deliver(post: Post, stopping: Callable[[], bool]) -> int:
    """Send every letter that is due; the number sent. Raises SurroundingsFault where the server is not to be used.

    Only for the process that holds the service's lock.
    """
    recover(post)
    sent = 0
    for letter in post.outbox.due(post.clock()):
        if stopping():
            break
        sent += _deliver_one(letter, post)
    return sent


def recover(post: Post) -> None:
    """Set right what a killed process, or a ledger that failed in between, has left on its way."""
    if lost := post.outbox.recover():
        log.warning("letters of unknown fate wait for a person", letters=lost)


def _deliver_one(letter: QueuedLetter, post: Post) -> bool:
    if letter.look_first and _is_answered(letter, post):
        return False
    if not post.outbox.claim(letter.id, letter.attempts + 1):
        return False
    try:
        sending = _send(letter, post)
    except SurroundingsFault:
        # Nothing was sent, and the letter is not to blame.
        post.outbox.put_back(letter.id, letter.attempts + 1)
        raise
    except Exception as error:  # noqa: BLE001 - one letter's trouble must not stop the others
        reply = f"a fault of ours: {where(error)}: {error}"
        # Before `data` nothing can have left; after it nobody knows. Either way a person sees it.
        post.outbox.settle_broken(letter.id, reply, post.clock())
        log.error("a fault of ours with a letter", reference=letter.reference, problem=reply)  # noqa: TRY400
        return False
    return _write_down(letter, sending, post)


def _is_answered(letter: QueuedLetter, post: Post) -> bool:
    """Whether a letter that waited has to wait on: a person has answered meanwhile, or it cannot be seen."""
    try:
        why = post.answered(letter)
    except SurroundingsFault as fault:
        log.warning("cannot look for an answer, the letter waits", reference=letter.reference, problem=str(fault))
        return True
    if why is None:
        return False
    post.outbox.stop(letter.id, why)
    log.info("letter", reference=letter.reference, state="held", reply=why)
    return True


def _send(letter: QueuedLetter, post: Post) -> "Sending":
    sending = post.transport.send(
        letter.raw,
        envelope_sender=post.envelope_sender,
        to=letter.to,
        before_data=lambda: _commit_data(letter, post),
    )
    if sending.unreachable:
        raise SurroundingsFault(sending.reply)
    return sending


def _write_down(letter: QueuedLetter, sending: "Sending", post: Post) -> bool:
    now, state, attempt = post.clock(), str(sending.state), letter.attempts + 1
    wait = None
    if state == "deferred" and attempt >= _MOST_ATTEMPTS:
        state = "failed"
    elif state == "deferred":
        wait = pause(letter.attempts)
    post.outbox.settle(letter.id, state, sending.reply, now, now + wait if wait else None)
    log.info("letter", reference=letter.reference, state=state, reply=sending.reply, attempt=attempt)
    return state == "sent"


def _commit_data(letter: QueuedLetter, post: Post) -> None:
    if not post.outbox.data_begins(letter.id, letter.attempts + 1):
        raise SurroundingsFault("the letter was taken back while it was being sent")


def settle_unknown(post: Post, mailboxes: Sequence["Mailbox"]) -> None:
    """Look for unknown letters in the Sent folders; one that is found there was sent. Raises SurroundingsFault."""
    for letter in post.outbox.of_unknown_fate():
        if any(mailbox.was_sent(letter.message_id) for mailbox in mailboxes):
            post.outbox.settle(letter.id, "sent", "found in the Sent folder", post.clock())
            log.info("letter", reference=letter.reference, state="sent", reply="found in the Sent folder")
