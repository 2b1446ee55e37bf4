"""Memory does not grow with the mail, and not one byte of it is lost."""

import base64
import random
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statement_intake.reading.answer import Run
from statement_intake.reading.faults import OverLimits
from statement_intake.reading.mail.skeleton import KEPT, cut

MEGABYTE = 1_000_000


def mail(*parts: bytes, boundary: bytes = b"xyz", newline: bytes = b"\r\n") -> bytes:
    """A multipart mail."""
    head = b"Subject: x\nContent-Type: multipart/mixed; boundary=" + boundary + b"\n\n"
    raw = head + b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts) + b"--" + boundary + b"--\n"
    return raw.replace(b"\r\n", b"\n").replace(b"\n", newline)


def payloads(raw: bytes, path: Path) -> list[bytes]:
    """The leaves of a mail, by way of its skeleton."""
    path.write_bytes(raw)
    skeleton = cut(path, message_bytes=200 * MEGABYTE)
    message = message_from_bytes(skeleton.content)
    return [b"".join(skeleton.expand(str(part.get_payload()))) for part in message.walk() if not part.is_multipart()]


@pytest.mark.parametrize("newline", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("size", [0, 10, KEPT - 50, KEPT - 2, KEPT, KEPT + 1, KEPT + 5, 1_048_576, 3 * MEGABYTE])
def test_a_part_of_any_size_comes_back_exactly(size: int, newline: bytes, tmp_path: Path) -> None:
    """Around every border, with every kind of line break."""
    content = base64.encodebytes(random.Random(size).randbytes(size)).replace(b"\n", newline)[:size]  # noqa: S311 - no secret
    raw = mail(b"Content-Type: text/plain\n\nhello", b"Content-Type: video/mp4\n\n@", newline=newline).replace(
        b"@", content
    )
    assert payloads(raw, tmp_path / "raw") == [b"hello", content]


def test_a_giant_line_is_cut_too(tmp_path: Path) -> None:
    """There need not be line breaks."""
    content = b"QUJD" * MEGABYTE
    (tmp_path / "raw").write_bytes(raw := mail(b"A: b\n\n" + content))
    assert len(cut(tmp_path / "raw", message_bytes=len(raw)).content) < 2 * KEPT
    assert payloads(raw, tmp_path / "raw") == [content]


@pytest.mark.parametrize("encoded", [b"QUJD" * 19, b"QUJD" * 5_000, b"QUJD" * MEGABYTE])
def test_of_base64_a_line_is_kept(encoded: bytes, tmp_path: Path) -> None:
    """A parser that looks for lines and headers finds none in it; of anything else it sees the beginning."""
    lines = base64.encodebytes(base64.b64decode(encoded))
    (tmp_path / "raw").write_bytes(raw := mail(b"A: b\n\n" + lines, b"A: c\n\nSubject: " + b"x" * 1_000))
    kept = cut(tmp_path / "raw", message_bytes=len(raw)).content
    assert len(kept) < 2_000
    assert kept.count(b"QUJD") == 19
    assert b"Subject: " + b"x" * 1_000 in kept
    assert payloads(raw, tmp_path / "raw")[0].split() == lines.split()


def test_a_mail_within_is_not_taken_for_base64(tmp_path: Path) -> None:
    """Its headers have colons, and what they announce is found."""
    inner = b"A: b\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nend\r\n--q--\r\n"
    raw = mail(b"Content-Type: message/rfc822\n\n" + inner)
    assert payloads(raw, tmp_path / "raw") == [b"end"]


@settings(max_examples=60, deadline=None)
@given(places=st.lists(st.integers(KEPT - 10, KEPT + 10), max_size=4), tail=st.integers(1_048_560, 1_048_590))
def test_dashes_at_every_border_are_seen(
    places: list[int], tail: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Lines that begin with "--" may stand across the border of what is kept or read."""
    content = b"".join(b"a" * place + b"\r\n--not a boundary" for place in places) + b"b" * tail
    raw = mail(b"A: b\n\n@", b"A: c\n\nend").replace(b"@", content)
    assert payloads(raw, tmp_path_factory.getbasetemp() / "border") == [content, b"end"]


@settings(max_examples=60, deadline=None)
@given(
    lines=st.integers(400, 1_000),
    newline=st.sampled_from([b"\r\n", b"\n"]),
    behind=st.sampled_from(
        [b"--xyz--\r\n", b"--", b"-", b"==\r\n--xyz--", b"\r\n--xyz--", b"\r\r\n--x", b"more\r\n--x", b""]
    ),
    short=st.integers(0, 5),
)
def test_where_base64_is_known_to_stand_the_cut_is_the_same(
    lines: int, newline: bytes, behind: bytes, short: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Wherever the run is said to end, and whatever comes behind it."""
    before, content = mail(b"A: b\n\n").removesuffix(b"\r\n--xyz--\r\n"), (b"QUJD" * 19 + newline) * lines
    path = tmp_path_factory.getbasetemp() / "known"
    path.write_bytes(before + content + behind)
    end = len(before) + len(content) - short
    run = Run(start=len(before), end=end, sha256="", size=0, source="")
    plain, skipped = (cut(path, message_bytes=MEGABYTE, runs=runs) for runs in ((), (run,)))
    assert skipped.content.replace(skipped.nonce.encode(), b"") == plain.content.replace(plain.nonce.encode(), b"")


def test_a_mail_cannot_forge_a_marker(tmp_path: Path) -> None:
    """The nonce cannot be guessed."""
    assert payloads(mail(b"A: b\n\n" + b"0" * 32 + b"-0-9999-"), tmp_path / "raw") == [b"0" * 32 + b"-0-9999-"]


def nested(depth: int) -> bytes:
    """Multiparts within multiparts, never closed."""
    opening = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (i, i + 1) for i in range(depth)
    )
    return b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + opening + b"--b%d\r\n\r\nend\r\n" % depth


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (mail(*[b"A: b\n\nx"] * 10_000), "more than 500 parts"),
        (nested(2_000), "nested more than 20 deep"),
        (b"A: b\r\n" * 100_000, "a header section of the mail has more than 262,144 bytes"),
        (b"x" * 1_000_000, "a header section of the mail has more than 262,144 bytes"),
        (mail(b"A: " + b"b" * 100_000 + b"\n\nx"), "a header section of the mail has more than 32,768 bytes"),
        (b"A: b\r\n\r\n" + b"--\r\n" * 100_000, "structure takes more than"),
        (b"A: b\r\n\r\n" + b"x" * 2 * MEGABYTE, "the mail has 2,000,008 bytes, more than 1,500,000"),
    ],
    ids=["parts", "nesting", "many headers", "no header at all", "a part's headers", "dashes", "size"],
)
def test_too_much_is_named_in_plain_english(raw: bytes, reason: str, tmp_path: Path) -> None:
    """Before anything is parsed."""
    (tmp_path / "raw").write_bytes(raw)
    with pytest.raises(OverLimits, match=reason):
        cut(tmp_path / "raw", message_bytes=1_500_000)


def test_forwarded_mail_of_ordinary_depth_passes(tmp_path: Path) -> None:
    """A dozen multiparts within each other."""
    (tmp_path / "raw").write_bytes(nested(12))
    assert cut(tmp_path / "raw", message_bytes=MEGABYTE).content == nested(12)
