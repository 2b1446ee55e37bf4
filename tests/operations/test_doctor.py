"""What `doctor` says of a mailbox's server: what works, what is lacking, what does not work."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from statement_intake.operations import doctor
from statement_intake.operations.doctor import Diagnosis, examine
from statement_intake.settings import Settings
from tests.mailbox.scripted_imap import EXAMINED, ScriptedImap


def _server(command: bytes) -> bytes | None:
    """One that keeps no keywords, as Exchange is said to be."""
    return EXAMINED + b"* OK [PERMANENTFLAGS (\\Seen)] ok\r\n" if command.startswith(b"SELECT") else None


@pytest.mark.parametrize(
    ("capability", "changes", "lacking"),
    [
        (b"IMAP4rev1", {"mark": "keyword"}, ("keeps no keywords", "has no IDLE", "no sent_folder")),
        (b"IMAP4rev1 IDLE", {"mark": "move", "move_to": {"held": "INBOX"}}, ("neither MOVE", "no sent_folder")),
        (b"IMAP4rev1 IDLE MOVE", {"mark": "move", "move_to": {"held": "INBOX"}, "sent_folder": "INBOX"}, ()),
        (b"IMAP4rev1", {"idle": False, "sent_folder": "INBOX"}, ()),
    ],
)
def test_what_a_server_lacks_is_a_warning_and_no_problem(
    capability: bytes, changes: dict[str, object], lacking: tuple[str, ...]
) -> None:
    """The service works without it; only what was asked for in the settings is missed."""
    with ScriptedImap(_server, capability=capability).running() as server:
        box = {"host": "127.0.0.1", "port": server.port, "security": "none", "username": "u", "password": "secret-word"}
        settings = Settings.model_validate({"mailboxes": {"main": box | {"start": "2023-07-12"} | changes}})
        found = [seen for seen in examine(settings) if seen.check == "mailbox main"]
    assert {seen.state for seen in found} <= {"ok", "warning"}
    warned = [seen.message for seen in found if seen.state == "warning"]
    assert len(warned) == len(lacking)
    assert all(any(words in message for message in warned) for words in lacking)


def test_doctor_warns_where_nobody_would_be_told() -> None:
    """Alerts that have no reader are worse than none: everybody believes in them."""
    nobody = [seen for seen in examine(Settings()) if seen.check == "watching"]
    assert [(seen.state, seen.message.rpartition(": ")[2]) for seen in nobody] == [
        ("warning", "[alerts] operators is not set."),
        ("warning", "[office] duty_address is not set."),
        ("warning", "[digest] to is not set."),
    ]
    told: dict[str, object] = {"alerts": {"operators": ["o@un.example"]}, "digest": {"to": ["s@un.example"]}}
    told |= {"office": {"duty_officer": "Ana", "duty_address": "a@un.example"}}
    assert [seen for seen in examine(Settings.model_validate(told)) if seen.check == "watching"] == []


def test_a_disk_that_is_nearly_full_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before it is full: then mail waits, which is a problem."""
    statvfs = os.statvfs(tmp_path)
    cases = ((0.01, "problem", "MB free: nothing"), (3, "warning", "3.0 GB free: soon"), (40, "ok", "40 GB free."))
    for free, state, told in cases:
        blocks = int(free * 1_000_000_000) // statvfs.f_frsize + 1
        shown = os.statvfs_result((*statvfs[:4], blocks, *statvfs[5:10]))
        monkeypatch.setattr(os, "statvfs", lambda _, shown=shown: shown)
        files = _first({"files": {"path": str(tmp_path)}}, "files")
        assert (files.state, told in files.message) == (state, True), files.message


def test_a_file_system_that_takes_no_file_is_a_problem_however_much_room_it_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Closed by its own errors, or without inodes: the rights and the room still look as if all were well."""

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    files = _first({"files": {"path": str(tmp_path)}}, "files")
    assert files.state == "problem"
    assert files.message.startswith(f"{tmp_path} cannot be written to (No space left on device)")


def test_the_room_of_a_ledger_on_a_disk_of_its_own_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A full one stops the service as surely as a full one of the files."""
    other = Path("/dev/shm")  # noqa: S108 - only asked about, for being another file system
    settings = {"ledger": {"url": f"sqlite:///{other}/ledger.db"}, "files": {"path": str(tmp_path)}}
    monkeypatch.setattr(doctor, "LEAST_ROOM", 1 << 62)
    told = [seen for seen in examine(Settings.model_validate(settings)) if seen.check == "ledger"]
    assert [seen.state for seen in told] == ["ok", "problem"]
    assert "nothing more is taken in" in told[1].message


def test_a_ledger_that_cannot_be_made_is_told_before_the_first_start() -> None:
    """Its folder is not there and cannot be made; also where there is no ledger yet."""
    ledger = _first({"ledger": {"url": "sqlite:////proc/1/nowhere/ledger.db"}}, "ledger")
    assert (ledger.state, "cannot be written to" in ledger.message) == ("problem", True), ledger.message


def test_a_missing_ca_file_hides_nothing_else() -> None:
    """All that comes after is looked at, too."""
    smtp: dict[str, object] = {"smtp": {"host": "127.0.0.1", "security": "tls", "ca_file": "/no/such/file"}}
    assert _first(smtp, "smtp").message == "smtp: ca_file /no/such/file cannot be used: No such file or directory"
    assert _first(smtp, "files").state in {"ok", "warning"}


def _first(settings: dict[str, object], check: str) -> Diagnosis:
    """What is told first of *check*; what comes after it, such as a trial of LibreOffice, is not begun."""
    return next(one for one in examine(Settings.model_validate(settings)) if one.check == check)
