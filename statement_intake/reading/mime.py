"""From a raw mail to a Message: the walk over its parts, iterative, and never into a mail within the mail."""

import email
import email.policy
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message as Mime
from pathlib import Path

import mailparser

from statement_intake.domain.message import Attachment, Message
from statement_intake.reading import bodies, transfer
from statement_intake.reading.attachment import Described, inspect
from statement_intake.reading.faults import OverLimits, ReaderFault
from statement_intake.reading.headers import read_headers
from statement_intake.reading.parameters import read_field
from statement_intake.reading.skeleton import Skeleton, cut, first_header_section
from statement_intake.reading.store import Store
from statement_intake.reading.text import clean_line, clean_text, decode

#: Files of one mail.
MAXIMUM_ATTACHMENTS = 200
#: Multiparts within multiparts.
MAXIMUM_DEPTH = 20
#: Bytes of one text of the body that are decoded, and characters of the body that are given back.
MAXIMUM_BODY, MAXIMUM_TEXT = 2_000_000, 100_000
MAXIMUM_DEFECTS = 50
#: Characters of all documents' texts together, so that the answer stays small.
MAXIMUM_TEXTS = 1_000_000

_DEFECTS = {
    "StartBoundaryNotFoundDefect": "a boundary that its header announces never comes",
    "CloseBoundaryNotFoundDefect": "the mail ends before its closing boundary",
    "MultipartInvariantViolationDefect": "a multipart has no parts",
    "NoBoundaryInMultipartDefect": "a multipart announces no boundary",
    "FirstHeaderLineIsContinuationDefect": "the first header line is a continuation",
    "MisplacedEnvelopeHeaderDefect": 'a "From " line stands among the headers',
    "MissingHeaderBodySeparatorDefect": "no empty line stands between headers and body",
    "InvalidMultipartContentTransferEncodingDefect": "a multipart has a transfer encoding",
}
#: Alternatives to the text that add nothing to it.
_UNREAD_TEXT = frozenset({"enriched", "richtext", "x-amp-html", "watch-html", "x-watch-html"})
_ENCRYPTED_BODY = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)


@dataclass
class _Reading:
    """What has been found so far in one mail."""

    skeleton: Skeleton
    store: Store
    deadline: float
    attachments: list[Attachment] = field(default_factory=list)
    structure: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    #: Texts of the body: subtype, text, and the multipart/alternative that they are part of.
    texts: list[tuple[str, str, int | None]] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    encrypted: bool = False
    characters: int = 0

    def complain(self, what: str) -> None:
        if what not in self.defects and len(self.defects) < MAXIMUM_DEFECTS:
            self.defects.append(what)


