"""Letters: as they are written, as they wait in the outbox, as the record shows them."""

from datetime import datetime

from statement_intake.domain.value import Value


class OutgoingLetter(Value):
    """A letter as it is put into the outbox."""

    kind: str
    to: str
    language: str
    subject: str
    body: str
    message_id: str
    raw: bytes
    #: queued, held or suppressed: the reply mode is stamped when the decision is recorded.
    state: str
    #: Why it waits, if it does.
    response: str = ""
    #: Not before then, so that an officer can take a verdict back; None: at once.
    next_attempt_at: datetime | None = None


class Recorded(Value):
    """What became of the letter when its decision was recorded."""

    #: The letter's state in the outbox; empty if there is none.
    state: str = ""
    #: Why it waits, if it does.
    why: str = ""
    #: It would have gone, but for a limit or a doubt.
    braked: bool = False
    #: So many letters were written lately that none goes by itself any more.
    breaker: bool = False


class QueuedLetter(Value):
    """A letter in the outbox."""

    id: int
    reference: str
    state: str
    kind: str
    to: str
    subject: str
    message_id: str
    raw: bytes
    attempts: int
    written_at: datetime
    response: str
    #: It waited: before it goes, a person's own answer is looked for.
    look_first: bool
    #: BCP 47.
    language: str
    #: The text as it is shown: the plain text part of `raw`.
    body: str
    next_attempt_at: datetime | None


class Unanswered(Value):
    """A submission that is held in silence."""

    reference: str
    #: Who would have had the letter.
    to: str
    subject: str
    #: The finding that silences, and what it says.
    code: str
    why: str


class LetterRecord(Value):
    """A letter as the record shows it."""

    id: int
    revision: int
    kind: str
    state: str
    to: str
    language: str
    subject: str
    body: str
    message_id: str
    written_at: datetime
    attempts: int
    response: str
    next_attempt_at: datetime | None
    settled_at: datetime | None
