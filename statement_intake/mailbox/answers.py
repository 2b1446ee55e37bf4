"""FETCH answers (RFC 9051 section 7.5.2), read in one go where they are written as servers write nearly all of them.

imapclient looks at every octet by itself, which was a third of all the work about other people's mail. Whatever is not
exactly as expected here is left to its parser, so that what is odd or hostile is understood as it always was.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.datetime_util import parse_to_datetime
from imapclient.imapclient import join_message_ids
from imapclient.response_parser import parse_fetch_response
from imapclient.response_types import BodyData

#: The answer about each message, by UID: values by the name of the item, upper case.
Answers = dict[int, dict[bytes, Any]]
#: As imaplib gives it: a line, or one that ends with the length of a literal and the literal itself.
Record = bytes | tuple[bytes, bytes]

#: Stands for a string, or a literal, until the words are told apart.
_STRING: Final = b'"'
#: What words consist of that mean themselves, and what stands between them.
_PLAIN: Final = bytes(code for code in range(0x20, 0x7F) if chr(code) not in "%*<>[\\]{}")
#: A string that touches something else than parentheses.
_TOUCHING = re.compile(rb'"(?:(?<![ (]")|[^ )])')
#: The name of what was asked for, in brackets, where no other word has any.
_SECTION = re.compile(rb"BODY\[(?:HEADER)?\](?:<\d+>)?")
#: Deeper nesting is left to imapclient, which knows where it ends.
_DEPTH = 20


class _Unusual(Exception):  # noqa: N818 - never leaves this module
    """It is not written as usual."""


def fetch(client: IMAPClient, uids: Sequence[int], items: Sequence[str]) -> Answers:
    """UID FETCH, as `client.fetch` gives it. Raises what that raises."""
    if not uids:
        return {}
    # imapclient has no other way to an answer that it has not parsed.
    records = client._raw_command_untagged(b"FETCH", [join_message_ids(uids), f"({' '.join(items)})".encode()])  # noqa: SLF001
    told = understood(record for record in records if record is not None)
    # A server may speak of other messages, too.
    return {uid: told[uid] for uid in uids if uid in told}


def understood(records: Iterable[Record]) -> Answers:
    """What imapclient makes of *records*, by UID, its times as the server writes them. Raises what imapclient does."""
    told: Answers = {}
    for answer in _one_by_one(records):
        try:
            about = _understood(answer)
        except (_Unusual, ValueError):
            about = parse_fetch_response(answer, normalise_times=False)
        for uid, items in about.items():
            told.setdefault(uid, {}).update(items)
    return told


def _one_by_one(records: Iterable[Record]) -> Iterator[list[Any]]:
    """The records of each answer: its literals, and what stands behind the last of them."""
    answer: list[Record] = []
    for record in records:
        answer.append(record)
        if isinstance(record, bytes):
            yield answer
            answer = []
    if answer:
        yield answer


def _understood(answer: Sequence[Record]) -> Answers:
    """One answer: a number, and names and values in parentheses. Raises _Unusual, and ValueError for a huge number."""
    match _nested(answer):
        case [int(number), tuple(told)] if len(told) % 2 == 0:
            items = {_name(name): _value(_name(name), value) for name, value in zip(told[::2], told[1::2], strict=True)}
        case _:
            raise _Unusual
    uid = items.pop(b"UID", None)
    if uid is None:
        raise _Unusual
    return {uid: {b"SEQ": number} | items}


def _name(name: object) -> bytes:
    if not isinstance(name, bytes):
        raise _Unusual
    return name.upper()


def _value(name: bytes, value: object) -> Any:  # noqa: ANN401 - as imapclient makes it
    """What imapclient makes of the *value* of an item. Raises _Unusual."""
    match name, value:
        case b"INTERNALDATE", bytes():
            try:
                return parse_to_datetime(value, normalise=False)
            except ValueError:
                return None
        case b"BODYSTRUCTURE", tuple():
            return BodyData.create(value)
        case b"UID", int():
            return value
        case b"INTERNALDATE" | b"BODYSTRUCTURE" | b"UID" | b"BODY" | b"ENVELOPE", _:
            raise _Unusual
    return value


def _nested(answer: Iterable[Record]) -> list[object]:
    """Words, numbers, strings, None for NIL, and what stands in parentheses as a tuple. Raises _Unusual."""
    shape, strings = _taken_apart(answer)
    inner: list[object] = []
    outer: list[list[object]] = []
    for word in shape.replace(b"(", b" ( ").replace(b")", b" ) ").split():
        if word == _STRING:
            inner.append(next(strings))
        elif word == b"(":
            outer.append(inner)
            inner = []
        elif word == b")":
            if not 0 < len(outer) < _DEPTH:
                raise _Unusual
            outer[-1].append(tuple(inner))
            inner = outer.pop()
        else:
            inner.append(_MEANING[word])
    if outer:
        raise _Unusual
    return inner


class _Meaning(dict[bytes, object]):
    """What words mean: made when they are not known, and never kept."""

    def __missing__(self, word: bytes) -> object:
        # imapclient leaves a number with a zero in front as it is.
        return int(word) if word.isdigit() and (word[:1] != b"0" or len(word) == 1) else word


_MEANING = _Meaning({b"NIL": None})


def _taken_apart(answer: Iterable[Record]) -> tuple[bytes, Iterator[bytes]]:
    """The text of an answer with _STRING in the place of each string, and the strings. Raises _Unusual."""
    shapes, strings = list[bytes](), list[bytes]()
    for record in answer:
        line, literal = (record, ()) if isinstance(record, bytes) else _without_literal(*record)
        pieces = line.split(b'"')
        if b"\\" in line or len(pieces) % 2 == 0:
            raise _Unusual
        shapes += [_STRING.join(pieces[::2]), *(_STRING for _ in literal)]
        strings += [*pieces[1::2], *literal]
    shape = b" ".join(shapes)
    if shape.translate(None, _PLAIN) or _TOUCHING.search(shape):
        raise _Unusual
    return shape, iter(strings)


def _without_literal(line: bytes, literal: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """*line* without its end, which is the length of *literal*; beside that the section that it is. Raises _Unusual."""
    before, _, length = line.rpartition(b" {")
    if length != b"%d}" % len(literal):
        raise _Unusual
    rest, _, section = before.rpartition(b" ")
    return (rest, (section, literal)) if _SECTION.fullmatch(section) else (before, (literal,))
