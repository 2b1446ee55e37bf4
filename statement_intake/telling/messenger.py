"""Takes a mail to one person of the staff, at once and not through the outbox, which is for delegations."""

import secrets
from typing import TYPE_CHECKING

import structlog

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.replies.smtp import SendState
from statement_intake.replies.staff import staff_mail
from statement_intake.telling.watching import NotReachedError

if TYPE_CHECKING:
    from statement_intake.delivery import Post
    from statement_intake.telling.watching import Person

log = structlog.get_logger()

_TOKEN_BYTES = 12


class Messenger:
    """Sends over the same SMTP server as the letters."""

    def __init__(self, post: "Post", sender: str) -> None:
        """*sender*: From."""
        self._post, self._sender = post, sender

    def __call__(self, person: "Person", subject: str, text: str) -> None:
        """Send it. Raises SurroundingsFault where it may be tried again, NotReachedError if others may be reached.

        A refused address is logged, and that is all. Sent twice is better than lost here, so an unknown fate counts as
        not sent.
        """
        message_id = f"<{secrets.token_hex(_TOKEN_BYTES)}.staff@{self._sender.rpartition('@')[2]}>"
        raw = staff_mail(
            subject, text, sender=self._sender, to=person.address, name=person.name, message_id=message_id,
            date=self._post.clock(),
        )  # fmt: skip
        sending = self._post.transport.send(
            raw, envelope_sender=self._post.envelope_sender, to=person.address, before_data=lambda: None
        )
        if sending.state is SendState.FAILED:
            log.error("mail to the staff was refused", to=person.address, reply=sending.reply)
        elif sending.state is not SendState.SENT:
            raise SurroundingsFault(sending.reply) if sending.unreachable else NotReachedError(sending.reply)
