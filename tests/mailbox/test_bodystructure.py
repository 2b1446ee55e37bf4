"""What servers say of a mail's structure becomes a flat list of parts, or honestly None."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from statement_intake.domain.message import Part
from statement_intake.mailbox.bodystructure import DEPTH_LIMIT, flatten

TEXT = b'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 20 1 NIL NIL NIL NIL)'
TEXT_PART = Part(media_type="text/plain", size=20)


def structure(wire: bytes) -> object:
    """What imapclient makes of a BODYSTRUCTURE on the wire."""
    return parse_fetch_response([b"1 (UID 1 BODYSTRUCTURE " + wire + b")"])[1][b"BODYSTRUCTURE"]


@pytest.mark.parametrize(
    ("wire", "parts"),
    [
        (TEXT, [TEXT_PART]),
        (b'(%s%s "MIXED")' % (TEXT, TEXT), [TEXT_PART] * 2),
        (b'(%s(%s%s "ALTERNATIVE" ("BOUNDARY" "x") NIL NIL) "MIXED")' % (TEXT, TEXT, TEXT), [TEXT_PART] * 3),
        # Without extension data, as some servers have it.
        (b'("VIDEO" "MP4" ("NAME" "a.mp4") NIL NIL "BASE64" 100)', [("video/mp4", "a.mp4", 100)]),
        # Dovecot, Exchange and Cyrus: the disposition behind an MD5, in any case, its parameters missing.
        (
            b'("video" "mp4" NIL NIL NIL "base64" 100 NIL ("attachment" ("filename" "b.mp4" "size" "7")) NIL NIL)',
            [("video/mp4", "b.mp4", 100)],
        ),
        (
            b'("video" "mp4" ("NAME" "a.mp4") NIL NIL "base64" 100 NIL ("ATTACHMENT" NIL) NIL)',
            [("video/mp4", "a.mp4", 100)],
        ),
        # A text part has its number of lines before the extension data.
        (
            b'("TEXT" "PLAIN" NIL NIL NIL "8BIT" 9 1 NIL ("inline" ("FILENAME" "t.txt")) NIL NIL)',
            [("text/plain", "t.txt", 9)],
        ),
        # A number as a file name, an empty encoding, no parameters, NIL for the size.
        (b'("VIDEO" "MP4" ("NAME" 12) NIL NIL "" NIL)', [("video/mp4", "12", 0)]),
        (b'("VIDEO" "MP4" ("NAME" NIL "X") NIL NIL NIL 3)', [("video/mp4", "", 3)]),
        # A language list of two is no disposition.
        (
            b'("VIDEO" "MP4" NIL NIL NIL "7BIT" 3 NIL ("attachment" ("FILENAME" "a.mp4")) ("en" "fr") NIL)',
            [("video/mp4", "a.mp4", 3)],
        ),
        (
            b'("APPLICATION" "PDF" ("NAME*" "UTF-8\'\'%C3%A9.pdf") NIL NIL "BASE64" 5 NIL NIL NIL)',
            [("application/pdf", "é.pdf", 5)],
        ),
        (
            b'("A" "PDF" NIL NIL NIL NIL 5 NIL ("a" ("FILENAME*0*" "UTF-8\'\'%C3%A9" "FILENAME*1" "t.pdf")) NIL)',
            [("a/pdf", "ét.pdf", 5)],
        ),
        # A name in raw UTF-8, and one with quotation marks.
        ('("VIDEO" "MP4" ("NAME" "видео.mp4") NIL NIL "BASE64" 5)'.encode(), [("video/mp4", "видео.mp4", 5)]),
        (b'("VIDEO" "MP4" ("NAME" "a \\"b\\".mp4") NIL NIL "BASE64" 5)', [("video/mp4", 'a "b".mp4', 5)]),
    ],
)
def test_parts_are_listed_with_type_name_and_size(wire: bytes, parts: list[Part | tuple[str, str, int]]) -> None:
    """In order, types in lower case, names decoded."""
    expected = [
        part if isinstance(part, Part) else Part(media_type=part[0], name=part[1], size=part[2]) for part in parts
    ]
    assert list(flatten(structure(wire)) or ()) == expected


@pytest.mark.parametrize(
    ("envelope", "subject"),
    [
        (b'(NIL "=?utf-8?Q?D=C3=A9claration?=" NIL NIL NIL NIL NIL NIL NIL NIL)', "Déclaration"),
        (b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", ""),
        (b"NIL", None),
    ],
)
def test_a_forwarded_mail_is_one_part_with_its_subject(envelope: bytes, subject: str | None) -> None:
    """Its own parts belong to it and are not listed."""
    inner = b'(%s("VIDEO" "MP4" NIL NIL NIL "BASE64" 9) "MIXED")' % TEXT
    wire = b'(%s("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 400 %s %s 20 NIL ("attachment" ("filename" "f.eml"))) "MIXED")'
    assert flatten(structure(wire % (TEXT, envelope, inner))) == (
        TEXT_PART,
        Part(media_type="message/rfc822", name="f.eml", size=400, forwarded_subject=subject),
    )


@pytest.mark.parametrize(
    "broken",
    [
        None,
        b"text",
        5,
        (),
        ([], b"mixed"),
        ([()], b"mixed"),
        (None, b"plain", None, None, None, b"7bit", 5),
        (b"text",),
        (b"text", 5, None, None, None, b"7bit", 5),
        ([[b"text", b"plain", None, None, None, b"7bit", 5], 5], b"mixed"),
    ],
)
def test_what_cannot_be_understood_is_none(broken: object) -> None:
    """Never an empty list, which would look like a mail without attachments."""
    assert flatten(broken) is None


def test_nesting_has_a_limit() -> None:
    """Deeper than any person's mail."""
    body: object = (b"text", b"plain", None, None, None, b"7bit", 5)
    for _ in range(DEPTH_LIMIT):
        body = ([body], b"mixed")
    assert flatten(body) is not None
    assert flatten(([body], b"mixed")) is None


_ATOMS = st.none() | st.integers() | st.binary(max_size=12) | st.sampled_from([b"text", b"message", b"rfc822", b"name"])


@given(st.recursive(_ATOMS, lambda inner: st.lists(inner, max_size=12).map(tuple) | st.lists(inner, max_size=12)))
def test_no_answer_raises(body: object) -> None:
    """Whatever a server sends."""
    parts = flatten(body)
    assert parts is None or all(isinstance(part, Part) for part in parts)
