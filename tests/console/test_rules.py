"""The page about a submission shows every rule."""

import re
from pathlib import Path

from statement_intake.console.rules import RULES

FINDINGS = Path(__file__).parents[2] / "docs" / "findings.md"


def test_every_code_of_a_rule_is_shown_under_one() -> None:
    """What triage and faults find stands under no rule; everything else under exactly one."""
    shown = [code for rule in RULES for code in rule.codes]
    assert len(shown) == len(set(shown))
    documented = set(re.findall(r"`([a-z]+\.[a-z_]+)`", FINDINGS.read_text(encoding="utf-8")))
    of_rules = {code for code in documented if not code.startswith(("message.", "service."))}
    assert of_rules <= set(shown)
