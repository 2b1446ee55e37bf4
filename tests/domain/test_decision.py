"""How findings become an outcome, and where a person overrules it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.decision import (
    Decision,
    Effect,
    Finding,
    Outcome,
    OverruleError,
    decide,
    outcome_of,
    overrule,
)
from statement_intake.domain.submission import Submission
from tests.domain.values import case, document, video

COMPLETE = case(video(), document()).submission


def found(*effects: Effect) -> tuple[Finding, ...]:
    """A finding of each effect."""
    return tuple(Finding(code=f"test.{effect}", effect=effect, message="") for effect in effects)


@pytest.mark.parametrize(
    ("effects", "outcome"),
    [
        ((), Outcome.ACCEPTED),
        ((Effect.NOTE,), Outcome.ACCEPTED),
        ((Effect.NOTE, Effect.REJECT), Outcome.REJECTED),
        ((Effect.REJECT, Effect.HOLD), Outcome.HELD),
        ((Effect.HOLD, Effect.IGNORE, Effect.REJECT), Outcome.IGNORED),
        ((Effect.IGNORE, Effect.SILENT), Outcome.HELD),
    ],
)
def test_the_strongest_effect_decides(effects: tuple[Effect, ...], outcome: Outcome) -> None:
    """Silent > ignore > hold > reject > accept; notes never change the outcome."""
    assert outcome_of(found(*effects)) is outcome
    assert outcome_of(reversed(found(*effects))) is outcome


@given(st.lists(st.sampled_from(Effect)))
def test_every_finding_is_kept_in_its_order(effects: list[Effect]) -> None:
    """Not only the one that decided."""
    findings = found(*effects)
    decision = decide(COMPLETE, findings)
    assert decision.findings == findings
    assert decision.silent == bool({Effect.SILENT, Effect.IGNORE} & set(effects) and decision.why_silent)


@pytest.mark.parametrize("field", ["meeting", "party", "items", "kind", "files"])
def test_nothing_incomplete_is_accepted(field: str) -> None:
    """Where the rules found nothing and yet something is missing, the rules are at fault and a person decides."""
    gap = {"items": (), "files": ()}.get(field)
    decision = decide(COMPLETE.model_copy(update={field: gap}), ())
    assert decision.outcome is Outcome.HELD
    assert [(finding.code, finding.effect) for finding in decision.findings] == [("service.fault", Effect.SILENT)]


def test_only_an_acceptance_takes_anothers_place() -> None:
    """A rejected second version leaves the first one standing."""
    assert decide(COMPLETE, (), supersedes="SI-0000-0001").supersedes == "SI-0000-0001"
    assert decide(COMPLETE, found(Effect.REJECT), supersedes="SI-0000-0001").supersedes is None


def test_a_person_accepts_in_spite_of_findings_but_not_of_gaps() -> None:
    """The findings stay: they are what was found."""
    decision = decide(COMPLETE, found(Effect.HOLD))
    assert overrule(decision, Outcome.ACCEPTED, COMPLETE) == Decision(
        outcome=Outcome.ACCEPTED, findings=decision.findings, submission=COMPLETE
    )
    with pytest.raises(OverruleError, match="this is missing: meeting, party, item, kind"):
        overrule(decision, Outcome.ACCEPTED, Submission())
