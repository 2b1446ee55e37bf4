"""What signs us in at mailboxes and mail servers, without what it is made of."""

from datetime import date
from typing import Protocol

from statement_intake.domain.value import Value


class Tokens(Protocol):
    """Where access tokens (OAuth 2.0, RFC 6749) come from."""

    def token(self) -> str:
        """One that is valid for some minutes at least. Raises SurroundingsFault."""

    def forget(self) -> None:
        """A server refused the token: the next one is to be a new one."""

    def advice(self, permission: str) -> str:
        """Why a server may have refused the last token, in plain English; *permission* is what it has to allow."""

    def hide(self, text: str) -> str:
        """*text* without tokens and secrets."""


class Expiry(Value):
    """Something that signs us in, and stops to."""

    #: In plain English: "certificate of [oauth2]".
    what: str
    last_day: date
    #: So many days before the last one somebody has to be told.
    warn_days: int

    def sentence(self, today: date) -> str:
        """When it ends or has ended, and what follows."""
        if today > self.last_day:
            return f"The {self.what} expired on {self.last_day}. Mail is neither received nor sent: put in a new one."
        return (
            f"The {self.what} expires on {self.last_day}. After that day mail is neither received nor sent: put in a "
            "new one before."
        )
