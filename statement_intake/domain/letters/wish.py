"""What an officer wants with the letter of a verdict."""

from datetime import timedelta
from enum import StrEnum

from statement_intake.domain.value import Value


class Going(StrEnum):
    """When a letter goes."""

    #: As the reply mode says.
    AS_SET = "as_set"
    #: An officer has read it: it goes, even where letters wait for a person.
    GO = "go"
    #: It waits in the outbox.
    WAIT = "wait"
    #: None is written.
    NEVER = "never"


class Wish(Value):
    """The letter of a verdict, as an officer wants it."""

    going: Going = Going.AS_SET
    #: How long it waits before it goes, so that the verdict can be taken back.
    after: timedelta = timedelta(0)
    #: The letter in the officer's own words; None: as it was composed.
    subject: str | None = None
    body: str | None = None


#: What the terminal wants.
AS_COMPOSED = Wish()
