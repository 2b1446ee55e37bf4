"""Names of parties as the United Nations writes them and as people type them, from lists that the data was not made of.

In `party_names.csv` "?" is held for a person, "-" is nobody's name.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale

from statement_intake.domain.parties.names import PartyKind
from tests.domain.values import every_name, knowledge

ROWS = list(csv.DictReader((Path(__file__).parent / "party_names.csv").read_text(encoding="utf-8").splitlines()))
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
#: CLDR says so, and nobody but a person should say what is meant.
HELD = {"PS", "CG"}


def answer(name: str) -> str:
    """The code of the party; "?" where a person decides, "-" where nobody is named."""
    mention = knowledge().parties.exact(name)
    if mention is None:
        return "-"
    return "?" if mention.sensitive or len(mention.parties) > 1 else mention.parties[0].code


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_a_name_is_its_own_partys(row: dict[str, str]) -> None:
    """Never another's."""
    wanted = {"?": {"?", "-"}, "-": {"?", "-"}}.get(row["code"], {row["code"]})
    assert answer(row["name"]) in wanted


def cldr() -> Iterator[tuple[str, str, str]]:
    """Language, alpha-2 code and name of every territory that the Unicode consortium knows."""
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                yield language, code, name


def test_every_name_of_cldr_is_right_or_held() -> None:
    """Whole countries, by alpha-2 code; the table knows each as a code of its own."""
    parties = knowledge().parties
    states = {name.name: name.code for name in every_name() if name.form == "code" and len(name.name) == 2}
    missed = []
    checked = 0
    for language, code, name in cldr():
        party = parties.get(states.get(code, ""))
        said = answer(name)
        if party is None or party.kind is not PartyKind.STATE:
            # A territory, a region: no State may be taken for it.
            if said not in {"?", "-"} and code not in {"EU", "EZ", "UN"}:
                missed.append(f"{language} {code} {name}: {said}")
            continue
        checked += 1
        if said != party.code and not (code in HELD and said == "?"):
            missed.append(f"{language} {code} {name}: {said}")
    assert missed == []
    assert checked > 6 * 180
