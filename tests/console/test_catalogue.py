"""Every word of the pages can be translated."""

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes
from jinja2.ext import InternationalizationExtension

import statement_intake.console

ROOM = Path(statement_intake.console.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
#: Words that are the same in every language, and codes.
FIXED = {"CSV", "XLSX", "SHA-256", "Message-ID", "LUFS", "dBTP", "UID", "UTC"}


def test_the_catalogue_holds_exactly_what_the_pages_say() -> None:
    """If this fails: make console-catalogue."""
    with (ROOM / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    said = {message for _, _, message, *_ in extract_from_dir(ROOM, methods, options, keywords=KEYWORDS)}
    catalogue = read_po(io.BytesIO((ROOM / "catalogues" / "console.pot").read_bytes()))
    assert {message.id for message in catalogue if message.id} == said


@pytest.mark.parametrize("template", sorted((ROOM / "templates").glob("*.html")), ids=lambda path: path.name)
def test_no_template_has_words_of_its_own(template: Path) -> None:
    """What stands between the tags outside `_()` is no sentence."""
    environment = Environment(extensions=[InternationalizationExtension], autoescape=True)
    parsed = environment.parse(template.read_text(encoding="utf-8"))
    plain = "\u0000".join(data.data for data in parsed.find_all(nodes.TemplateData))
    outside, depth = [], 0
    for character in plain:
        depth += {"<": 1, ">": -1}.get(character, 0)
        outside.append(character if depth == 0 and character != ">" else " ")
    words = {word.strip("(),.;:/[]") for word in "".join(outside).replace("\u0000", " ").split()}
    assert {word for word in words if word.isalpha() and len(word) > 2} <= FIXED
