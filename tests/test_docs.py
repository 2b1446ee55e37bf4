"""The documentation is true: every code, command and setting that it names is there, and none is left out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from typer.main import get_command

from statement_intake.cli import app
from statement_intake.settings import Settings, load

ROOT = Path(__file__).parent.parent
CODE = re.compile(
    r'"((?:message|meeting|subject|sender|version|deadline|recipient|video|transcript|statement|document|attachment|service)'
    r'\.[a-z_]+)"'
)
#: Strings of that shape that are no codes: file names, event names.
NOT_CODES = {"statement_intake.data"}


def codes_in_code() -> set[str]:
    """Every finding's code that the domain, the steps or the ledger make."""
    package = ROOT / "statement_intake"
    sources = [*package.glob("*.py")]
    for room in ("domain", "steps", "arriving", "review", "ledger"):
        sources += (package / room).rglob("*.py")
    return {code for source in sources for code in CODE.findall(source.read_text(encoding="utf-8"))} - NOT_CODES


def test_every_finding_that_can_be_made_is_documented_and_no_other() -> None:
    """docs/findings.md is the list of codes: it names what the code makes, and nothing that does not work."""
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z]+\.[a-z_]+)`", page))
    assert documented == codes_in_code()


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_every_command_that_a_page_shows_exists(page: str) -> None:
    """A command in the documentation can be typed as it stands."""
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = set(re.findall(r"statement-intake ([a-z]+(?:-[a-z]+)*)\b", text)) - {"is"}
    assert shown <= commands


def test_the_sample_configuration_is_valid_and_holds_the_defaults() -> None:
    """config/service.toml starts as it is, and says what happens where nothing is said."""
    with_file = load({"STATEMENT_INTAKE_CONFIG": str(ROOT / "config" / "service.toml")})
    assert with_file.meetings.path == ROOT / "config" / "meetings"
    places = {"ledger": {"url"}, "files": {"path"}, "meetings": {"path"}}
    assert with_file.model_dump(exclude=places) == Settings().model_dump(exclude=places)


def keys(table: type[BaseModel], *before: str) -> Iterator[tuple[str, ...]]:
    """Every key below *table*, with the tables that it is in."""
    for name, field in table.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        below = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        yield from keys(below[0], *before, name) if below else [(*before, name)]


def test_every_setting_is_explained() -> None:
    """In the sample configuration, under its table; or on the page for operators."""
    sample = (ROOT / "config" / "service.toml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    tables = re.split(r"^(?:# )?\[([\w.]+)\]", sample, flags=re.MULTILINE)
    there: dict[str, str] = {}
    for name, text in zip(tables[1::2], tables[2::2], strict=True):
        there[name.partition(".")[0]] = there.get(name.partition(".")[0], "") + text
    unexplained = [
        (table, key)
        for table, *_, key in keys(Settings)
        if not re.search(rf"^(?:# )?{key}(?:_file)? = ", there.get(table, ""), re.MULTILINE)
        and not re.search(rf"\b{key}(?:_file)?\b", page)
    ]
    assert unexplained == []


#: What makes a folder a package that runs and has types.
NO_ROOMS = {"__init__.py", "__main__.py", "__pycache__/", "py.typed"}


def test_the_house_on_one_page_shows_every_room() -> None:
    """docs/architecture.md names each file and folder of the package's first floor."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    there = {f"{path.name}/" if path.is_dir() else path.name for path in (ROOT / "statement_intake").iterdir()}
    table = page.partition("## Rooms")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([\w.]+(?:/|\.py))`", table))
    assert named == there - NO_ROOMS


def test_no_page_speaks_of_rooms_that_are_not_there() -> None:
    """docs/architecture.md names files that exist."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:domain|ledger|replies|data|config|tests|reading|mailbox|operations)/[\w./]*)`", page)
    for name in named:
        places = (ROOT / name, ROOT / "statement_intake" / name)
        assert any(place.exists() or list(place.parent.glob(place.name)) for place in places), name


def test_the_glossary_is_in_the_order_of_the_alphabet() -> None:
    """A word is found, and not explained twice."""
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = [word.casefold() for word in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)[1:]]
    assert words == sorted(set(words))
