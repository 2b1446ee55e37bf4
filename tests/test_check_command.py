"""The contracts of `check --json` and `subject --json`, through the command as people call it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house import statement, written
from tests.reading.conftest import ffmpeg

MAILS = Path(__file__).parent / "mails"


def run(*arguments: str, stdin: str = "") -> tuple[int, list[dict[str, Any]]]:
    """Call the command; give its exit code and the JSON objects of its standard output."""
    command = [sys.executable, "-m", "statement_intake", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_check_prints_one_complete_object_a_mail(tmp_path: Path) -> None:
    """An ignored mail carries its triage finding alone; exit 0 whatever the outcomes; paths as given, sorted."""
    for name, target in (("condolence", "b/one.EML"), ("thanks", "a.eml")):
        path = tmp_path / target
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((MAILS / f"{name}.eml").read_bytes())
    (tmp_path / "b" / "note.txt").write_text("no mail")
    code, lines = run("check", str(tmp_path), "--json")
    unsent = {"send": False, "to": [], "language": None, "subject": None, "body": None}
    silence = {"code": "message.conversation", "effect": "silent", "detail": {}}
    held = {
        "path": str(tmp_path / "a.eml"), "outcome": "held", "meeting": "emic-12",
        "party": {"code": "FRA", "name": "France", "kind": "state"}, "on_behalf_of": None, "together_with": [],
        "items": ["3"], "kind": None, "files": [], "reply": unsent | {"why": "message.conversation"},
        "findings": [
            silence | {"message": "Speaks about a statement, and carries neither a file nor a link."},
        ],
    }  # fmt: skip
    ignored = {
        "path": str(tmp_path / "b" / "one.EML"), "outcome": "ignored", "meeting": None, "party": None,
        "on_behalf_of": None, "together_with": [], "items": [], "kind": None, "files": [],
        "reply": unsent | {"why": "message.unrelated"},
        "findings": [
            {
                "code": "message.unrelated", "effect": "ignore", "message": "Nothing to do with a statement.",
                "detail": {},
            }
        ],
    }  # fmt: skip
    assert (code, lines) == (0, [held, ignored])


def test_a_letter_that_would_go_is_shown(tmp_path: Path) -> None:
    """Address, language, subject and text."""
    path = tmp_path / "mail.eml"
    path.write_bytes((MAILS / "announced-and-missing.eml").read_bytes())
    code, lines = run("check", str(path), "--json")
    reply = lines[0]["reply"]
    assert (code, lines[0]["outcome"], reply["send"], reply["to"]) == (
        0, "rejected", True, ["mission@vienna.gouv.example"],
    )  # fmt: skip
    assert set(reply) == {"send", "to", "language", "subject", "body"}
    assert "12th EMIC statement – France 3" in reply["subject"]
    assert "Please attach the statement" in reply["body"]


def test_an_accepted_video_is_played_to_its_end(tmp_path: Path) -> None:
    """Black and silent throughout, it is shown to nobody unseen; `--quick` tells only what the packets say."""
    sources = ("-f", "lavfi", "-i", "color=black:size=320x180:duration=2", "-f", "lavfi", "-i", "anullsrc=duration=2")
    ffmpeg(*sources, "-t", "2", str(tmp_path / "dark.mp4"))
    files = (("dark.mp4", (tmp_path / "dark.mp4").read_bytes()), ("Transcript.docx", written()))
    (tmp_path / "mail.eml").write_bytes(statement(files=files).as_bytes())
    _, (played,) = run("check", str(tmp_path), "--json")
    _, (quick,) = run("check", str(tmp_path), "--quick", "--json")
    holds = [finding["code"] for finding in played["findings"] if finding["effect"] == "hold"]
    assert (played["outcome"], holds, played["reply"]["send"]) == ("held", ["video.black", "video.silent"], True)
    assert (quick["outcome"], [finding["code"] for finding in quick["findings"] if finding["effect"] == "hold"]) == (
        "accepted", [],
    )  # fmt: skip


def test_a_name_in_other_bytes_than_utf_8_spoils_no_line(tmp_path: Path) -> None:
    """What is printed is JSON in UTF-8, of which a reader makes the name again."""
    name = os.fsdecode(b"bad\xff.eml")
    (tmp_path / name).write_bytes((MAILS / "announced-and-missing.eml").read_bytes())
    command = [sys.executable, "-m", "statement_intake", "check", str(tmp_path), "--json"]
    said = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")  # noqa: S603 - our own program
    assert json.loads(said)["path"] == str(tmp_path / name)


def test_paths_come_back_letter_for_letter_as_they_were_given(tmp_path: Path) -> None:
    """Files and what lies below a folder alike, sorted as texts are."""
    for name in ("here/a.eml", "here-too.eml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((MAILS / "condolence.eml").read_bytes())
    given = [f"{tmp_path}/./here", f"{tmp_path}//here-too.eml"]
    _, lines = run("check", *given, "--json")
    assert [line["path"] for line in lines] == [f"{tmp_path}/./here/a.eml", f"{tmp_path}//here-too.eml"]


def test_a_missing_path_is_used_wrongly(tmp_path: Path) -> None:
    """Exit 2, and nothing on standard output."""
    assert run("check", str(tmp_path / "none.eml"), "--json") == (2, [])


def test_received_outranks_the_headers(tmp_path: Path) -> None:
    """Where it is given."""
    path = tmp_path / "mail.eml"
    path.write_bytes((MAILS / "gmail-drive-chip.eml").read_bytes().replace(b"@@transcript.docx@@", b"eA=="))
    _, lines = run("check", str(path), "--received", "2023-09-01T00:00:00+02:00", "--json")
    assert "deadline.passed" in [finding["code"] for finding in lines[0]["findings"]]


def test_subject_explains_a_line_each() -> None:
    """From arguments or from standard input; canonical where it is certain."""
    typed = "12th EMIC statement - France, items 3-5"
    canonical = "12th EMIC statement – France 3, 4 and 5"
    certain = {
        "subject": typed, "meeting": "emic-12", "party": {"code": "FRA", "name": "France", "kind": "state"},
        "on_behalf_of": None, "items": ["3", "4", "5"], "canonical": canonical,
        "findings": [
            {
                "code": "subject.normalised", "effect": "note", "message": f"Understood as: {canonical}",
                "detail": {"canonical": canonical},
            }
        ],
    }  # fmt: skip
    code, lines = run("subject", "-", "--json", stdin=f"{typed}\nHello\n")
    assert (code, lines[0]) == (0, certain)
    assert (lines[1]["meeting"], lines[1]["party"], lines[1]["items"], lines[1]["canonical"]) == (None, None, [], None)
    assert run("subject", typed, "--json") == (0, [certain])


@pytest.mark.parametrize("piped", [False, True])
def test_a_subject_in_old_bytes_is_read_as_in_a_header(piped: bool) -> None:  # noqa: FBT001 - pytest's way
    """What is no UTF-8 is taken for what it most resembles, and printed as text that every reader of JSON takes."""
    typed = "12th EMIC statement – Côte d'Ivoire 3".encode("cp1252")
    command = [sys.executable, "-m", "statement_intake", "subject", "--json", "-" if piped else os.fsdecode(typed)]
    said = subprocess.run(command, input=typed, capture_output=True, check=True).stdout.decode("utf-8")  # noqa: S603 - our own program
    told = json.loads(said)
    assert (told["subject"], told["party"]["code"]) == ("12th EMIC statement – Côte d'Ivoire 3", "CIV")
