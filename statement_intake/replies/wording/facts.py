"""The details of a finding as sentences need them: typed, cleaned, and never missing in a way that hurts."""

import math
from datetime import datetime, tzinfo
from typing import Any

from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.value import Value
from statement_intake.replies.cleaning import shown

#: So much of what a stranger wrote goes into one sentence.
LISTED_AT_MOST = 5


class Advice(Value):
    """What a letter says about one finding."""

    #: What is wrong, with the measured value, the limit and the excess.
    fault: str
    #: What to do about it.
    cure: str
    #: Names of the files it is about, as the sender gave them, cleaned.
    files: tuple[str, ...] = ()


class Facts:
    """Reads a finding's detail. Every key may be absent or of another type than expected: then there is no value."""

    def __init__(self, finding: Finding, zone: tzinfo | None = None) -> None:
        self._detail = finding.detail
        self._zone = zone
        #: Does it wait for a person?
        self.held = finding.effect is Effect.HOLD
        #: Is it advice and no condition?
        self.note = finding.effect is Effect.NOTE

    def text(self, key: str) -> str:
        """A string from outside, cleaned and shortened; empty if there is none."""
        return self._shown(self._detail.get(key))

    def texts(self, key: str, most: int = LISTED_AT_MOST) -> tuple[str, ...]:
        """A list of strings, cleaned; the first *most* of them."""
        value = self._detail.get(key)
        if not isinstance(value, (list, tuple)):
            return ()
        cleaned = dict.fromkeys(self._shown(entry) for entry in value)
        return tuple(entry for entry in cleaned if entry)[:most]

    def number(self, key: str) -> float | None:
        """A finite number that is not negative."""
        value = self._detail.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
            return None
        return float(value)

    def flag(self, key: str) -> bool:
        """Whether it is true, and not merely there."""
        return self._detail.get(key) is True

    def moment(self, key: str) -> datetime | None:
        """A time in ISO 8601 with its offset, in the letter's time zone."""
        try:
            when = datetime.fromisoformat(str(self._detail.get(key)))
            return None if when.tzinfo is None else when.astimezone(self._zone or when.tzinfo)
        except (ValueError, OverflowError):
            return None

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that the finding is about."""
        names = (self.text("name"), *self.texts("names"))
        return tuple(dict.fromkeys(name for name in names if name))

    @staticmethod
    def _shown(value: Any) -> str:  # noqa: ANN401 - JSON
        return shown(str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
