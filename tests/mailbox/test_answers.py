"""What is read in one go says what imapclient's parser says, and that one reads everything else."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from statement_intake.mailbox.answers import Answers, Record, understood

HEADER = b"Subject: x\r\n\r\n"
DATE = b'INTERNALDATE "28-Aug-2023 16:30:15 +0200"'
TEXT = b'("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 1229 20 NIL NIL NIL NIL)'
FILE = b'("video" "mp4" NIL NIL NIL "base64" 820 NIL ("attachment" ("filename" "a (1).mp4" "size" "0123")) NIL NIL)'
MIXED = b'(%s%s "mixed" ("boundary" "=_{1}%%[") NIL NIL NIL)' % (TEXT, FILE)


def answer(about: bytes, uid: int = 7) -> list[Record]:
    """The records of one answer with a header, as imaplib gives them."""
    return [(b"1 (UID %d %s BODY[HEADER]<0> {%d}" % (uid, about, len(HEADER)), HEADER), b")"]


USUAL: dict[str, list[Record]] = {
    "text": answer(b"RFC822.SIZE 2200 %s BODYSTRUCTURE %s" % (DATE, TEXT)),
    "with a file": answer(b"RFC822.SIZE 2200 %s BODYSTRUCTURE %s" % (DATE, MIXED)),
    "several": answer(b"BODYSTRUCTURE " + TEXT) + answer(b"BODYSTRUCTURE " + MIXED, uid=8),
    "a name as a literal": [
        (b'1 (UID 7 BODYSTRUCTURE ("video" "mp4" ("name" {3}', b'"\\('),
        (b') NIL NIL "base64" 3) BODY[HEADER]<0> {14}', HEADER),
        b")",
    ],
    "the structure behind the header": [(b"1 (UID 7 BODY[HEADER] {14}", HEADER), b" BODYSTRUCTURE %s)" % MIXED],
    "a whole mail": [(b"1 (UID 7 BODY[]<1048576> {3}", b"abc"), b" RFC822.SIZE 9)"],
    "nothing behind the end": [b'1 (UID 7 BODY[]<9> "" RFC822.SIZE 9)'.replace(b"BODY[]<9>", b"X")],
    "no such time": answer(b'INTERNALDATE "never"'),
    "the same twice": [b"1 (UID 7 RFC822.SIZE 1)", b"2 (UID 7 X NIL)"],
    "another server's word": answer(b"MODSEQ (12345) X-GM-MSGID 1278455344230334865"),
}
ODD: dict[str, list[Record]] = {
    "flags": [b"1 (UID 7 FLAGS (\\Seen $Forwarded))"],
    "an escaped quotation mark": answer(b'BODYSTRUCTURE ("a" "b" ("name" "a \\"b\\".mp4") NIL NIL "7bit" 1)'),
    "no UID": [b"1 (RFC822.SIZE 5)"],
    "a UID with a zero in front": [b"1 (UID 07 RFC822.SIZE 05)"],
    "no time": answer(b"INTERNALDATE NIL"),
    "an envelope": [b'1 (UID 7 ENVELOPE (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL))'],
    "fields of the header": [(b'1 (UID 7 BODY[HEADER.FIELDS ("To" Cc)] {2}', b"ab"), b")"],
    "a string behind a bracket": [(b'1 (UID 7 BODY[HEADER.FIELDS ("a b")] {2}', b"ab"), b")"],
    "braces in a string": [b'1 (UID 7 X "a {3}" Y "{")'],
    "nothing": [b""],
    "a number as a string": [b'"1" (UID 7)'],
    "a tab": [b"1 (UID 7 X\tNIL)"],
    "deep": [b"1 (UID 7 X " + b"(" * 60 + b")" * 60 + b")"],
}  # fmt: skip
BROKEN: dict[str, list[Record]] = {
    "a lonely brace": [b"1 (UID 7 X {)"],
    "no answer": [b"1"],
    "no number": [b"x (UID 7)"],
    "a value too few": [b"1 (UID 7 X)"],
    "a tuple as a name": [b"1 (UID 7 (A) B)"],
    "no structure": answer(b"BODYSTRUCTURE NIL"),
    "an empty structure": answer(b"BODYSTRUCTURE ()"),
    "a structure that is a number": answer(b"BODYSTRUCTURE 5"),
    "a time that is a number": answer(b"INTERNALDATE 5"),
    "a UID that is none": [b"1 (UID x)"],
    "unclosed": [b"1 (UID 7 X (A)"],
    "closed twice": [b"1 (UID 7 X (A)))"],
    "an open string": [b'1 (UID 7 X "A)'],
    "a string that goes on in the next record": [(b'1 (UID 7 X "a BODY[] {2}', b"ab"), b'" Y 1)'],
    "a string that touches": [b'1 (UID 7 X a"b" Y 1)'],
    "a literal of another length": [(b"1 (UID 7 BODY[] {3}", b"ab"), b")"],
    "a number without end": [b"1 (UID 7 X %s)" % (b"9" * 5000)],
}


def by_imapclient(records: list[Any]) -> Answers:
    """What imapclient's parser makes of them."""
    return dict(parse_fetch_response(records, normalise_times=False))


