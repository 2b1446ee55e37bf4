"""A mail that Outlook saved as a file (.msg): [MS-OXMSG], a compound file with one stream for each property."""

from collections.abc import Iterator
from pathlib import Path

from olefile import OleFileIO

from statement_intake.reading.kinds.members import CHUNK, Closed, Member, PackedMail
from statement_intake.reading.text import clean_line, decode

#: Attachments of one file; the format itself numbers no more ([MS-OXMSG] section 2.2.2).
MAXIMUM_FILES = 2_048
#: Bytes of a text that are read.
MAXIMUM_TEXT = 2_000_000

# Properties, [MS-OXPROPS].
_SUBJECT, _HEADER, _TEXT, _HTML, _SENDER_NAME = "0037", "007D", "1000", "1013", "0C1A"
_SENDER_ADDRESSES = ("5D01", "0C1F")
_DATA, _NAMES, _MIME_TAG, _CONTENT_ID = "3701", ("3707", "3704", "3001"), "370E", "3712"
_OBJECT, _BINARY, _STRING8, _UNICODE = "000D", "0102", "001E", "001F"

Place = tuple[str, ...]


def read_msg(path: Path) -> PackedMail:
    """What the file in *path* holds. Raises Closed, also while a file's bytes are taken, and OSError."""
    try:
        ole = OleFileIO(str(path))
    except Exception as error:
        raise _closed(error) from error
    try:
        return _read(ole)
    except Exception as error:
        raise _closed(error) from error


def _closed(error: Exception) -> Exception:
    """What to raise for *error*: olefile raises OSError without a number, and whatever broken numbers lead to."""
    if isinstance(error, Closed | MemoryError) or (isinstance(error, OSError) and error.errno is not None):
        return error
    return Closed("it is damaged")


def _read(ole: OleFileIO) -> PackedMail:
    senders = [clean_line(_string(ole, (), name)) for name in _SENDER_ADDRESSES]
    mail = PackedMail(
        header=_string(ole, (), _HEADER).encode("utf-8", "replace"),
        subject=clean_line(_string(ole, (), _SUBJECT)),
        sender_name=clean_line(_string(ole, (), _SENDER_NAME)),
        sender=next((sender for sender in senders if "@" in sender), ""),
        text=_string(ole, (), _TEXT),
        html=_string(ole, (), _HTML) or decode(_bytes(ole, (), _HTML, _BINARY)),
    )
    folders = sorted({entry[0] for entry in ole.listdir() if entry[0].lower().startswith("__attach_version1.0_")})
    if len(folders) > MAXIMUM_FILES:
        raise Closed(f"it has more than {MAXIMUM_FILES:,} files")
    for folder in folders:
        _file(ole, (folder,), mail)
    return mail


def _file(ole: OleFileIO, folder: Place, mail: PackedMail) -> None:
    data = (*folder, f"__substg1.0_{_DATA}{_BINARY}")
    within = (*folder, f"__substg1.0_{_DATA}{_OBJECT}")
    if ole.exists(list(data)):
        name = next((text for text in (_string(ole, folder, name) for name in _NAMES) if text), "")
        mail.files.append(
            Member(
                name=name,
                pieces=_pieces(ole, data),
                declared_type=_string(ole, folder, _MIME_TAG)[:200],
                inline=bool(_string(ole, folder, _CONTENT_ID)),
            )
        )
    elif ole.exists([*within, "__properties_version1.0"]):
        mail.forwarded_subjects.append(clean_line(_string(ole, within, _SUBJECT)))


def _pieces(ole: OleFileIO, place: Place) -> Iterator[bytes]:
    try:
        with ole.openstream(list(place)) as stream:
            while block := stream.read(CHUNK):
                yield block
    except Exception as error:
        raise _closed(error) from error


def _bytes(ole: OleFileIO, folder: Place, name: str, kind: str) -> bytes:
    place = [*folder, f"__substg1.0_{name}{kind}"]
    if not ole.exists(place) or ole.get_size(place) > MAXIMUM_TEXT:
        return b""
    with ole.openstream(place) as stream:
        raw: bytes = stream.read(MAXIMUM_TEXT)
    return raw


def _string(ole: OleFileIO, folder: Place, name: str) -> str:
    """A property that is text; empty where it is missing."""
    raw = _bytes(ole, folder, name, _UNICODE)
    if raw:
        return raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace").rstrip("\0")
    return decode(_bytes(ole, folder, name, _STRING8).rstrip(b"\0"))
