"""The rule about the addresses that the invitation names."""

import pytest

from statement_intake.domain.checks import addressees
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Address
from tests.domain.values import case, headers


def missing(code: str, address: str) -> Finding:
    """The finding about an address that is not there."""
    return Finding(code=code, effect=Effect.NOTE, message=f"{address} was not addressed.", detail={"address": address})


MAIN = missing("recipient.main_missing", "uncac@un.org")
COPY = missing("recipient.copy_missing", "unov.conference@un.org")


@pytest.mark.parametrize(
    ("to", "cc", "found"),
    [
        (["uncac@un.org"], ["unov.conference@un.org"], []),
        (["UNOV.Conference@UN.ORG", "UNCAC@un.org"], [], []),
        (["uncac@un.org"], [], [COPY]),
        (["unov.conference@un.org"], [], [MAIN]),
        ([], [], [MAIN, COPY]),
    ],
)
def test_each_address_counts_wherever_it_stands(to: list[str], cc: list[str], found: list[Finding]) -> None:
    """To or Cc, in any case; what is missing is only noted."""
    addressed = headers(
        to=tuple(Address(email=address) for address in to), cc=tuple(Address(email=address) for address in cc)
    )
    assert list(addressees.check(case(headers=addressed))) == found