@pytest.mark.parametrize("records", USUAL.values(), ids=USUAL)
def test_what_servers_usually_say_is_understood_without_imapclient(
    records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And means the same."""
    monkeypatch.delattr("statement_intake.mailbox.answers.parse_fetch_response")
    assert understood(records) == by_imapclient(records)


@pytest.mark.parametrize("records", ODD.values(), ids=ODD)
def test_what_they_seldom_say_means_what_imapclient_makes_of_it(records: list[Record]) -> None:
    """Also beside an answer that is as usual."""
    assert understood(records) == by_imapclient(records)
    together = [*USUAL["text"], *records]
    assert understood(together) == by_imapclient(together)


@pytest.mark.parametrize("records", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_refused_as_imapclient_refuses_it(records: list[Record]) -> None:
    """With the same error."""
    with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever it is
        by_imapclient(records)
    with pytest.raises(expected.type):
        understood(records)


PIECES = st.sampled_from(
    [b"1", b"UID", b"7", b"007", b"NIL", b"nil", b"(", b")", b'"', b'""', b'"a b"', b'"("', b" ", b"  ", b"\t", b"\\",
     b"{2}", b" {2}", b"{", b"}", b"[", b"]", b"BODY[]", b"BODY[HEADER]<0>", b"BODY[HEADER.FIELDS (X)]", b"ENVELOPE",
     b"BODYSTRUCTURE", b"INTERNALDATE", b'"28-Aug-2023 16:30:15 +0200"', b"\xc3\xa9", b"%", b"*", b"x", TEXT, MIXED]
)  # fmt: skip
LINES = st.lists(PIECES, max_size=12).map(b"".join)
LITERALS = st.lists(st.tuples(LINES.map(lambda line: line + b" {2}"), st.just(b'")')), max_size=2)
ANSWERS = st.builds(lambda literals, line: [*literals, line], LITERALS, LINES)
VALUES = st.recursive(
    PIECES, lambda values: st.lists(values, max_size=4).map(lambda some: b"(" + b" ".join(some) + b")")
)
NAMES = st.sampled_from([b"UID", b"uid", b"INTERNALDATE", b"BODYSTRUCTURE", b"BODY", b"RFC822.SIZE", b"X"])
ITEMS = st.lists(st.builds(b"%s %s".__mod__, st.tuples(NAMES, VALUES)), max_size=4)
FRAMED = st.builds(
    lambda items, end: [b"1 (UID 7 " + b" ".join(items) + end], ITEMS, st.sampled_from([b")", b")", b"))", b""])
)


@given(ANSWERS | FRAMED)
def test_nothing_is_understood_in_another_way_than_imapclient_does(records: list[Record]) -> None:
    """Whatever a server sends: the same values, or a refusal by both."""
    expected: Answers | None = None
    with contextlib.suppress(Exception):
        expected = by_imapclient(records)
    if expected is None:
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is
            understood(records)
    else:
        assert understood(records) == expected
