"""Looks whether a person has answered what a letter is about, before a letter that waited is let go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

from statement_intake.domain.answered import ANSWERED, by_a_person
from statement_intake.domain.message import Headers
from statement_intake.domain.records import QueuedLetter

if TYPE_CHECKING:
    from statement_intake.mailbox import Mailbox

#: A letter that waited longer than this answers nothing any more that anybody would remember.
_REACH = timedelta(days=60)


@dataclass(frozen=True)
class Answers:
    """What looking needs."""

    mailboxes: Sequence["Mailbox"]
    headers: Callable[[bytes], Headers]
    own: frozenset[str]
    is_ours: Callable[[str | None], bool]

    def __call__(self, letter: QueuedLetter) -> str | None:
        """Where a person's answer is, in plain English; None if there is none. Raises SurroundingsFault."""
        answered = BytesHeaderParser().parsebytes(letter.raw)["In-Reply-To"]
        if not answered:
            return None
        since = (letter.written_at - _REACH).date()
        for mailbox in self.mailboxes:
            for raw in mailbox.answers_to(str(answered).strip(), since):
                headers = self.headers(raw)
                if by_a_person(headers, self.own, self.is_ours):
                    when = f" of {headers.date:%Y-%m-%d %H:%M} UTC" if headers.date else ""
                    return f"{ANSWERED}: a mail{when} in {mailbox.name}"
        return None
