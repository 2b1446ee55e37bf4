"""BODYSTRUCTURE (RFC 9051 section 7.5.2) made flat: the leaves of a mail, with their types, names and sizes.

The input is what imapclient makes of the server's answer: nested tuples, with bytes, ints and None in them, and the
parts of a multipart gathered in one list. Servers get it wrong in many ways, so every place is looked at before use.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from statement_intake.domain.message import Part
from statement_intake.mailbox.decoding import decoded, parameter, text

#: Deeper nesting is not a mail that a person wrote.
DEPTH_LIMIT = 50
PART_LIMIT = 1000

_TYPE, _SUBTYPE, _PARAMETERS, _SIZE, _ENVELOPE, _BODY = 0, 1, 2, 6, 7, 8
_ENVELOPE_SUBJECT = 1
#: A body without extension data has seven fields, one of type text eight, a message ten (RFC 9051 section 9).
_FIELDS = 7
_EMBEDDED = frozenset({"message/rfc822", "message/global"})


class _Odd(Exception):  # noqa: N818 - never leaves this module
    """The structure is not as the RFC has it."""


def flatten(structure: object) -> tuple[Part, ...] | None:
    """The leaves of *structure*, in order; None where it cannot be understood.

    A forwarded message is one leaf with the subject of its envelope; its own parts are not listed, but for the
    messages forwarded within it.
    """
    try:
        leaves = tuple(_leaves(structure, 0))
    except _Odd:
        return None
    return leaves or None


def _leaves(body: object, depth: int) -> Iterator[Part]:
    """The leaves of one body. Raises _Odd."""
    if depth > DEPTH_LIMIT or not isinstance(body, Sequence) or isinstance(body, bytes | str) or not body:
        raise _Odd
    first = body[0]
    if isinstance(first, bytes | str):
        leaf = _leaf(body)
        yield leaf
        if leaf.media_type in _EMBEDDED and len(body) > _BODY:
            yield from _messages_within(body[_BODY], depth + 1)
        return
    if isinstance(first, list):
        children: Sequence[object] = first
    else:
        # imapclient gathers the parts of a multipart at the outermost levels only where it recognises them.
        children = [child for child in body if isinstance(child, tuple | list)]
    if not children or len(children) > PART_LIMIT:
        raise _Odd
    for child in children:
        yield from _leaves(child, depth + 1)


def _messages_within(body: object, depth: int) -> Iterator[Part]:
    """The forwarded messages within a forwarded one, so that their subjects count; whatever is odd is left out."""
    if depth > DEPTH_LIMIT or not isinstance(body, Sequence) or isinstance(body, bytes | str):
        return
    if len(body) > _BODY and _is(body[_TYPE], "message"):
        with suppress(_Odd):
            if (leaf := _leaf(body)).media_type in _EMBEDDED:
                yield leaf
    for child in body:
        yield from _messages_within(child, depth + 1)


def _is(value: object, word: str) -> bool:
    return isinstance(value, bytes | str) and text(value).lower() == word


def _leaf(body: Sequence[object]) -> Part:
    """One part that is not a multipart. Raises _Odd."""
    if len(body) < _FIELDS:
        raise _Odd
    media_type = f"{_word(body[_TYPE])}/{_word(body[_SUBTYPE])}"
    size = body[_SIZE]
    subject = None
    if media_type in _EMBEDDED:
        subject = _subject(body[_ENVELOPE] if len(body) > _ENVELOPE else None)
    return Part(
        media_type=media_type,
        name=_name(body),
        size=size if isinstance(size, int) and size > 0 else 0,
        forwarded_subject=subject,
    )


def _word(value: object) -> str:
    if not isinstance(value, bytes | str) or not value:
        raise _Odd
    return text(value).lower()


def _subject(envelope: object) -> str | None:
    """The subject of a forwarded message; None where the server did not send an envelope."""
    if not isinstance(envelope, tuple | list) or len(envelope) <= _ENVELOPE_SUBJECT:
        return None
    subject = envelope[_ENVELOPE_SUBJECT]
    return decoded(subject) if isinstance(subject, bytes | str | int) else ""


def _name(body: Sequence[object]) -> str:
    """The file name of Content-Disposition, else the name of Content-Type.

    The disposition, ("attachment" ("filename" "a.mp4")), is the second field of the extension data, whose place
    depends on the type; servers leave fields out. It is known by its form instead.
    """
    for field in body[_FIELDS:]:
        if not isinstance(field, tuple | list) or len(field) != 2 or not isinstance(field[0], bytes | str):  # noqa: PLR2004
            continue
        name = parameter(_pairs(field[1]), "filename")
        if name:
            return name
    return parameter(_pairs(body[_PARAMETERS]), "name")


def _pairs(parameters: object) -> Iterator[tuple[str, str]]:
    """("name" "value" "name" "value") as pairs; a NIL or a value without its pair is left out."""
    if not isinstance(parameters, tuple | list):
        return
    for name, value in zip(parameters[::2], parameters[1::2], strict=False):
        if isinstance(name, bytes | str) and isinstance(value, bytes | str | int):
            yield text(name), text(value)
