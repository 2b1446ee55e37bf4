"""The rule about who speaks."""

import pytest

from statement_intake.domain.checks import party_named
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case


@pytest.mark.parametrize("party", ["France", "FRA", "the Republic of Korea", "Côte d’Ivoire", "G77 and China"])
def test_a_known_name_needs_no_finding(party: str) -> None:
    """Under any of its names."""
    assert list(party_named.check(case(subject=f"12th EMIC statement – {party} 3"))) == []


def test_no_name_is_refused() -> None:
    """The line names no one."""
    assert list(party_named.check(case(subject="12th EMIC statement – item 3"))) == [
        Finding(
            code="subject.party_missing", effect=Effect.REJECT, message="The subject line names no country or group."
        )
    ]


def test_an_unknown_name_comes_with_suggestions() -> None:
    """Similarity suggests; it never decides."""
    assert list(party_named.check(case(subject="12th EMIC statement – Nigera 3"))) == [
        Finding(
            code="subject.party_unknown",
            effect=Effect.REJECT,
            message="“Nigera” is not a known country or group. Close names: Nigeria, Niger.",
            detail={"text": "Nigera", "suggestions": ["Nigeria", "Niger"]},
        )
    ]


@pytest.mark.parametrize(
    ("said", "text", "names"),
    [
        ("Korea", "Korea", ["Republic of Korea", "Democratic People's Republic of Korea"]),
        ("France and Germany", "France, Germany", ["France", "Germany"]),
        ("Amnesty International – Kenya", "Amnesty International – Kenya", ["Kenya"]),
        ("Kenya – University of Nairobi", "Kenya – University of Nairobi", ["Kenya"]),
    ],
)
def test_several_readings_are_held(said: str, text: str, names: list[str]) -> None:
    """Two States, one name of two, or a State's name in another body's."""
    assert list(party_named.check(case(subject=f"12th EMIC statement – {said} – item 3"))) == [
        Finding(
            code="subject.party_ambiguous",
            effect=Effect.HOLD,
            message=f"It is not certain who speaks: “{text}” may be {' or '.join(names)}.",
            detail={"text": text, "candidates": names},
        )
    ]


@pytest.mark.parametrize(
    ("said", "text"), [("Kosovo", "Kosovo"), ("Kenya Bankers Association", "Kenya Bankers Association")]
)
def test_some_names_only_a_person_answers(said: str, text: str) -> None:
    """Territories, and bodies that bear a State's name."""
    assert list(party_named.check(case(subject=f"12th EMIC statement – {said} 3"))) == [
        Finding(
            code="subject.party_sensitive",
            effect=Effect.SILENT,
            message=f"Only a person should answer: {text}.",
            detail={"text": text},
        )
    ]


def test_an_organisation_is_not_answered() -> None:
    """It may speak, but not by this robot's leave."""
    assert list(party_named.check(case(subject="12th EMIC statement – INTERPOL 3"))) == [
        Finding(
            code="sender.organisation",
            effect=Effect.SILENT,
            message="An organisation speaks: INTERPOL.",
            detail={"text": "INTERPOL"},
        )
    ]
