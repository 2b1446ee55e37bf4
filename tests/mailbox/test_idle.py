"""Waiting for announcements: a hint that comes soon, ends when told to, and breaks without harm."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Semaphore, Thread

import pytest

from statement_intake.arriving.waking import Waker
from statement_intake.mailbox import Listening, Mailbox, MailboxError
from statement_intake.mailbox.imap import ImapMailbox
from tests.conftest import ImapAccount
from tests.mailbox.scripted_imap import ScriptedImap

ARRIVED = datetime(2023, 8, 28, tzinfo=UTC)
LETTER = b"Subject: x\r\n\r\nx\r\n"
#: Seconds after which a test has failed.
PATIENCE = 20.0


@contextmanager
def woken(mailbox: Mailbox) -> Iterator[Semaphore]:
    """Listen to *mailbox*, and count the wakings."""
    heard = Semaphore(0)
    waker = Waker([mailbox], heard.release)
    waker.start()
    try:
        yield heard
    finally:
        waker.stop()
        assert not any(thread.is_alive() for thread in waker.threads)


@pytest.mark.parametrize("security", ["tls", "none"])
def test_new_mail_wakes(imap_account: ImapAccount, security: str) -> None:
    """Once when listening begins, for what came before; then for each announcement; and it ends at once when told."""
    port = imap_account.server.tls_port if security == "tls" else imap_account.server.port
    with woken(ImapMailbox("main", imap_account.settings(security=security, port=port))) as heard:
        assert heard.acquire(timeout=PATIENCE)
        for _ in range(2):
            imap_account.deliver(LETTER, ARRIVED)
            assert heard.acquire(timeout=PATIENCE)


def test_idle_is_said_anew_before_a_server_loses_patience(
    imap_account: ImapAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the same connection, and mail is still announced."""
    monkeypatch.setattr("statement_intake.mailbox.idle.REISSUE_SECONDS", 0.05)
    with woken(ImapMailbox("main", imap_account.settings())) as heard:
        assert heard.acquire(timeout=PATIENCE)
        imap_account.deliver(LETTER, ARRIVED)
        assert heard.acquire(timeout=PATIENCE)


def test_nobody_listens_where_it_is_not_wanted(imap_account: ImapAccount) -> None:
    """With `idle = false`."""
    assert ImapMailbox("main", imap_account.settings(idle=False)).listeners() == []


def listener(server: ScriptedImap) -> Listening:
    """The one that listens to the INBOX."""
    (only,) = server.mailbox().listeners()
    return only


def test_a_server_without_idle_is_polled() -> None:
    """Listening ends without an error, and without a word of IDLE."""
    with ScriptedImap(lambda _: None).running() as server:
        assert listener(server).listen(lambda: None) is False
        assert b"IDLE" not in server.commands


@pytest.mark.parametrize(
    ("lines", "wakings"),
    [
        (b"* 4 EXISTS\r\n", 2),
        (b"* OK Still here\r\n* 4 EXISTS\r\n", 2),
        (b"* OK Still here\r\n", 1),
        (b"* 3 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n", 1),
        (b"* BYE timeout\r\n", 1),
        (b"* (((\r\n", 1),
        (b"", 1),
    ],
    ids=["mail", "mail after a sign of life", "sign of life", "other news", "bye", "garbled", "silence"],
)
def test_a_connection_that_breaks_is_an_error_of_the_mailbox(lines: bytes, wakings: int) -> None:
    """Whatever was said before: it is listened to anew later, and only news of mail wakes."""
    heard: list[None] = []
    answer = b"+ idling\r\n" + lines
    with (
        ScriptedImap(
            lambda command: answer + b"{hang up}" if command == b"IDLE" else None, capability=b"IMAP4rev1 IDLE"
        ).running() as server,
        pytest.raises(MailboxError),
    ):
        listener(server).listen(lambda: heard.append(None))
    assert len(heard) == wakings


def test_a_server_that_does_not_answer_done_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The half-open connection: nothing arrives, nothing fails; the watchdog ends it."""
    monkeypatch.setattr("statement_intake.mailbox.idle.REISSUE_SECONDS", 0.05)
    monkeypatch.setattr("statement_intake.mailbox.idle.ANSWER_SECONDS", 0.2)

    def script(command: bytes) -> bytes | None:
        return b"+ idling\r\n{silence}" if command in {b"IDLE", b"DONE"} else None

    with ScriptedImap(script, capability=b"IMAP4rev1 IDLE").running() as server, pytest.raises(MailboxError):
        listener(server).listen(lambda: None)


def test_a_stop_while_it_listens_is_heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the server says nothing for hours."""
    monkeypatch.setattr("statement_intake.mailbox.idle.REISSUE_SECONDS", 3600.0)

    def script(command: bytes) -> bytes | None:
        return b"+ idling\r\n{silence}" if command == b"IDLE" else None

    with ScriptedImap(script, capability=b"IMAP4rev1 IDLE").running() as server:
        listening, began = listener(server), Semaphore(0)

        def listen() -> None:
            with pytest.raises(MailboxError):
                listening.listen(began.release)

        thread = Thread(target=listen)
        thread.start()
        assert began.acquire(timeout=PATIENCE)
        listening.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_mail_that_is_announced_together_with_the_answer_to_idle_is_heard_at_once() -> None:
    """Both come in one piece: waiting for the next piece would take until IDLE is said anew."""
    heard: list[None] = []

    def script(command: bytes) -> bytes | None:
        if command == b"IDLE":
            return b"+ idling\r\n* 4 EXISTS\r\n{silence}"
        return b"{hang up}" if command == b"DONE" else None

    with ScriptedImap(script, capability=b"IMAP4rev1 IDLE").running() as server:
        with pytest.raises(MailboxError):
            listener(server).listen(lambda: heard.append(None))
        assert b"DONE" in server.commands
