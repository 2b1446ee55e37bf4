"""What every check is given: one value, gathered beforehand."""

from datetime import datetime

from pydantic import Field

from statement_intake.domain.cover import Cover
from statement_intake.domain.finding import Outcome
from statement_intake.domain.inspection import Measurements
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.message import Attachment, Category, Message
from statement_intake.domain.senders import Owner, Senders
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.submission import Submission
from statement_intake.domain.value import Value


class Earlier(Value):
    """An earlier submission that the one at hand may belong to or replace."""

    reference: str
    outcome: Outcome
    #: "video", "written", or None.
    kind: str | None
    items: tuple[str, ...]
    #: Who may answer for it.
    owner: Owner = Owner()
    on_behalf_of: str | None = None
    #: Codes of the other States of a joint statement.
    together_with: tuple[str, ...] = ()
    #: current, superseded, withdrawal_requested, withdrawn.
    standing: str = "current"
    #: Its sender has been told nothing about it.
    silent: bool = False
    #: It came after the first mail of the submission at hand, which is judged again.
    later: bool = False


class Elsewhere(Value):
    """A file that another party's submission holds, too."""

    reference: str
    party: str
    #: Hexadecimal SHA-256.
    sha256: str


class Facts(Value):
    """What the surroundings know and the mail does not say."""

    #: INTERNALDATE or the topmost Received date, the earlier one; aware. Never the Date field.
    received: datetime
    #: Our own addresses, casefolded: they are never answered.
    own: frozenset[str] = frozenset()
    #: What stands of the same party at the same meeting, oldest first; what was asked back, too.
    earlier: tuple[Earlier, ...] = ()
    #: Octets that a mail may have; None where that is not known.
    largest: int | None = None
    #: The submission whose letter this mail answers.
    answers: Earlier | None = None
    #: Files that came under another party's name before.
    elsewhere: tuple[Elsewhere, ...] = ()
    #: What inspections of these very videos have measured before, by SHA-256.
    inspected: dict[str, Measurements] = Field(default_factory=dict)
    #: An officer has rejected or reopened what this mail completes.
    reviewed: bool = False


class Case(Value):
    """A message, how it was understood, and what is known beside it."""

    message: Message
    reading: SubjectReading
    submission: Submission
    cover: Cover
    facts: Facts
    senders: Senders = Senders()

    @property
    def rules(self) -> Meeting | None:
        """The meeting whose limits apply: the one named, or the open one of the series that was named."""
        if self.submission.meeting and self.submission.meeting.intake == "open":
            return self.submission.meeting
        return self.reading.series

    @property
    def packed(self) -> tuple[Attachment, ...]:
        """Archives that were not opened: what seems to be missing may lie in them."""
        return tuple(self.message.of(Category.ARCHIVE))

    @property
    def completes(self) -> Earlier | None:
        """The open submission whose letter this mail answers; it may be no more than the part that was missing."""
        answered = self.facts.answers
        return answered if answered and answered.outcome in {Outcome.REJECTED, Outcome.HELD} else None
