"""Messages on their way from a mailbox to a decision."""

from datetime import datetime

from statement_intake.domain.finding import Outcome
from statement_intake.domain.value import Value


class MessageKey(Value):
    """Where a message is. Unique for ever, as long as UIDVALIDITY means what RFC 9051 says."""

    mailbox: str
    folder: str
    uidvalidity: str
    uid: str


#: In place of a UIDVALIDITY: the ledger was restored from a copy, and may lack what it knew of a folder.
FORGOTTEN = "forgotten"


class FolderProgress(Value):
    """How far a folder has been looked through."""

    #: As the server said it last, or FORGOTTEN.
    uidvalidity: str
    high_uid: str | None
    careful_until: str | None
    compared_at: datetime | None


class Received(Value):
    """A message whose raw mail has come into the store just now."""

    key: MessageKey
    #: Becomes the submission's.
    reference: str
    received_at: datetime
    #: As `Arrival` has it.
    size: int
    raw_sha256: str
    letters_wait: bool


class Arrival(Value):
    """A message whose raw mail is in the store and which is not decided yet."""

    id: int
    key: MessageKey
    reference: str
    received_at: datetime
    #: Octets; more than the limit where only the header was kept.
    size: int
    raw_sha256: str
    starts: int
    faults: int
    letters_wait: bool


class Struggling(Value):
    """A message that could not be taken in so far."""

    key: MessageKey
    received_at: datetime
    faults: int
    #: What happened last.
    problem: str
    next_attempt_at: datetime | None


class IgnoredMail(Value):
    """Mail that is not ours: all that the ledger keeps of it."""

    id: int
    key: MessageKey
    received: datetime
    #: The code of the finding.
    reason: str
    #: The submission that it is a second copy of.
    copy_of: str | None = None


class PendingMark(Value):
    """A decided message whose outcome is still to be left on the server."""

    id: int
    key: MessageKey
    outcome: Outcome
