"""Trouble that is not a finding. Each room translates its libraries' errors into one of these, once."""


class SurroundingsFault(Exception):  # noqa: N818 - a fault is what the project's words call it
    """Something around us fails: a mailbox, the disk, the ledger, a missing tool.

    It stops the work, counts against no message, and is tried again. `permanent` is True where trying again will not
    help before somebody mends it.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class PartlyReached(SurroundingsFault):
    """Some of it works, and is not left alone with what does not: all of it is tried again at the next round."""


class LimitExceeded(Exception):  # noqa: N818 - expected trouble: the message is held, never rejected
    """One message is larger, slower or hungrier than allowed. The text says which limit, in plain English."""


class MessageGone(Exception):  # noqa: N818 - not an error: colleagues may delete their mail
    """The message was there when it was listed and is not any more."""


class Conflict(Exception):  # noqa: N818 - expected: two officers at once, or a letter just leaving
    """The submission has changed, or its letter is leaving; the text says which."""


class Shortcoming(str):
    """A sentence of an examination that tells what is lacking: it works, but somebody should know."""

    __slots__ = ()
