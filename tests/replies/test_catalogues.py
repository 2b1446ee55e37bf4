"""Nothing that a letter says may be missing from the catalogues."""

import io
import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

import statement_intake.replies
from statement_intake.replies.compose import Composer
from statement_intake.replies.language import LOCALES, load_languages
from statement_intake.replies.wording import FAULTS, HINTS
from tests.replies.letters import DETAIL, MESSAGE_ID, NOW, SENDER, finding, letter

ROOM = Path(statement_intake.replies.__file__).parent
KEYWORDS = {"say": None, "plural": (1, 2)}
TRANSLATED = sorted(path.parent.parent.name for path in ROOM.glob("catalogues/*/LC_MESSAGES/letters.po"))


def template() -> Catalog:
    """The messages that translators get."""
    return read_po(io.BytesIO((ROOM / "catalogues" / "letters.pot").read_bytes()))


def identities(catalog: Catalog) -> set[object]:
    """What identifies the messages of a catalogue: an English string, or singular and plural."""
    return {message.id for message in catalog if message.id}


def test_the_template_holds_exactly_what_letters_say() -> None:
    """If this fails: run the extraction that babel.cfg describes, then translate."""
    with (ROOM / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    said = {message for _, _, message, *_ in extract_from_dir(ROOM, methods, options, keywords=KEYWORDS)}
    assert identities(template()) == said


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_is_complete_and_keeps_its_placeholders(code: str) -> None:
    """No message untranslated, none doubtful, none with another placeholder than the English one."""
    catalog = read_po(io.BytesIO((ROOM / "catalogues" / code / "LC_MESSAGES" / "letters.po").read_bytes()), locale=code)
    assert identities(catalog) == identities(template())
    assert [
        message.id for message in catalog if message.id and (not all(_strings(message.string)) or message.fuzzy)
    ] == []
    assert [(message.id, errors) for message, errors in catalog.check()] == []


def _strings(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    """A composer whose translations put ⟦ ⟧ around every message, in all languages but English."""
    folder = tmp_path_factory.mktemp("catalogues")
    for code in set(LOCALES) - {"en"}:
        catalog = Catalog(locale=code)
        for message in template():
            if not message.id:
                continue
            plural = isinstance(message.id, (tuple, list))
            text = f"⟦{message.id[1] if plural else message.id}⟧"
            catalog.add(message.id, (text,) * catalog.num_plurals if plural else text)
        target = folder / code / "LC_MESSAGES" / "letters.po"
        target.parent.mkdir(parents=True)
        with target.open("wb") as file:
            write_po(file, catalog)
    return Composer(load_languages(folder))


def outside_brackets(text: str) -> str:
    """What no translation has passed through."""
    depth, kept = 0, []
    for character in text:
        depth += {"⟦": 1, "⟧": -1}.get(character, 0)
        if depth == 0 and character != "⟧":
            kept.append(character)
    return "".join(kept)


@pytest.mark.parametrize("kind", ["receipt", "rejection", "acknowledgement"])
def test_every_word_of_a_letter_can_be_translated(marked: Composer, kind: str) -> None:
    """Beside names, addresses, digests and the line to paste nothing is fixed in English."""
    findings = [finding(code, "reject", **DETAIL) for code in FAULTS]
    findings += [finding(code, "note", **DETAIL) for code in HINTS]
    written = letter(kind, *findings, language="fr", office_opens=NOW, because="word of an officer")
    text, _, english = marked.text(written)[1].partition(f"\n\n{76 * '='}\n\n")
    assert english.startswith("Dear Sir or Madam,")
    fixed = {written.subject_line, *written.addresses, "word of an officer"}
    rest = {line.lstrip("*> ") for line in outside_brackets(text).splitlines()} - fixed
    words = {line for line in rest if any(map(str.isalpha, line)) and not line.startswith("SHA-256")}
    assert words <= {"23,5\u202fko"}  # a size, whose unit is CLDR's


@pytest.mark.parametrize("code", sorted(LOCALES))
def test_each_language_writes_in_its_own_direction(marked: Composer, code: str) -> None:
    """The HTML says language and direction, the header the language."""
    composed = marked.compose(letter(language=code), sender=SENDER, message_id=MESSAGE_ID, date=NOW)
    direction = "rtl" if code == "ar" else "ltr"
    assert f'<html lang="{code}" dir="{direction}">' in composed.html
    assert f"Content-Language: {code}\r\n".encode() in composed.raw
    assert composed.raw.isascii()


@pytest.mark.parametrize(
    ("code", "date", "size", "length"),
    [
        ("en", "Monday, 28 August 2023", "5.1 MB", "7.2"),
        ("fr", "lundi 28 août 2023", "5,1\xa0Mo", "7,2"),
        ("es", "lunes, 28 de agosto de 2023", "5,1 MB", "7,2"),
        ("ru", "понедельник, 28 августа 2023\u202fг.", "5,1 МБ", "7,2"),
        ("zh", "2023年8月28日星期一", "5.1 MB", "7.2"),
        ("ar", "الاثنين، 28 أغسطس 2023", "5.1 م.ب", "7.2"),
    ],
)
def test_dates_and_numbers_follow_the_language(marked: Composer, code: str, date: str, size: str, length: str) -> None:
    """From CLDR, in the same digits everywhere: they are compared with other papers."""
    text = marked.text(letter("rejection", finding("video.too_long", measured=187.2, limit=180), language=code))[1]
    flat = re.sub("[\u2066-\u2069]", "", " ".join(text.split()))
    for expected in (date, size, length):
        assert " ".join(expected.split()) in flat


def test_values_in_arabic_do_not_reorder_the_sentence(marked: Composer) -> None:
    """UAX 9: what is filled in stands between isolates; the line to paste has none."""
    written = letter("rejection", finding("subject.party_unknown", text="Frence"), language="ar")
    _, text = marked.text(written)
    assert "“\u2066Frence\u2069”" in text
    assert f"\n\n{written.subject_line}\n\n" in text


def test_the_package_carries_its_templates_and_catalogues() -> None:
    """Read from the installed package, not from a checkout."""
    room = files("statement_intake.replies")
    assert (room / "templates" / "words.j2").is_file()
    assert (room / "catalogues" / "letters.pot").is_file()
