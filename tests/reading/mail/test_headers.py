"""What the reader makes of a header section, however hostile."""

import re
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.reading.mail.headers import USUAL_MAILBOX, read_headers


def subject(raw: str | bytes) -> str:
    """The decoded subject of a header section with this Subject field."""
    raw = raw if isinstance(raw, bytes) else raw.encode()
    return read_headers(b"Subject: " + raw + b"\r\n\r\n").subject


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?B?RMOpY2xhcmF0aW9u?= 3", "Déclaration 3"),
        ("=?utf-8?Q?S=C3=A9n=C3?=\r\n =?utf-8?Q?=A9gal?=", "Sénégal"),
        ("=?gb2312?B?1tC5+g==?= 3", "中国 3"),
        ("=?no-such-charset?Q?S=E9n=E9gal?=", "Sénégal"),
        ("=?../../etc?Q?S=C3=A9n=C3=A9gal?=", "Sénégal"),
        ("=?zip_codec?Q?plain?=", "plain"),
        ("=?utf-8?B?RMOpY2xhcmF0aW9?=", "Déclaratio"),
        ("12th EMIC statement –\r\n France 3", "12th EMIC statement – France 3"),
        ("Déclaration".encode("cp1252"), "Déclaration"),
        ("Заявление Российской Федерации".encode("cp1251"), "Заявление Российской Федерации"),
        ("中国的声明".encode("gb18030"), "中国的声明"),
        ("a\x00b\x07c", "abc"),
        ("=?utf-8?Q?a=0D=0ABcc:_x=40y.org?=", "a  Bcc: x@y.org"),
        (b"\xed\xa0\x80abc", None),
    ],
)
def test_a_subject_becomes_one_clean_line(raw: str | bytes, text: str | None) -> None:
    """RFC 2047 words, raw 8-bit text and nonsense all end as printable text."""
    if text is not None:
        assert subject(raw).replace("\ufffd", "") == text
    assert not any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in subject(raw))


def test_every_occurrence_of_a_field_is_kept_in_order() -> None:
    """Names in lower case, values unfolded."""
    headers = read_headers(
        b"Received: a\nReceived: b\nX-Spam:\n no\nAuto-Submitted: no\nAUTO-SUBMITTED: auto-replied\n\nbody"
    )
    assert headers.all("received") == ("a", "b")
    assert headers.all("auto-submitted") == ("no", "auto-replied")
    assert headers.all("x-spam") == ("no",)


def test_the_word_of_a_mail_server_is_taken_as_it_is_written() -> None:
    """It quotes addresses that a sender has chosen: an encoded word in them is no word of the server's."""
    said = "mx.un.org; spf=pass smtp.mailfrom==?utf-8?q?x=3Bdkim=3Dpass_header.d=3Dgov.example=3B?=@evil.example"
    headers = read_headers(f"Authentication-Results: {said}\n\n".encode())
    assert headers.all("authentication-results") == (said,)


@pytest.mark.parametrize(
    ("value", "group"),
    [
        ("Mission: a@x.org;", True),
        ('"The Mission": Ana <a@x.org> ; (all of us)', True),
        ("undisclosed:;", True),
        ("Ana <a@x.org>", False),
        ('"Mission: a@x.org;" <a@x.org>', False),
        ("UNODC: Vienna <a@x.org>", False),
        ("=?utf-8?q?Mission=3A_a=40x=2Eorg=3B?= <a@x.org>", False),
    ],
)
def test_a_group_is_told_from_a_mailbox(value: str, group: bool) -> None:  # noqa: FBT001 - pytest's way
    """RFC 6854 allows a group in From, which may have one member (RFC 5322 section 3.4)."""
    assert read_headers(f"From: {value}\n\n".encode()).sent_by_group is group


def test_two_from_fields_are_two_senders() -> None:
    """A second From field must not hide behind the first."""
    headers = read_headers(b"From: France <a@fr.example>\nFrom: b@evil.example\n\n")
    assert [address.email for address in headers.sender] == ["a@fr.example", "b@evil.example"]


@pytest.mark.parametrize(
    ("raw", "addresses"),
    [
        ('"Dupont, Anne" <a@x.org>, b@y.org', [("Dupont, Anne", "a@x.org"), ("", "b@y.org")]),
        ("Jones, Bob <bob@x.org>", [("Bob", "bob@x.org")]),
        ("=?utf-8?Q?Mission_of_S=C3=A9n=C3=A9gal?= <m@sn.example>", [("Mission of Sénégal", "m@sn.example")]),
        ("a@x.org (Anne (the second))", [("", "a@x.org")]),
        ("undisclosed-recipients:;", []),
        ("Team: a@x.org, b@x.org;", [("", "a@x.org"), ("", "b@x.org")]),
        ("a@x.org <a@x.org>", [("", "a@x.org")]),
        ("", []),
        ("<>", []),
    ],
)
def test_mailboxes_are_read_leniently(raw: str, addresses: list[tuple[str, str]]) -> None:
    """What has no @ is no mailbox."""
    found = read_headers(f"From: {raw}\n\n".encode()).sender
    assert [(address.name, address.email) for address in found] == addresses


