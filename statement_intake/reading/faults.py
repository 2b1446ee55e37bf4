"""What can end a reading other than with facts. Trouble with the mail itself is data, not an exception."""

from statement_intake.domain.faults import LimitExceeded, SurroundingsFault


class ReaderFault(SurroundingsFault):
    """Reading failed for a reason of ours (no ffmpeg, no sandbox, disk full), not because of the mail."""


class ReaderEnded(LimitExceeded):
    """A limit ended the reader; the text says which one. The caller holds the mail."""


class OverLimits(Exception):  # noqa: N818 - a limit is not an error
    """The mail exceeds a limit of the reader; the text names it in plain English. Never leaves the child."""
