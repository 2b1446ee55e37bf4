"""What a file is, judged by its content; names and declared types only tell what its sender meant it to be."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from statement_intake.domain.message import Category
from statement_intake.reading.kinds import pgp
from statement_intake.reading.kinds.containers import ole_kind, zip_kind
from statement_intake.reading.kinds.kind import Kind
from statement_intake.reading.kinds.locks import asks_for_a_password
from statement_intake.reading.kinds.plain import text_kind

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bytes at the beginning of a file that are looked at.
HEAD = 65_536

_VIDEO, _AUDIO, _IMAGE = Category.VIDEO, Category.AUDIO, Category.IMAGE
_ARCHIVE, _OTHER = Category.ARCHIVE, Category.OTHER

_EMPTY = Kind("application/x-empty", _OTHER, "bin", "empty")
_UNKNOWN = Kind("application/octet-stream", _OTHER, "bin", "in no format known here")


class _Signature(NamedTuple):
    """Bytes at a place that give a format away."""

    offset: int
    magic: bytes
    kind: Kind


_SIGNATURES = (
    _Signature(0, b"0&\xb2u\x8ef\xcf\x11", Kind("video/x-ms-wmv", _VIDEO, "wmv", "a Windows Media file")),
    _Signature(0, b"FLV\x01", Kind("video/x-flv", _VIDEO, "flv", "a Flash video")),
    _Signature(0, b"\x00\x00\x01\xba", Kind("video/mpeg", _VIDEO, "mpg", "an MPEG video")),
    _Signature(0, b"\x00\x00\x01\xb3", Kind("video/mpeg", _VIDEO, "mpg", "an MPEG video")),
    _Signature(0, b"\x1f\x07\x00", Kind("video/x-dv", _VIDEO, "dv", "a DV video")),
    _Signature(0, b"\x06\x0e+4\x02\x05\x01\x01", Kind("application/mxf", _VIDEO, "mxf", "an MXF video")),
    _Signature(8, b"AVI ", Kind("video/x-msvideo", _VIDEO, "avi", "an AVI video")),
    _Signature(8, b"WAVE", Kind("audio/wav", _AUDIO, "wav", "a sound file")),
    _Signature(8, b"WEBP", Kind("image/webp", _IMAGE, "webp", "a picture")),
    _Signature(0, b"ID3", Kind("audio/mpeg", _AUDIO, "mp3", "a sound file")),
    _Signature(0, b"\xff\xfb", Kind("audio/mpeg", _AUDIO, "mp3", "a sound file")),
    _Signature(0, b"\xff\xf3", Kind("audio/mpeg", _AUDIO, "mp3", "a sound file")),
    _Signature(0, b"\xff\xf2", Kind("audio/mpeg", _AUDIO, "mp3", "a sound file")),
    _Signature(0, b"\xff\xfa", Kind("audio/mpeg", _AUDIO, "mp3", "a sound file")),
    _Signature(0, b"\xff\xf1", Kind("audio/aac", _AUDIO, "aac", "a sound file")),
    _Signature(0, b"\xff\xf9", Kind("audio/aac", _AUDIO, "aac", "a sound file")),
    _Signature(0, b"fLaC", Kind("audio/flac", _AUDIO, "flac", "a sound file")),
    _Signature(0, b"#!AMR", Kind("audio/amr", _AUDIO, "amr", "a sound file")),
    _Signature(0, b"\x89PNG\r\n\x1a\n", Kind("image/png", _IMAGE, "png", "a picture")),
    _Signature(0, b"\xff\xd8\xff", Kind("image/jpeg", _IMAGE, "jpg", "a picture")),
    _Signature(0, b"GIF8", Kind("image/gif", _IMAGE, "gif", "a picture")),
    _Signature(0, b"II*\x00", Kind("image/tiff", _IMAGE, "tif", "a picture")),
    _Signature(0, b"MM\x00*", Kind("image/tiff", _IMAGE, "tif", "a picture")),
    _Signature(0, b"Rar!\x1a\x07", Kind("application/vnd.rar", _ARCHIVE, "rar", "an archive")),
    _Signature(0, b"7z\xbc\xaf\x27\x1c", Kind("application/x-7z-compressed", _ARCHIVE, "7z", "an archive")),
    _Signature(0, b"\x1f\x8b\x08", Kind("application/gzip", _ARCHIVE, "gz", "an archive")),
    _Signature(0, b"BZh", Kind("application/x-bzip2", _ARCHIVE, "bz2", "an archive")),
    _Signature(0, b"\xfd7zXZ\x00", Kind("application/x-xz", _ARCHIVE, "xz", "an archive")),
    _Signature(257, b"ustar", Kind("application/x-tar", _ARCHIVE, "tar", "an archive")),
    _Signature(0, b"\x78\x9f\x3e\x22", Kind("application/vnd.ms-tnef", _ARCHIVE, "dat", "an Outlook winmail.dat")),
    _Signature(0, b"{\\rtf", Kind("application/rtf", Category.DOCUMENT, "rtf", "a document", "rtf")),
)
_RIFF = {b"AVI ", b"WAVE", b"WEBP"}
#: Archives that are not opened here, but may ask for a password.
_LOCKABLE = {"rar", "7z"}

_BRANDS = {
    b"qt  ": Kind("video/quicktime", _VIDEO, "mov", "a QuickTime video"),
    b"M4A ": Kind("audio/mp4", _AUDIO, "m4a", "a sound file"),
    b"M4B ": Kind("audio/mp4", _AUDIO, "m4a", "a sound file"),
    **dict.fromkeys([b"heic", b"heix", b"mif1", b"msf1"], Kind("image/heic", _IMAGE, "heic", "a picture")),
    b"avif": Kind("image/avif", _IMAGE, "avif", "a picture"),
}
_MP4 = Kind("video/mp4", _VIDEO, "mp4", "an MP4 video")
#: Boxes with which a QuickTime file without "ftyp" begins.
_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_WEBM = re.compile(rb"\x42\x82.{1,8}?webm", re.DOTALL)
_PKCS7 = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"


def identify(path: Path) -> Kind:
    """What *path* holds. Raises OSError only."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        return _EMPTY
    for look in (_by_box, _by_signature):
        if kind := look(head):
            return replace(kind, encrypted=True) if kind.extension in _LOCKABLE and asks_for_a_password(path) else kind
    # Before what may stand a little further on: a PDF that is packed without compression shows its own beginning.
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zip_kind(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return ole_kind(path)
    if kind := _by_structure(head):
        return kind
    return text_kind(head, complete=len(head) < HEAD) or _UNKNOWN


def _by_box(head: bytes) -> Kind | None:
    """The ISO base media files and their relatives (ISO/IEC 14496-12 section 4.3)."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand.startswith(b"3g"):
            return Kind("video/3gpp", _VIDEO, "3gp", "a 3GP video")
        return _BRANDS.get(brand, _MP4)
    return _BRANDS[b"qt  "] if head[4:8] in _BOXES else None


def _by_signature(head: bytes) -> Kind | None:
    for offset, magic, kind in _SIGNATURES:
        if head.startswith(magic, offset) and (magic not in _RIFF or head.startswith(b"RIFF")):
            return kind
    return None


def _by_structure(head: bytes) -> Kind | None:
    """The formats that one fixed string does not give away."""
    looks: tuple[tuple[Callable[[bytes], bool], Kind], ...] = (
        (_is_webm, Kind("video/webm", _VIDEO, "webm", "a WebM video")),
        (lambda h: h.startswith(b"\x1aE\xdf\xa3"), Kind("video/x-matroska", _VIDEO, "mkv", "a Matroska video")),
        (lambda h: h.startswith(b"OggS") and b"theora" in h[:512], Kind("video/ogg", _VIDEO, "ogv", "an Ogg video")),
        (lambda h: h.startswith(b"OggS"), Kind("audio/ogg", _AUDIO, "ogg", "a sound file")),
        (_is_transport_stream, Kind("video/mp2t", _VIDEO, "ts", "an MPEG transport stream")),
        (lambda h: b"%PDF-" in h[:1024], Kind("application/pdf", Category.DOCUMENT, "pdf", "a PDF document", "pdf")),
        (
            lambda h: h.startswith(b"\x30") and _PKCS7 in h[:64],
            Kind("application/pkcs7-mime", _OTHER, "p7m", "an S/MIME object"),
        ),
        (pgp.is_encrypted, pgp.ENCRYPTED),
    )
    return next((kind for look, kind in looks if look(head)), None)


def _is_webm(head: bytes) -> bool:
    return head.startswith(b"\x1aE\xdf\xa3") and _WEBM.search(head[:128]) is not None


def _is_transport_stream(head: bytes) -> bool:
    return any(
        len(head) > start + 2 * step and all(head[start + place * step] == ord("G") for place in range(3))
        for start, step in ((0, 188), (4, 192))
    )