PIECES = [
    "ann",
    "o'b",
    "b.c",
    ".",
    "@",
    "x.org",
    "x-1.org",
    " ",
    '"',
    '" ',
    " <",
    "<",
    ">",
    ",",
    ";",
    ":",
    "\\",
    "(n)",
    "é",
]


@given(st.from_regex(USUAL_MAILBOX, fullmatch=True) | st.lists(st.sampled_from(PIECES), max_size=7).map("".join))
def test_one_pattern_knows_nearly_all_mailboxes_and_none_better_than_the_parser(value: str) -> None:
    """Without it the same is read."""
    raw = f"From: {value}\r\n\r\n".encode("utf-8", "replace")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("statement_intake.reading.mail.headers.USUAL_MAILBOX", re.compile(r"(?!)"))
        parsed = read_headers(raw)
    assert read_headers(raw) == parsed


def test_times_are_aware_and_the_topmost_received_counts() -> None:
    """Comments and "-0000" included."""
    headers = read_headers(
        b"Received: from a (x; y) by b; Mon, 28 Aug 2023 12:00:00 +0200 (CEST)\n"
        b"Received: from c by a; Mon, 28 Aug 2023 09:00:00 +0000\n"
        b"Date: Mon, 28 Aug 2023 11:59:00 -0000\n\n"
    )
    assert headers.received == datetime(2023, 8, 28, 12, tzinfo=timezone(timedelta(hours=2)))
    assert headers.date == datetime(2023, 8, 28, 11, 59, tzinfo=UTC)
    assert headers.date.tzinfo is not None


@pytest.mark.parametrize(
    "value", ["yesterday", "32 Foo 99999 99:99", "31 Dec 9999 23:59:59 -2359", "", "1 Jan 2023 00:00:00 +99999999999"]
)
def test_a_date_that_cannot_be_read_is_none(value: str) -> None:
    """Nothing raises."""
    assert read_headers(f"Date: {value}\n\n".encode()).date is None


def test_malformed_message_ids_are_left_out() -> None:
    """What answers comes nearest first, each once."""
    headers = read_headers(
        b"Message-ID: <a b@c>\nIn-Reply-To: <3@x>\nReferences: <1@x> junk <2@x>\n <3@x> <" + b"a" * 300 + b">\n\n"
    )
    assert headers.message_id is None
    assert headers.answers == ("<3@x>", "<2@x>", "<1@x>")
    assert read_headers(b"Message-ID:\n <a@b>\n\n").message_id == "<a@b>"


@pytest.mark.parametrize(("raw", "path"), [("<>", ""), ("<a@b.org>", "a@b.org"), ("a@b.org", "a@b.org")])
def test_the_null_sender_is_told_from_no_return_path(raw: str, path: str) -> None:
    """RFC 5321 section 4.5.5."""
    assert read_headers(f"Return-Path: {raw}\n\n".encode()).return_path == path
    assert read_headers(b"Subject: x\n\n").return_path is None


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: " + b"=?utf-8?Q?a?= " * 20_000,
        b"To: " + b"(" * 3_000 + b"a@b",
        b"To: " + b"a@b.org, " * 20_000,
        b"To: " + b'"' * 60_000,
        b"To: " + b"<" * 60_000,
        b"To: " + b"," * 60_000,
        b"Subject: " + b"x" * 1_000_000,
        b"X: y\n" * 100_000,
        b"References: " + b"<a@b> " * 20_000,
        b"Subject: " + b"=?" * 400 + b"a" * 60_000,
        b"Subject: " + b"=?" * 30_000,
        b"Date: " + b"(" * 60_000,
        b"\xff" * 200_000,
    ],
    ids=range(13),
)
def test_a_hostile_header_costs_little(raw: bytes) -> None:
    """Caps come before parsing."""
    start = time.process_time()
    headers = read_headers(raw + b"\nFrom: a@b.org\n\n")
    assert time.process_time() - start < 2
    assert len(headers.to) <= 200
    assert len(headers.subject) <= 65_536


@given(st.binary(max_size=400))
def test_no_bytes_raise_or_leave_a_line_break_in_a_value(raw: bytes) -> None:
    """Values may go into a header of ours."""
    headers = read_headers(b"From: " + raw + b"\nSubject: " + raw + b"\nDate: " + raw + b"\n" + raw)
    values = [value for _, value in headers.fields] + [headers.subject] + [address.name for address in headers.sender]
    assert not any("\r" in value or "\n" in value or "\0" in value for value in values)
    headers.model_dump_json()
