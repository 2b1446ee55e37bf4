"""A service that may die at any moment, the world around it that does not, and what must be true of both afterwards."""

import json
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from imapclient import IMAPClient

from statement_intake.domain.records import SERVICE
from statement_intake.files.decoding import LEAST
from statement_intake.ledger.ledger import open_ledger
from statement_intake.operations.demo.media import video
from statement_intake.operations.local_servers import SmtpSink
from tests.conftest import ImapAccount
from tests.house import MEETINGS, MORNING, House, statement, written

#: What only a colleague's mail program may set.
_FOREIGN = (rb"\Seen", rb"\Deleted", rb"\Answered", rb"\Flagged", rb"\Draft")


class Zygote:
    """Forks the service (see tests.crash.zygote)."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, **order: object) -> int:
        """The PID of a service that was started like that."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()["pid"]

    def wait(self) -> int:
        """How it ended: its exit code, or minus the signal."""
        return self._answer()["status"]

    def run(self, **order: object) -> int:
        """Start it and wait for its end."""
        self.start(**order)
        return self.wait()

    def close(self) -> None:
        """No more orders."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def _answer(self) -> dict[str, int]:
        assert self._process.stdout is not None
        answer: dict[str, int] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def zygote() -> Iterator[Zygote]:
    """One that is closed at the end."""
    started = Zygote()
    try:
        yield started
    finally:
        started.close()


@dataclass
class Scene:
    """Mailboxes of a real Dovecot, a real SMTP server, a folder with ledger and files, and the settings of it all."""

    root: Path
    accounts: Mapping[str, ImapAccount]
    smtp: SmtpSink
    #: Of every mailbox: the mails by UID, as they were delivered.
    delivered: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write the settings."""
        self.root.mkdir(parents=True, exist_ok=True)
        boxes = "\n".join(
            f'[mailboxes.{name}]\nhost = "{box.server.host}"\nport = {box.server.port}\nsecurity = "none"\n'
            f'username = "{box.user}"\npassword = "{box.server.password}"\nmark = "keyword"\nidle = false\n'
            for name, box in self.accounts.items()
        )
        limits = "replies_per_sender_per_day = 100000\nreplies_per_domain_per_day = 100000\nreplies_per_hour = 100000"
        self.config.write_text(
            f'{boxes}\n[schedule]\npoll_seconds = 0.2\n[smtp]\nhost = "{self.smtp.host}"\nport = {self.smtp.port}\n'
            f'sender = "uncac@un.org"\n[replies]\nmode = "send"\n[limits]\n{limits}\n[ledger]\n'
            f'url = "sqlite:///ledger.db"\n[files]\npath = "files"\n[meetings]\npath = {json.dumps(str(MEETINGS))}\n',
            encoding="utf-8",
        )

    @property
    def config(self) -> Path:
        """Where the settings are."""
        return self.root / "service.toml"

    @property
    def house(self) -> House:
        """For looking into ledger and store."""
        return House(self.root)

    def deliver(self, raw: bytes, mailbox: str = "main") -> None:
        """A mail comes in."""
        uid = int(self.accounts[mailbox].deliver(raw, MORNING))
        self.delivered.setdefault(mailbox, {})[uid] = raw

    @property
    def finished(self) -> bool:
        """Nothing is left to be done by the service."""
        mails = sum(len(box) for box in self.delivered.values())
        going = "SELECT count(*) FROM letters WHERE state IN ('queued', 'sending', 'data', 'deferred')"
        counts = [
            self.house.rows(query)[0][0]
            for query in (
                "SELECT count(*) FROM messages WHERE state = 'decided'", going,
                "SELECT count(*) FROM messages WHERE mark = 'pending'",
            )
        ]  # fmt: skip
        return counts == [mails, 0, 0]

    def faults(self) -> list[str]:
        """Every promise that is not kept; nothing should be in here."""
        return [*self._decisions(), *self._letters(), *self._store(), *self._mailboxes()]

    def _decisions(self) -> Iterator[str]:
        rows = self.house.rows("SELECT mailbox, uid, count(*) FROM messages GROUP BY mailbox, folder, uidvalidity, uid")
        known = {(mailbox, int(uid)) for mailbox, uid, _ in rows}
        wanted = {(mailbox, uid) for mailbox, box in self.delivered.items() for uid in box}
        if known != wanted or any(count != 1 for *_, count in rows):
            yield f"rows of messages: {len(known)} for {len(wanted)} mails: {sorted(known ^ wanted)[:5]}"
        if open_still := self.house.rows("SELECT uid, state FROM messages WHERE state != 'decided'"):
            yield f"not decided: {open_still}"
        if faulty := self.house.rows("SELECT uid FROM messages WHERE reason = 'service.fault'"):
            yield f"blamed for a fault: {faulty}"
        twice = (
            "SELECT submission_id FROM decisions WHERE action = 'decide' GROUP BY submission_id HAVING count(*) != 1"
        )
        if doubled := self.house.rows(twice):
            yield f"decided twice: {doubled}"
        told = (
            "SELECT reference FROM audit WHERE actor = ? AND action = 'decide' GROUP BY reference HAVING count(*) != 1"
        )
        if doubled := self.house.rows(told.replace("?", f"'{SERVICE}'")):
            yield f"audited twice: {doubled}"

    def _letters(self) -> Iterator[str]:
        taken = Counter(str(message_from_bytes(letter.content)["Message-ID"]) for letter in self.smtp.received)
        states = dict(self.house.rows("SELECT message_id, state FROM letters"))
        if twice := [name for name, count in taken.items() if count > 1]:
            yield f"taken twice: {[(name, states.get(name)) for name in twice]}"
        if strange := set(taken) - set(states):
            yield f"letters that the ledger does not know: {strange}"
        for name, state in states.items():
            if state == "sent" and name not in taken:
                yield f"{name} is called sent, and nobody has it"
            if state not in {"sent", "unknown", "dropped"}:
                yield f"{name} is {state}"
            if state == "dropped" and name in taken:
                yield f"{name} is called dropped, and went"

    def _store(self) -> Iterator[str]:
        ledger = open_ledger(f"sqlite:///{self.root / 'ledger.db'}")
        try:
            orphans = ledger.contents.unreferred(sorted(self.house.stored))
        finally:
            ledger.close()
        if orphans:
            yield f"orphans in the store: {orphans}"
        # The workspace of the warden that was killed last goes at the next start.
        if left := [path.name for path in (self.root / "files" / "incoming").iterdir()]:
            yield f"left over: {left}"
        referred = {row[0] for row in self.house.rows("SELECT raw_sha256 FROM messages WHERE raw_sha256 IS NOT NULL")}
        referred |= {row[0] for row in self.house.rows("SELECT sha256 FROM files")}
        if missing := referred - self.house.stored:
            yield f"lost from the store: {missing}"

    def _mailboxes(self) -> Iterator[str]:
        for name, account in self.accounts.items():
            with IMAPClient(account.server.host, account.server.port, ssl=False) as client:
                client.login(account.user, account.server.password)
                client.select_folder("INBOX", readonly=True)
                answers: dict[int, Any] = client.fetch(client.search(), ["FLAGS", "BODY.PEEK[]"])
            there = {uid: answer[b"BODY[]"].replace(b"\r\n", b"\n") for uid, answer in answers.items()}
            if there != {uid: raw.replace(b"\r\n", b"\n") for uid, raw in self.delivered.get(name, {}).items()}:
                yield f"the mails of {name} are not what was delivered"
            for uid, answer in answers.items():
                if touched := [flag for flag in answer[b"FLAGS"] if flag in _FOREIGN]:
                    yield f"mail {uid} of {name} carries {touched}"

    def outcomes(self) -> list[tuple[str, str]]:
        """What was decided, in no order."""
        return sorted((str(row[0]), str(row[1])) for row in self.house.rows("SELECT outcome, reason FROM messages"))


