"""States' own bodies: silent beside their State, and never the one who speaks."""

import csv
from pathlib import Path

import pytest

from statement_intake.configuration import load_parties
from statement_intake.domain.parties.party import Party
from statement_intake.operations.explain import explain
from tests.domain.values import knowledge

_FILE = Path("statement_intake/data/parties/agencies.csv")
_ROWS = list(csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines()))


def _party(code: str) -> Party:
    found = load_parties().get(code)
    assert found is not None
    return found


@pytest.mark.parametrize("frame", ["{state} ({body}), item 3", "{body} {state} – item 3", "{state} – {body} – item 3"])
def test_beside_its_own_state_a_body_says_nothing(frame: str) -> None:
    """Wherever it stands, the State speaks."""
    wrong = []
    for row in _ROWS:
        line = f"12th EMIC statement – {frame.format(state=_party(row['code']).line_name, body=row['name'])}"
        shown = explain(line, knowledge())
        if shown["canonical"] is None or shown["party"]["code"] != row["code"]:
            wrong.append((line, shown["findings"]))
    assert wrong == []


def test_without_its_state_a_body_names_nobody() -> None:
    """Unless its name holds the State's own, or its people's: "Fiji Independent Commission Against Corruption"."""
    table = load_parties()
    names = [row["name"] for row in _ROWS if not table.mentions(row["name"]) and not table.by_people(row["name"])]
    alone = [explain(f"12th EMIC statement – {name} – item 3", knowledge()) for name in names]
    assert [shown["subject"] for shown in alone if shown["canonical"]] == []


@pytest.mark.parametrize(
    "line",
    [
        "12th EMIC statement – EACC – item 3",
        "12th EMIC statement – ICAC – item 3",
        "EACC, Uganda: 12th EMIC statement, item 3",
        "12th EMIC statement – Malawi (KPK) – item 3",
        "NAB India – 12th EMIC statement – item 3",
    ],
)
def test_alone_or_beside_another_state_a_body_is_for_a_person(line: str) -> None:
    """It is not certain who speaks."""
    found = [finding["code"] for finding in explain(line, knowledge())["findings"] if finding["effect"] != "note"]
    assert found == ["subject.party_ambiguous"]


@pytest.mark.parametrize(
    ("line", "certain"),
    [
        ("12th EMIC statement – MoJ Banjul, The Gambia – item 3", True),
        ("12th EMIC statement – Kenya (Office of the DPP, Nairobi) – item 3", True),
        ("12th EMIC statement – Kampala, Kenya – item 3", False),
        ("12th EMIC statement – Berlin Senate, Germany – item 3", False),
        ("12th EMIC statement – Prosecutor of Paris, France – item 3", False),
    ],
)
def test_the_capital_in_an_address_says_nothing_and_its_own_bodies_do(line: str, *, certain: bool) -> None:
    """Another State's capital is a contradiction; the city's senate is not the State."""
    assert (explain(line, knowledge())["canonical"] is not None) == certain
