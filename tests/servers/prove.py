"""Proves the service, from the outside, against other servers than the tests have: Cyrus IMAP behind Postfix.

    make servers-proof

Delegations' mail enters at Postfix, the service reads it from Cyrus over STARTTLS and answers through Postfix, and the
answers come into the delegations' mailboxes. Needs root and Debian 12; what is missing is installed through apt. Debian
has one IMAP server at a time, so Cyrus' is unpacked beside Dovecot instead, into a folder of its own.
"""

import email
import email.policy
import json
import re
import smtplib
import sys
import time
from contextlib import ExitStack, suppress
from email.message import EmailMessage
from pathlib import Path

from statement_intake.operations.local_process import HOST
from tests.servers.cyrus_and_postfix import Cyrus, Postfix, call, connect, cyrus, postfix, unpacked
from tests.servers.service import BIG, PATIENCE, Service, check, film, proven, statement

USERS = ("uncac", "kenya", "ghana", "france", "robot")
PACKAGES = {
    "cyrus-common": "/usr/lib/cyrus/bin/master",
    "sasl2-bin": "/usr/sbin/saslpasswd2",
    "postfix": "/usr/sbin/postfix",
}


class Proof(Service):
    """A service of its own, set up between the two servers."""

    def __init__(self, directory: Path, imap: Cyrus, smtp: Postfix) -> None:
        self.imap, self.smtp = imap, smtp
        ca = imap.certificate.file
        super().__init__(
            directory,
            f"""[mailboxes.main]
host = "{HOST}"
port = {imap.port}
security = "starttls"
username = "uncac"
password = "{imap.password}"
ca_file = "{ca}"
mark = "keyword"
[smtp]
host = "{HOST}"
port = {smtp.port}
security = "starttls"
sender = "uncac@un.org"
envelope_sender = ""
ca_file = "{ca}"
[schedule]
poll_seconds = 1
""",
        )

    def downloads(self) -> bool:
        """Whether a large mail is coming in at this moment."""
        with suppress(FileNotFoundError):
            incoming = (self.directory / "var" / "files" / "incoming").iterdir()
            return any(path.is_file() and path.stat().st_size > BIG // 10 for path in incoming)
        return False

    def deliver(self, mail: EmailMessage, sender: str) -> None:
        """Send *mail* through Postfix to the service's mailbox."""
        before = len(self.flags())
        with smtplib.SMTP(HOST, self.smtp.port, timeout=PATIENCE) as client:
            client.sendmail(sender, ["uncac@un.org"], mail.as_bytes())
        self.wait("delivery", lambda: len(self.flags()) > before)

    def flags(self) -> dict[int, frozenset[bytes]]:
        """The flags of all mail in the service's mailbox, without touching them."""
        with connect(self.imap, "uncac") as client:
            client.select_folder("INBOX", readonly=True)
            return {uid: frozenset(data[b"FLAGS"]) for uid, data in client.fetch(client.search(), ["FLAGS"]).items()}

    def inbox(self, user: str) -> list[EmailMessage]:
        """All mail of a delegation."""
        with connect(self.imap, user) as client:
            client.select_folder("INBOX", readonly=True)
            raws = [data[b"BODY[]"] for _, data in sorted(client.fetch(client.search(), ["BODY.PEEK[]"]).items())]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]


def prove(directory: Path, imap: Cyrus, smtp: Postfix) -> None:
    """Everything, in order; raises NotProven."""
    proof = Proof(directory / "service", imap, smtp)
    short = film(directory, 3)
    for step in (
        _doctor, _wrong_password, _statement_and_answer, _flags, _big_mail, _killed_in_the_middle,
        _refused_and_deferred, _robots, _two_services,
    ):  # fmt: skip
        print(f"{step.__doc__}", flush=True)  # noqa: T201 - this is a program
        step(proof, short)


def _doctor(proof: Proof, _: bytes) -> None:
    """Doctor finds mailbox and SMTP server in order."""
    told = [json.loads(line) for line in proof.run("doctor", "--json", code=None).splitlines()]
    servers = [line for line in told if re.search("mailbox|smtp", str(line), re.IGNORECASE)]
    check(len(servers) > 1 and not any(line["state"] == "problem" for line in servers), servers)


def _wrong_password(proof: Proof, _: bytes) -> None:
    """A wrong password is told, and decides nothing."""
    proof.run("poll", code=1, MAILBOXES__MAIN__PASSWORD="wrong")
    check(proof.outcomes() == [], proof.outcomes())


