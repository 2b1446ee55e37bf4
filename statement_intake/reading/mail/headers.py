"""The header section of a mail, decoded: the one parser that also runs in the parent, at a glance.

Pure and bounded: whatever is too much is cut before anything is parsed, and nothing raises.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable
from datetime import UTC, datetime
from email import utils
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from statement_intake.domain.message import Address, Headers
from statement_intake.reading.mail.encoded_words import decode_words
from statement_intake.reading.text import clean_line, decode

#: Bytes of the header section that are looked at.
MAXIMUM_SECTION = 262_144
#: Bytes of one field; the rest of a longer one is cut off.
MAXIMUM_FIELD = 65_536
#: Physical lines; those that follow are not looked at.
MAXIMUM_LINES = 1_000
#: Parentheses within parentheses; in a value with more they are not taken for comments.
MAXIMUM_NESTING = 50
#: Fields that hold no encoded words (RFC 2047 section 5). A sender's address, which our own mail server quotes there,
#: would else be decoded into that server's word about him.
_VERBATIM = frozenset({"authentication-results"})
#: Mailboxes of one kind (From, To, ...).
MAXIMUM_ADDRESSES = 200

#: Since 3.13, and in later releases of older versions, Python takes a field for empty in which it counts more addresses
#: than it expects: so it does with "a@x.org <a@x.org>", which many programs write. Here each address is looked at.
_LENIENT: dict[str, Any] = {"strict": False} if getattr(utils, "supports_strict_parsing", False) else {}

_ATOMS = r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
#: One address, alone or behind words or a string, in characters that mean themselves: nearly every mailbox.
USUAL_MAILBOX = re.compile(rf'(?:(?:"([^"\\]*)"|(\w+(?: \w+)*)) <({_ATOMS}@{_ATOMS})>|({_ATOMS}@{_ATOMS}))')

_GROUP = re.compile(r'(?:[^":;<>@,]|"(?:[^"\\]|\\.)*")*:.*;\s*', re.DOTALL)
_END = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE = re.compile(rb"\r\n|\n|\r")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_OBSOLETE = re.compile(rb"^([!-9;-~]{1,100})[ \t]+:", re.MULTILINE)
_PATH = re.compile(r"<\s*([^<>]*?)\s*>")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")


def read_headers(raw: bytes) -> Headers:
    """Decode the header section at the beginning of *raw*, which may be cut off or be followed by a body."""
    fields = tuple(_fields(header_section(raw.removeprefix(BOM_UTF8))))
    sent = _first(fields, "date")
    trace = _first(fields, "received")
    return Headers(
        sender=_mailboxes(_all(fields, "from")),
        sent_by_group=any(map(_is_group, _all(fields, "from"))),
        reply_to=_mailboxes(_all(fields, "reply-to")),
        to=_mailboxes(_all(fields, "to")),
        cc=_mailboxes(_all(fields, "cc")),
        subject=clean_line(decode_words(_first(fields, "subject") or "")),
        date=_instant(sent) if sent else None,
        message_id=_message_id(_first(fields, "message-id")),
        answers=_answers(fields),
        return_path=_return_path(_first(fields, "return-path")),
        received=_instant(trace.rpartition(";")[2]) if trace else None,
        fields=tuple((name, value if name in _VERBATIM else clean_line(decode_words(value))) for name, value in fields),
    )


def header_section(raw: bytes) -> bytes:
    """What stands before the first empty line, at most MAXIMUM_SECTION bytes."""
    raw = raw[:MAXIMUM_SECTION]
    if raw[:1] in {b"\n", b"\r"}:
        return b""
    end = _END.search(raw)
    return raw[: end.start()] if end else raw


def without_obsolete_spaces(mail: bytes) -> bytes:
    """*mail* without spaces between a field's name and its colon, in the first header section.

    RFC 5322 section 4.5 has them; Python's parser takes such a line for the end of the header, and so it does with the
    byte order mark that an editor has put before a mail when it was saved.
    """
    mail = mail.removeprefix(BOM_UTF8)
    section = header_section(mail)
    return _OBSOLETE.sub(rb"\1:", section) + mail[len(section) :]


def drop_comments(value: str) -> str:
    """*value* without its comments (RFC 5322 section 3.2.2); unchanged where they nest too deeply or never end."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in value:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"' and depth == 0:
            quoted = not quoted
        elif character == "(" and not quoted:
            depth += 1
            if depth > MAXIMUM_NESTING:
                return value.translate({ord("("): " ", ord(")"): " "})
        elif character == ")" and not quoted and depth:
            depth -= 1
            continue
        if depth == 0:
            kept.append(character)
    return "".join(kept) if depth == 0 else value.translate({ord("("): " ", ord(")"): " "})


