"""Proves the service, from the outside, against Courier IMAP, which lacks what Dovecot and Cyrus have.

    make servers-proof

It has neither MOVE nor UIDNEXT; and UIDPLUS, IDLE and keywords are taken from it, one after the other.
"""

import json
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from statement_intake.operations.local_process import HOST
from statement_intake.operations.local_smtp import SmtpSink, smtp_sink
from tests.servers.courier import CAPABILITY, Courier, courier, session, unpack
from tests.servers.cyrus_and_postfix import NotProven
from tests.servers.service import BIG, Service, check, film, proven, statement

ACCEPTED = "INBOX.Accepted"
MOVE = {"MAILBOXES__MAIN__MARK": "move", "MAILBOXES__MAIN__MOVE_TO": json.dumps({"accepted": ACCEPTED})}
OTHERS = b"From: a@un.org\r\nTo: b@un.org\r\nSubject: a colleague's mail\r\n\r\nHello\r\n"


class Proof(Service):
    """A service that reads Courier, whichever runs, and sends to a server of the tests."""

    def __init__(self, directory: Path, smtp: SmtpSink) -> None:
        super().__init__(
            directory,
            f"""[mailboxes.main]
host = "{HOST}"
security = "none"
username = "uncac"
mark = "keyword"
[smtp]
host = "{HOST}"
port = {smtp.port}
security = "none"
sender = "uncac@un.org"
""",
        )
        self.smtp = smtp
        self.imap: Courier | None = None

    def environment(self, **changes: str) -> dict[str, str]:
        """For a command of the service, with the Courier that runs."""
        where = {} if self.imap is None else {"PORT": str(self.imap.port), "PASSWORD": self.imap.password}
        return super().environment(**{f"MAILBOXES__MAIN__{name}": value for name, value in where.items()} | changes)

    def warned(self, **changes: str) -> str:
        """What doctor warns of about the mailbox."""
        told = [json.loads(line) for line in self.run("doctor", "--json", code=None, **changes).splitlines()]
        mailbox = [line for line in told if line["check"] == "mailbox main"]
        check(mailbox and not any(line["state"] == "problem" for line in mailbox), mailbox)
        return " ".join(line["message"] for line in mailbox if line["state"] == "warning")

    def deliver(self, mail: EmailMessage | bytes) -> None:
        """Put *mail* into the mailbox."""
        with session(self._running()) as client:
            client.append("INBOX", mail if isinstance(mail, bytes) else mail.as_bytes(), (), datetime.now(UTC))

    def flags(self, folder: str = "INBOX") -> list[frozenset[bytes]]:
        """The flags of all mail in *folder*, in its order."""
        with session(self._running()) as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["FLAGS"]) if client.search() else {}
            return [frozenset(data[b"FLAGS"]) - {b"\\Recent"} for _, data in sorted(found.items())]

    def _running(self) -> Courier:
        if self.imap is None:
            raise NotProven("no Courier runs")
        return self.imap


def _day(proof: Proof) -> None:
    """A statement and a mail of 30 MB are accepted, answered once, and marked; more polls change nothing."""
    check("keywords" not in proof.warned(), proof.warned())
    proof.deliver(statement("Kenya", 4, film=film(proof.directory, 3))[0])
    proof.deliver(statement("Ghana", 3, film=film(proof.directory, 4, BIG))[0])
    for _number in range(3):
        proof.run("poll")
    check(proof.outcomes() == ["accepted"] * 2, proof.outcomes())
    check(proof.flags() == [{b"$StatementAccepted"}] * 2, proof.flags())
    check(len(proof.smtp.received) == 2, proof.letters())


def _idle(proof: Proof) -> None:
    """Mail that the server announces is taken in long before the next poll."""
    with proof.running(SCHEDULE__POLL_SECONDS="3600"):
        proof.wait("start", lambda: "event=started" in (proof.directory / "run.log").read_text())
        proof.deliver(statement("France", 2)[0])
        proof.wait_for_letters(3)


def _move(proof: Proof) -> None:
    """A copy and the expunging of the one original move it; what a colleague marked as deleted stays."""
    proof.deliver(OTHERS)
    with session(proof.imap) as client:  # type: ignore[arg-type] # it runs
        client.add_flags(client.search(["SUBJECT", "colleague"]), [b"\\Deleted"])
    check({b"\\Deleted"} in proof.flags(), proof.flags())
    before = len(proof.flags())
    proof.deliver(statement("Peru", 2)[0])
    proof.run("poll", code=0, **MOVE)
    check(len(proof.flags()) == before and {b"\\Deleted"} in proof.flags(), proof.flags())
    check(len(proof.flags(ACCEPTED)) == 1, proof.flags(ACCEPTED))
    proof.run("poll", code=0, **MOVE)
    check(proof.outcomes() == ["accepted"] * 4, proof.outcomes())


def _without_uidplus(proof: Proof) -> None:
    """Without UIDPLUS nothing is moved, and doctor says so."""
    check("neither MOVE nor UIDPLUS" in proof.warned(**MOVE), proof.warned(**MOVE))
    proof.deliver(statement("Chad", 2)[0])
    before = len(proof.flags())
    proof.run("poll", code=0, **MOVE)
    check(len(proof.flags()) == before and len(proof.flags(ACCEPTED)) == 1, proof.flags())
    check(proof.outcomes() == ["accepted"] * 5, proof.outcomes())


def _without_keywords_and_idle(proof: Proof) -> None:
    """Without keywords nothing is marked, without IDLE polling is enough; doctor says both."""
    warned = proof.warned()
    check("keeps no keywords" in warned and "has no IDLE" in warned, warned)
    proof.deliver(statement("Oman", 2)[0])
    with proof.running(SCHEDULE__POLL_SECONDS="1"):
        proof.wait_for_letters(6)
    check(proof.flags()[-1] == frozenset(), proof.flags())
    check(len(proof.smtp.received) == 6, proof.letters())


def prove(directory: Path) -> None:
    """Everything, in order; raises NotProven."""
    (directory / "courier").mkdir()
    unpack(directory / "courier")
    without = CAPABILITY.replace(" UIDPLUS", "")
    with ExitStack() as stack:
        proof = Proof(directory / "service", stack.enter_context(smtp_sink(directory / "letters")))
        for lacking, steps in (
            ({}, (_day, _idle, _move)),
            ({"capability": without}, (_without_uidplus,)),
            ({"capability": CAPABILITY.replace(" IDLE", ""), "keywords": False}, (_without_keywords_and_idle,)),
        ):
            with courier(directory / "courier", **lacking) as proof.imap:
                for step in steps:
                    print(f"{step.__doc__}", flush=True)  # noqa: T201 - this is a program
                    step(proof)


def main() -> int:
    """Get Courier, start it, prove, stop it."""
    return proven("Courier IMAP", prove)


if __name__ == "__main__":
    sys.exit(main())
