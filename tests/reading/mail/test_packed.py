"""Files are found however they are packed; what is broken, hostile or packed twice stays closed, and raises nothing."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from statement_intake.domain.message import Category, Message
from statement_intake.reading.kinds.members import Closed
from statement_intake.reading.kinds.zip_files import zip_members
from statement_intake.reading.mail.cms import signed_content
from statement_intake.reading.mail.outlook import read_msg
from statement_intake.reading.mail.tnef import read_tnef
from tests.reading import packed
from tests.reading.mail.test_mime import TEXT, file, mail, read

FILES = {"Déclaration.txt": TEXT, "second.txt": TEXT * 2}


def named(message: Message) -> list[tuple[str, Category]]:
    """Name and category of each attachment."""
    return [(attachment.name, attachment.category) for attachment in message.attachments]


def carrying(name: str, content: bytes, tmp_path: Path, **limits: int) -> Message:
    """A mail with that file, read."""
    part = file(f'Content-Type: application/octet-stream; name="{name}"', content)
    return read(mail("Content-Type: text/plain\n\nsee below", part), tmp_path, **limits)


def kept(message: Message, tmp_path: Path) -> list[bytes]:
    """The attachments' bytes."""
    return [(tmp_path / "out" / attachment.sha256).read_bytes() for attachment in message.attachments]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_files_in_an_archive_are_attachments(method: int, tmp_path: Path) -> None:
    """Under their own names, without folders and without what systems leave behind."""
    litter = {"__MACOSX/._x": b"x", "Thumbs.db": b"x", "folder/": b"", "a/.DS_Store": b"x"}
    files = {"../folder/Déclaration.txt": TEXT, "second.txt": TEXT * 2} | litter
    message = carrying("a.zip", packed.zipped(files, method), tmp_path)
    assert named(message) == [("Déclaration.txt", Category.DOCUMENT), ("second.txt", Category.DOCUMENT)]
    assert message.attachments[0].name_as_sent == "../folder/Déclaration.txt"
    assert kept(message, tmp_path) == [TEXT, TEXT * 2]


def test_names_in_an_old_charset_are_read(tmp_path: Path) -> None:
    """Windows packs names without saying in which charset."""
    raw = packed.zipped({"xxxxxxxxxx.txt": TEXT}).replace(b"xxxxxxxxxx", "Заявление1".encode("cp1251"))
    assert carrying("a.zip", raw, tmp_path).attachments[0].name == "Заявление1.txt"


@pytest.mark.parametrize(
    ("archive", "fact"),
    [
        (packed.locked(packed.zipped(FILES)), "encrypted"),
        (packed.zipped({"a.txt": bytes(60_000_000)}), "bomb"),
        (packed.zipped({"a.txt": bytes(60_000_000), "b.txt": TEXT}), "bomb"),
    ],
    ids=["password", "bomb", "bomb beside a text"],
)
def test_what_is_locked_or_a_bomb_is_not_opened(archive: bytes, fact: str, tmp_path: Path) -> None:
    """The archive itself is the attachment, and says which it is. Nothing of it was written."""
    (attachment,) = carrying("a.zip", archive, tmp_path).attachments
    assert (attachment.name, attachment.category, getattr(attachment, fact)) == ("a.zip", Category.ARCHIVE, True)
    assert [path.stat().st_size for path in (tmp_path / "out").iterdir()] == [len(archive)]


def test_an_archive_within_an_archive_stays_closed(tmp_path: Path) -> None:
    """One level."""
    message = carrying("a.zip", packed.zipped({"b.zip": packed.zipped(FILES), "c.txt": TEXT}), tmp_path)
    assert named(message) == [("b.zip", Category.ARCHIVE), ("c.txt", Category.DOCUMENT)]


@pytest.mark.parametrize(
    "archive",
    [
        packed.zipped(FILES)[:100],
        packed.zipped({"a.txt": TEXT}, zipfile.ZIP_STORED).replace(TEXT, TEXT[::-1]),
        packed.zipped(FILES).replace(b"\x08\x00", b"\x0e\x00"),
        packed.zipped(FILES, zipfile.ZIP_LZMA),
    ],
    ids=["cut off", "wrong checksum", "unknown method", "a method without bounds"],
)
def test_a_damaged_archive_is_kept_whole(archive: bytes, tmp_path: Path) -> None:
    """All of its files or none: half of them would look like all."""
    assert named(carrying("a.zip", archive, tmp_path)) == [("a.zip", Category.ARCHIVE)]


def test_an_archive_of_more_files_than_a_mail_may_have_is_refused_unread(tmp_path: Path) -> None:
    """They count together with the mail's own; so do their bytes."""
    many = packed.zipped({f"{number}.txt": b"x" for number in range(201)})
    assert carrying("a.zip", many, tmp_path).over_limits == "the mail has more than 200 files"
    large = packed.zipped({"a.txt": bytes(2_000_000)})
    assert "takes more than 1,000,000 bytes" in str(
        carrying("a.zip", large, tmp_path, output_bytes=1_000_000).over_limits
    )


