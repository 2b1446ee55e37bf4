"""How many letters may go by themselves: to one address, to one domain, and in all.

The last one is a breaker. A loop, a flood or a fault of ours shows itself by its rate; from then on letters wait for a
person, and those that wait count too, so that it stays open for as long as the flood lasts.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from statement_intake.domain.value import Value

#: How far back the breaker counts.
BREAKER_WINDOW = timedelta(hours=1)


class ReplyLimits(Value):
    """How many letters the service may queue by itself."""

    #: Within 24 hours.
    per_sender: int = 20
    #: Within 24 hours, to all addresses of one domain.
    per_domain: int = 100
    #: Within an hour, altogether.
    per_hour: int = 200


class Recent(NamedTuple):
    """Letters that were written before, whether they have gone or wait."""

    to_sender: int
    to_domain: int
    in_hour: int


class Brake(Value):
    """Why a letter has to wait for a person."""

    why: str
    #: It is not about this correspondent: no letter at all goes by itself for now.
    breaker: bool = False


class Flood(Value):
    """What the breaker has to do with: from the letters themselves, so that it is known after any restart."""

    #: When the last letter was written that it held; None if it never held one.
    last_held: datetime | None
    #: Letters that it held and that still wait for a person.
    waiting: int
    #: Letters that count towards it now.
    in_hour: int

    def is_over(self, limits: ReplyLimits, now: datetime) -> bool:
        """Letters go by themselves again, and have for an hour: a flood that just fills the limit is one flood."""
        calm = self.last_held is None or self.last_held <= now - BREAKER_WINDOW
        return calm and self.in_hour < limits.per_hour


def brake(recent: Recent, limits: ReplyLimits) -> Brake | None:
    """Whether one letter more would be too many; None if it may go."""
    if recent.in_hour >= limits.per_hour:
        return Brake(why=f"{recent.in_hour} letters were written within an hour; all wait now ([limits])", breaker=True)
    if recent.to_sender >= limits.per_sender:
        return Brake(why="more letters to this address in a day than [limits] allows")
    if recent.to_domain >= limits.per_domain:
        return Brake(why="more letters to this domain in a day than [limits] allows")
    return None
