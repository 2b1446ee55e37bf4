"""Which governmental house a mail domain belongs to. The lists are data (data/domains.toml)."""

from statement_intake.domain.value import Value

#: Letters of a country's domain.
_COUNTRY = 2


class Houses(Value):
    """The lists. Empty ones know no house."""

    #: Second-level names that every country keeps for its government: "gov" of gov.xx.
    second_level: frozenset[str] = frozenset()
    #: Whole suffixes below which houses stand: "go.jp".
    suffixes: frozenset[str] = frozenset()
    #: Names directly under a country that are a house: "mfa" of mfa.xx.
    ministries: frozenset[str] = frozenset()
    #: Whole domains that are a house.
    houses: frozenset[str] = frozenset()
    #: Domains at which anybody may have an account.
    public: frozenset[str] = frozenset()

    def house(self, domain: str) -> str | None:
        """The house that *domain* (casefolded) belongs to; None where it is nobody's, or anybody's.

        mfa.gov.xx for vienna.mfa.gov.xx. A domain beyond ASCII is nobody's: it may look like another one.
        """
        labels = domain.split(".")
        if not domain.isascii() or "" in labels or self._is_public(labels):
            return None
        for start in range(len(labels)):
            if self._is_house(labels[start:]):
                return ".".join(labels[start:])
        for start in range(len(labels)):
            if self._is_suffix(labels[start:]):
                return ".".join(labels[max(0, start - 1) :])
        return None

    def _is_public(self, labels: list[str]) -> bool:
        return any(".".join(labels[start:]) in self.public for start in range(len(labels)))

    def _is_house(self, labels: list[str]) -> bool:
        return ".".join(labels) in self.houses or _of_a_country(labels, self.ministries)

    def _is_suffix(self, labels: list[str]) -> bool:
        return ".".join(labels) in self.suffixes or _of_a_country(labels, self.second_level)


def _of_a_country(labels: list[str], names: frozenset[str]) -> bool:
    return len(labels) == 2 and len(labels[1]) == _COUNTRY and labels[0] in names  # noqa: PLR2004 - name and country
