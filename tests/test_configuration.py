"""Meetings and the package's own data: loaded, or refused with file and key."""

import shutil
from pathlib import Path

import pytest

from statement_intake.configuration import (
    ConfigurationError,
    load_delegates,
    load_knowledge,
    load_meetings,
    load_parties,
)
from tests.house import MEETINGS

MEETING = "emic-12.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the meetings that come with the project."""
    return Path(shutil.copytree(MEETINGS, tmp_path / "meetings"))


def change(folder: Path, old: str, new: str) -> None:
    """Change one place of the meeting's file."""
    file = folder / MEETING
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_meetings_of_the_project_load() -> None:
    """One whose intake is open, and its sisters."""
    knowledge = load_knowledge(MEETINGS)
    assert [meeting.id for meeting in knowledge.meetings if meeting.intake == "open"] == ["emic-12"]
    assert knowledge.meeting("emic-12") is not None
    assert knowledge.meeting("nothing") is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('intake = "open"', 'intake = "ajar"', "intake"),
        ('intake = "open"', 'intake = "open"\nintak = 1', "intak: unknown key"),
        ('number = "2"', 'number = "1"', "emic-12.toml: an agenda item is listed twice"),
        ('number = "2"', 'number = "2"\ntitle = 3', "agenda.1.title: is not a table"),
        ("begins = 2023-09-04", "begins = 'soon'", "begins"),
        ('zone = "Europe/Vienna"', 'zone = "Mars/Olympus"', "zone"),
        ('id = "emic-12"', "", "id: is missing"),
        ("ordinal = 12", "ordinal = 'twelve'", "subject.ordinal"),
        ('id = "emic-12"', "id = ", "is not valid TOML"),
        ('id = "emic-12"', 'id = "irg-14-resumed"', "two meetings have the same id"),
        ('sister_meetings = ["irg-14-resumed"', 'sister_meetings = ["irg-99"', "no file for irg-99"),
    ],
)
def test_a_fault_is_named_with_its_key(folder: Path, old: str, new: str, told: str) -> None:
    """And with the file, or the folder where it is a matter of two."""
    change(folder, old, new)
    with pytest.raises(ConfigurationError) as error:
        load_meetings(folder)
    assert told in str(error.value)
    assert str(folder) in str(error.value)


def test_a_folder_without_meetings_is_refused(tmp_path: Path) -> None:
    """A service that knows no meeting would ignore every statement."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ConfigurationError, match="no meeting's file"):
            load_meetings(folder)


def test_the_list_of_delegates_is_read_as_the_registration_system_exports_it(tmp_path: Path) -> None:
    """Codes or names, any case of the address, a byte order mark; one person may speak for several."""
    file = tmp_path / "delegates.csv"
    rows = (
        "\ufeffParty,Name,E-mail\nFRA,A,A@mission.example\nCôte d'Ivoire,B,b@ci.example\nKenya,A,a@mission.example\n\n"
    )
    file.write_text(rows, encoding="utf-8")
    assert load_delegates(file, load_parties()) == {
        "a@mission.example": frozenset({"FRA", "KEN"}),
        "b@ci.example": frozenset({"CIV"}),
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_list_of_delegates_may_have_been_saved_by_excel(encoding: str, separator: str, tmp_path: Path) -> None:
    """Which asks nobody: semicolons where the decimal point is a comma, UTF-16 as "Unicode text"."""
    rows = (
        ("Country", "Name", "E-mail Address"),
        ("Türkiye", "Ömer", "o@tr.example"),
        ("Côte d’Ivoire", '"Koné, Awa; dir."', "k@ci.example"),
        ("", "", ""),
    )
    file = tmp_path / "delegates.csv"
    file.write_bytes("".join(f"{separator.join(row)}\r\n" for row in rows).encode(encoding))
    assert load_delegates(file, load_parties()) == {
        "o@tr.example": frozenset({"TUR"}),
        "k@ci.example": frozenset({"CIV"}),
    }


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("name,e-mail\nA,a@b.example\n", "line 1: there is no column party"),
        ("party,email\nAtlantis,a@b.example\n", "line 2"),
        ("party,email\nKorea,a@b.example\n", "line 2"),
        ("party,email\nKEN,nobody\n", "line 2"),
        ("", "line 1"),
    ],
)
def test_a_wrong_list_of_delegates_stops_the_start(tmp_path: Path, content: str, problem: str) -> None:
    """With the line that is wrong."""
    file = tmp_path / "delegates.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=problem):
        load_knowledge(MEETINGS, delegates=file)