def read_message(raw: Path, workspace: Path, *, seconds: float, message_bytes: int, output_bytes: int) -> Message:
    """Read the mail in *raw*; its files go to *workspace*. Raises ReaderFault, OSError and MemoryError."""
    headers = read_headers(first_header_section(raw))
    reading: _Reading | None = None
    try:
        skeleton = cut(raw, message_bytes=message_bytes)
        reading = _Reading(skeleton, Store(workspace, output_bytes), time.monotonic() + seconds)
        _walk(_parse(skeleton.content, reading), reading)
    except OverLimits as limit:
        return Message(headers=headers, over_limits=str(limit))
    except RecursionError:
        return Message(headers=headers, over_limits="the mail's parts are nested too deeply")
    except (ReaderFault, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser raises, the mail is kept and a person looks
        return Message(headers=headers, unreadable=f"the mail cannot be parsed ({type(error).__name__})")
    text = _body(reading)
    return Message(
        headers=headers,
        text=text,
        links=bodies.links([text], reading.anchors),
        attachments=tuple(reading.attachments),
        structure=tuple(reading.structure),
        defects=tuple(reading.defects),
        encrypted=reading.encrypted or _ENCRYPTED_BODY.search(text) is not None,
    )


def _parse(content: bytes, reading: _Reading) -> Mime:
    """The mail's tree, by mail-parser; by the standard library alone where that gives up."""
    try:
        parsed = mailparser.parse_from_bytes(content).message
    except RecursionError:
        raise
    except Exception as error:  # its own exceptions and those of what it calls
        if "Recursion" in type(error).__name__:
            raise RecursionError from error
        reading.complain("is written in a way that only a lenient parser reads")
        parsed = None
    if isinstance(parsed, Mime):
        return parsed
    return email.message_from_bytes(content, policy=email.policy.compat32)


@dataclass(frozen=True)
class _Place:
    """A part, and where it hangs."""

    part: Mime
    depth: int = 0
    #: The multipart/alternative above, by its number.
    alternative: int | None = None
    #: The signature of a multipart/signed.
    signature: bool = False


def _walk(root: Mime, reading: _Reading) -> None:
    waiting = [_Place(root)]
    while waiting:
        place = waiting.pop()
        part, subtype = place.part, place.part.get_content_subtype()
        if place.depth > MAXIMUM_DEPTH:
            raise OverLimits(f"the mail's parts are nested more than {MAXIMUM_DEPTH} deep")
        reading.structure.append(clean_line(part.get_content_type())[:200])
        for defect in part.defects:
            name = type(defect).__name__
            reading.complain(_DEFECTS.get(name, f"breaks a rule of MIME ({name})"))
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            alternative = len(reading.structure) if subtype == "alternative" else place.alternative
            reading.encrypted = reading.encrypted or subtype == "encrypted"
            children = [child for child in part.get_payload() if isinstance(child, Mime)]
            waiting += reversed([_Place(child, place.depth + 1, alternative) for child in children])
        else:
            _leaf(place, reading)


def _leaf(place: _Place, reading: _Reading) -> None:
    """A part without parts of its own: text of the body, or a file."""
    part = place.part
    declared, type_parameters = read_field(part, "content-type")
    disposition, parameters = read_field(part, "content-disposition")
    name = parameters.get("filename") or type_parameters.get("name") or ""
    main, _, subtype = part.get_content_type().partition("/")
    is_body = main == "text" and not name and disposition != "attachment" and subtype != "calendar"
    if main == "multipart" or is_body:
        if subtype not in _UNREAD_TEXT:
            _text(part, "html" if subtype == "html" else "plain", type_parameters.get("charset"), place, reading)
        return
    if part.get_content_type() in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        reading.encrypted = True
        if type_parameters.get("smime-type", "").lower() == "signed-data":
            reading.complain("is opaque-signed; not opened here")
    if len(reading.attachments) >= MAXIMUM_ATTACHMENTS:
        raise OverLimits(f"the mail has more than {MAXIMUM_ATTACHMENTS} files")
    content_id = any(field.lower() == "content-id" for field in part.keys())  # noqa: SIM118 - not a mapping
    forwarded = _subject_of_message(part)
    described = Described(
        name=name or (f"{forwarded.replace('/', '-')}.eml" if forwarded else ""),
        declared_type=(declared if "/" in declared else "")[:200],
        inline=disposition != "attachment" and (disposition == "inline" or content_id),
        number=len(reading.attachments) + 1,
        subject=forwarded,
    )
    stored = reading.store.keep(_content(part, reading, described))
    attachment = inspect(stored, described, seconds=max(1.0, reading.deadline - time.monotonic()))
    reading.attachments.append(_trimmed(attachment, reading))


def _content(part: Mime, reading: _Reading, described: Described | None) -> Iterator[bytes]:
    """The decoded content of a part, a piece at a time; what is wrong with it becomes a defect."""
    where = f"the file {described.number}" if described else "a text"
    # get_payload() would decode 8-bit text by its declared charset and lose what does not fit.
    payload = part._payload  # type: ignore[attr-defined]  # noqa: SLF001
    if isinstance(payload, list):
        payload = "".join(_source(child) for child in payload if isinstance(child, Mime))
    encoding, _ = read_field(part, "content-transfer-encoding")
    return transfer.undo(
        reading.skeleton.expand(str(payload)), encoding, lambda what: reading.complain(f"{where} {what}")
    )


def _source(message: Mime) -> str:
    """A mail within the mail, as it was written."""
    return message.as_bytes().decode("ascii", "surrogateescape")


def _subject_of_message(part: Mime) -> str:
    """The subject of a forwarded mail; empty where there is none."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if part.get_content_type() != "message/rfc822" or not isinstance(inner, Mime):
        return ""
    return read_headers(_source(inner).encode("ascii", "surrogateescape")[:65_536]).subject


def _text(part: Mime, subtype: str, charset: str | None, place: _Place, reading: _Reading) -> None:
    raw = bytearray()
    for piece in _content(part, reading, None):
        raw += piece
        if len(raw) > MAXIMUM_BODY:
            reading.complain("a text of the mail is longer than is read")
            break
    text = decode(bytes(raw[:MAXIMUM_BODY]), charset)
    if subtype == "html":
        text, anchors = bodies.from_html(text)
        reading.anchors += anchors
    reading.texts.append((subtype, clean_text(text).strip(), place.alternative))


def _body(reading: _Reading) -> str:
    """The texts in their order, without the HTML whose plain alternative was sent along."""
    plain = {alternative for subtype, text, alternative in reading.texts if subtype == "plain" and text}
    kept = [
        text
        for subtype, text, alternative in reading.texts
        if text and (subtype == "plain" or alternative is None or alternative not in plain)
    ]
    return "\n\n".join(kept)[:MAXIMUM_TEXT]


def _trimmed(attachment: Attachment, reading: _Reading) -> Attachment:
    """*attachment* with so much of its text as all documents' texts together may still have."""
    if attachment.document is None:
        return attachment
    text = attachment.document.text[: max(0, MAXIMUM_TEXTS - reading.characters)]
    reading.characters += len(text)
    return attachment.model_copy(update={"document": attachment.document.model_copy(update={"text": text})})
