"""Bounces: what mail servers say about letters of ours that did not arrive, or not yet (RFC 3464, or plain text).

A bounce is tied to its letter by the letter's Message-ID alone, wherever that stands: in the threading fields, in the
mail that came back, in what is left of its header, or in a text. Our Message-IDs hold a token that nobody can guess,
so who names one has at least read the letter.
"""

import re
from collections.abc import Iterable, Iterator

from statement_intake.domain.automatic import is_from_daemon
from statement_intake.domain.message import Headers, Message
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

#: Message-IDs that are looked at, and characters of what a server says that are kept.
_MOST_IDS, _MOST_SAID = 50, 300
#: Characters of a text in which a server's own words are looked for.
_MOST_TEXT = 20_000
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: As in a copy of the header, and in a sentence about it ("Message-ID: <...>", "(message id <...>)").
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>")
_FIELD = re.compile(r"^(action|status|diagnostic-code)[ \t]*:[ \t]*(.*(?:\n[ \t]+.*)*)", re.IGNORECASE | re.MULTILINE)
#: A reply code of SMTP (RFC 5321 section 4.2.1) or an enhanced one (RFC 3463).
_CODE = re.compile(r"(?<![\d.\-/:])[45]\d\d[ \-](?=\D|\d\.)|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
#: Actions of RFC 3464 section 2.3.3 that tell of no trouble.
_ARRIVED = frozenset({"delivered", "relayed", "expanded"})


class Bounce(Value):
    """What a mail server says about a mail that it could not deliver."""

    #: The Message-IDs of the mails that it may speak of.
    about: tuple[str, ...]
    #: False while it goes on trying.
    final: bool
    #: The status in the server's own words, one line.
    said: str


def may_be_bounce(headers: Headers, structure: Iterable[str], words: Vocabulary) -> bool:
    """Judge by headers and structure whether this may be a mail server's word about a mail of ours.

    An out-of-office answer is none; a reading receipt neither.
    """
    if _REPORTS & frozenset(structure) or headers.all("x-failed-recipients"):
        return True
    declared = " ".join(headers.all("content-type")).lower()
    return (
        ("multipart/report" in declared and "disposition-notification" not in declared)
        or is_from_daemon(headers)
        or words.found("bounce", headers.subject)
    )


def read_bounce(message: Message, words: Vocabulary) -> Bounce | None:
    """The bounce that *message* is; None where it is none, or tells of a mail that arrived."""
    if not may_be_bounce(message.headers, message.structure, words):
        return None
    reported = _worst(message.report)
    action = _action(reported)
    if action in _ARRIVED:
        return None
    delayed = action == "delayed" if action else _is_delayed(message, reported.get("status", ""), words)
    about = tuple(dict.fromkeys(_ids(message)))[:_MOST_IDS]
    return Bounce(about=about, final=not delayed, said=_said(message, reported)) if about else None


def _worst(report: str) -> dict[str, str]:
    """The fields of the recipient of whom the worst is told: there may have been several behind the one we wrote to."""
    recipients = [
        {name.lower(): " ".join(value.split()) for name, value in _FIELD.findall(block)}
        for block in re.split(r"\n[ \t]*\n", report)
    ]
    told = [recipient for recipient in recipients if recipient]
    return min(told, key=lambda fields: (_action(fields) != "failed", _action(fields) != "delayed"), default={})


def _action(fields: dict[str, str]) -> str:
    return fields.get("action", "").partition(";")[0].partition("(")[0].strip().lower()


def _ids(message: Message) -> Iterator[str]:
    """Every Message-ID but its own, the surest first."""
    for inner in message.enclosed:
        if inner.headers.message_id:
            yield inner.headers.message_id
    yield from message.headers.answers
    yield from _MESSAGE_ID.findall(message.text)
    for attachment in message.attachments:
        if attachment.document is not None:
            yield from _MESSAGE_ID.findall(attachment.document.text)


def _is_delayed(message: Message, status: str, words: Vocabulary) -> bool:
    if status:
        return status.startswith("4")
    return words.found("bounce_delayed", f"{message.headers.subject}\n{message.text[:_MOST_TEXT]}")


def _said(message: Message, reported: dict[str, str]) -> str:
    """The status and the diagnosis; where no report has them, the first line of the text that speaks of a code."""
    diagnosis = reported.get("diagnostic-code", "")
    kind, semicolon, rest = diagnosis.partition(";")
    diagnosis = rest.strip() if semicolon and kind.strip().isalnum() else diagnosis
    status = reported.get("status", "")
    said = diagnosis if status and status in diagnosis else f"{status} {diagnosis}".strip()
    if not said:
        lines = [" ".join(line.split()) for line in message.text[:_MOST_TEXT].splitlines()]
        said = next((line for line in lines if _CODE.search(line)), next(filter(None, lines), ""))
    return "".join(character for character in said if character.isprintable())[:_MOST_SAID]
