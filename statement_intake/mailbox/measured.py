"""A limit on what a server says: imaplib believes every length that it is told, and takes that much into memory.

Whole mails are asked for in pieces, so that no answer needs much. A server that heeds no range (RFC 9051 section 6.4.5)
sends a whole mail in one; up to LITERAL octets it is taken all the same.
"""

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError

#: Octets of one literal.
LITERAL = 16 * 1024 * 1024
#: Octets of all that is said about one command: the headers of many messages.
ANSWER = 64 * 1024 * 1024


class Measured:
    """Reads a connection for imaplib, and ends it where too much is said. Raises IMAPClientAbortError then."""

    def __init__(self, client: IMAPClient) -> None:
        # There is no public way to what imapclient reads with.
        imap = client._imap  # noqa: SLF001
        self._read, self._readline, self._send = imap.read, imap.readline, imap.send
        self._left = ANSWER
        imap.read, imap.readline, imap.send = self.read, self.readline, self.send

    def read(self, size: int) -> bytes:
        """A literal of *size* octets."""
        if size > min(LITERAL, self._left):
            raise IMAPClientAbortError(f"the server wants to send {size} octets in one piece")
        self._left -= size
        return bytes(self._read(size))

    def readline(self) -> bytes:
        """A line, with its end; imaplib's own limit is a million octets."""
        line = bytes(self._readline())
        self._left -= len(line)
        if self._left < 0:
            raise IMAPClientAbortError(f"the server says more than {ANSWER} octets about one command")
        return line

    def send(self, data: bytes) -> None:
        """A command, or a part of one: the answer begins anew."""
        self._left = ANSWER
        self._send(data)
