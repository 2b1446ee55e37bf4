"""A Cyrus IMAP server behind a Postfix, on loopback, as plain processes: other people's servers for `prove.py`.

Mail for anybody enters at Postfix and goes over LMTP into the mailbox of its local part, so that a delegation's
mail and our letter to it take the way that they take in a ministry. Needs root and
Debian's cyrus-common, sasl2-bin and postfix; cyrus-imapd is unpacked.
"""

import os
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from statement_intake.operations.local_certificate import Certificate, make_certificate
from statement_intake.operations.local_process import HOST, PATIENCE_SECONDS, free_port

BINARIES = Path("/usr/lib/cyrus/bin")
PASSWORD_LENGTH = 12
#: Postfix's own services (master(5)), none of them in a chroot.
_SERVICES = (
    "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
    "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "proxymap unix - - n - - proxymap",
    "proxywrite unix - - n - 1 proxymap", "showq unix n - n - - showq", "error unix - - n - - error",
    "retry unix - - n - - error", "lmtp unix - - n - - lmtp", "anvil unix - - n - 1 anvil",
    "scache unix - - n - 1 scache", "postlog unix-dgram n - n - 1 postlogd",
)  # fmt: skip


class NotProven(Exception):  # noqa: N818 - the word that is shown
    """A server, or the service with it, does not do what it should; the text says what."""