@cache
def film() -> bytes:
    """A real video, with an empty box at its end (ISO/IEC 14496-12, box free): so long is decoded as it arrives."""
    with TemporaryDirectory() as folder:
        content = video(Path(folder) / "film.mp4", 3).read_bytes()
    size = LEAST + 100_000
    return content + struct.pack(">I4s", size, b"free") + bytes(size - 8)


def mails() -> Sequence[tuple[str, bytes]]:
    """One of each kind: mailbox and mail.

    A video with its transcript, a written statement and its copy, a faulty one, one to be silent about, others' mail.
    """
    files = (("Peru.mp4", film()), ("Peru.docx", written("Peru")))
    filmed = statement("12th EMIC statement – Peru 4", "mission@peru.example", party="Peru", files=files)
    good = statement("12th EMIC statement – Kenya 4", "mission@kenya.example", message_id="<one@kenya.example>")
    faulty = statement("12th EMIC statement – Atlantis 4", "mission@atlantis.example", party="Atlantis")
    silent = statement("12th EMIC statement – Ghana 4", "list@ghana.example", party="Ghana", List_Id="<x>")
    odd = statement("holiday", "whistle@blower.example", "hello", files=())
    odd.add_attachment(b"\x89PNG\r\n\x1a\nsecret", maintype="image", subtype="png", filename="beach.png")
    clip = statement("holiday", "colleague@un.org", "see", files=(("clip.mp4", b"\0\0\0\x18ftypisom"),))
    found = [("main", mail.as_bytes()) for mail in (filmed, good, faulty, silent, odd, clip)]
    return [*found, ("copy", good.as_bytes())]
