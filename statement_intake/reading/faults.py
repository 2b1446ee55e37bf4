"""What can end a reading other than with facts. Trouble with the mail itself is data, not an exception."""


class ReaderFault(Exception):  # noqa: N818 - a fault of ours is told apart from the mail's trouble by its name
    """Reading failed for a reason of ours (no ffmpeg, no sandbox, disk full), not because of the mail."""


class ReaderEnded(Exception):  # noqa: N818 - a limit is not an error
    """A limit ended the reader; the text says which one. The caller holds the mail."""


class OverLimits(Exception):  # noqa: N818 - a limit is not an error
    """The mail exceeds a limit of the reader; the text names it in plain English. Never leaves the child."""
