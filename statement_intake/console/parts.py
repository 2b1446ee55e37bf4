"""What the pages are given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import Request

from statement_intake.desk import Desk

if TYPE_CHECKING:
    from statement_intake.console.limits import LoginLimits
    from statement_intake.console.passwords import Passwords
    from statement_intake.console.provider import Provider
    from statement_intake.ledger.ledger import Ledger
    from statement_intake.ledger.sessions import Lifetimes


@dataclass(frozen=True)
class Parts:
    """Made by `reception`, once; every request looks at the same."""

    desk: Desk
    #: The address in people's browsers: scheme and host, no slash at the end.
    origin: str
    lifetimes: "Lifetimes"
    #: How long a verdict's letter waits.
    undo: timedelta
    passwords: "Passwords"
    limits: "LoginLimits"
    #: How long a programme's token lasts.
    tokens: "Lifetimes"
    #: None where people log in with accounts of our own.
    provider: "Provider | None" = None
    #: Rows of the log on a page.
    rows: int = 50

    @property
    def ledger(self) -> "Ledger":
        """The record."""
        return self.desk.ledger

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present moment."""
        return self.desk.clock

    @property
    def zone(self) -> str:
        """The office's time zone."""
        return self.desk.correspondent.office.zone

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS. Plain HTTP is for loopback alone, where cookies go without `__Host-`."""
        return urlsplit(self.origin).scheme == "https"


def parts_of(request: Request) -> Parts:
    """The parts of the application that this request came to."""
    parts = request.app.state.parts
    if not isinstance(parts, Parts):
        raise TypeError("the application was built without its parts")
    return parts
