"""Moving mail to the folder of its outcome: confirmed, repeatable, and never at the cost of other people's mail."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from imapclient import IMAPClient

from statement_intake.domain.finding import Outcome
from statement_intake.ledger.marks import Marks
from statement_intake.mailbox import FolderState, Mailbox, MailboxError, Place
from statement_intake.mailbox.imap import ImapMailbox
from tests.conftest import ImapAccount
from tests.house import MORNING, House, Killed, statement
from tests.mailbox.scripted_imap import EXAMINED, ScriptedImap

ARRIVED = datetime(2023, 8, 28, tzinfo=UTC)
LETTER = b"Message-ID: <one@example.org>\r\nSubject: x\r\n\r\nx\r\n"
WHERE = {"accepted": "Accepted", "held": "To do"}


@pytest.fixture(params=["MOVE", "UIDPLUS"])
def able(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A server that has MOVE, or is taken not to have it."""
    if request.param == "UIDPLUS":
        real = IMAPClient.has_capability
        monkeypatch.setattr(IMAPClient, "has_capability", lambda self, name: name != "MOVE" and real(self, name))
    return str(request.param)


@pytest.fixture
def colleague(imap_account: ImapAccount) -> Iterator[IMAPClient]:
    """Another mail program, which makes the folders."""
    server = imap_account.server
    with IMAPClient(server.host, port=server.port, ssl=False) as client:
        client.login(imap_account.user, server.password)
        for folder in WHERE.values():
            client.create_folder(folder)
        client.select_folder("INBOX")
        yield client


def moving(account: ImapAccount, **changes: object) -> Mailbox:
    """A mailbox that moves."""
    return ImapMailbox("main", account.settings(mark="move", move_to=WHERE, **changes))


def state(box: Mailbox, folder: str = "INBOX") -> FolderState:
    """The folder as it is now."""
    with box.open(folder) as opened:
        return opened.state


def contents(box: Mailbox, folder: str) -> list[str]:
    """The UIDs in the folder."""
    with box.open(folder) as opened:
        return list(opened.uids_above(None, None))


@pytest.mark.usefixtures("able")
def test_a_message_goes_to_the_folder_of_its_outcome(imap_account: ImapAccount, colleague: IMAPClient) -> None:
    """And on to another one when its outcome changes; colleagues' deleted mail and flags stay."""
    deleted, uid = (imap_account.deliver(LETTER, ARRIVED) for _ in range(2))
    colleague.noop()
    colleague.add_flags([int(deleted)], [b"\\Deleted"])
    colleague.add_flags([int(uid)], [b"\\Flagged"])
    box = moving(imap_account)
    held = box.mark(state(box), uid, Outcome.HELD)
    assert isinstance(held, Place)
    assert held == Place(state(box, "To do"), contents(box, "To do")[0])
    assert contents(box, "INBOX") == [deleted]
    assert box.mark(held.folder, held.uid, Outcome.HELD) is True
    accepted = box.mark(held.folder, held.uid, Outcome.ACCEPTED)
    assert isinstance(accepted, Place)
    assert (contents(box, "To do"), contents(box, "Accepted")) == ([], [accepted.uid])
    colleague.select_folder("Accepted")
    assert b"\\Flagged" in colleague.get_flags([int(accepted.uid)])[int(accepted.uid)]
    with box.open("Accepted") as opened:
        assert b"".join(opened.raw(accepted.uid)) == LETTER


@pytest.mark.usefixtures("able", "colleague")
def test_nothing_is_moved_that_should_not_be(imap_account: ImapAccount) -> None:
    """No folder for the outcome, another folder by now, a message that is gone."""
    uid, box = imap_account.deliver(LETTER, ARRIVED), moving(imap_account)
    assert box.mark(state(box), uid, Outcome.REJECTED) is False
    assert box.mark(state(box), uid, Outcome.IGNORED) is False
    assert box.mark(FolderState("INBOX", "1"), uid, Outcome.HELD) is False
    assert box.mark(state(box), "4000", Outcome.HELD) is False
    assert contents(box, "INBOX") == [uid]


