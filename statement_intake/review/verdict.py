"""What an officer says about a submission, and what that leads to: plain values."""

from statement_intake.domain.finding import Finding, Outcome
from statement_intake.domain.letters.wish import AS_COMPOSED, Wish
from statement_intake.domain.meeting import Kind
from statement_intake.domain.records import OutgoingLetter
from statement_intake.domain.value import Value


class ReviewError(Exception):
    """The verdict cannot be carried out; the text says why, and what would help."""


class NoSuchPartyError(ReviewError):
    """What was typed names no party."""


class Correction(Value):
    """What an officer says about a submission, by codes."""

    party: str | None = None
    items: tuple[str, ...] = ()
    kind: Kind | None = None
    #: The reference of an accepted statement whose place an accepted one takes.
    replaces: str | None = None
    #: The digest of the document that counts as the text, where there are several.
    main: str | None = None


class Order(Value):
    """Who orders what about a submission, why, and with which letter."""

    action: str
    actor: str
    because: str
    #: Whether the delegation gets a letter.
    letter: bool = True
    wish: Wish = AS_COMPOSED


class Prospect(Value):
    """What a verdict would lead to."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    #: As it would go; None where the mail must not be answered, or nothing is sent.
    letter: OutgoingLetter | None


class Reviewed(Value):
    """What a verdict led to."""

    reference: str
    outcome: Outcome
    letter: OutgoingLetter | None
