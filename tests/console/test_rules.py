"""The page about a submission shows every rule, and every finding under one heading."""

import pytest

from statement_intake.console.rules import RULES, report
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.records import Dossier
from tests.house import House, statement


def test_a_code_stands_under_one_rule() -> None:
    """And never under two."""
    shown = [code for rule in RULES for code in rule.codes]
    assert len(shown) == len(set(shown))


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Dossier:
    """A written statement in order."""
    house = House(tmp_path_factory.mktemp("rules"))
    house.deliver(statement())
    house.round()
    with house.open() as workshop:
        found = workshop.desk.ledger.log.dossier(house.references[0])
    assert found is not None
    return found


def results(dossier: Dossier, *findings: Finding) -> dict[str, str]:
    """What each rule came to, had those findings been made."""
    last = dossier.history[-1].model_copy(update={"findings": findings})
    rows = report(dossier.model_copy(update={"history": (last,)}), None, "Europe/Vienna")
    assert [finding for row in rows for finding in row.findings].count(findings[0]) == 1 if findings else True
    return {row.title: row.result for row in rows}


def test_what_was_found_is_shown_and_what_was_not_is_passed(dossier: Dossier) -> None:
    """A rule about the other kind says nothing; a code without a rule is shown none the less."""
    assert results(dossier)["Party"] == "passed"
    assert results(dossier)["Length of the video"] == "none"
    late = Finding(code="deadline.passed", effect=Effect.HOLD, message="Late.")
    assert results(dossier, late)["Deadline"] == "failed"
    noted = Finding(code="subject.normalised", effect=Effect.NOTE, message="Understood as.")
    assert results(dossier, noted)["Subject line as asked for"] == "noted"
    new = Finding(code="future.rule", effect=Effect.REJECT, message="New.")
    assert results(dossier, new)["Further findings"] == "failed"


def test_rules_that_triage_came_before_have_not_looked(dossier: Dossier) -> None:
    """A mail held in silence was not measured; nothing is said to be passed."""
    doubtful = Finding(code="message.doubtful", effect=Effect.SILENT, message="Perhaps.")
    assert results(dossier, doubtful)["Party"] == "open"
