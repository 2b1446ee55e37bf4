"""An IMAP account. Folders are opened with EXAMINE and read with BODY.PEEK, so that nobody's flags change."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientReadOnlyError

from statement_intake.domain.faults import Shortcoming
from statement_intake.domain.finding import Outcome
from statement_intake.domain.telling.credentials import Tokens
from statement_intake.mailbox import FolderState, OpenFolder, Place
from statement_intake.mailbox.allowances import MOVING_IN, MOVING_OUT, lacking_rights, scarce_room
from statement_intake.mailbox.connection import commands, connect, disconnect, place
from statement_intake.mailbox.glancing import glances
from statement_intake.mailbox.idle import Listener
from statement_intake.mailbox.imap_folder import ImapFolder, received_since
from statement_intake.mailbox.imap_session import Session, open_folder, uidvalidity
from statement_intake.mailbox.moving import can_move, move
from statement_intake.settings import MailboxSettings

#: The keyword of each outcome; an ignored mail is other people's and carries none.
KEYWORDS = {
    Outcome.ACCEPTED: b"$StatementAccepted",
    Outcome.REJECTED: b"$StatementRejected",
    Outcome.HELD: b"$StatementHeld",
}


class ImapMailbox:
    """An account on an IMAP server. Each call makes its own connection and ends it."""

    def __init__(self, name: str, settings: MailboxSettings, tokens: Tokens | None = None) -> None:
        self.name = name
        self.folders: Sequence[str] = settings.folders
        self._settings = settings
        self._tokens = tokens

    @contextmanager
    def open(self, folder: str) -> Iterator[OpenFolder]:
        """Open *folder* for reading. Raises MailboxError."""
        session = Session(self._settings, folder, self._tokens)
        try:
            yield ImapFolder(session)
        finally:
            session.close()

    def mark(self, folder: FolderState, uid: str, outcome: Outcome) -> bool | Place:
        """Leave the outcome's keyword on the message, in place of another outcome's, or move it to its folder.

        True if the message now carries it (read back), and where it lies if it was moved. False, and nothing done,
        where no mark is configured or meant for the outcome, the folder is another one by now, the server keeps no
        keywords or cannot move, or the message is gone. Raises MailboxError.
        """
        target = {str(key): name for key, name in self._settings.move_to.items()}.get(str(outcome))
        if self._settings.mark == "move" and target is not None:
            with self._connected() as client, commands(client, self._settings, f"move a message to folder {target}"):
                return move(client, folder, int(uid), target)
        keyword = KEYWORDS.get(outcome)
        if self._settings.mark != "keyword" or keyword is None:
            return False
        with self._connected() as client, commands(client, self._settings, f"mark a message in folder {folder.name}"):
            try:
                # Not EXAMINE, under which Dovecot answers OK to STORE and forgets the keyword.
                opened = client.select_folder(folder.name)
            except IMAPClientReadOnlyError:
                return False
            if uidvalidity(opened) != folder.uidvalidity or not _keeps(opened.get(b"PERMANENTFLAGS", ()), keyword):
                return False
            return _replace_keyword(client, int(uid), keyword)

    def listeners(self) -> Sequence[Listener]:
        """One for each folder, if IDLE is wanted."""
        return (
            [Listener(self._settings, folder, self._tokens) for folder in self.folders] if self._settings.idle else []
        )

    def was_sent(self, message_id: str) -> bool | None:
        """Is the letter in the Sent folder? None where no such folder is configured. Raises MailboxError."""
        if self._settings.sent_folder is None:
            return None
        session = Session(self._settings, self._settings.sent_folder, self._tokens)
        try:
            return bool(session.search(["HEADER", "Message-ID", message_id]))
        finally:
            session.close()

    def answers_to(self, message_id: str, since: date) -> Iterator[bytes]:
        """Header sections of messages that answer that one; see Mailbox. Raises MailboxError."""
        named: list[str | date] = ["OR", "HEADER", "In-Reply-To", message_id, "HEADER", "References", message_id]
        for folder in dict.fromkeys(filter(None, (self._settings.sent_folder, *self.folders))):
            session = Session(self._settings, folder, self._tokens)
            try:
                uids = [str(uid) for uid in sorted(session.search([*received_since(since), *named]))]
                yield from (seen.header for seen in glances(session, uids))
            finally:
                session.close()

    def examine(self) -> list[str]:
        """For `doctor`: connect, and say what works and what the server lacks. Raises MailboxError."""
        with self._connected() as client:
            lines = [f"signed in as {place(self._settings)}, security: {self._settings.security}"]
            lines += [line for folder in self.folders for line in self._described(client, folder)]
            lines += scarce_room(client, self._settings, self.folders[0])
            if self._settings.mark == "move":
                lines += self._targets(client)
            if self._settings.idle:
                with commands(client, self._settings, "ask for capabilities"):
                    able = client.has_capability("IDLE")
                lines += [] if able else [Shortcoming("the server has no IDLE: new mail waits for a poll")]
            sent = self._settings.sent_folder
            if sent is None:
                missing = "no sent_folder: after a fault in sending, a person has to find out whether a letter went"
                lines.append(Shortcoming(missing))
            else:
                open_folder(client, self._settings, sent, readonly=True)
                lines.append(f"folder {sent} can be searched for sent letters")
        return lines

    def _described(self, client: IMAPClient, folder: str) -> Iterator[str]:
        opened = open_folder(client, self._settings, folder, readonly=True)
        yield f"folder {folder}: {opened.get(b'EXISTS', 0)} messages, UIDVALIDITY {uidvalidity(opened)}"
        if uidvalidity(opened) == "0":
            lacking = "the server gives no UIDVALIDITY; it cannot be noticed if the folder is made anew"
            yield Shortcoming(f"folder {folder}: {lacking}")
        if self._settings.mark == "keyword":
            # This needs SELECT: under EXAMINE no flag is permanent.
            yield self._marks(client, folder)

    def _targets(self, client: IMAPClient) -> Iterator[str]:
        with commands(client, self._settings, "ask for capabilities"):
            able = can_move(client)
        if not able:
            yield Shortcoming("the server has neither MOVE nor UIDPLUS: messages will not be moved")
        for outcome, folder in self._settings.move_to.items():
            open_folder(client, self._settings, folder, readonly=True)
            yield f"folder {folder} is there, for what is {outcome}"
            yield from lacking_rights(client, self._settings, folder, MOVING_IN)
        for folder in self.folders:
            yield from lacking_rights(client, self._settings, folder, MOVING_OUT)

    def _marks(self, client: IMAPClient, folder: str) -> str:
        with commands(client, self._settings, f"open folder {folder} for marking"):
            try:
                permanent = client.select_folder(folder).get(b"PERMANENTFLAGS", ())
            except IMAPClientReadOnlyError:
                return Shortcoming(f"folder {folder}: is read-only, messages will not be marked")
        if all(_keeps(permanent, keyword) for keyword in KEYWORDS.values()):
            return f"folder {folder}: the server keeps our keywords"
        return Shortcoming(f"folder {folder}: the server keeps no keywords, messages will not be marked")

    @contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        client = connect(self._settings, self._tokens)
        try:
            yield client
        finally:
            disconnect(client)


def _keeps(permanent: Sequence[bytes], keyword: bytes) -> bool:
    """Whether PERMANENTFLAGS (RFC 9051 section 7.1) allows to set *keyword* and have it kept."""
    return b"\\*" in permanent or keyword.lower() in {flag.lower() for flag in permanent}


def _replace_keyword(client: IMAPClient, uid: int, keyword: bytes) -> bool:
    """Make *keyword* the only one of ours on the message; True if reading back shows it."""
    before = _keywords(client, uid)
    if before is None:
        return False
    if keyword not in before:
        client.add_flags([uid], [keyword], silent=True)
    if before - {keyword}:
        client.remove_flags([uid], sorted(before - {keyword}), silent=True)
    return _keywords(client, uid) == {keyword}


def _keywords(client: IMAPClient, uid: int) -> set[bytes] | None:
    """Which of our keywords the message carries; None if it is gone. Keywords have no case (RFC 9051 section 2.3.2)."""
    answer = client.fetch([uid], ["FLAGS"]).get(uid)
    if answer is None:
        return None
    flags = {flag.lower() for flag in answer[b"FLAGS"]}
    return {keyword for keyword in KEYWORDS.values() if keyword.lower() in flags}
