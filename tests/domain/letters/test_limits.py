"""How many letters may go by themselves."""

import pytest

from statement_intake.domain.letters.limits import Brake, Recent, ReplyLimits, brake

LIMITS = ReplyLimits(per_sender=2, per_domain=5, per_hour=9)


def test_below_every_limit_a_letter_goes() -> None:
    """One less than each."""
    assert brake(Recent(to_sender=1, to_domain=4, in_hour=8), LIMITS) is None


@pytest.mark.parametrize(
    ("recent", "found"),
    [
        (Recent(2, 2, 2), Brake(why="more letters to this address in a day than [limits] allows")),
        (Recent(0, 5, 5), Brake(why="more letters to this domain in a day than [limits] allows")),
        (
            Recent(2, 5, 9),
            Brake(why="9 letters were written within an hour; all wait now ([limits])", breaker=True),
        ),
    ],
)
def test_each_limit_holds_and_the_breaker_speaks_first(recent: Recent, found: Brake) -> None:
    """It says that no correspondent is to blame."""
    assert brake(recent, LIMITS) == found
