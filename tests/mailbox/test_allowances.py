"""What `doctor` hears about rights and room, from servers that tell."""

import pytest

from statement_intake.domain.faults import Shortcoming
from tests.mailbox.scripted_imap import ScriptedImap


@pytest.mark.parametrize(
    ("rights", "quota", "lacking"),
    [
        (b"lrwstiep", b"(STORAGE 10 100)", []),
        (b"lrs", b"", ["folder In: this account may not insert messages (i)", "folder INBOX: this account may not "]),
        (b"lrsitd", b"", ["folder INBOX: this account may not expunge (e): messages will not be moved"]),
        # An older server.
        (b"lrsid", b"", []),
        (b"lrwstiep", b"(STORAGE 95 100)", ["the mailbox is 95 % full (95 of 100 kB): its server turns mail away"]),
        (b"lrwstiep", b"(MESSAGE 7 7)", ["the mailbox is full (7 of 7 messages): its server turns mail away"]),
    ],
)
def test_rights_that_moving_lacks_and_a_mailbox_that_is_nearly_full_are_warnings(
    rights: bytes, quota: bytes, lacking: list[str]
) -> None:
    """Where the server tells. The one would be noticed by an error, the other by nobody: mail is turned away."""

    def answer(command: bytes) -> bytes | None:
        if command.startswith(b"MYRIGHTS"):
            return b"* " + command + b" " + rights + b"\r\n"
        if command.startswith(b"GETQUOTAROOT"):
            return b'* QUOTAROOT INBOX ""\r\n* QUOTA "" ' + quota + b"\r\n" if quota else b""
        return None

    with ScriptedImap(answer, capability=b"IMAP4rev1 IDLE MOVE ACL QUOTA").running() as server:
        box = server.mailbox(mark="move", move_to={"held": "In"}, sent_folder="INBOX")
        found = [sentence for sentence in box.examine() if isinstance(sentence, Shortcoming)]
    assert len(found) == len(lacking)
    assert all(told.startswith(words) for told, words in zip(found, lacking, strict=True))
