"""What `doctor` says of a mailbox's server: what works, what is lacking, what does not work."""

import pytest

from statement_intake.operations.doctor import examine
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