def call(
    command: Sequence[str], *, stdin: str = "", folder: Path | None = None, patience: float = PATIENCE_SECONDS * 4
) -> str:
    """Run a program to its end, in *folder*; give back what it says. Raises NotProven where it fails."""
    done = subprocess.run(  # noqa: S603 - all words are ours
        command, input=stdin, capture_output=True, text=True, check=False, cwd=folder, timeout=patience
    )
    if done.returncode != 0:
        raise NotProven(f"{' '.join(command[:3])} ended with {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


def greets(port: int, word: bytes) -> bool:
    """Whether a server that says *word* first listens at *port*."""
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            return connection.recv(100).startswith(word)
    except OSError:
        return False


def wait_for(port: int, word: bytes) -> None:
    """Return when the server greets. Raises NotProven if it does not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not greets(port, word):
        if time.monotonic() > deadline:
            raise NotProven(f"no server greets at port {port}")
        time.sleep(0.05)


@dataclass
class Cyrus:
    """A Cyrus that can be stopped and started again on the same mail."""

    directory: Path
    certificate: Certificate
    port: int
    password: str
    #: The program that speaks IMAP.
    imapd: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def configuration(self) -> Path:
        """Its imapd.conf."""
        return self.directory / "imapd.conf"

    @property
    def lmtp(self) -> Path:
        """The socket that Postfix delivers to."""
        return self.directory / "socket" / "lmtp"

    def start(self) -> None:
        """Start it and wait until it greets."""
        with (self.directory / "cyrus.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - all words are ours
                [
                    str(BINARIES / "master"), "-C", str(self.configuration), "-M", str(self.directory / "cyrus.conf"),
                    "-p", str(self.directory / "master.pid"),
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_for(self.port, b"* OK")

    def kill(self) -> None:
        """End it and all its children at once, as a power cut does."""
        if self.process is None:
            return
        os.killpg(self.process.pid, 9)
        self.process.wait()
        # Its children are sessions of their own.
        subprocess.run(["pkill", "-9", "-f", str(self.directory)], check=False)  # noqa: S603, S607 - ours
        self.process = None


def unpacked(directory: Path) -> Path:
    """The imapd of Cyrus, of the same version as the rest of it, without an installation, which Dovecot forbids."""
    version = call(["dpkg-query", "-W", "-f", "${Version}", "cyrus-common"])
    call(["apt-get", "download", "-qq", f"cyrus-imapd={version}"], folder=directory)
    (package,) = directory.glob("cyrus-imapd_*.deb")
    call(["dpkg", "-x", str(package), str(directory / "unpacked")])
    return directory / "unpacked" / BINARIES.relative_to("/") / "imapd"


@contextmanager
def cyrus(directory: Path, users: Sequence[str], imapd: Path) -> Iterator[Cyrus]:
    """Run a Cyrus with an INBOX for each of *users*; stop it at the end."""
    server = Cyrus(directory, make_certificate(directory), free_port(), secrets.token_urlsafe(PASSWORD_LENGTH), imapd)
    for name in ("lib", "spool", "socket"):
        (directory / name).mkdir()
    _write_cyrus(server)
    for user in (*users, "cyrus"):
        line = ["saslpasswd2", "-c", "-p", "-f", str(directory / "sasldb"), "-u", socket.getfqdn(), user]
        call(line, stdin=server.password)
    for path in [directory, *directory.rglob("*")]:
        shutil.chown(path, "cyrus", "mail")
    server.start()
    try:
        _make_inboxes(server, users)
        yield server
    finally:
        server.kill()


def _write_cyrus(server: Cyrus) -> None:
    directory = server.directory
    server.configuration.write_text(
        f"""configdirectory: {directory}/lib
partition-default: {directory}/spool
defaultpartition: default
admins: cyrus
allowplaintext: no
servername: {socket.getfqdn()}
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {directory}/sasldb
sasl_mech_list: PLAIN LOGIN
tls_server_cert: {server.certificate.file}
tls_server_key: {server.certificate.key}
lmtpsocket: {server.lmtp}
lmtp_downcase_rcpt: yes
unixhierarchysep: yes
maxmessagesize: 0
syslog_prefix: proof
"""
    )
    (directory / "cyrus.conf").write_text(
        f"""START {{
    recover cmd="{BINARIES}/ctl_cyrusdb -C {server.configuration} -r"
}}
SERVICES {{
    imap cmd="{server.imapd} -C {server.configuration}" listen="{HOST}:{server.port}" prefork=0
    lmtp cmd="{BINARIES}/lmtpd -C {server.configuration} -a" listen="{server.lmtp}" prefork=0
}}
EVENTS {{
}}
"""
    )


def _make_inboxes(server: Cyrus, users: Sequence[str]) -> None:
    with connect(server, "cyrus") as client:
        for user in users:
            client.create_folder(f"user/{user}")


@contextmanager
def connect(server: Cyrus, user: str) -> Iterator[IMAPClient]:
    """A session of *user*, over STARTTLS."""
    context = ssl.create_default_context(cafile=str(server.certificate.file))
    with IMAPClient(HOST, port=server.port, ssl=False, timeout=PATIENCE_SECONDS) as client:
        client.starttls(context)
        client.login(user, server.password)
        yield client


@dataclass
class Postfix:
    """A Postfix with a queue of its own."""

    directory: Path
    port: int

    def set(self, **values: str) -> None:
        """Change settings and make it read them."""
        call(["postconf", "-c", str(self.directory), "-e", *[f"{name}={value}" for name, value in values.items()]])
        call(["postfix", "-c", str(self.directory), "reload"])
        wait_for(self.port, b"220")

    def wait_until_empty(self) -> None:
        """Return when nothing waits in its queue. Raises NotProven if something stays."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (queue := call(["postqueue", "-c", str(self.directory), "-j"])).strip():
            if time.monotonic() > deadline:
                raise NotProven(f"Postfix keeps mail in its queue: {queue[:400]}")
            time.sleep(0.5)
            # What waits for a Cyrus that was away is to go at once.
            call(["postqueue", "-c", str(self.directory), "-f"])


@contextmanager
def postfix(directory: Path, certificate: Certificate, lmtp: Path) -> Iterator[Postfix]:
    """Run a Postfix that hands every mail to the LMTP socket *lmtp*; stop it at the end."""
    server = Postfix(directory / "etc", free_port())
    server.directory.mkdir()
    for name in ("spool", "lib"):
        (directory / name).mkdir()
    shutil.chown(directory / "lib", "postfix")
    (server.directory / "main.cf").write_text(
        f"""compatibility_level = 3.6
queue_directory = {directory}/spool
data_directory = {directory}/lib
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
myhostname = mx.un.example
mydestination = static:all
local_recipient_maps =
mailbox_transport = lmtp:unix:{lmtp}
local_transport = lmtp:unix:{lmtp}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_tls_cert_file = {certificate.file}
smtpd_tls_key_file = {certificate.key}
smtpd_tls_security_level = may
message_size_limit = 100000000
mailbox_size_limit = 0
maillog_file = {directory}/postfix.log
maillog_file_prefixes = {directory}
alias_maps =
smtputf8_enable = yes
disable_dns_lookups = yes
"""
    )
    lines = [f"{HOST}:{server.port} inet n - n - - smtpd", *_SERVICES]
    (server.directory / "master.cf").write_text("\n".join(lines) + "\n")
    call(["postfix", "-c", str(server.directory), "start"])
    try:
        wait_for(server.port, b"220")
        yield server
    finally:
        call(["postfix", "-c", str(server.directory), "abort"])
