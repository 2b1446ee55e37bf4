"""Who speaks, in the language of the letter, while the subject line to paste keeps the UN's English short name."""

import pytest

from statement_intake.replies.compose import Composer
from statement_intake.replies.language import LOCALES
from tests.domain.values import knowledge
from tests.replies.letters import letter

COMPOSER = Composer(names=knowledge().parties.translations())


def facts(language: str, **values: object) -> list[str]:
    """The first lines of the letter, without the marks that keep a name together from right to left."""
    _, plain = COMPOSER.text(letter("acknowledgement", language=language, **values))
    return [line.translate(dict.fromkeys(range(0x2066, 0x206A))).strip() for line in plain.splitlines()]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ar", "الوفد: ألمانيا"),
        ("en", "Delegation: Germany"),
        ("es", "Delegación: Alemania"),
        ("fr", "Délégation\N{NO-BREAK SPACE}: Allemagne"),
        ("ru", "Делегация: Германия"),
        ("zh", "代表团：德国"),
    ],
)
def test_a_delegation_reads_its_own_name_as_the_united_nations_write_it(language: str, line: str) -> None:
    """Below a letter in another language, the English one says it in English; the line to paste always does."""
    said = facts(language, party="Germany", subject_line="12th EMIC statement – Germany 3")
    assert line in said
    assert "Delegation: Germany" in said
    assert "12th EMIC statement – Germany 3" in said


def test_for_whom_and_with_whom_a_state_speaks_stand_in_lines_of_their_own() -> None:
    """So that no name has to be inflected."""
    french = facts("fr", party="Morocco", on_behalf_of="Group of 77 and China")
    assert "Délégation\N{NO-BREAK SPACE}: Maroc" in french
    assert "Au nom de\N{NO-BREAK SPACE}: Groupe des 77 et de la Chine" in french
    assert "On behalf of: Group of 77 and China" in french
    spanish = facts("es", party="Norway", together_with=("Iceland", "Liechtenstein"))
    assert "Conjuntamente con: Islandia y Liechtenstein" in spanish


@pytest.mark.parametrize("language", LOCALES)
def test_a_party_without_a_name_in_that_language_is_called_by_its_english_one(language: str) -> None:
    """As an organisation that the United Nations call nothing else."""
    assert any("Basel Institute" in line for line in facts(language, party="Basel Institute"))


def test_every_state_has_a_name_in_all_six_languages() -> None:
    """The UN's short names."""
    parties = knowledge().parties
    names = parties.translations()
    assert all(names[party.name].keys() >= set(LOCALES) for party in parties.all if party.kind == "state")
