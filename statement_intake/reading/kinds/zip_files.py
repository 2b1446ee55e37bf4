"""The files in a ZIP archive, one level deep; what its table of contents claims is looked at before anything is read.

Source: APPNOTE.TXT 6.3.10. `containers.zip_kind` has refused bombs and password-protected archives by then.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from statement_intake.reading.kinds.members import CHUNK, Closed, Member
from statement_intake.reading.text import decode_name

#: Methods whose memory is bounded: stored, deflate, bzip2. LZMA may ask for gigabytes.
BOUNDED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
#: Left behind by the systems on which archives are made.
_LITTER = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_UTF8_NAME = 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, struct.error, EOFError)


def zip_size(path: Path) -> tuple[int, int]:
    """How many files the archive has, and the bytes that they claim to have together. Raises Closed, OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = _files(archive)
    except _BROKEN as error:
        raise Closed("it is damaged") from error
    return len(files), sum(file.file_size for file in files)


def zip_members(path: Path, charset: str = "") -> Iterator[Member]:
    """The files in the archive. Raises Closed, also while a member's bytes are taken, and OSError.

    *charset*: what names that say none are probably written in; empty where nothing tells.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for file in _files(archive):
                if file.compress_type not in BOUNDED:
                    raise Closed(f"it is compressed by a method that is not known here ({file.compress_type})")
                yield Member(name=_name(file, charset), pieces=_content(archive, file))
    except _BROKEN as error:
        raise Closed("it is damaged") from error


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [file for file in archive.infolist() if not file.is_dir() and not _is_litter(file)]


def _is_litter(file: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(file.filename)
    link = stat.S_ISLNK(file.external_attr >> 16)
    return link or "__MACOSX" in path.parts or path.name.lower() in _LITTER


def _name(file: zipfile.ZipInfo, charset: str) -> str:
    """The name as its maker meant it: zipfile takes what is not marked as UTF-8 for the IBM PC's old charset."""
    if file.flag_bits & _UTF8_NAME:
        return file.filename
    return decode_name(file.filename.encode("cp437", "replace"), charset)


def _content(archive: zipfile.ZipFile, file: zipfile.ZipInfo) -> Iterator[bytes]:
    """The file's bytes: never more than it claims, because zipfile stops there, and the checksum then tells."""
    # A damaged table can name a place before the file begins; zipfile would take that for a fault of the disk.
    if file.header_offset < 0:
        raise Closed("it is damaged")
    try:
        with archive.open(file) as stream:
            while block := stream.read(CHUNK):
                yield block
    except _BROKEN as error:
        raise Closed("it is damaged") from error
