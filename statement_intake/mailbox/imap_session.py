"""A folder held open with EXAMINE over a connection that is made anew when it breaks.

A single message can break a connection (an answer that imaplib cannot read, a server that hangs up on it). That must
not end the poll, so a failed command says so with CommandError, and the next one gets a fresh connection.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from imapclient import IMAPClient

from statement_intake.domain.telling.credentials import Tokens
from statement_intake.mailbox import FolderState, MailboxError
from statement_intake.mailbox.answers import Answers, fetch
from statement_intake.mailbox.connection import CommandError, commands, connect, disconnect, place
from statement_intake.settings import MailboxSettings

#: Fresh connections for one open folder; beyond them the server is ill, not a message.
RECONNECTIONS = 20

#: Folders that are named where one is missing.
_SHOWN = 12

Result = TypeVar("Result")
Criteria = Sequence[str | int | date]


class Session:
    """One folder, open for reading. Raises MailboxError where it cannot be opened."""

    def __init__(self, settings: MailboxSettings, folder: str, tokens: Tokens | None = None) -> None:
        self._settings = settings
        self._folder = folder
        self._tokens = tokens
        self._reconnections = 0
        self._client: IMAPClient | None = connect(settings, tokens)
        opened = self._opened(self._client)
        self.state = FolderState(folder, uidvalidity(opened))
        #: Messages in the folder, as of its opening.
        self.exists = int(opened.get(b"EXISTS", 0))
        #: The UID that the next message will get; None if the server does not say.
        self.uidnext: int | None = opened.get(b"UIDNEXT")

    def fetch(self, uids: Sequence[int], items: Sequence[str], seconds: float | None = None) -> Answers:
        """UID FETCH, within *seconds*. Those that are gone are left out. Raises as `run` does."""
        return self.run("fetch messages", lambda client: fetch(client, uids, items), seconds)

    def search(self, criteria: Criteria) -> set[int]:
        """UID SEARCH. Raises MailboxError."""
        return self.run("search", lambda client: set(client.search(list(criteria))))

    def run(self, action: str, command: Callable[[IMAPClient], Result], seconds: float | None = None) -> Result:
        """Run *command* on the open folder. Raises CommandError for its failure, MailboxError for the server's."""
        client = self._client or self._reconnected()
        try:
            with commands(client, self._settings, f"{action} in folder {self._folder}", seconds):
                return command(client)
        except CommandError as failure:
            if failure.broken:
                self.close()
            raise

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._client is not None:
            disconnect(self._client)
            self._client = None

    def _reconnected(self) -> IMAPClient:
        self._reconnections += 1
        if self._reconnections > RECONNECTIONS:
            raise MailboxError(f"{place(self._settings)}: the connection broke {RECONNECTIONS} times")
        client = self._client = connect(self._settings, self._tokens)
        if uidvalidity(self._opened(client)) != self.state.uidvalidity:
            # The UIDs in the caller's hands mean other messages now.
            self.close()
            raise MailboxError(f"{place(self._settings)}: folder {self._folder} was replaced while it was read")
        return client

    def _opened(self, client: IMAPClient) -> dict[bytes, Any]:
        try:
            return open_folder(client, self._settings, self._folder, readonly=True)
        except BaseException:
            self.close()
            raise


def open_folder(client: IMAPClient, settings: MailboxSettings, folder: str, *, readonly: bool) -> dict[bytes, Any]:
    """EXAMINE or SELECT *folder*, and what the server says of it. Raises MailboxError, permanent if there is none."""
    try:
        with commands(client, settings, f"open folder {folder}"):
            opened: dict[bytes, Any] = client.select_folder(folder, readonly)
            return opened
    except CommandError as failure:
        if failure.broken:
            raise
        with commands(client, settings, "list folders"):
            there = client.folder_exists(folder)
            names = [] if there else [name for _, _, name in client.list_folders()]
        if there:
            raise
        raise MailboxError(f"{place(settings)}: there is no folder {folder}{_besides(names)}", permanent=True) from None


def _besides(names: Sequence[str]) -> str:
    """The folders that there are: a Sent folder has another name in each mail program's language."""
    shown = [" ".join(str(name).split())[:60] for name in names[:_SHOWN]]
    return f"; there are: {', '.join(shown)}{' ...' if len(names) > _SHOWN else ''}" if shown else ""


def uidvalidity(opened: dict[bytes, Any]) -> str:
    """UIDVALIDITY as FolderState has it; "0" where the server does not say, so that it never seems to change."""
    return str(opened.get(b"UIDVALIDITY", 0))
