"""What cannot be had or read comes into a person's sight in the end, and everything else goes its way meanwhile."""

from errno import EACCES
from pathlib import Path
from typing import Any

import pytest

from tests.house import MORNING, House, statement
from tests.mailbox.scripted_imap import ScriptedImap, uids_of

PERU = statement("12th EMIC statement – Peru 4", "mission@peru.example", party="Peru")
NOT_HERE = "The service could not read this mail and has no whole copy of it; it lies in its mailbox."


def held_in_the_end(house: House, others: int) -> list[str]:
    """Go on until a mail is given up; *others* have to be accepted at once. Gives the reasons that a person reads."""
    assert house.round()
    assert [outcome for outcome, _ in house.outcomes if outcome] == ["accepted"] * others
    for _ in range(2):
        house.clock.turn(hours=1)
        house.round()
    assert sorted(house.outcomes, key=str) == [("accepted", None)] * others + [("held", "service.fault")]
    assert house.letters == [("receipt", "sent")] * others
    with house.open() as workshop:
        return [reason for row in workshop.lookout.waiting(None) for reason in row.reasons]


def test_a_file_of_a_maildir_that_cannot_be_read_is_tried_again_and_then_shown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With names that are no text, none at all, or a folder's beside it, which are no trouble."""
    house.tables["mailboxes"] = {"main": {"path": house.maildir()}}
    house.deliver(statement())
    locked = house.deliver(PERU)
    broken = house.deliver(statement("12th EMIC statement – Ghana 4", "mission@ghana.example", party="Ghana"))
    broken.rename(broken.with_name("1692777601.\udcff\n.host"))
    nameless = house.deliver(statement("12th EMIC statement – Chile 4", "mission@chile.example", party="Chile"))
    nameless.rename(house.maildir() / "cur" / ":2,S")
    (house.maildir() / "new" / "1692777602.folder.host").mkdir()
    usual = Path.open

    def refuse(path: Path, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever open takes and gives
        # Permissions would not do: tests may be run by root.
        if path == locked:
            raise PermissionError(EACCES, "Permission denied", path)
        return usual(path, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert held_in_the_end(house, others=3) == [NOT_HERE]


def test_a_mail_that_a_server_sends_whole_and_larger_than_it_said_keeps_nothing_else(house: House) -> None:
    """A server that heeds no range and calls sixty million octets two thousand: the literal is never waited for.

    The mails beside it come, and so do those of the next folder.
    """
    mails = {1: statement().as_bytes(), 2: PERU.as_bytes()}
    mails[3] = statement("12th EMIC statement – Ghana 4", "mission@ghana.example", party="Ghana").as_bytes()
    chile = statement("12th EMIC statement – Chile 4", "mission@chile.example", party="Chile").as_bytes()
    opened = b""

    def script(command: bytes) -> bytes | None:
        nonlocal opened
        if command.startswith(b"EXAMINE"):
            opened = command
        there = {1: chile} if b"Other" in opened else mails
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH %s\r\n" % b" ".join(b"%d" % uid for uid in there)
        if not command.startswith(b"UID FETCH"):
            return None
        if b"BODY.PEEK[]" not in command:
            return b"".join(_described(uid, there[uid]) for uid in uids_of(command))
        answer = b""
        for uid in uids_of(command):
            if uid == 2:
                # Whoever waits for it waits for a minute, and then has all of it in memory.
                return answer + b"* 2 FETCH (UID 2 BODY[] {60000000}\r\n{silence}"
            answer += b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, uid, len(there[uid]), there[uid])
        return answer

    with ScriptedImap(script).running() as server:
        account = {"host": "127.0.0.1", "port": server.port, "security": "none", "username": "u", "password": "p"}
        house.tables["mailboxes"] = {"main": account | {"folders": ["INBOX", "Other"]}}
        assert held_in_the_end(house, others=3) == [NOT_HERE]
    assert house.rows("SELECT party FROM submissions WHERE outcome = 'held'") == [("PER",)]


def _described(uid: int, raw: bytes) -> bytes:
    """Size, date and header; no structure, which not every server can tell."""
    header = raw[: raw.index(b"\n\n") + 2]
    said = (uid, uid, MORNING.strftime("%d-%b-%Y %H:%M:%S +0000").encode(), len(header), header)
    return b'* %d FETCH (UID %d RFC822.SIZE 2000 INTERNALDATE "%s" BODY[HEADER]<0> {%d}\r\n%s)\r\n' % said
