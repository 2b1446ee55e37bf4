"""A party, and the places of a text that name one."""

from enum import StrEnum

from statement_intake.domain.value import Value


class PartyKind(StrEnum):
    """What a party is: a State, a group of States (the European Union too), or an organisation."""

    STATE = "state"
    GROUP = "group"
    ORGANISATION = "organisation"


class Party(Value):
    """One that can make a statement."""

    #: ISO 3166-1 alpha-3; EUE for the European Union; the project's own, beginning with X-, for the others.
    code: str
    #: The UN's English short name.
    name: str
    kind: PartyKind
    #: The UN's English formal name where the short one is another's too (Congo); else empty.
    unmistakable: str = ""

    @property
    def line_name(self) -> str:
        """As a subject line has to name it."""
        return self.unmistakable or self.name


class Mention(Value):
    """A place in a text that names a party, or several that go by that name, or a territory.

    The span takes in an article before the name or after it, "the Gambia" and "Gambia (the)", and in Arabic the
    letters written in one with it.
    """

    start: int
    end: int
    text: str
    #: One: certain. Several: ambiguous. None: sensitive.
    parties: tuple[Party, ...]
    sensitive: bool
    #: Written just as the UN's English short name is, capitals and accents included, with or without its article.
    exact: bool


class People(Value):
    """A people's name in a text."""

    #: One, or several that go by that name.
    parties: tuple[Party, ...]
    #: It can be no language's name here.
    sure: bool
    text: str
    #: What stands around it.
    rest: str
    #: Nothing does, but what delegations call themselves.
    alone: bool