def _fields(section: bytes) -> Iterable[tuple[str, str]]:
    """Names in lower case and unfolded values, not yet RFC 2047 decoded. Lines that are no field are left out."""
    lines = _LINE.split(section, maxsplit=MAXIMUM_LINES)[:MAXIMUM_LINES]
    current: list[bytes] = []
    for line in [*lines, b""]:
        if line[:1] in {b" ", b"\t"}:
            current.append(line)
            continue
        field = _FIELD.fullmatch(b"".join(current)[:MAXIMUM_FIELD])
        if field:
            yield field[1].decode("ascii").lower(), clean_line(decode(field[2]))
        current = [line]


def _all(fields: Iterable[tuple[str, str]], name: str) -> list[str]:
    return [value for field, value in fields if field == name]


def _first(fields: Iterable[tuple[str, str]], name: str) -> str | None:
    return next(iter(_all(fields, name)), None)


def _mailboxes(values: list[str]) -> tuple[Address, ...]:
    """The mailboxes of every occurrence of an address field, each once; what has no @ is no mailbox."""
    found: dict[str, Address] = {}
    for value in values:
        for name, email in _addresses(value):
            address = Address(name=clean_line(decode_words(name)), email=clean_line(email).replace(" ", ""))
            if "@" in address.email and len(found) < MAXIMUM_ADDRESSES:
                found.setdefault(address.key, address)
    return tuple(found.values())


def _is_group(value: str) -> bool:
    return value.rstrip()[-1:] in {";", ")"} and _GROUP.fullmatch(drop_comments(value)) is not None


def _addresses(value: str) -> list[tuple[str, str]]:
    """Names and addresses in *value*. Python's parser looks at every character, so it is spared what is plain."""
    usual = USUAL_MAILBOX.fullmatch(value)
    if usual:
        quoted, words, behind, alone = usual.groups()
        return [(quoted or words or "", behind or alone)]
    return getaddresses([drop_comments(value)], **_LENIENT)


def _instant(value: str) -> datetime | None:
    """A date-time of RFC 5322 section 3.3, aware ("-0000" is UTC); None if it cannot be read."""
    try:
        instant = parsedate_to_datetime(drop_comments(value).strip()[:200])
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        instant.astimezone(UTC)  # refuses what lies outside the years 1 to 9999 elsewhere
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant


def _message_id(value: str | None) -> str | None:
    value = drop_comments(value or "").strip()
    return value if _MESSAGE_ID.fullmatch(value) else None


def _answers(fields: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Message-IDs, nearest first: In-Reply-To, then References from its end (RFC 5322 section 3.6.4)."""
    fields = list(fields)
    replied = _MESSAGE_ID.findall(" ".join(_all(fields, "in-reply-to")))
    thread = _MESSAGE_ID.findall(" ".join(_all(fields, "references")))
    return tuple(dict.fromkeys([*replied, *reversed(thread)]))


def _return_path(value: str | None) -> str | None:
    """The reverse-path of RFC 5321 section 4.4, without its brackets."""
    if value is None:
        return None
    value = drop_comments(value).strip()
    inner = _PATH.fullmatch(value)
    return inner[1] if inner else value