def test_a_copy_that_was_made_before_the_process_died_is_not_made_again(
    imap_account: ImapAccount, colleague: IMAPClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without MOVE there is a moment with two of them."""
    real = IMAPClient.has_capability
    monkeypatch.setattr(IMAPClient, "has_capability", lambda self, name: name != "MOVE" and real(self, name))
    uid, box = imap_account.deliver(LETTER, ARRIVED), moving(imap_account)
    colleague.noop()
    colleague.copy([int(uid)], "To do")
    assert box.mark(state(box), uid, Outcome.HELD) == Place(state(box, "To do"), "1")
    assert (contents(box, "INBOX"), contents(box, "To do")) == ([], ["1"])


@pytest.mark.usefixtures("colleague")
def test_doctor_is_told_what_is_missing(imap_account: ImapAccount) -> None:
    """A folder that is not there; a server that cannot."""
    told = moving(imap_account).examine()
    assert "folder Accepted is there, for what is accepted" in told
    with pytest.raises(MailboxError, match="no folder Elsewhere"):
        ImapMailbox("main", imap_account.settings(mark="move", move_to={"held": "Elsewhere"})).examine()
    with ScriptedImap(lambda _: None).running() as server:
        told = server.mailbox(mark="move", move_to={"held": "INBOX"}).examine()
    assert "the server has neither MOVE nor UIDPLUS: messages will not be moved" in told
    assert "the server has no IDLE: new mail waits for a poll" in told


def about(command: bytes) -> bytes | None:
    """What the scripted server says of message 1, and that it is still there."""
    if command.startswith(b"UID FETCH"):
        return (
            b'* 1 FETCH (UID 1 RFC822.SIZE 9 INTERNALDATE "28-Aug-2023 00:00:00 +0000" '
            b"BODY[HEADER.FIELDS (MESSAGE-ID)] {2}\r\n\r\n)\r\n"
        )
    return EXAMINED if command.startswith(b"SELECT") else None


@pytest.mark.parametrize(
    ("capability", "answer", "expected"),
    [
        (b"", b"", False),
        (b"MOVE", b"* OK [COPYUID 9 1 5] x\r\n", Place(FolderState("To do", "9"), "5")),
        (b"MOVE", b"{tag} OK [COPYUID 9 1 5] x\r\n", Place(FolderState("To do", "9"), "5")),
        (b"MOVE", b"* OK [COPYUID 9 2 5] x\r\n", True),
        (b"MOVE", b"* OK [COPYUID nonsense] x\r\n", True),
        (b"UIDPLUS", b"{tag} OK [COPYUID 9 1 5] x\r\n", Place(FolderState("To do", "9"), "5")),
        (b"UIDPLUS", b"", False),
    ],
)
def test_only_what_the_server_confirms_is_believed(capability: bytes, answer: bytes, expected: object) -> None:
    """And nothing is ever expunged but the one UID whose copy was confirmed."""

    def script(command: bytes) -> bytes | None:
        if command.startswith((b"UID MOVE", b"UID COPY")):
            return answer
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH\r\n"
        return b"" if command.startswith((b"UID STORE", b"UID EXPUNGE")) else about(command)

    with ScriptedImap(script, capability=b"IMAP4rev1 " + capability).running() as server:
        box = server.mailbox(mark="move", move_to=WHERE)
        assert box.mark(FolderState("INBOX", "7"), "1", Outcome.HELD) == expected
    said = b"\n".join(server.commands)
    assert re.findall(rb"^.*EXPUNGE.*$|^CLOSE$", said, re.MULTILINE) == (
        [b"UID EXPUNGE 1"] if capability == b"UIDPLUS" and answer else []
    )


@pytest.mark.usefixtures("colleague")
def test_a_moved_message_is_never_decided_again(house: House, imap_account: ImapAccount) -> None:
    """Though the folder that it went to is looked through as well: the ledger knows it by its new UID."""
    settings = imap_account.settings(mark="move", move_to=WHERE, folders=("INBOX", "Accepted")).model_dump()
    house.tables["mailboxes"] = {"main": settings}
    imap_account.deliver(statement().as_bytes(), MORNING)
    house.round(3)
    assert house.outcomes == [("accepted", None)]
    assert house.letters == [("receipt", "sent")]
    assert house.rows("SELECT folder, uid, mark FROM messages") == [("Accepted", "1", "done")]
    assert contents(moving(imap_account), "INBOX") == []


@pytest.mark.usefixtures("able", "colleague")
@pytest.mark.parametrize("watched", [("INBOX",), ("INBOX", "Accepted")])
@pytest.mark.parametrize("died", ["before", "after"])
def test_a_death_between_the_move_and_its_note_decides_and_answers_nothing_twice(
    house: House, imap_account: ImapAccount, watched: tuple[str, ...], died: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail lies where the ledger does not know it; where that folder is read, it is known by its content."""
    settings = imap_account.settings(mark="move", move_to=WHERE, folders=watched).model_dump()
    house.tables["mailboxes"] = {"main": settings}
    imap_account.deliver(statement().as_bytes(), MORNING)
    real = Marks.settle

    def die(marks: Marks, *pending: Any, **how: Any) -> None:  # noqa: ANN401 - as the real one
        if died == "after":
            real(marks, *pending, **how)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Marks, "settle", die)
        with pytest.raises(Killed):
            house.round()
    assert contents(moving(imap_account), "INBOX") == []
    house.round(3)
    house.round()
    twice = died == "before" and "Accepted" in watched
    assert house.outcomes == [("accepted", None)] + [("ignored", "message.duplicate")] * twice
    assert house.letters == [("receipt", "sent")]
    assert house.sink is not None
    assert len(house.sink.received) == 1
    assert house.rows("SELECT action FROM decisions") == [("decide",)]
    assert house.rows("SELECT count(*) FROM messages WHERE mark = 'pending'") == [(0,)]
    assert contents(moving(imap_account), "Accepted") == ["1"]
