"""What the child says to its parent: one JSON object on standard output, and nothing else."""

from statement_intake.domain.message import Attachment, Message
from statement_intake.domain.value import Value

#: Bytes of an answer; the parent reads no more.
MAXIMUM_ANSWER = 8_000_000


class Answer(Value):
    """Exactly one of the fields is set. To the parent it is as hostile as the mail: see `sandbox.py`."""

    message: Message | None = None
    attachment: Attachment | None = None
    #: A fault of ours, in plain English.
    fault: str | None = None
    #: The limit that ended the reading, in plain English.
    ended: str | None = None
