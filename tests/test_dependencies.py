"""What is imported is asked for in pyproject.toml by name, whatever else may bring it along; and nothing more is."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: FastAPI imports it by itself, for forms.
UNSEEN = {"python-multipart"}


def asked_for(*lists: list[str]) -> set[str]:
    """The names of the packages in lists of requirements."""
    return {re.split(r"[<>=\[]", line)[0].lower() for listed in lists for line in listed}


def imported(folder: str) -> set[str]:
    """The packages of others that the modules in *folder* import."""
    found: set[str] = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(name.name.partition(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    makers = packages_distributions()
    others = found - sys.stdlib_module_names - {"statement_intake", "tests", "benchmarks", "migrations"}
    return {makers[name][0].lower().replace("_", "-") for name in others}


def test_the_service_asks_for_what_it_imports_and_for_nothing_else() -> None:
    """The demo's own packages included."""
    asked = asked_for(PROJECT["dependencies"], PROJECT["optional-dependencies"]["demo"])
    assert imported("statement_intake") == asked - UNSEEN


def test_the_tests_ask_for_what_they_import() -> None:
    """Beside what the service has already."""
    asked = asked_for(PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"])
    assert imported("tests") | imported("benchmarks") <= asked
