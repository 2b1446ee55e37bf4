"""A letter as one message, octet by octet: its header, and its words as plain text and as HTML.

`email` folds the fields that hold somebody's words. The rest is written here, because it is the same in every letter,
and to have `email` parse and refold it each time costs more than to find the words.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from statement_intake.replies.addresses import wire_address
from statement_intake.replies.cleaning import written_subject

_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}@[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_ADDRESS = re.compile(r'(?:[^\s<>"(),:;\\\[\]@\x00-\x1f\x7f]+|"[^"\\\x00-\x1f\x7f]*")@[A-Za-z0-9.-]+', re.ASCII)
#: An address that needs neither quotes nor folding (RFC 5322 section 3.4.1, dot-atom; section 2.1.1).
_PLAIN = re.compile(
    r"(?=.{1,70}\Z)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@\w[\w-]*(?:\.\w[\w-]*)*", re.ASCII
)
#: RFC 5321 section 4.5.3.1.3, without the brackets: a longer one is nobody's, and may not fit into a line.
_LONGEST_ADDRESS = 254
#: RFC 5322 sets no limit for References; long threads are cut in the middle, as mail programs do.
REFERENCES_AT_MOST = 20
#: Below this share of ASCII, base64 is shorter than quoted-printable and no less readable.
_MOSTLY_ASCII = 0.75
#: RFC 3834 section 5; the second is Microsoft's, against out-of-office answers to an answer (MS-OXCMAIL).
_AUTOMATIC = "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n"
_NOBODY = "To: undisclosed-recipients:;\r\n"
#: One from each meeting; recipients and subjects are hardly ever met again.
_SENDERS = 32


class Envelope(NamedTuple):
    """What stands in the header."""

    #: Ours, with angle brackets.
    message_id: str
    #: Message-IDs of the thread, oldest first, ending with the mail that is answered.
    thread: Sequence[str]
    #: An address with or without a name.
    sender: str
    to: str
    subject: str
    #: Aware.
    date: datetime
    #: BCP 47.
    language: str


def frame(envelope: Envelope, text: str, html: str) -> bytes:
    """The complete message: lines ended by CRLF, seven bits, header fields in ASCII.

    The same letter has the same octets, however often it is framed. Raises ValueError if its sender or its Message-ID
    is not well formed; a recipient whose address no ASCII header can carry is left to the envelope of SMTP.
    """
    if not _MESSAGE_ID.fullmatch(envelope.message_id):
        raise ValueError("the Message-ID is not well formed")
    # "=_" stands in neither encoding.
    boundary = "=_" + hashlib.sha256(envelope.message_id.encode()).hexdigest()[:40]
    fields = "".join(
        [
            _threading(envelope.message_id, envelope.thread),
            _sender(envelope.sender),
            _recipient(envelope.to),
            # `email` refuses line ends in a value of a message alone, not in one that it is only to fold.
            _folded("Subject", written_subject(envelope.subject)),
            f"Date: {format_datetime(envelope.date)}\r\n",
            _AUTOMATIC,
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n',
            f"Content-Language: {envelope.language}\r\n",
        ]
    )
    parts = b"".join(
        f"\r\n--{boundary}\r\n".encode() + _part(kind, words) for kind, words in (("plain", text), ("html", html))
    )
    return fields.encode("ascii") + parts + f"\r\n--{boundary}--\r\n".encode()


def references(message_id: str | None, earlier: Sequence[str]) -> tuple[str, ...]:
    """The Message-IDs of the thread, oldest first, ending with *message_id*, that of the mail that is answered.

    Malformed ones are left out; of more than twenty, the first and the last are kept (RFC 5322 section 3.6.4). Empty
    where the mail has no Message-ID.
    """
    if message_id is None or not _MESSAGE_ID.fullmatch(message_id):
        return ()
    known = [one for one in earlier if _MESSAGE_ID.fullmatch(one) and one != message_id]
    thread = [*dict.fromkeys(known), message_id]
    if len(thread) > REFERENCES_AT_MOST:
        thread = [thread[0], *thread[-(REFERENCES_AT_MOST - 1) :]]
    return tuple(thread)


def _threading(message_id: str, thread: Sequence[str]) -> str:
    """The header fields made of Message-IDs, one to a line.

    `email` would fold a long Message-ID by turning it into an encoded word, which nobody can match.
    """
    fields = [f"Message-ID: {message_id}"]
    if thread:
        fields += [f"In-Reply-To: {thread[-1]}", "References: " + "\r\n ".join(thread)]
    return "\r\n".join(fields) + "\r\n"


@lru_cache(maxsize=_SENDERS)
def _sender(sender: str) -> str:
    header = SMTP.header_factory("From", sender)
    if not header.addresses or header.defects:
        raise ValueError("the sender is not an address")
    return str(header.fold(policy=SMTP))


def _recipient(to: str) -> str:
    """The To field; an empty group (RFC 5322 section 3.4) where the address does not go into an ASCII header."""
    if len(to) > _LONGEST_ADDRESS or "=?" in to:
        # "=?" would be read as the beginning of an encoded word.
        return _NOBODY
    if _PLAIN.fullmatch(to):
        return f"To: {to}\r\n"
    address = wire_address(to)
    try:
        if _ADDRESS.fullmatch(address) and address.isascii():
            return _folded("To", str(Address(addr_spec=address)))
    except (ValueError, IndexError, MessageError):  # email raises all of these for what it cannot parse
        pass
    return _NOBODY


def _folded(name: str, value: str) -> str:
    return str(SMTP.header_factory(name, value).fold(policy=SMTP))


def _part(kind: str, words: str) -> bytes:
    content = b"".join(line + b"\r\n" for line in words.encode().splitlines())
    if len(words.encode("ascii", "ignore")) >= _MOSTLY_ASCII * max(1, len(words)):
        encoding, body = "quoted-printable", binascii.b2a_qp(content)
    else:
        encoding, body = "base64", base64.encodebytes(content).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + body
