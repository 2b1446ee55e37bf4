"""The real service, killed again and again: in the end every mail has one row, one decision, at most one letter."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest
from imapclient import IMAPClient

from statement_intake.ledger.ledger import open_ledger
from statement_intake.operations.local_servers import SmtpSink
from statement_intake.settings import CONFIG_VARIABLE, PREFIX
from tests.conftest import ImapAccount
from tests.house import MEETINGS, MORNING, House, statement

KILLS = 14
PARTIES = ("Kenya", "Ghana", "France", "Japan", "Brazil", "Chile", "Norway", "Peru", "Austria")


def _mails() -> list[tuple[EmailMessage, bool]]:
    """A dozen mails, and whether each is somebody else's."""
    good = [
        (statement(f"12th EMIC statement – {party} 4", f"mission@{party.lower()}.example", party=party), False)
        for party in PARTIES
    ]
    faulty = (statement("12th EMIC statement – Atlantis 4", "mission@atlantis.example", party="Atlantis"), False)
    odd = statement("holiday", "whistle@blower.example", "hello", files=())
    odd.add_attachment(b"\x89PNG\r\n\x1a\nsecret", maintype="image", subtype="png", filename="beach.png")
    return [*good, faulty, (odd, True), (statement("lunch", "colleague@un.org", files=()), True)]


def _configure(folder: Path, accounts: dict[str, ImapAccount], smtp: SmtpSink) -> dict[str, str]:
    boxes = "\n".join(
        f'[mailboxes.{name}]\nhost = "{account.server.host}"\nport = {account.server.port}\nsecurity = "none"\n'
        f'username = "{account.user}"\npassword = "{account.server.password}"\nmark = "keyword"\n'
        for name, account in accounts.items()
    )
    (folder / "service.toml").write_text(
        f'{boxes}\n[schedule]\npoll_seconds = 0.2\n[smtp]\nhost = "{smtp.host}"\nport = {smtp.port}\n'
        'sender = "uncac@un.org"\n[replies]\nmode = "send"\n[ledger]\nurl = "sqlite:///ledger.db"\n'
        f'[files]\npath = "files"\n[meetings]\npath = {json.dumps(str(MEETINGS))}\n',
        encoding="utf-8",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**kept, CONFIG_VARIABLE: str(folder / "service.toml")}


def _start(environment: dict[str, str], command: str = "run") -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "statement_intake", command], env=environment, stderr=subprocess.DEVNULL
    )


def _flags(account: ImapAccount) -> list[set[bytes]]:
    with IMAPClient(account.server.host, account.server.port, ssl=False) as client:
        client.login(account.user, account.server.password)
        client.select_folder("INBOX", readonly=True)
        return [set(answer[b"FLAGS"]) for answer in client.fetch(client.search(), ["FLAGS"]).values()]


@pytest.mark.timeout(170)
def test_a_service_killed_again_and_again_loses_nothing_and_does_nothing_twice(
    tmp_path: Path, imap_account: ImapAccount, smtp: SmtpSink
) -> None:
    """SIGKILL at random moments while mail comes in; then it is left to finish, and everything is counted."""
    copies = ImapAccount(imap_account.server, f"{imap_account.user}-copy")
    environment = _configure(tmp_path, {"main": imap_account, "copy": copies}, smtp)
    mails, chance = _mails(), random.Random(20230823)  # noqa: S311 - no secret
    for kill in range(KILLS):
        if kill < len(mails):
            raw = mails[kill][0].as_bytes()
            for account in (imap_account, copies) if kill % 3 == 0 else (imap_account,):
                account.deliver(raw, MORNING)
        service = _start(environment)
        time.sleep(chance.uniform(0.7, 2.4))
        service.kill()
        service.wait()
    copied = sum(kill % 3 == 0 for kill in range(len(mails)))
    last = statement("12th EMIC statement – Mexico 4", "mission@mexico.example", party="Mexico")
    imap_account.deliver(last.as_bytes(), MORNING)
    mails.append((last, False))
    house = House(tmp_path)
    service = _start(environment)
    _wait(house, len(mails) + copied)
    service.send_signal(signal.SIGTERM)
    assert service.wait(30) == 0
    assert _start(environment, "poll").wait(60) == 0

    ours = sum(not foreign for _, foreign in mails)
    reasons = Counter(reason for outcome, reason in house.outcomes if outcome == "ignored")
    foreign_copies = sum(
        foreign and number < len(mails) - 1 and number % 3 == 0 for number, (_, foreign) in enumerate(mails)
    )
    assert reasons == {
        "message.duplicate": copied - foreign_copies,
        "message.unrelated": len(mails) - ours + foreign_copies,
    }
    assert house.rows("SELECT count(*), count(DISTINCT submission_id), max(revision) FROM decisions") == [
        (ours, ours, 1)
    ]
    assert house.rows("SELECT count(*) FROM messages WHERE reason = 'service.fault'") == [(0,)]
    _letters_are_sent_once(house, smtp, ours)
    _nothing_is_left_over(house, tmp_path)
    for account in (imap_account, copies):
        assert all(flag.startswith(b"$Statement") for marks in _flags(account) for flag in marks - {rb"\Recent"})
    # Of two copies the one that was decided carries the mark.
    flags = [*_flags(imap_account), *_flags(copies)]
    assert sum(b"$StatementAccepted" in marks for marks in flags) == len(PARTIES) + 1


def _wait(house: House, rows: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        decided = house.rows("SELECT count(*) FROM messages WHERE state = 'decided'")[0][0]
        going = house.rows("SELECT count(*) FROM letters WHERE state IN ('queued', 'sending', 'data', 'deferred')")
        marks = house.rows("SELECT count(*) FROM messages WHERE mark = 'pending'")
        if decided >= rows and going == marks == [(0,)]:
            return
        time.sleep(0.2)
    raise AssertionError(f"not finished: {house.outcomes} {house.letters}")


def _letters_are_sent_once(house: House, smtp: SmtpSink, submissions: int) -> None:
    states = Counter(state for _, state in house.letters)
    assert states["sent"] + states["unknown"] == submissions
    taken = Counter(message_from_bytes(letter.content)["Message-ID"] for letter in smtp.received)
    assert set(taken.values()) == {1}
    sent = {row[0] for row in house.rows("SELECT message_id FROM letters WHERE state = 'sent'")}
    assert sent <= set(taken)
    assert len(taken) <= submissions


def _nothing_is_left_over(house: House, folder: Path) -> None:
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.db'}")
    try:
        assert ledger.contents.unreferred(sorted(house.stored)) == set()
    finally:
        ledger.close()
    assert list((folder / "files" / "incoming").iterdir()) == []
    referred = {row[0] for row in house.rows("SELECT raw_sha256 FROM messages WHERE raw_sha256 IS NOT NULL")}
    referred |= {row[0] for row in house.rows("SELECT sha256 FROM files")}
    assert referred <= house.stored
