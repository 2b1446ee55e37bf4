"""The files of a mail: themselves, or, where one is a container, what is in it, one level deep.

What cannot be opened stays as it came, under its own name, and the mail's defects say why.
"""

from collections.abc import Iterable
from email.utils import formataddr

from statement_intake.domain.message import Attachment, Category, Message
from statement_intake.reading.faults import OverLimits
from statement_intake.reading.kinds.identifying import identify
from statement_intake.reading.kinds.members import Closed, Member, PackedMail
from statement_intake.reading.kinds.zip_files import zip_members, zip_size
from statement_intake.reading.mail import bodies
from statement_intake.reading.mail.attachment import Described, inspect
from statement_intake.reading.mail.found import BodyText, Found
from statement_intake.reading.mail.headers import read_headers
from statement_intake.reading.mail.outlook import read_msg
from statement_intake.reading.mail.tnef import read_tnef
from statement_intake.reading.store import Stored
from statement_intake.reading.text import clean_text, of_both_systems

_ZIP, _TNEF, _MSG = "application/zip", "application/vnd.ms-tnef", "application/vnd.ms-outlook"


def take(stored: Stored, described: Described, found: Found, *, packed_in: str = "", inside: bool) -> Attachment | None:
    """Add a file to what is found; None where it was opened, and what is in it added in its place.

    *packed_in*: the media type of the container that it comes from; *inside*: it is of a mail within the mail, whose
    own mails stay closed.
    Raises OverLimits, ReaderFault, OSError and MemoryError.
    """
    kind = identify(stored.path)
    try:
        if kind.media_type == _ZIP and packed_in != _ZIP and not (kind.encrypted or kind.bomb or kind.damaged):
            found.attachments += _from_zip(stored, found)
            return None
        if kind.media_type == _TNEF and not packed_in:
            _take_body(read_tnef(stored.path), found, inside=inside)
            return None
        attachment = found.budget.trimmed(inspect(stored, described, kind, seconds=found.budget.seconds))
        if kind.media_type == packed_in == _TNEF:
            attachment = attachment.model_copy(update={"category": Category.MESSAGE})
            _take_mail(read_tnef(stored.path), described, found, inside=inside)
        elif kind.media_type == _MSG and packed_in != _ZIP:
            _take_mail(read_msg(stored.path), described, found, inside=inside)
    except Closed as why:
        found.complain(f"the file {described.number} is not opened: {why}")
        attachment = found.budget.trimmed(inspect(stored, described, kind, seconds=found.budget.seconds))
    found.attachments.append(attachment)
    return attachment


def _from_zip(stored: Stored, found: Found) -> list[Attachment]:
    """The files in an archive: all of them or, where Closed is raised, none."""
    store = found.budget.store
    count, size = zip_size(stored.path)
    if size > store.limit - store.written:
        raise OverLimits(f"the mail's content takes more than {store.limit:,} bytes")
    found.budget.require_files(count)
    unpacked = Found(found.budget)
    _take_all(zip_members(stored.path, of_both_systems(found.charset)), unpacked, packed_in=_ZIP, inside=True)
    return unpacked.attachments


def _take_all(members: Iterable[Member], found: Found, *, packed_in: str, inside: bool) -> None:
    for member in members:
        described = Described(
            name=member.name,
            declared_type=member.declared_type,
            inline=member.inline,
            number=found.budget.next_file(),
        )
        stored = found.budget.store.keep(member.pieces)
        take(stored, described, found, packed_in=packed_in, inside=inside)


def _take_body(packed: PackedMail, found: Found, *, inside: bool) -> None:
    """The mail itself, as Outlook packed it: its text counts where MIME gives none."""
    unpacked = Found(found.budget)
    _take_all(packed.files, unpacked, packed_in=_TNEF, inside=inside)
    found.attachments += unpacked.attachments
    found.enclosed += unpacked.enclosed
    for subject in unpacked.forwarded_subjects:
        found.forwards(subject)
    found.packed_texts += _texts(packed, found)


def _take_mail(packed: PackedMail, described: Described, found: Found, *, inside: bool) -> None:
    """A mail within the mail, in Outlook's own format."""
    headers = read_headers(_header(packed, described))
    found.forwards(headers.subject)
    for subject in packed.forwarded_subjects:
        found.forwards(subject)
    if inside:
        return
    within = Found(found.budget)
    _take_all(packed.files, within, packed_in=_MSG, inside=True)
    within.texts += _texts(packed, within)
    text = within.body()
    links = bodies.links([text], within.anchors)
    message = Message(
        headers=headers,
        text=text,
        links=links,
        link_labels=bodies.labels(links, within.anchors),
        attachments=tuple(within.attachments),
        forwarded_subjects=tuple(packed.forwarded_subjects),
        defects=tuple(within.defects),
    )
    found.enclosed.append(message)


def _header(packed: PackedMail, described: Described) -> bytes:
    """A header section that says at least who and what; what the mail came with counts first."""
    written = packed.header.strip(b"\r\n")
    known = read_headers(written + b"\r\n\r\n")
    lines = []
    if not known.sender and packed.sender:
        lines.append(f"From: {formataddr((packed.sender_name[:200], packed.sender[:320]))}")
    if not known.subject:
        stem = described.name.rpartition(".")[0] if described.name.lower().endswith(".msg") else described.name
        lines.append(f"Subject: {packed.subject or stem}")
    return "\r\n".join([*lines, ""]).encode("utf-8", "replace") + written + b"\r\n\r\n"


def _texts(packed: PackedMail, found: Found) -> list[BodyText]:
    if packed.text.strip():
        return [BodyText("plain", clean_text(packed.text).strip())]
    text, anchors = bodies.from_html(packed.html)
    found.anchors |= anchors
    return [BodyText("html", text)] if text else []
