"""A private Dovecot on loopback, started as a plain process, for `demo` and for the tests."""

import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

from statement_intake.operations.dovecot_configuration import Installation, configuration, introspection
from statement_intake.operations.local_certificate import make_certificate
from statement_intake.operations.local_process import (
    ATTEMPTS,
    HOST,
    PATIENCE_SECONDS,
    LocalServerError,
    free_port,
    program,
)

#: Dovecot refuses to let root own mail; this user needs no entry in /etc/passwd.
MAIL_UID = 5000


@dataclass(frozen=True)
class ImapServer:
    """A running Dovecot. Every user name is good, with an empty INBOX until something is put there."""

    #: Clear text, and STARTTLS.
    port: int
    #: TLS from the first byte.
    tls_port: int
    #: Every user's password.
    password: str
    #: What a client has to trust.
    ca_file: Path
    log: Path
    #: The folder of all users' mail.
    mail: Path
    host: str = HOST

    def maildir(self, user: str) -> Path:
        """The directory that *user*'s INBOX is kept in."""
        return self.mail / user / "Maildir"


@contextmanager
def dovecot(directory: Path, password: str | None = None, introspection_url: str | None = None) -> Iterator[ImapServer]:
    """Run a Dovecot that keeps mail, certificate and log in *directory*; stop it at the end.

    *password* is every user's; one is made up if none is given. As root its mail processes run as another user, who
    has to be able to reach *directory*. With *introspection_url* it also takes tokens that are good
    there. Raises LocalServerError.
    """
    binary = program("dovecot", "dovecot-imapd")
    version = _version(binary)
    directory.mkdir(parents=True, exist_ok=True)
    directory = directory.resolve()
    mail = directory / "mail"
    mail.mkdir(exist_ok=True)
    uid, gid = _owner_of_mail(directory, mail)
    certificate = make_certificate(directory)
    secret = password or secrets.token_urlsafe(12)
    # Its sockets go to a short path: sun_path holds 107 bytes, and the caller's directory may lie deep.
    with tempfile.TemporaryDirectory(prefix="dovecot-") as runtime:
        Path(runtime).chmod(0o711)
        for _ in range(ATTEMPTS):
            installation = Installation(
                version=version,
                runtime=Path(runtime),
                mail=mail,
                log=directory / "dovecot.log",
                certificate=certificate,
                password=secret,
                uid=uid,
                gid=gid,
                port=free_port(),
                tls_port=free_port(),
                introspection_url=introspection_url,
            )
            process = _start(binary, installation)
            if process is not None:
                break
        else:
            raise LocalServerError(f"Dovecot did not start; its log says: {_tail(installation.log)}")
        try:
            yield ImapServer(installation.port, installation.tls_port, secret, certificate.file, installation.log, mail)
        finally:
            _stop(process)


def append(server: ImapServer, user: str, raw: bytes, internal_date: datetime, folder: str = "INBOX") -> int:
    """Put a message into *user*'s folder, which is made if it is not there; give back its UID.

    *internal_date* (aware) is when it is to have arrived.
    """
    with IMAPClient(server.host, port=server.port, ssl=False, timeout=PATIENCE_SECONDS) as client:
        # imapclient sets 5 and then formats every message for a log that nobody reads.
        client._imap.debug = 0  # noqa: SLF001 - there is no public switch
        client.login(user, server.password)
        if folder != "INBOX" and not client.folder_exists(folder):
            client.create_folder(folder)
        answer: bytes = client.append(folder, raw, (), internal_date)
    # "[APPENDUID <uidvalidity> <uid>] Append completed" (RFC 4315 section 3); Dovecot always says it.
    return int(answer.partition(b"]")[0].split()[2])


def _version(binary: str) -> str:
    shown = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    version = shown.stdout.split(maxsplit=1)[0] if shown.stdout.strip() else "unknown"
    if not version.startswith(("2.3.", "2.4.")):
        raise LocalServerError(f"Dovecot {version} is not known here: 2.3 and 2.4 are")
    return version


def _owner_of_mail(directory: Path, mail: Path) -> tuple[int, int]:
    """Who the mail processes run as, made the owner of *mail*."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    os.chown(mail, MAIL_UID, MAIL_UID)
    mail.chmod(0o700)
    for folder in (directory, *directory.parents):
        if not folder.stat().st_mode & 0o001:
            raise LocalServerError(
                f"{folder} is closed to other users, and as root Dovecot's mail processes run as user {MAIL_UID}: "
                f"choose another directory, or run chmod o+x {folder}"
            )
    return MAIL_UID, MAIL_UID


def _start(binary: str, installation: Installation) -> subprocess.Popen[bytes] | None:
    """Start Dovecot and wait until it greets. None if it ended instead (most likely: a port was taken)."""
    file = installation.runtime / "dovecot.conf"
    file.write_text(configuration(installation), encoding="utf-8")
    file.chmod(0o600)
    if installation.introspection_url:
        (installation.runtime / "oauth2.conf").write_text(introspection(installation), encoding="utf-8")
    # In the foreground it is our child; in a session of its own Ctrl-C reaches only us, and we stop it in order.
    with installation.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - all words are ours
            [binary, "-F", "-c", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            # What is wrong with a configuration is said here, before there is a log.
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _greets(installation.port):
            return process
        time.sleep(0.02)
    _stop(process)
    return None


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            return connection.recv(4) == b"* OK"
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the master, which ends its children, and wait for it."""
    process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "nothing"
    return " / ".join(lines[-5:]) or "nothing"
