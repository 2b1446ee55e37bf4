"""The subject line's grammar: lines as people type them, and what holds of every line."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statement_intake.domain.judge import judge_subject
from statement_intake.domain.parties.names import Party, PartyKind
from statement_intake.domain.parties.rows import Name
from statement_intake.domain.subject.line import clean
from statement_intake.operations.explain import explain
from tests.domain.values import every_name, knowledge

#: Typed lines, and what an officer makes of them. The last column holds the findings but notes.
TYPED = list(csv.DictReader((Path(__file__).parent / "typed_subjects.csv").read_text(encoding="utf-8").splitlines()))
PARTIES = sorted(
    {code for name in every_name() if (code := name.code)},
)
ITEMS = [f"{number}{letter}" for number in range(1, 7) for letter in ("", "(a)", "(b)")]


@pytest.mark.parametrize("row", TYPED, ids=[row["subject"] for row in TYPED])
def test_a_typed_line_is_understood_as_an_officer_would(row: dict[str, str]) -> None:
    """Who speaks, on what, and what is wrong or doubtful."""
    line = explain(row["subject"], knowledge())
    parties = " / ".join(party["code"] for party in (line["party"], line["on_behalf_of"]) if party)
    findings = " ".join(finding["code"] for finding in line["findings"] if finding["effect"] != "note")
    assert {"party": parties, "items": " ".join(line["items"]), "findings": findings} == {
        key: row[key] for key in ("party", "items", "findings")
    }
    assert (line["canonical"] is not None) == (not findings)


def party(code: str) -> Party:
    """The party of a code that the table has."""
    found = knowledge().parties.get(code)
    assert found is not None
    return found


STATES = [code for code in PARTIES if party(code).kind is PartyKind.STATE]
GROUPS = [code for code in PARTIES if party(code).kind is PartyKind.GROUP]


@settings(deadline=None)
@given(st.sampled_from(STATES + GROUPS), st.lists(st.sampled_from(ITEMS), min_size=1, max_size=4, unique=True))
def test_the_announced_line_of_every_party_reads_back_to_itself(code: str, items: list[str]) -> None:
    """No finding at all: nothing blocks it, and nothing is to be noted."""
    meeting = knowledge().meeting("emic-12")
    assert meeting is not None
    line = meeting.subject_line(party(code).line_name, tuple(sorted(items)))
    reading, findings = judge_subject(line, knowledge())
    assert findings == ()
    assert reading.canonical == line
    assert (reading.speakers.party, reading.items.numbers) == (party(code), tuple(sorted(items)))


@settings(deadline=None)
@given(st.sampled_from(STATES), st.sampled_from(GROUPS), st.sampled_from(["3", "4"]))
def test_a_state_that_speaks_for_a_group_reads_back_to_itself(state: str, group: str, item: str) -> None:
    """The State is the party, the group stands beside it."""
    line = f"12th EMIC statement – {party(state).line_name} on behalf of {party(group).line_name} {item}"
    reading, findings = judge_subject(line, knowledge())
    assert findings == ()
    assert (reading.speakers.party, reading.speakers.on_behalf_of) == (party(state), party(group))
    assert reading.canonical == line


PIECES = st.sampled_from(
    ["12th", "EMIC", "statement", "–", "-", "France", "Korea", "3", "3(a)", "and", "[", "]", "(", ")", "Re:", "item",
     "11th", "IRG", "2023", "4 September", "on behalf of", "European Union", "جدول", "中国", "第", "\u202e", "\x00",
     "\ue000",
     "\ue001", "\x1e", "\x1f", "í", "ﬀ", "III", "&", "\ud800", "😀", "=?utf-8?q?x?="]
)  # fmt: skip
LINES = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES).map("".join))


@settings(deadline=None, max_examples=300)
@given(LINES)
def test_no_line_breaks_the_reader(line: str) -> None:
    """Whatever it holds, it is read, and what is read can be printed."""
    shown = explain(line, knowledge())
    json.dumps(shown)
    assert (shown["canonical"] is None) == any(finding["effect"] != "note" for finding in shown["findings"])


@settings(deadline=None, max_examples=300)
@given(LINES)
def test_what_is_certain_stays_certain(line: str) -> None:
    """The line that is proposed means what was understood: a delegation that pastes it is not refused."""
    shown = explain(line, knowledge())
    if shown["canonical"] is not None:
        again = explain(shown["canonical"], knowledge())
        same = ("meeting", "party", "on_behalf_of", "items", "canonical")
        assert {key: again[key] for key in same} == {key: shown[key] for key in same}


@settings(max_examples=500)
@given(st.one_of(st.text(), LINES))
def test_cleaning_what_is_clean_changes_nothing(line: str) -> None:
    """Idempotent."""
    assert clean(clean(line)) == clean(line)


def test_a_very_long_line_is_read_in_no_time() -> None:
    """No pattern runs away with it."""
    for piece in ("3 and ", "[country ", "12th EMIC ", "France, ", "((((", "item item ", "3-", "Re: ", "第", "- "):
        assert explain(piece * 5000, knowledge())["canonical"] is None


NAMES = [name for name in every_name() if name.form != "code"]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(NAMES), st.sampled_from(["1", "3(a)", "6"]))
def test_every_name_in_every_language_is_its_own_partys_or_nobodys(name: Name, item: str) -> None:
    """In the place of the party it is understood, or held; never another party's."""
    shown = explain(f"12th EMIC statement – {name.name} {item}", knowledge())
    certain = all(finding["effect"] == "note" for finding in shown["findings"])
    if certain:
        assert (shown["party"]["code"], shown["items"]) == (name.code, [item])
    elif shown["party"] is not None:
        assert shown["party"]["code"] == name.code
