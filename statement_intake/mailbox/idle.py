"""A connection that waits for the server to announce mail (IDLE, RFC 2177): a hint to look, and nothing more.

What it says is never believed: the poll that it wakes finds out by itself, and polls without it where it fails. It has
a connection of its own, since a server that falls silent must not take the poll's with it.
"""

from collections.abc import Callable
from threading import Event, Lock

from imapclient import IMAPClient

from statement_intake.domain.telling.credentials import Tokens
from statement_intake.mailbox.connection import commands, connect, cut, disconnect
from statement_intake.mailbox.imap_session import open_folder
from statement_intake.settings import MailboxSettings

#: After so many seconds IDLE is said anew. RFC 2177 allows 29 minutes; large providers hang up after ten, and a
#: connection that a firewall has forgotten is noticed no sooner.
REISSUE_SECONDS = 300.0
#: For the server's answer to IDLE and DONE.
ANSWER_SECONDS = 30.0


class Listener:
    """Waits for announcements about one folder, in a thread of its own."""

    def __init__(self, settings: MailboxSettings, folder: str, tokens: Tokens | None = None) -> None:
        self._settings = settings
        self._folder = folder
        self._tokens = tokens
        self._stopped = Event()
        #: Guards the connection between the thread that listens and the one that stops it.
        self._lock = Lock()
        self._client: IMAPClient | None = None

    def listen(self, heard: Callable[[], None]) -> bool:
        """Call *heard* whenever there may be mail, until stopped. False where the server has no IDLE.

        Raises MailboxError when the connection breaks.
        """
        client = connect(self._settings, self._tokens)
        with self._lock:
            self._client = client
        try:
            open_folder(client, self._settings, self._folder, readonly=True)
            with commands(client, self._settings, "ask for capabilities"):
                if not client.has_capability("IDLE"):
                    return False
            # What came while nobody listened was announced to nobody.
            heard()
            while not self._stopped.is_set():
                self._once(client, heard)
        finally:
            with self._lock:
                self._client = None
            disconnect(client)
        return True

    def stop(self) -> None:
        """End the listening. May be called from another thread, and before it has begun."""
        self._stopped.set()
        with self._lock:
            if self._client is not None:
                cut(self._client)

    def _once(self, client: IMAPClient, heard: Callable[[], None]) -> None:
        """One IDLE, from its beginning to its end. Raises CommandError."""
        with commands(client, self._settings, f"wait for mail in folder {self._folder}", ANSWER_SECONDS):
            client.idle()
        with commands(
            client, self._settings, f"wait for mail in folder {self._folder}", REISSUE_SECONDS + ANSWER_SECONDS
        ):
            # Of a connection that has ended this gives nothing, at once; DONE then fails. What came together with the
            # answer to IDLE lies in a buffer, where waiting for the socket would not see it: DONE reads it.
            unread = _unread(client)
            told = client.idle_check(0.0 if unread else REISSUE_SECONDS)
        if b"EXISTS" in unread or _announces(told):
            # Before DONE, whose answer may take its time, or never come.
            heard()
        with commands(client, self._settings, f"end waiting for mail in folder {self._folder}", ANSWER_SECONDS):
            _, told = client.idle_done()
        if _announces(told):
            heard()


def _announces(told: object) -> bool:
    """Whether the answers to IDLE may speak of new mail: "* 4 EXISTS"."""
    if not isinstance(told, list):
        return False
    return any(isinstance(answer, tuple) and len(answer) > 1 and answer[1] == b"EXISTS" for answer in told)


def _unread(client: IMAPClient) -> bytes:
    """What the server said that has been received and not been read yet: some of it at least."""
    # There is no public way to the buffer; its name depends on the kind of connection.
    imap = client._imap  # noqa: SLF001
    reader, connection = getattr(imap, "_file", None) or imap.file, client.socket()
    before = connection.gettimeout()
    connection.settimeout(0.0)
    try:
        return bytes(reader.peek(1))
    except OSError:
        # With TLS this is how nothing is said.
        return b""
    finally:
        connection.settimeout(before)
