"""Zip and OLE files told apart by their members' names; nothing is unpacked here."""

import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

from statement_intake.domain.message import Category
from statement_intake.reading.kinds.kind import Kind
from statement_intake.reading.kinds.zip_files import BOUNDED

#: Bytes of a zip's table of contents; a larger one is not read.
MAXIMUM_DIRECTORY = 10_000_000
#: Members of a zip.
MAXIMUM_MEMBERS = 10_000
#: Bytes that a zip's members may claim together before their ratio is looked at.
UNSUSPICIOUS = 50_000_000
#: Bytes that a zip's members may claim together whatever their ratio.
MAXIMUM_EXPANDED = 2_000_000_000
#: How many times its size a zip may expand to. Deflate reaches 1,032; documents seldom pass 20.
MAXIMUM_RATIO = 200
#: Bytes of an OLE file that are searched for the names of its streams.
OLE_SEARCHED = 64_000_000

_DOCUMENT, _SLIDES, _ARCHIVE = Category.DOCUMENT, Category.SLIDES, Category.ARCHIVE
_ZIP = Kind("application/zip", _ARCHIVE, "zip", "an archive")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

#: The member that gives an office document away, and what it then is.
_BY_MEMBER = (
    ("word/document.xml", Kind(f"{_OFFICE}.wordprocessingml.document", _DOCUMENT, "docx", "a Word document", "docx")),
    ("ppt/presentation.xml", Kind(f"{_OFFICE}.presentationml.presentation", _SLIDES, "pptx", "slides", "pptx")),
    ("xl/workbook.xml", Kind(f"{_OFFICE}.spreadsheetml.sheet", _DOCUMENT, "xlsx", "a spreadsheet", "xlsx")),
    ("Index/Presentation.iwa", Kind("application/vnd.apple.keynote", _SLIDES, "key", "slides", "key")),
    ("Index/Document.iwa", Kind("application/vnd.apple.pages", _DOCUMENT, "pages", "a Pages document", "pages")),
)
_MACROS = "macroEnabled.12"
_WITH_MACROS = {
    "docx": Kind(f"application/vnd.ms-word.document.{_MACROS}", _DOCUMENT, "docm", "a document with macros", "docm"),
    "pptx": Kind(
        f"application/vnd.ms-powerpoint.presentation.{_MACROS}", _SLIDES, "pptm", "slides with macros", "pptm"
    ),
    "xlsx": Kind(f"application/vnd.ms-excel.sheet.{_MACROS}", _DOCUMENT, "xlsm", "a spreadsheet with macros", "xlsm"),
}
#: By the content of the member "mimetype" (OpenDocument 1.3 part 2 section 3.3).
_BY_TYPE = {
    f"{_ODF}.text": Kind(f"{_ODF}.text", _DOCUMENT, "odt", "an OpenDocument text", "odt"),
    f"{_ODF}.presentation": Kind(f"{_ODF}.presentation", _SLIDES, "odp", "slides", "odp"),
    f"{_ODF}.spreadsheet": Kind(f"{_ODF}.spreadsheet", _DOCUMENT, "ods", "a spreadsheet", "ods"),
}
#: By the name of a stream, in UTF-16 as the directory has it ([MS-CFB] section 2.6). The first that is found counts.
_LOCKED = Kind("application/vnd.ms-office", _DOCUMENT, "docx", "a locked document", "office", encrypted=True)
_BY_STREAM = (
    ("EncryptedPackage", _LOCKED),
    ("__substg1.0_", Kind("application/vnd.ms-outlook", Category.MESSAGE, "msg", "an Outlook message")),
    ("PowerPoint Document", Kind("application/vnd.ms-powerpoint", _SLIDES, "ppt", "slides", "ppt")),
    ("WordDocument", Kind("application/msword", _DOCUMENT, "doc", "an old Word document", "doc")),
    ("Workbook", Kind("application/vnd.ms-excel", _DOCUMENT, "xls", "an old spreadsheet", "xls")),
)
_OLE = Kind("application/x-ole-storage", Category.OTHER, "ole", "an old Office file")


def zip_kind(path: Path) -> Kind:
    """What the zip in *path* is. Raises OSError only."""
    if _directory_size(path) > MAXIMUM_DIRECTORY:
        return replace(_ZIP, bomb=True)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            kind = _office_kind(archive, {member.filename for member in members})
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, struct.error, EOFError):
        return replace(_ZIP, damaged=True)
    expanded = sum(member.file_size for member in members)
    return replace(
        kind,
        encrypted=any(member.flag_bits & 1 for member in members),
        bomb=len(members) > MAXIMUM_MEMBERS
        or expanded > MAXIMUM_EXPANDED
        or (expanded > UNSUSPICIOUS and expanded > MAXIMUM_RATIO * path.stat().st_size),
    )


def ole_kind(path: Path) -> Kind:
    """What the compound file (OLE 2) in *path* is. Raises OSError only."""
    with path.open("rb") as stream:
        content = stream.read(OLE_SEARCHED)
    return next((kind for name, kind in _BY_STREAM if name.encode("utf-16-le") in content), _OLE)


def _office_kind(archive: zipfile.ZipFile, names: set[str]) -> Kind:
    for member, kind in _BY_MEMBER:
        if member in names:
            macros = any(name.endswith("vbaProject.bin") for name in names)
            return _WITH_MACROS.get(kind.format, kind) if macros else kind
    said = archive.getinfo("mimetype") if "mimetype" in names else None
    if said is not None and not said.flag_bits & 1 and said.compress_type in BOUNDED:
        with archive.open(said) as stream:
            return _BY_TYPE.get(stream.read(100).decode("ascii", "replace").strip(), _ZIP)
    return _ZIP


def _directory_size(path: Path) -> int:
    """Bytes of the central directory as the end record claims (APPNOTE.TXT 4.3.16); 0 if there is no such record."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 65_557))
        tail = stream.read()
    record = tail[tail.rfind(b"PK\x05\x06") :][:22]
    return int.from_bytes(record[12:16], "little") if len(record) == 22 and record.startswith(b"PK\x05\x06") else 0  # noqa: PLR2004 - the record's length
