"""What has to keep working, and when it last did."""

from datetime import datetime, timedelta

from statement_intake.domain.value import Value

INTAKE = "intake"
OUTBOX = "outbox"


class Pulse(Value):
    """A mailbox, the intake or the outbox, as the last attempts found it."""

    what: str
    #: When it last worked; None if it never did, and for intake and outbox, which often have nothing to do.
    worked_at: datetime | None
    #: Since when every attempt has failed; None while it works.
    failing_since: datetime | None
    #: What the last attempt failed of, in plain words.
    problem: str = ""

    def silent_for(self, now: datetime) -> timedelta:
        """How long it has not worked; nothing while the last attempt worked and nobody has tried since."""
        since = self.worked_at or self.failing_since
        return now - since if since else timedelta()

    def is_ill(self, now: datetime, after: timedelta) -> bool:
        """Whether it has not worked for so long that somebody has to know."""
        return self.silent_for(now) >= after
