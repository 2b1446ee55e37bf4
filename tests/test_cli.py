"""The commands as people type them: exit codes, and nothing but JSON where JSON was asked for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from statement_intake.cli import app
from tests.house import House, statement
from tests.test_service import run


def commands(group: typer.Typer, *before: str) -> list[tuple[str, ...]]:
    """Every command, groups included."""
    command = typer.main.get_command(group)
    found = [before]
    for name, below in getattr(command, "commands", {}).items():
        found.append((*before, name))
        found += [(*before, name, inner) for inner in getattr(below, "commands", {})]
    return found


@pytest.mark.parametrize("command", commands(app), ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    """--help, without settings and without a ledger. Nothing of it is taken for markup and swallowed."""
    done = CliRunner().invoke(app, [*command, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.output
    described = typer.main.get_command(app)
    for name in command:
        described = described.commands[name]  # type: ignore[attr-defined] # a group's
    assert set((described.help or "").split()) <= set(done.output.split())


def test_the_demo_says_what_it_lacks_where_only_the_service_is_installed() -> None:
    """A sentence and exit code 1."""
    service_alone = "import sys; sys.modules['aiosmtpd'] = None; from statement_intake.cli import main; main()"
    command = [sys.executable, "-c", service_alone, "demo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the line above
    assert done.returncode == 1
    assert re.fullmatch(r"statement-intake: aiosmtpd\S* is not installed: the demo needs `make install`\n", done.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["check"],
        ["check", "/nowhere/at.eml"],
        ["check", "/usr/bin/env", "--meeting", "nothing"],
        ["check", "/usr/bin/env", "--received", "yesterday"],
        ["log", "--outcome", "perhaps"],
        ["log", "--since", "yesterday"],
        ["log", "--csv", "--json"],
        ["accept", "SI-0000-0000"],
        ["accept", "SI-0000-0000", "--because", "x", "--kind", "song"],
        ["reject", "SI-0000-0000", "--because", " "],
        ["withdraw", "SI-0000-0000", "--because", ""],
        ["attach", "SI-0000-0000", "/nowhere", "--because", "x"],
        ["outbox", "send"],
    ],
)
def test_wrong_use_is_exit_code_2(house: House, words: list[str]) -> None:
    """Nothing on standard output, no traceback, and no ledger is made by a slip."""
    done = run(house, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_a_wrong_setting_is_exit_code_2_and_names_it(house: House) -> None:
    """For every command that reads settings."""
    for words in (["poll"], ["log"], ["subject", "x"]):
        done = run(house, *words, SCHEDULE__POLL_SECONDS="never")
        assert (done.returncode, done.stdout) == (2, "")
        assert "STATEMENT_INTAKE_SCHEDULE__POLL_SECONDS" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["show", "SI-0000-0000"],
        ["accept", "SI-0000-0000", "--because", "x"],
        ["reopen", "SI-0000-0000", "--because", "x"],
        ["outbox", "drop", "SI-0000-0000"],
        ["outbox", "show", "SI-0000-0000"],
    ],
)
def test_what_is_not_there_is_exit_code_1(house: House, words: list[str]) -> None:
    """A sentence on standard error."""
    done = run(house, *words)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def lines(text: str) -> list[object]:
    """Every line is one JSON object."""
    return [json.loads(line) for line in text.splitlines()]


def test_json_is_all_that_is_printed(house: House, tmp_path: Path) -> None:
    """One object a line: log, show, check, subject, doctor, outbox list."""
    mail = statement()
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "kenya.EML").write_bytes(mail.as_bytes())
    house.deliver(mail)
    assert run(house, "poll", REPLIES__MODE="hold").returncode == 0
    reference = house.references[0]
    for words, count in (
        (("log",), 1),
        (("log", "--outcome", "ignored"), 0),
        (("show", reference.lower()), 1),
        (("check", str(tmp_path / "mails")), 1),
        (("subject", "12th EMIC statement – Kenya 4", "lunch"), 2),
        (("outbox", "list"), 1),
    ):
        done = run(house, *words, "--json")
        assert (done.returncode, len(lines(done.stdout))) == (0, count), words
        assert done.stderr == ""
    done = run(house, "doctor", "--json")
    assert done.returncode in {0, 1}
    assert len(lines(done.stdout)) > 3


def test_check_touches_no_ledger_and_ends_well_whatever_the_outcome(house: House, tmp_path: Path) -> None:
    """A mail that would be rejected is no problem of the command."""
    (tmp_path / "bad.eml").write_bytes(statement("12th EMIC statement –  4").as_bytes())
    done = run(house, "check", str(tmp_path / "bad.eml"), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"] == "rejected"
    assert not (house.root / "ledger.db").exists()
    assert not (house.root / "files").exists()


def test_the_secretariat_decides_at_the_terminal(house: House) -> None:
    """Hold, look, mend, accept, release: a whole afternoon."""
    house.deliver(statement("Statement of Kenya, item 4"))
    assert run(house, "poll").returncode == 0
    reference = house.references[0]
    for option, slip, told in (("--item", "four", "no agenda item"), ("--party", "Narnia", "there is no party Narnia")):
        wrong = run(house, "accept", reference, "--because", "it is theirs", option, slip)
        assert (wrong.returncode, told in wrong.stderr) == (2, True)
    mended = ("--party", "Kenya", "--item", "04", "--kind", "written")
    assert run(house, "reopen", reference, "--because", "looking", *mended).returncode == 0
    done = run(house, "accept", reference, "--because", "it is theirs", REPLIES__MODE="hold")
    assert done.returncode == 0
    assert "accepted" in done.stdout
    shown = run(house, "outbox", "show", reference.lower()).stdout
    assert f"Reference:  {reference}\n" in shown
    assert "State:      held\n" in shown
    assert "Message-ID: <" in shown
    assert run(house, "outbox", "send", reference).stdout == "1 letter released\n"
    assert run(house, "poll").returncode == 0
    assert house.letters == [("receipt", "sent")]
    shown = json.loads(run(house, "show", reference, "--json").stdout)
    assert [step["action"] for step in shown["history"]] == ["decide", "reopen", "accept"]


def test_the_outbox_says_why_a_letter_does_not_move(house: House) -> None:
    """Whoever mistypes a reference, or comes too late, learns it; the other letters move all the same."""
    house.deliver(statement())
    assert run(house, "poll", REPLIES__MODE="hold").returncode == 0
    (reference,) = house.references
    done = run(house, "outbox", "drop", reference, "SI-0000-0000")
    assert (done.returncode, done.stdout) == (1, "1 letter dropped\n")
    assert done.stderr == "SI-0000-0000: there is no letter\n"
    done = run(house, "outbox", "send", reference.lower())
    assert (done.returncode, done.stdout) == (1, "0 letters released\n")
    assert done.stderr == f"{reference}: the receipt is dropped\n"


def test_two_copies_of_a_command_line_meet_in_the_ledger(house: House) -> None:
    """While a letter leaves, a verdict is refused with exit code 1 and a reason."""
    house.deliver(statement())
    assert run(house, "poll", REPLIES__MODE="hold").returncode == 0
    house.change("UPDATE letters SET state = 'data'")
    done = run(house, "reject", house.references[0], "--because", "x")
    assert done.returncode == 1
    assert "being sent at this moment" in done.stderr


def test_migrate_makes_a_ledger_and_says_so(house: House) -> None:
    """Twice is as good as once."""
    for _ in range(2):
        done = run(house, "migrate")
        assert done.returncode == 0
        assert done.stdout.endswith("up to date\n")
