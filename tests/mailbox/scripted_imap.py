"""An IMAP server that plays a script: for the faults that no real server can be brought to show."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from statement_intake.mailbox.imap import ImapMailbox
from statement_intake.settings import MailboxSettings

#: What the server answers to a command (without its tag): untagged lines, and the tagged OK follows; or None to hang
#: up. An answer that has "{tag}" in it is the whole answer; so is one that ends in "{silence}", or in "{hang up}" to
#: break off there.
Script = Callable[[bytes], bytes | None]

EXAMINED = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4] ok\r\n* FLAGS (\\Seen)\r\n"


class ScriptedImap:
    """A server that knows the commands of every session, and asks the script about the others first."""

    def __init__(self, script: Script, *, capability: bytes = b"IMAP4rev1") -> None:
        self._script = script
        self._usual = {
            b"CAPABILITY": b"* CAPABILITY " + capability + b"\r\n",
            b"LOGIN": b"",
            b"NOOP": b"",
            b"LIST": b'* LIST () "/" INBOX\r\n',
            b"EXAMINE": EXAMINED,
            b"SELECT": EXAMINED,
            b"LOGOUT": b"* BYE bye\r\n",
        }
        #: Every command that came, without its tag.
        self.commands: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def mailbox(self, **changes: object) -> ImapMailbox:
        """A mailbox on this server."""
        values: dict[str, object] = {"host": "127.0.0.1", "port": self.port, "security": "none"}
        values |= {"username": "u", "password": "secret-word"}
        return ImapMailbox("scripted", MailboxSettings.model_validate(values | changes))

    @contextmanager
    def running(self) -> Iterator["ScriptedImap"]:
        """Serve one connection after another."""
        self._thread.start()
        try:
            yield self
        finally:
            # Closing a listener does not wake accept().
            self._listener.shutdown(socket.SHUT_RDWR)
            self._thread.join(10)
            self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # The client may hang up in the middle of an answer.
            with suppress(ConnectionError), connection, connection.makefile("rb") as lines:
                connection.sendall(b"* OK scripted\r\n")
                for line in lines:
                    if not self._answer(connection, line):
                        break

    def _answer(self, connection: socket.socket, line: bytes) -> bool:
        # DONE, the end of IDLE, has no tag.
        tag, _, command = line.rstrip().rpartition(b" ") if line == b"DONE\r\n" else line.rstrip().partition(b" ")
        self.commands.append(command)
        answer = self._script(command)
        if answer is None:
            answer = self._usual.get(command.split()[0])
        if answer is None:
            return False
        if not any(word in answer for word in (b"{tag}", b"{silence}", b"{hang up}")):
            answer += b"{tag} OK done\r\n"
        connection.sendall(answer.replace(b"{tag}", tag).replace(b"{silence}", b"").replace(b"{hang up}", b""))
        return b"{hang up}" not in answer and not command.startswith(b"LOGOUT")


def uids_of(command: bytes) -> list[int]:
    """The UIDs that a UID FETCH or UID SEARCH UID asks for."""
    found = re.search(rb"\b(\d+(?:,\d+)*)\b", command)
    return [int(uid) for uid in found[1].split(b",")] if found else []
