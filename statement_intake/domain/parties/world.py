"""Which States there are, in which regional group, and whom a group's statement speaks for."""

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import Field

from statement_intake.domain.value import Value

#: The regional groups of the United Nations, by the region that parties.csv gives.
REGIONAL_GROUPS: Final[Mapping[str, str]] = {
    "africa": "X-AFG",
    "asia-pacific": "X-APG",
    "eastern-europe": "X-EEG",
    "grulac": "X-GRULAC",
    "weog": "X-WEOG",
}


class Nation(Value):
    """A party that is a State, or may speak like one: an observer, a party to the convention."""

    code: str
    #: The UN's English short name.
    name: str
    #: Its regional group: africa, asia-pacific, eastern-europe, grulac, weog; empty where it is in none.
    region: str


class World(Value):
    """All States, and the members of groups as far as they are known."""

    #: By name.
    nations: tuple[Nation, ...] = ()
    #: A group's code to its members' codes.
    members: Mapping[str, frozenset[str]] = Field(default_factory=dict)

    def members_of(self, group: str) -> frozenset[str]:
        """Whom a group's statement speaks for; nobody where its membership is not in our data."""
        return self.members.get(group, frozenset())


def world(nations: Iterable[Nation], members: Mapping[str, frozenset[str]]) -> World:
    """The regional groups follow from the regions."""
    known = tuple(sorted(nations, key=lambda nation: nation.name))
    regional = {
        group: frozenset(nation.code for nation in known if nation.region == region)
        for region, group in REGIONAL_GROUPS.items()
    }
    return World(nations=known, members=regional | dict(members))
