"""What a file is, by its content; and what it was meant to be, where the two differ."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from statement_intake.domain.message import Attachment, Category, DocumentProblem
from statement_intake.reading.kinds.identifying import identify
from statement_intake.reading.mail.attachment import Described, inspect
from statement_intake.reading.store import Stored
from tests.reading.conftest import MakeVideo, make_docx, make_pdf, page, paragraph

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(100)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def look(path: Path, name: str, declared: str = "") -> Attachment:
    """Inspect *path* as if it had come under *name*."""
    raw = path.read_bytes()
    stored = Stored(path=path, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw))
    return inspect(stored, Described(name=name, declared_type=declared), seconds=60)


def held(tmp_path: Path, content: bytes) -> Path:
    """A file with this content."""
    (tmp_path / "x").write_bytes(content)
    return tmp_path / "x"


@pytest.mark.parametrize(
    ("content", "media_type", "category"),
    [
        (JPEG, "image/jpeg", "image"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "image"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp", "image"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic", "image"),
        (b"{\\rtf1 hello}", "application/rtf", "document"),
        (b"<!DOCTYPE html><html>", "text/html", "document"),
        (b"Hello, this is text.", "text/plain", "document"),
        ("Déclaration".encode("utf-16"), "text/plain", "document"),
        ("Déclaration".encode("utf-16-le"), "text/plain", "document"),
        ("Выступление делегации".encode("koi8-r"), "text/plain", "document"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0", "text/calendar", "calendar"),
        (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar", "archive"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "archive"),
        (b"\x1f\x8b\x08\x00", "application/gzip", "archive"),
        (b"\x78\x9f\x3e\x22\x01", "application/vnd.ms-tnef", "archive"),
        (OLE + "WordDocument".encode("utf-16-le"), "application/msword", "document"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "application/vnd.ms-powerpoint", "slides"),
        (OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel", "document"),
        (OLE + "__substg1.0_0037001F".encode("utf-16-le"), "application/vnd.ms-outlook", "message"),
        (b"-----BEGIN PGP SIGNATURE-----", "application/pgp-signature", "other"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----", "application/pgp-keys", "other"),
        (b"-----BEGIN PGP MESSAGE-----", "application/pgp-encrypted", "archive"),
        # For an RSA key as GnuPG writes it, for an elliptic one (RFC 9580), for a password; and what only begins so.
        (b"\x85\x01\x0c\x03" + bytes(267) + b"\xd2\xff\0\0\x10\0\x01", "application/pgp-encrypted", "archive"),
        (b"\xc1\x20\x06" + bytes(31) + b"\xd2\xe9\x02", "application/pgp-encrypted", "archive"),
        (b"\x8c\x0d\x04\x09\x03\x02" + bytes(9) + b"\xd2\xc0\x01\x01", "application/pgp-encrypted", "archive"),
        (b"\xc3\x2e\x04\x09\x03\x08" + bytes(42) + b"\xd4\xff\0\0\1\0", "application/pgp-encrypted", "archive"),
        (b"\x85\x01\x0c\x03" + bytes(267) + b"\x52\xff\0\0\x10\0\x01", "application/octet-stream", "other"),
        (b"\x8c\x0d\x04\x09\x02\x02" + bytes(9) + b"\xd2\xc0\x01\x01", "application/octet-stream", "other"),
        (b"\x8c\x0d\x04\x09\x03" + bytes(5), "application/octet-stream", "other"),
        (b"\xc1\xc1\0", "application/octet-stream", "other"),
        (b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "application/pkcs7-mime", "other"),
        (b"#EXTM3U\n", "application/vnd.apple.mpegurl", "other"),
        (b"\x00\x01\x02\x03\xff\xfe" * 40, "application/octet-stream", "other"),
        (b"", "application/x-empty", "other"),
    ],
)
def test_content_tells_the_kind(content: bytes, media_type: str, category: str, tmp_path: Path) -> None:
    """A small table of signatures, and a look at whether it is text."""
    kind = identify(held(tmp_path, content))
    assert (kind.media_type, kind.category) == (media_type, category)


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        ("mp4", "video/mp4"), ("mov", "video/quicktime"), ("mkv", "video/x-matroska"), ("webm", "video/webm"),
        ("avi", "video/x-msvideo"), ("wmv", "video/x-ms-wmv"), ("flv", "video/x-flv"), ("mpg", "video/mpeg"),
        ("ts", "video/mp2t"), ("m4a", "audio/mp4"), ("mp3", "audio/mpeg"), ("wav", "audio/wav"), ("ogg", "audio/ogg"),
        ("aac", "audio/aac"),
    ],
)  # fmt: skip
def test_what_ffmpeg_writes_is_recognised(extension: str, media_type: str, make_video: MakeVideo) -> None:
    """Under whatever name it comes."""
    sound_only = media_type.startswith("audio/")
    path = make_video(f"kind.{extension}", *([] if sound_only else ["-r", "25"]), picture=0 if sound_only else 2)
    found = look(path, "file")
    assert (found.media_type, found.category) == (media_type, "audio" if sound_only else "video")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty (0 bytes)"),
        (b"I am not a video, I am a text.", "is a text file, not a video"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "is a playlist, not a video"),
        (b'<?xml version="1.0"?>\n<MPD xmlns="x"/>', "is a playlist, not a video"),
        (JPEG, "is a picture, not a video"),
        (b"\x00\x01\x02\x03\xff\xfe" * 40, "is in no format known here, not a video"),
        (b"\x00\x00\x00\x18ftypmp42", "is damaged or in a format that cannot be read"),
    ],
)
def test_what_was_meant_as_a_video_stays_one_that_cannot_be_read(content: bytes, problem: str, tmp_path: Path) -> None:
    """The delegation thinks that it has sent a video; so the letter must say why it has not."""
    for name, declared in (("statement.mp4", ""), ("statement", "video/mp4"), ("statement.MOV", "image/jpeg")):
        found = look(held(tmp_path, content), name, declared)
        assert found.category is Category.VIDEO
        assert found.video is not None
        assert (found.video.readable, found.video.limited) == (False, False)
        assert found.video.problem.startswith(problem)


def test_sound_under_a_videos_name_is_a_video_without_picture(make_video: MakeVideo) -> None:
    """Under its own name it is sound."""
    path = make_video("kind.m4a", picture=0)
    as_video, as_sound = look(path, "statement.mp4"), look(path, "statement.m4a")
    assert (as_video.category, as_sound.category) == ("video", "audio")
    assert as_video.video is not None
    assert (as_video.video.has_picture, as_video.video.has_sound) == (False, True)


def test_a_video_under_a_documents_name_is_a_video(make_video: MakeVideo) -> None:
    """Content counts."""
    found = look(make_video("kind.mp4", "-r", "25"), "transcript.pdf", "application/pdf")
    assert (found.category, found.media_type) == ("video", "video/mp4")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (JPEG, DocumentProblem.UNSUPPORTED),
        (b"\x00\x01\x02\x03\xff\xfe" * 40, DocumentProblem.DAMAGED),
        (b"", DocumentProblem.EMPTY),
        (b"PK\x03\x04 cut off", DocumentProblem.DAMAGED),
        (b"%PDF-1.4 cut off", DocumentProblem.DAMAGED),
        (OLE + "EncryptedPackage".encode("utf-16-le"), DocumentProblem.ENCRYPTED),
        (OLE + "WordDocument".encode("utf-16-le"), DocumentProblem.DAMAGED),
    ],
)
def test_what_was_meant_as_a_document_stays_one(content: bytes, problem: DocumentProblem, tmp_path: Path) -> None:
    """With the reason why it cannot be read."""
    found = look(held(tmp_path, content), "transcript.docx")
    assert found.category is Category.DOCUMENT
    assert found.document is not None
    assert found.document.problem is problem
    assert found.encrypted is (problem is DocumentProblem.ENCRYPTED)


def test_documents_are_told_apart_by_their_members(tmp_path: Path) -> None:
    """A zip may be anything."""
    docx = make_docx(tmp_path / "a", paragraph("The delegation thanks you"))
    assert look(docx, "x.zip").document is not None
    assert look(docx, "x.zip").category is Category.DOCUMENT
    docm = make_docx(tmp_path / "b", paragraph("The delegation thanks you"), vbaProject="")
    with zipfile.ZipFile(docm, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"macro")
    found = look(docm, "x.docx")
    assert found.document is not None
    assert (found.document.format, found.document.problem, found.document.macros) == ("docm", None, True)
    with zipfile.ZipFile(tmp_path / "c", "w") as archive:
        archive.writestr("ppt/presentation.xml", "<a/>")
    assert look(tmp_path / "c", "x.pdf").category is Category.SLIDES
    assert look(make_pdf(tmp_path / "d", page("The delegation thanks you")), "x.docx").media_type == "application/pdf"


def test_a_locked_zip_and_a_bomb_are_known_from_the_list_of_members(tmp_path: Path) -> None:
    """Nothing is unpacked."""
    with zipfile.ZipFile(tmp_path / "a", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("video.mp4", bytes(60_000_000))
    bomb = look(tmp_path / "a", "x.zip")
    assert (bomb.category, bomb.bomb, bomb.encrypted) == ("archive", True, False)
    with zipfile.ZipFile(tmp_path / "b", "w") as archive:
        archive.writestr("video.mp4", b"secret")
    raw = bytearray((tmp_path / "b").read_bytes())
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(header) + offset] |= 1
    locked = look(held(tmp_path, bytes(raw)), "x.zip")
    assert (locked.category, locked.bomb, locked.encrypted) == ("archive", False, True)
