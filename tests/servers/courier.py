"""A Courier IMAP server on loopback: without MOVE and UIDNEXT, and, where that is wanted, without more.

Its programs look for each other at fixed places, and Debian has one IMAP server at a time. So its packages are unpacked
into a folder, and laid over /usr and /etc in a mount namespace that nobody else sees. Needs root.
"""

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from statement_intake.operations.local_process import HOST, PATIENCE_SECONDS, free_port
from tests.servers.cyrus_and_postfix import PASSWORD_LENGTH, call, wait_for

PACKAGES = (
    "courier-imap", "courier-base", "courier-authlib", "courier-authlib-userdb", "libcourier-unicode4", "libidn12",
    "libgamin0",
)  # fmt: skip
#: All that Courier can be told to say; it says neither MOVE nor UIDNEXT.
CAPABILITY = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE IDLE"
#: Dovecot's and Courier's mail processes are never root; the number needs no name.
_UID = 5000
_USER = "uncac"

#: Run in namespaces of its own. What it starts ends with it, since it is their init.
_SCRIPT = """set -e
cd "$1"; port=$2; export keywords=$3 capability=$4
mount -t tmpfs none over
for name in usr etc; do
    mkdir over/$name over/$name-work
    lower=$1/unpacked/$name:/$name
    mount -t overlay overlay -o "lowerdir=$lower,upperdir=$1/over/$name,workdir=$1/over/$name-work" /$name
done
mount -t tmpfs none /run
mkdir -p /run/courier/authdaemon
ldconfig
useradd --system courier 2>/dev/null || true
cp authdaemonrc userdb /etc/courier/
chmod 600 /etc/courier/userdb
makeuserdb
courierlogger -pid=/run/courier/authdaemon/pid -start -name=authdaemond /usr/lib/courier/courier-authlib/authdaemond
until [ -S /run/courier/authdaemon/socket ]; do sleep 0.1; done
set -a
. /etc/courier/imapd
IMAP_KEYWORDS=$keywords IMAP_CAPABILITY=$capability IMAP_STARTTLS=NO
set +a
couriertcpd -stderr=/dev/stderr -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup "$port" \
    /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir
"""


@dataclass(frozen=True)
class Courier:
    """A running one."""

    port: int
    user: str
    password: str


def unpack(directory: Path) -> None:
    """Get Courier's packages and unpack them below *directory*; make the mailbox. Raises NotProven."""
    call(["apt-get", "download", "-qq", *PACKAGES], folder=directory, patience=300)
    for package in directory.glob("*.deb"):
        call(["dpkg", "-x", str(package), str(directory / "unpacked")])
    for folder in ("", ".Accepted"):
        for part in ("cur", "new", "tmp"):
            (directory / "mail" / "Maildir" / folder / part).mkdir(parents=True)
    (directory / "mail" / "Maildir" / ".Accepted" / "maildirfolder").touch()
    for path in [directory / "mail", *(directory / "mail").rglob("*")]:
        shutil.chown(path, _UID, _UID)
    (directory / "over").mkdir()


@contextmanager
def courier(directory: Path, *, keywords: bool = True, capability: str = CAPABILITY) -> Iterator[Courier]:
    """Run one on the mailbox in *directory*; stop it at the end. Raises NotProven."""
    server = Courier(free_port(), _USER, secrets.token_urlsafe(PASSWORD_LENGTH))
    digest = call(["openssl", "passwd", "-6", "-stdin"], stdin=server.password).strip()
    (directory / "authdaemonrc").write_text(
        'authmodulelist="authuserdb"\nauthmodulelistorig="authuserdb"\ndaemons=2\n'
        'authdaemonvar=/run/courier/authdaemon\nDEBUG_LOGIN=0\nDEFAULTOPTIONS=""\nLOGGEROPTS=""\n'
    )
    (directory / "userdb").write_text(
        f"{_USER}\tuid={_UID}|gid={_UID}|home={directory}/mail|shell=/bin/sh|systempw={digest}|imappw={digest}\n"
    )
    command = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "bash",
        "-c",
        _SCRIPT,
        "courier",
    ]
    with (directory / "courier.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - all words are ours
            [*command, str(directory), str(server.port), str(int(keywords)), capability], stdout=log, stderr=log
        )
    try:
        wait_for(server.port, b"* OK")
        yield server
    finally:
        process.kill()
        process.wait()


@contextmanager
def session(server: Courier) -> Iterator[IMAPClient]:
    """A colleague's session, with INBOX open for writing."""
    with IMAPClient(HOST, port=server.port, ssl=False, timeout=PATIENCE_SECONDS) as client:
        client.login(server.user, server.password)
        client.select_folder("INBOX")
        yield client
