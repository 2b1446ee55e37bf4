"""What a rule finds, and the four things that can become of a mail."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from statement_intake.domain.value import Value


class Effect(StrEnum):
    """What a finding does to the outcome."""

    #: Held, and nothing is sent.
    SILENT = "silent"
    IGNORE = "ignore"
    HOLD = "hold"
    REJECT = "reject"
    #: Never changes the outcome.
    NOTE = "note"


class Outcome(StrEnum):
    """What became of a mail."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    #: A person decides.
    HELD = "held"
    #: Not ours; nothing is sent.
    IGNORED = "ignored"


class Finding(Value):
    """One thing that a rule found, with the facts that prove it."""

    #: Stable, from the table in docs/findings.md; never renamed.
    code: str
    effect: Effect
    #: Plain English, for officers and logs. Letters have their own words, from the catalogues.
    message: str
    #: JSON values. A limit has `measured`, `limit`, `excess` and `unit`.
    detail: dict[str, Any] = Field(default_factory=dict)
