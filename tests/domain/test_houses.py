"""Which governmental house a domain belongs to."""

import pytest

from statement_intake.configuration import load_houses
from statement_intake.domain.houses import Houses

HOUSES = load_houses()


@pytest.mark.parametrize(
    ("domain", "house"),
    [
        ("mfa.gov.gh", "mfa.gov.gh"),
        ("vienna.mfa.gov.gh", "mfa.gov.gh"),
        ("justice.gov.gh", "justice.gov.gh"),
        ("diplomatie.gouv.fr", "diplomatie.gouv.fr"),
        ("rree.gob.sv", "rree.gob.sv"),
        ("a.b.mofa.go.jp", "mofa.go.jp"),
        ("kenya.go.ke", "kenya.go.ke"),
        ("state.gov", "state.gov"),
        ("usmission.state.gov", "state.gov"),
        ("bmeia.gv.at", "bmeia.gv.at"),
        ("eda.admin.ch", "eda.admin.ch"),
        ("eeas.europa.eu", "eeas.europa.eu"),
        ("mfa.ee", "mfa.ee"),
        ("vienna.mfa.no", "mfa.no"),
        ("mid.ru", "mid.ru"),
        ("gov.mt", "gov.mt"),
    ],
)
def test_a_government_is_known_by_its_registrys_names(domain: str, house: str) -> None:
    """Two ministries below one suffix are two houses."""
    assert HOUSES.house(domain) == house


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com", "mail.ru", "gov.gmail.com", "mfa.gov.yahoo.com", "mission.example.org", "mfa.com",
        "mfa.example.org",
        "gov.com", "mfagov.gh", "mfa.gov.gh.evil.com", "mfa.gov.", ".gov.gh", "", "мид.рф", "mfa.gov.g\u04bb",
        "go.it", "x.go.it",
        "com", "gh",
    ],
)  # fmt: skip
def test_everything_else_is_nobodys(domain: str) -> None:
    """A provider for everyone, a name that only looks like a government's, a domain in another alphabet."""
    assert HOUSES.house(domain) is None


def test_without_lists_there_are_no_houses() -> None:
    """Then only the same address is the same sender."""
    assert Houses().house("mfa.gov.gh") is None
