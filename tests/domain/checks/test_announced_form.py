"""A meeting that takes only the announced form of the subject line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statement_intake.domain.judge import Knowledge
from statement_intake.domain.parties.names import PartyKind
from statement_intake.operations.explain import explain
from tests.domain.values import every_name, knowledge


def strict() -> Knowledge:
    """The meetings as they are configured, all of them strict."""
    known = knowledge()
    meetings = tuple(
        meeting.model_copy(update={"subject": meeting.subject.model_copy(update={"mode": "strict"})})
        for meeting in known.meetings
    )
    return Knowledge(meetings=meetings, parties=known.parties, words=known.words)


def blocking(subject: str) -> list[str]:
    """What stands in the line's way."""
    return [finding["code"] for finding in explain(subject, strict())["findings"] if finding["effect"] != "note"]


@pytest.mark.parametrize(
    "subject",
    [
        "12th EMIC statement – France 3",
        "12th EMIC statement - France 3",
        "12th EMIC statement — France 3",
        "12th EMIC statement ‑ Guinea-Bissau 3(a)",
        "12th EMIC statement – Türkiye 3 and 4",
        "12th EMIC statement – Turkey 4",
        "12th EMIC statement – Côte d’Ivoire 4",
        "12th EMIC statement – Iran (Islamic Republic of) 3",
        "12th EMIC statement – 中国 3",
        "12th EMIC statement – Morocco on behalf of the Group of 77 and China 3",
        "RE: 12th EMIC statement – France 3",
        "[EXTERNAL] Fwd: 12th EMIC statement – France 3",
    ],
)
def test_the_announced_form_is_taken(subject: str) -> None:
    """With any dash, any name of the party, and whatever mail programs put before it."""
    assert blocking(subject) == []


@pytest.mark.parametrize(
    "subject",
    [
        "12th EMIC statement France 3",
        "12th EMIC statement – France – 3",
        "12th EMIC statement – France item 3",
        "12th EMIC Statement – France 3",
        "12th EMIC statement – [France] [3]",
        "12th EMIC statement – Delegation of France 3",
        "12e EMIC – déclaration – France 3",
        "12th EMIC statement – France 3 (video)",
        "12th EMIC statement – France 3.",
        "Statement of France, 12th EMIC, item 3",
        "12th EMIC statement – France 4 and 3",
    ],
)
def test_any_other_form_is_refused_with_the_line_to_paste(subject: str) -> None:
    """Though it is understood; the line that is proposed is taken."""
    assert blocking(subject) == ["subject.not_as_announced"]
    canonical = explain(subject, strict())["canonical"]
    assert canonical is not None
    assert blocking(canonical) == []


def test_what_is_not_understood_has_its_own_fault() -> None:
    """The form is not mentioned beside it."""
    assert blocking("12th EMIC statement – Korea 3") == ["subject.party_ambiguous"]
    assert blocking("12th EMIC statement – France") == ["subject.item_missing"]


PARTIES = sorted({name.code for name in every_name()})


@settings(deadline=None)
@given(st.sampled_from(PARTIES), st.sampled_from(["1", "3", "3(a)"]), st.sampled_from("–—-−‒"))
def test_the_announced_line_of_every_party_is_taken(code: str, item: str, dash: str) -> None:
    """States and groups; an organisation's letter waits for a person."""
    party = knowledge().parties.get(code)
    assert party is not None
    found = blocking(f"12th EMIC statement {dash} {party.line_name} {item}")
    assert found == (["sender.organisation"] if party.kind is PartyKind.ORGANISATION else [])
