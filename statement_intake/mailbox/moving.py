"""Moves a message into the folder of its outcome, and learns where it lies then.

MOVE (RFC 6851) does it in one step. Without it, UIDPLUS (RFC 4315): a copy, confirmed by COPYUID, and then the
expunging of the one original by its UID. Without either nothing is moved: a plain EXPUNGE would take with it whatever
colleagues have marked as deleted, and other people's mail is never expunged.
"""

import re

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientReadOnlyError

from statement_intake.mailbox import FolderState, Place
from statement_intake.mailbox.imap_session import uidvalidity

_COPYUID = re.compile(rb"(\d+) (\d+) (\d+)")
#: What can be asked about without quoting; other Message-IDs are not looked for.
_MESSAGE_ID = re.compile(rb"<[!#-;=?-\[\]-~]{1,250}>")
_ABOUT = ("RFC822.SIZE", "INTERNALDATE", "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")


def can_move(client: IMAPClient) -> bool:
    """Whether the server has what moving needs."""
    return bool(client.has_capability("MOVE") or client.has_capability("UIDPLUS"))


def move(client: IMAPClient, folder: FolderState, uid: int, target: str) -> Place | bool:
    """Move the message to *target*; give its place there.

    True where it is there and the server does not say under which UID, or was there already. False, and nothing done,
    where the folder is another one by now or read-only, the message is gone, or the server cannot do it.
    """
    if folder.name == target:
        return True
    if not can_move(client) or not _selected(client, folder):
        return False
    about = client.fetch([uid], list(_ABOUT)).get(uid)
    if about is None:
        return False
    # What an earlier command left behind must not be taken for this one's.
    _copyuid(client, uid, target)
    if client.has_capability("MOVE"):
        client.move([uid], target)
        place = _copyuid(client, uid, target)
        return place or uid not in client.search(["UID", str(uid)])
    place = _copied_before(client, about, target)
    if not _selected(client, folder):
        return False
    if place is None:
        client.copy([uid], target)
        place = _copyuid(client, uid, target)
    if place is None:
        # The original stays as long as nobody has confirmed the copy.
        return False
    client.add_flags([uid], [b"\\Deleted"], silent=True)
    client.uid_expunge([uid])
    return place


def _selected(client: IMAPClient, folder: FolderState) -> bool:
    """Whether *folder* is open for writing and still the same."""
    try:
        return uidvalidity(client.select_folder(folder.name)) == folder.uidvalidity
    except IMAPClientReadOnlyError:
        return False


def _copyuid(client: IMAPClient, uid: int, target: str) -> Place | None:
    """Where the last COPY or MOVE has put *uid*. imapclient passes the answer over; imaplib keeps it."""
    _, said = client._imap.response("COPYUID")  # noqa: SLF001 - there is no public way
    found = _COPYUID.fullmatch(said[-1]) if said and isinstance(said[-1], bytes) else None
    if found is None or int(found[2]) != uid:
        return None
    return Place(FolderState(target, found[1].decode()), found[3].decode())


def _copied_before(client: IMAPClient, about: dict[bytes, object], target: str) -> Place | None:
    """The copy that was made by a process that died before the original was expunged; leaves *target* open."""
    header = next((value for name, value in about.items() if name.startswith(b"BODY[")), None)
    named = _MESSAGE_ID.search(header) if isinstance(header, bytes) else None
    if named is None:
        return None
    opened = client.select_folder(target, readonly=True)
    alike = client.search(["HEADER", "Message-ID", named[0].decode()])
    for uid, other in client.fetch(alike, ["RFC822.SIZE", "INTERNALDATE"]).items():
        if all(other.get(name) == about.get(name) for name in (b"RFC822.SIZE", b"INTERNALDATE")):
            return Place(FolderState(target, uidvalidity(opened)), str(uid))
    return None
