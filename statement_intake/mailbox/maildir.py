"""A Maildir, read and never changed: its files belong to the programs that deliver and read mail."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from email.parser import BytesHeaderParser
from pathlib import Path

from imapclient.imap_utf7 import encode as modified_utf7

from statement_intake.domain.finding import Outcome
from statement_intake.mailbox import FolderState, Listening, MailboxError, OpenFolder
from statement_intake.mailbox.maildir_folder import MaildirFolder, translated
from statement_intake.settings import MailboxSettings


class MaildirMailbox:
    """A Maildir and its Maildir++ subfolders."""

    def __init__(self, name: str, settings: MailboxSettings) -> None:
        if settings.path is None:
            raise ValueError("a Maildir needs a path")
        self.name = name
        self.folders: Sequence[str] = settings.folders
        self._root = settings.path
        self._sent_folder = settings.sent_folder

    @contextmanager
    def open(self, folder: str) -> Iterator[OpenFolder]:
        """Open *folder* for reading. Raises MailboxError, permanent if there is none."""
        yield MaildirFolder(folder, self._directory(folder))

    def mark(self, folder: FolderState, uid: str, outcome: Outcome) -> bool:  # noqa: ARG002 - the protocol's
        """False: nothing is ever marked in a Maildir."""
        return False

    def listeners(self) -> Sequence[Listening]:
        """None: a directory is looked into."""
        return ()

    def was_sent(self, message_id: str) -> bool | None:
        """Is the letter in the Sent folder? None where no such folder is configured. Raises MailboxError."""
        if self._sent_folder is None:
            return None
        with self.open(self._sent_folder) as sent:
            headers = (glance.header for glance in sent.glances(sent.uids_above(None, None)))
            return any(message_id in (BytesHeaderParser().parsebytes(header)["Message-ID"] or "") for header in headers)

    def answers_to(self, message_id: str, since: date) -> Iterator[bytes]:
        """Header sections of messages that answer that one; see Mailbox. Raises MailboxError."""
        for name in dict.fromkeys(filter(None, (self._sent_folder, *self.folders))):
            with self.open(name) as folder:
                for seen in folder.glances(folder.uids_above(None, since)):
                    header = BytesHeaderParser().parsebytes(seen.header)
                    if any(message_id in str(header[field] or "") for field in ("In-Reply-To", "References")):
                        yield seen.header

    def examine(self) -> list[str]:
        """For `doctor`: look into the folders. Raises MailboxError."""
        lines = []
        for folder in self.folders:
            with self.open(folder) as opened:
                count = len(opened.uids_above(None, None))
            lines.append(f"folder {folder}: {count} messages in {self._directory(folder)}")
        return lines

    def _directory(self, folder: str) -> Path:
        """INBOX is the Maildir itself; others are ".A.B" in it, in modified UTF-7, as Dovecot and Courier have them."""
        directory = self._root
        if folder.upper() != "INBOX":
            encoded = modified_utf7(folder.replace("/", ".")).decode("ascii")
            directory = self._root / f".{encoded}"
        with translated(directory):
            there = (directory / "cur").is_dir() and (directory / "new").is_dir()
        if not there:
            raise MailboxError(f"{directory}: is not a Maildir (it has no folders cur and new)", permanent=True)
        return directory
