"""What service, warden and cell say to each other: JSON, a message for each."""

from typing import Literal

from statement_intake.domain.inspection import Inspected
from statement_intake.domain.message import Attachment, Message
from statement_intake.domain.value import Value

#: Bytes of an answer; the service reads no more.
MAXIMUM_ANSWER = 8_000_000


#: "read" a mail; "attach" a single file; "inspect" a video that is stored; "examine" the reader itself; "try": only to
#: find out whether a process can be confined.
Mode = Literal["read", "attach", "inspect", "examine", "try"]


class Run(Value):
    """A run of base64 in the mail, from octet *start* to *end*, and the file that holds what it stands for."""

    start: int
    end: int
    sha256: str
    size: int
    #: The file, named as the mail's own is.
    source: str


class Request(Value):
    """What the service asks for. Trusted."""

    mode: Mode
    #: The file to be read, and the folder that content goes to: within the jail names, without it paths.
    source: str
    workspace: str
    #: What the file was called, if *mode* is "attach".
    name: str = ""
    #: What was decoded while the mail arrived; only within the jail, where it can be shown and not be changed.
    runs: tuple[Run, ...] = ()


class Answer(Value):
    """Exactly one of the fields is set. To the service it is as hostile as the mail: see `sandbox.py`."""

    message: Message | None = None
    attachment: Attachment | None = None
    inspected: Inspected | None = None
    #: What was found out about the reader itself.
    examined: tuple[str, ...] | None = None
    #: A fault of ours, in plain English.
    fault: str | None = None
    #: The limit that ended the reading, in plain English.
    ended: str | None = None


#: Why a cell ended that the service no longer asks about: no limit, and nothing that is to be said of a mail.
CLOSED = "closed"


class Ended(Value):
    """How a cell ended. The warden's word, so it can be believed."""

    #: The exit code; above 128, or negative, for a signal.
    code: int
    #: The limit that ended it, in one word; empty where none did.
    why: str = ""