def test_winmail_dat_gives_its_files_and_its_text(tmp_path: Path) -> None:
    """The text only where MIME has none."""
    stream = packed.tnef(FILES, "Subject", "Packed words") + b"\r\n"
    message = carrying("winmail.dat", stream, tmp_path)
    assert named(message) == [("Déclaration.txt", Category.DOCUMENT), ("second.txt", Category.DOCUMENT)]
    assert kept(message, tmp_path) == [TEXT, TEXT * 2]
    assert message.text == "see below"
    alone = read(file("From: a@x.org\nContent-Type: application/ms-tnef", stream), tmp_path)
    assert (alone.text, len(alone.attachments)) == ("Packed words", 2)


def test_a_mail_within_winmail_dat_is_a_mail_within_the_mail(tmp_path: Path) -> None:
    """Outlook packs forwarded mail so."""
    inner = packed.tnef(FILES, "Inner subject", "Inner words")
    message = carrying("winmail.dat", packed.tnef({}, mails={"Shown name": inner}), tmp_path)
    assert named(message) == [("Shown name", Category.MESSAGE)]
    (within,) = message.enclosed
    assert (within.headers.subject, within.text, len(within.attachments)) == ("Inner subject", "Inner words", 2)
    assert message.forwarded_subjects == ("Inner subject",)


def test_an_outlook_file_is_a_mail_within_the_mail(tmp_path: Path) -> None:
    """With the header section that it came with, or with what its properties say."""
    header = "Received: from a by b; Tue, 22 Aug 2023 10:00:00 +0200\r\nFrom: A <a@x.org>\r\nSubject: As sent\r\n"
    message = carrying("a.msg", packed.msg(FILES, "Subject", "Words", header, within="Deeper"), tmp_path)
    assert named(message) == [("a.msg", Category.MESSAGE)]
    (within,) = message.enclosed
    assert [address.email for address in within.headers.sender] == ["a@x.org"]
    assert within.headers.received is not None
    assert (within.headers.subject, within.text) == ("As sent", "Words")
    assert named(within) == [("Déclaration.txt", Category.DOCUMENT), ("second.txt", Category.DOCUMENT)]
    assert message.forwarded_subjects == ("As sent", "Deeper")
    bare = carrying("b.msg", packed.msg({}, "Déclaration", sender="a@x.org"), tmp_path).enclosed[0]
    assert (bare.headers.subject, bare.headers.sender[0].email) == ("Déclaration", "a@x.org")


@pytest.mark.parametrize("more", [(), ("-stream",)], ids=["at once", "in pieces"])
def test_a_signed_mail_is_unwrapped_once(more: tuple[str, ...], tmp_path: Path) -> None:
    """With its parts, as if it had not been signed; nothing is said about the signature."""
    content = mail("Content-Type: text/plain\n\nsigned words", file("Content-Type: text/plain; name=a.txt"))
    content = content[content.index("Content-Type") :]
    signed = packed.signed(content.encode(), tmp_path, *more)
    message = read(file("From: a@x.org\nContent-Type: application/pkcs7-mime; name=smime.p7m", signed), tmp_path)
    assert (message.text, named(message)) == ("signed words", [("a.txt", Category.DOCUMENT)])
    assert not message.encrypted
    twice = packed.signed(file("Content-Type: application/pkcs7-mime; name=smime.p7m", signed).encode(), tmp_path)
    again = read(file("From: a@x.org\nContent-Type: application/pkcs7-mime; name=smime.p7m", twice), tmp_path)
    assert (again.text, again.encrypted) == ("", True)


def test_a_signed_file_is_unwrapped_under_its_own_name(tmp_path: Path) -> None:
    """As certified mail has it."""
    assert named(carrying("statement.txt.p7m", packed.signed(TEXT, tmp_path), tmp_path)) == [
        ("statement.txt", Category.DOCUMENT)
    ]


def test_an_encrypted_object_is_said_to_be_one(tmp_path: Path) -> None:
    """And is kept as it came."""
    sealed = packed.sealed(TEXT, tmp_path)
    message = read(file("From: a@x.org\nContent-Type: application/pkcs7-mime; name=smime.p7m", sealed), tmp_path)
    assert message.encrypted
    assert message.defects == ("the S/MIME object is not opened: an encrypted object",)
    assert kept(message, tmp_path) == [sealed]


@pytest.mark.parametrize("take", [read_tnef, read_msg, signed_content, zip_members])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=8), cut=st.integers(0, 20_000))
@example(places=[(18255, 1)], cut=332)
def test_broken_bytes_raise_nothing_but_closed(
    take: object, places: list[tuple[int, int]], cut: int, tmp_path: Path
) -> None:
    """Whatever is wrong with them."""
    assert callable(take)
    whole = {
        read_tnef: packed.tnef(FILES, mails={"m": packed.tnef(FILES)}),
        read_msg: packed.msg(FILES, "Subject", "Words", "From: a@x.org\r\n", within="w"),
        signed_content: bytes.fromhex(
            "308006092a864886f70d010702a0803080020101310d300b0609608648016503040201308006092a"
        )
        + bytes.fromhex("864886f70d010701a080248004024142040143000000000000"),
        zip_members: packed.zipped(FILES),
    }[take]
    raw = bytearray(whole[: cut if cut < len(whole) else None])
    for place, value in places:
        if raw:
            raw[place % len(raw)] = value
    path = tmp_path / "broken"
    path.write_bytes(raw)
    try:
        taken = take(path)
        for member in getattr(taken, "files", taken):
            b"".join(getattr(member, "pieces", (member,)))
    except Closed:
        pass
