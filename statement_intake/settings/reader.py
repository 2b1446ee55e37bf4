"""What reading hostile mail may cost."""

from typing import Annotated, Literal

from pydantic import Field

from statement_intake.settings.table import Table


class ReaderSettings(Table):
    """The child process that reads hostile bytes."""

    #: "require": bubblewrap, else Landlock and seccomp, else refuse to read. "limits": limits on resources alone.
    sandbox: Literal["require", "limits"] = "require"
    #: Mails read at the same time.
    at_once: Annotated[int, Field(ge=1, le=16)] = 2
    #: Wall time for one mail.
    seconds: Annotated[float, Field(gt=0)] = 300
    #: Address space of each process of the reader.
    memory_megabytes: Annotated[int, Field(ge=256)] = 1500
    #: What one mail may expand to on disk.
    output_megabytes: Annotated[int, Field(ge=1)] = 400


class LimitsSettings(Table):
    """How much is too much."""

    message_megabytes: Annotated[int, Field(ge=1)] = 200
    #: Tries at one message before it is held in sight of a person.
    attempts: Annotated[int, Field(ge=1)] = 3
    #: Letters to one address within 24 hours; the others wait for a person.
    replies_per_sender_per_day: Annotated[int, Field(ge=1)] = 20
    #: The same for all addresses of one domain together.
    replies_per_domain_per_day: Annotated[int, Field(ge=1)] = 100
    #: Letters to anybody within an hour: beyond it something is wrong, every letter waits for a person, and an error is
    #: logged.
    replies_per_hour: Annotated[int, Field(ge=1)] = 200