def _statement_and_answer(proof: Proof, short: bytes) -> None:
    """A video statement is accepted, and its receipt is in the delegation's mailbox."""
    proof.deliver(*statement("Kenya", 4, film=short))
    proof.run("poll")
    check(proof.outcomes() == ["accepted"], proof.outcomes())
    proof.smtp.wait_until_empty()
    (receipt,) = proof.inbox("kenya")
    check(receipt["Auto-Submitted"] == "auto-replied", str(receipt["Auto-Submitted"]))
    check(receipt["Return-Path"] == "<>", str(receipt["Return-Path"]))


def _flags(proof: Proof, _: bytes) -> None:
    """Nothing is marked as read, and the keyword is there; more polls change nothing."""
    before = proof.flags()
    check([flags - {b"\\Recent"} for flags in before.values()] == [{b"$StatementAccepted"}], before)
    for _number in range(3):
        proof.run("poll")
    check(proof.flags() == before, proof.flags())


def _big_mail(proof: Proof, _: bytes) -> None:
    """A mail of 30 MB is streamed, accepted and answered by `run`."""
    proof.deliver(*statement("Ghana", 3, film=film(proof.directory, 3, BIG)))
    with proof.running():
        proof.wait_for_letters(2)
    check(proof.outcomes().count("accepted") == 2, proof.outcomes())


def _killed_in_the_middle(proof: Proof, _: bytes) -> None:
    """The IMAP server dies in the middle of a download and comes back: nothing is lost, nothing repeated."""
    proof.deliver(*statement("France", 3, film=film(proof.directory, 4, BIG)))
    with proof.running():
        proof.wait("download", proof.downloads, every=0.005)
        proof.imap.kill()
        # Not after it: nothing of that mail is known yet.
        check(len(proof.letters()) == 2 and len(proof.outcomes()) == 2, proof.letters())
        time.sleep(2)
        proof.imap.start()
        proof.wait_for_letters(3)
    check(proof.outcomes() == ["accepted"] * 3, proof.outcomes())
    proof.smtp.wait_until_empty()
    check([len(proof.inbox(user)) for user in ("kenya", "ghana", "france")] == [1, 1, 1], "letters")


def _refused_and_deferred(proof: Proof, short: bytes) -> None:
    """A refused letter is failed and shown; one that the server puts off goes later."""
    for item, (verb, state) in enumerate((("reject", "failed"), ("defer", "deferred")), 1):
        rule = f"check_recipient_access inline:{{kenya@mission.example={verb}}}, permit"
        proof.deliver(*statement("Kenya", item, film=short))
        proof.smtp.set(smtpd_recipient_restrictions=rule)
        proof.run("poll", code=None)
        check(proof.letters()[-1] == state, proof.letters())
        proof.smtp.set(smtpd_recipient_restrictions="permit")


def _robots(proof: Proof, short: bytes) -> None:
    """An automatic answer to our letter, and a mail with the null sender, get no answer."""
    before = proof.letters()
    mail, sender = statement("France", 4, film=short, Auto_Submitted="auto-replied")
    proof.deliver(mail, sender)
    mail, _ = statement("Ghana", 4, film=short)
    proof.deliver(mail, "")
    proof.run("poll", code=None)
    check(len(proof.letters()) == len(before), proof.letters())


def _two_services(proof: Proof, _: bytes) -> None:
    """A second service over the same ledger is turned away."""
    with proof.running():
        time.sleep(2)
        proof.run("poll", code=1)


def main() -> int:
    """Install what is missing, start the servers, prove, stop them."""
    missing = [name for name, path in PACKAGES.items() if not Path(path).exists()]
    if missing:
        # No service is to start by itself.
        quietly = ["env", "RUNLEVEL=1", "DEBIAN_FRONTEND=noninteractive"]
        call([*quietly, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], patience=600)
    return proven("Cyrus IMAP and Postfix", _between_servers)


def _between_servers(directory: Path) -> None:
    with ExitStack() as stack:
        (directory / "cyrus").mkdir()
        (directory / "postfix").mkdir()
        imap = stack.enter_context(cyrus(directory / "cyrus", USERS, unpacked(directory)))
        smtp = stack.enter_context(postfix(directory / "postfix", imap.certificate, imap.lmtp))
        prove(directory, imap, smtp)


if __name__ == "__main__":
    sys.exit(main())
