"""Real servers for the tests: an IMAP server for the session, an SMTP server for each test that asks for one."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings

from statement_intake.operations.local_servers import ImapServer, SmtpSink, append, dovecot, smtp_sink
from statement_intake.settings import MailboxSettings
from tests.house import House

# The same examples each time, so that a change is never blamed for what chance finds; EXPLORE=1 looks for new ones.
settings.register_profile("repeatable", derandomize="EXPLORE" not in os.environ)
settings.load_profile("repeatable")


@dataclass(frozen=True)
class ImapAccount:
    """A user of the IMAP server whom no other test knows."""

    server: ImapServer
    user: str

    def deliver(self, raw: bytes, internal_date: datetime, folder: str = "INBOX") -> str:
        """Put a message into the folder; give back its UID."""
        return str(append(self.server, self.user, raw, internal_date, folder))

    def settings(self, **changes: object) -> MailboxSettings:
        """Settings of a mailbox that reads this account over TLS, but for *changes*."""
        values: dict[str, object] = {
            "host": self.server.host,
            "port": self.server.tls_port,
            "username": self.user,
            "password": self.server.password,
            "ca_file": self.server.ca_file,
        }
        return MailboxSettings.model_validate(values | changes)


@pytest.fixture(scope="session")
def imap_server() -> Iterator[ImapServer]:
    """A Dovecot for the whole session; with pytest-xdist each worker has its own."""
    # pytest's own directories are closed to the user whom Dovecot's mail processes run as when the tests run as root.
    directory = Path(tempfile.mkdtemp(prefix="statement-intake-"))
    directory.chmod(0o711)
    try:
        with dovecot(directory) as server:
            yield server
    finally:
        shutil.rmtree(directory)


@pytest.fixture
def imap_account(imap_server: ImapServer) -> ImapAccount:
    """A fresh account with an empty INBOX."""
    return ImapAccount(imap_server, f"user-{secrets.token_hex(6)}")


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[SmtpSink]:
    """A fresh SMTP server without TLS and AUTH, on loopback."""
    with smtp_sink(tmp_path / "sent") as sink:
        yield sink


@pytest.fixture
def house(tmp_path: Path, smtp: SmtpSink) -> House:
    """A service with two empty Maildirs, an empty ledger and an SMTP server."""
    return House(tmp_path, smtp)
