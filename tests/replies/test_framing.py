"""A letter as one message: what `email` reads out of it is what was put in."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statement_intake.replies.framing import Envelope, frame

ENVELOPE = Envelope(
    message_id="<one@un.org>", thread=("<theirs@gov.example>",), sender="Secretariat <uncac@un.org>",
    to="a@gov.example", subject="Re: Kenya – 4", date=datetime(2023, 8, 23, 9, 30, tzinfo=UTC), language="fr",
)  # fmt: skip


def parse(raw: bytes) -> EmailMessage:
    """As a mail program does; without a defect anywhere."""
    message = message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


@pytest.mark.parametrize(
    "text",
    [
        "one line\n",
        "trailing space \nand tab\t\n\n\n",
        ".\n..\nFrom here on\n--=_\n=20 = equals\n",
        "x" * 500 + "\n" + "word " * 300 + "\n",
        "Déjà vu, naïveté – “quoted”\n",
        "尊敬的先生或女士：" * 40 + "\n",
        "بيان دولة" * 60 + "\nثانيا\n",
        "control \x01 and \x7f\n",
        "\n",
    ],
)
def test_words_come_out_as_they_went_in(text: str) -> None:
    """In seven bits, in lines that every server takes."""
    raw = frame(ENVELOPE, text, f"<p>{text}</p>\n")
    plain, html = parse(raw).iter_parts()
    words = [part.get_content().replace("\r\n", "\n") for part in (plain, html)]
    assert words == [text, f"<p>{text}</p>\n"]
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_the_header_says_what_the_envelope_says() -> None:
    """Every field once."""
    message = parse(frame(ENVELOPE, "x\n", "x\n"))
    assert dict(message.items()) == {
        "Message-ID": "<one@un.org>",
        "In-Reply-To": "<theirs@gov.example>",
        "References": "<theirs@gov.example>",
        "From": "Secretariat <uncac@un.org>",
        "To": "a@gov.example",
        "Subject": "Re: Kenya – 4",
        "Date": "Wed, 23 Aug 2023 09:30:00 +0000",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
        "Content-Language": "fr",
    }
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    ("to", "field"),
    [
        ("o'hara+x@gov.example", "o'hara+x@gov.example"),
        ("a..b@gov.example", "undisclosed-recipients:;"),
        ("a@gov.example\r\nBcc: b@x.example", "undisclosed-recipients:;"),
        ("a@gov.example\n", "undisclosed-recipients:;"),
        ("ministère@gov.example", "undisclosed-recipients:;"),
        ("=?utf-8?q?x?=@gov.example", "undisclosed-recipients:;"),
        ("a@straße.example", "undisclosed-recipients:;"),
        ("a@BÜRO.example", "a@xn--bro-hoa.example"),
        ("a\x00\x7f@gov.example", "undisclosed-recipients:;"),
        (f"{'long' * 300}@gov.example", "undisclosed-recipients:;"),
        (f"{'long' * 16}@{'gov.' * 30}example", f"{'long' * 16}@{'gov.' * 30}example"),
    ],
)
def test_a_recipient_never_writes_more_than_its_field(to: str, field: str) -> None:
    """What no header can carry is left to the envelope of SMTP."""
    message = parse(frame(ENVELOPE._replace(to=to), "x\n", "x\n"))
    assert (message["To"], message["Bcc"]) == (field, None)


#: What strangers may bring into a header field: line ends of all kinds, encoded words, controls, bidi marks, length.
_PIECES = (
    ["a", " ", "\t", "\r", "\n", "\r\n", "\0", "\x0c", "\x1c", "\x7f", "\x85", "\u2028", "\u202e", "é", "中", "😀"],
    ["=?utf-8?q?=0D=0ABcc:_x?=", "=?utf-8?b?//8=?=", ":", "<", ">", '"', "(", ",", ";", "\\", "@", "x" * 1100],
    ["\r\nBcc: x@y.example", "\r\n\r\n"],
)
_hostile = st.lists(st.sampled_from([piece for row in _PIECES for piece in row]), max_size=12).map("".join)


@settings(max_examples=200)
@given(subject=_hostile, to=_hostile | _hostile.map(lambda local: f"{local}@gov.example"), text=_hostile)
def test_nothing_from_outside_adds_a_field_a_line_or_a_part(subject: str, to: str, text: str) -> None:
    """Whoever called before has cleaned it already; this is the last wall."""
    raw = frame(ENVELOPE._replace(subject=subject, to=to), text, text)
    message = parse(raw)
    assert message.keys() == parse(frame(ENVELOPE, "x\n", "x\n")).keys()
    assert len(list(message.iter_parts())) == 2
    assert all(byte in b"\r\n\t" or 31 < byte < 127 for byte in raw)
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)


@pytest.mark.parametrize("wrong", [{"message_id": "<a b@un.org>"}, {"sender": "nobody"}])
def test_what_is_ours_has_to_be_well_formed(wrong: dict[str, str]) -> None:
    """A fault of ours never becomes a letter."""
    with pytest.raises(ValueError, match=r"well formed|not an address"):
        frame(ENVELOPE._replace(**wrong), "x\n", "x\n")  # type: ignore[arg-type]
