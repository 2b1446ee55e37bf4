"""What a mail has to do with what is known already."""

from statement_intake.domain.value import Value


class Ties(Value):
    """What the ledger knows about a mail's thread and sender."""

    #: It is a letter of ours, come back.
    ours: bool = False
    #: The reference of the submission whose letter it answers.
    answers: str | None = None
    #: Its subject names a reference that looks like ours, and is nobody's: mistyped, most likely.
    misnamed: bool = False
    #: It names more than one submission: the thread one, the subject another.
    several: bool = False
    #: The sender has sent a statement before, or is a registered delegate.
    known_sender: bool = False

    @property
    def names_one(self) -> bool:
        """Whether it names a submission, rightly or not."""
        return self.answers is not None or self.misnamed
