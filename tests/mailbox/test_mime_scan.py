"""The structure of a mail in a file is told as an IMAP server would tell it, or not at all."""

import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.message import Part
from statement_intake.mailbox.imap import ImapMailbox
from statement_intake.mailbox.mime_scan import DEPTH_LIMIT, PART_LIMIT, scan
from tests.conftest import ImapAccount
from tests.mailbox.test_imap import LETTER, STATEMENT

MULTIPART = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
NESTED = b"""\
Content-Type: multipart/mixed;\r
 boundary="a; b"\r
\r
A preamble, and --a; b that is not at the beginning of a line.\r
--a; b\r
Content-Type: multipart/alternative; boundary=inner\r
\r
--inner\r
\r
Plain, without a header.\r
--inner\r
Content-Type: text/html\r
\r
<p>Rich</p>\r
\r
--inner--\r
An epilogue.\r
--a; b\r
Content-Type: video/mp4; name=plain.mp4\r
Content-Disposition: attachment; filename="a;b \\"c\\".mp4"\r
\r
AAAA\r
--a; b  \r
Content-Type: application/pdf; name="=?utf-8?Q?d=C3=A9cla.pdf?="\r
\r
--a; b--\r
Another epilogue.\r
"""
FORWARDED = b"""\
Subject: Fwd: please see\r
Content-Type: multipart/mixed; boundary=o\r
\r
--o\r
Content-Type: text/plain\r
\r
FYI\r
--o\r
Content-Type: message/rfc822; name=a.eml\r
\r
Subject: Fwd: from the capital\r
Content-Type: multipart/mixed; boundary=i\r
\r
--i\r
Content-Type: message/rfc822\r
\r
Subject: 12th EMIC statement - Kenya 4\r
Content-Type: multipart/mixed; boundary=j\r
\r
--j\r
Content-Type: video/mp4; name=kenya.mp4\r
\r
AAAA\r
--j\r
Content-Type: message/rfc822\r
\r
Subject: An older one\r
\r
Text\r
--j--\r
\r
--i--\r
\r
--o\r
Content-Type: message/rfc822\r
\r
Subject: Alone\r
\r
Text\r
--o--\r
"""


@pytest.mark.parametrize(
    "raw",
    [b"\r\n", LETTER, STATEMENT, NESTED, FORWARDED],
    ids=["empty", "plain", "statement", "nested", "forwarded"],
)
def test_the_scan_agrees_with_an_imap_server(raw: bytes, imap_account: ImapAccount) -> None:
    """Types, names, sizes and forwarded subjects are those of Dovecot's BODYSTRUCTURE."""
    uid = imap_account.deliver(raw, datetime(2023, 8, 28, tzinfo=UTC))
    with ImapMailbox("main", imap_account.settings()).open("INBOX") as folder:
        (glance,) = folder.glances([uid])
    assert scan(io.BytesIO(raw)) == glance.parts


def test_subjects_of_mails_within_forwarded_mails_are_seen() -> None:
    """However deep they lie; an odd one hides no other."""
    parts = scan(io.BytesIO(FORWARDED))
    subjects = ["Fwd: from the capital", "12th EMIC statement - Kenya 4", "An older one", "Alone"]
    assert [part.forwarded_subject for part in parts or () if part.forwarded_subject] == subjects
    odd = scan(io.BytesIO(FORWARDED.replace(b"boundary=j", b"boundary=i")))
    assert [part.forwarded_subject for part in odd or () if part.forwarded_subject] == [*subjects[:2], subjects[3]]


def test_lines_may_end_in_a_bare_line_feed() -> None:
    """As mail programs on Unix store them."""
    parts = scan(io.BytesIO(NESTED.replace(b"\r\n", b"\n")))
    assert parts is not None
    assert [part.media_type for part in parts] == ["text/plain", "text/html", "video/mp4", "application/pdf"]


@pytest.mark.parametrize(
    "raw",
    [
        b"not a mail at all\r\n",
        b"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
        MULTIPART + b"nothing",
        MULTIPART + b"--b--\r\n",
        MULTIPART + b"--b\r\nContent-Type: text\r\n\r\nx\r\n--b--\r\n",
        MULTIPART + b"--b\r\nContent-Type: text/plain\r\nContent-Type: video/mp4\r\n\r\nx\r\n--b--\r\n",
        MULTIPART + b"--b\r\nContent-Type: text/plain\r\nno field\r\nContent-Type: video/mp4\r\n\r\nx\r\n--b--\r\n",
        MULTIPART + b"--b\r\n" + MULTIPART + b"--b\r\n\r\nx\r\n--b--\r\n",
        MULTIPART + b"--b\r\nX: " + b"x" * 20_000 + b"\r\n\r\nx\r\n--b--\r\n",
        MULTIPART + b"--b\r\n\r\nx\r\n" * (PART_LIMIT + 1),
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
            for level in range(DEPTH_LIMIT + 1)
        ),
    ],
    ids=[
        "text", "no boundary", "no part", "closed at once", "half a type", "two types", "a line between",
        "the same boundary inside", "a long header", "many parts", "deep",
    ],
)  # fmt: skip
def test_an_odd_mail_has_no_structure(raw: bytes) -> None:
    """Programs would disagree about it, so it is not judged by it."""
    assert scan(io.BytesIO(raw)) is None


def test_a_mail_that_is_cut_off_still_shows_its_parts() -> None:
    """The last boundary is missing."""
    raw = MULTIPART + b"--b\r\nContent-Type: video/mp4\r\n\r\nAAAA"
    assert scan(io.BytesIO(raw)) == (Part(media_type="video/mp4", size=4),)


def test_memory_does_not_grow_with_the_mail() -> None:
    """Neither with the body nor with a line without an end."""
    body = (b"A" * 76 + b"\r\n") * 200_000 + b"B" * 5_000_000
    stream = io.BytesIO(MULTIPART + b"--b\r\nContent-Type: video/mp4\r\n\r\n" + body + b"\r\n--b--\r\n")
    tracemalloc.start()
    parts = scan(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert parts == (Part(media_type="video/mp4", size=len(body)),)
    assert peak < 1_000_000


_LINES = st.sampled_from(
    [
        b"--b\r\n", b"--b--\r\n", b"--c\r\n", b"\r\n", b"x\r\n", b"Content-Type: multipart/mixed; boundary=c\r\n",
        b"Content-Type: message/rfc822\r\n", b"Subject: =?utf-8?Q?x?=\r\n",
        b"Content-Disposition: a; filename*0*=x''\n",
    ]
)  # fmt: skip


@given(st.lists(_LINES | st.binary(max_size=20), max_size=30).map(b"".join))
def test_no_mail_raises(rest: bytes) -> None:
    """Whatever is in the file."""
    parts = scan(io.BytesIO(MULTIPART + rest))
    assert parts is None or all(isinstance(part, Part) for part in parts)
