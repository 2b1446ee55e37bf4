"""Looks whether what a letter is about has been answered already, before a letter that waited is let go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

from statement_intake.domain.letters.answered import ANSWERED, FORGOTTEN_LETTER, by_a_forgotten_letter, by_a_person
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
    #: Whether the ledger has a letter of that Message-ID.
    is_known: Callable[[str], bool]

    def __call__(self, letter: QueuedLetter) -> str | None:
        """Where an answer is that makes the letter wait, in plain English; else None. Raises SurroundingsFault."""
        answered = BytesHeaderParser().parsebytes(letter.raw)["In-Reply-To"]
        if not answered:
            return None
        since = (letter.written_at - _REACH).date()
        for mailbox in self.mailboxes:
            for raw in mailbox.answers_to(str(answered).strip(), since):
                headers = self.headers(raw)
                if why := self._why(headers):
                    when = f" of {headers.date:%Y-%m-%d %H:%M} UTC" if headers.date else ""
                    return f"{why}: a mail{when} in {mailbox.name}"
        return None

    def _why(self, headers: Headers) -> str | None:
        if by_a_person(headers, self.own, self.is_ours):
            return ANSWERED
        return FORGOTTEN_LETTER if by_a_forgotten_letter(headers, self.is_ours, self.is_known) else None
