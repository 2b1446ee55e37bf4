"""From a raw mail to a Message: what each part of it is; a mail within the mail is read by itself."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.message import Message as Mime
from pathlib import Path

from statement_intake.domain.message import Attachment, Category, Message
from statement_intake.reading.answer import Run
from statement_intake.reading.faults import OverLimits, ReaderFault
from statement_intake.reading.kinds.members import Closed
from statement_intake.reading.mail import bodies, transfer
from statement_intake.reading.mail.attachment import Described
from statement_intake.reading.mail.cms import signed_content
from statement_intake.reading.mail.found import MAXIMUM_REPORT, BodyText, Budget, Found
from statement_intake.reading.mail.headers import read_headers, without_obsolete_spaces
from statement_intake.reading.mail.names import extension
from statement_intake.reading.mail.parameters import read_field
from statement_intake.reading.mail.skeleton import Skeleton, cut, first_header_section
from statement_intake.reading.mail.tree import Place, leaves
from statement_intake.reading.mail.unpacking import take
from statement_intake.reading.store import Store, Stored
from statement_intake.reading.text import clean_text, decode

#: Bytes of one text of the body that are decoded.
MAXIMUM_BODY = 2_000_000
#: Alternatives to the text that add nothing to it.
_UNREAD_TEXT = frozenset({"enriched", "richtext", "x-amp-html", "watch-html", "x-watch-html"})
_SIGNED_OR_ENCRYPTED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_MAILS = frozenset({"message/rfc822", "message/global"})
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ENCRYPTED_BODY = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)


@dataclass(frozen=True)
class _Mail:
    """The mail that is being read."""

    skeleton: Skeleton
    found: Found
    #: Of a mail within it.
    message_bytes: int
    #: It lies within another mail; those within it are not opened.
    inside: bool
    #: What of it is decoded already, by the octet with which it begins.
    runs: Mapping[int, Run] = field(default_factory=dict)
    #: It was taken out of an S/MIME object.
    unwrapped: bool = False


def read_message(  # noqa: PLR0913 - a mail, where it goes, and limits
    raw: Path, workspace: Path, *, seconds: float, message_bytes: int, output_bytes: int, runs: Sequence[Run] = ()
) -> Message:
    """Read the mail in *raw*; its files go to *workspace*. Raises ReaderFault, OSError and MemoryError.

    *runs*: what was decoded as it arrived, and is in *workspace* already.
    """
    budget = Budget(Store(workspace, output_bytes), time.monotonic() + seconds)
    return _read(raw, budget, message_bytes, inside=False, runs=runs)


def _read(raw: Path, budget: Budget, message_bytes: int, *, inside: bool, runs: Sequence[Run] = ()) -> Message:
    headers = read_headers(first_header_section(raw))
    found = Found(budget)
    try:
        skeleton = cut(raw, message_bytes=message_bytes, runs=runs)
        known = {run.start: run for run in runs}
        mail = _Mail(skeleton, found, message_bytes, inside, known)
        _walk(without_obsolete_spaces(skeleton.content), mail)
    except OverLimits as limit:
        return Message(headers=headers, over_limits=str(limit))
    except RecursionError:
        return Message(headers=headers, over_limits="the mail's parts are nested too deeply")
    except (ReaderFault, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser raises, the mail is kept and a person looks
        return Message(headers=headers, unreadable=f"the mail cannot be parsed ({type(error).__name__})")
    text = found.body()
    links = bodies.links([text], found.anchors)
    return Message(
        headers=headers,
        text=text,
        links=links,
        link_labels=bodies.labels(links, found.anchors),
        attachments=tuple(found.attachments),
        enclosed=tuple(found.enclosed),
        forwarded_subjects=tuple(found.forwarded_subjects),
        structure=tuple(found.structure),
        report=found.report,
        defects=tuple(found.defects),
        torn=found.torn,
        encrypted=found.encrypted or _ENCRYPTED_BODY.search(text) is not None,
    )


def _walk(content: bytes, mail: _Mail, depth: int = 0) -> None:
    for place in leaves(content, mail.found, depth):
        _leaf(place, mail)


def _leaf(place: Place, mail: _Mail) -> None:
    """A part without parts of its own: text of the body, or a file."""
    part, found = place.part, mail.found
    declared, type_parameters = read_field(part, "content-type", found.charset)
    disposition, parameters = read_field(part, "content-disposition", found.charset)
    name = parameters.get("filename") or type_parameters.get("name") or ""
    main, _, subtype = part.get_content_type().partition("/")
    is_body = main == "text" and not name and disposition != "attachment" and subtype != "calendar"
    if main == "multipart" or is_body:
        if subtype not in _UNREAD_TEXT:
            _text(place, "html" if subtype == "html" else "plain", type_parameters.get("charset"), mail)
        return
    content_id = any(field.lower() == "content-id" for field in part.keys())  # noqa: SIM118 - not a mapping
    described = Described(
        name=name or _name_of_message(part),
        declared_type=(declared if "/" in declared else "")[:200],
        inline=disposition != "attachment" and (disposition == "inline" or content_id),
        number=found.budget.next_file(),
    )
    stored = _decoded(part, mail) or found.budget.store.keep(_content(part, mail, described))
    if part.get_content_type() in _REPORTS:
        found.report = (found.report + clean_text(_beginning(stored)) + "\n")[:MAXIMUM_REPORT]
    if name.lower().endswith(".p7m") or part.get_content_type() in _SIGNED_OR_ENCRYPTED:
        if _unwrapped(stored, described, place, mail):
            return
        found.encrypted = True
    attachment = take(stored, described, found, inside=mail.inside)
    if attachment is not None and attachment.category is Category.MESSAGE:
        _enclosed(part, attachment, stored, mail)


def _decoded(part: Mime, mail: _Mail) -> Stored | None:
    """The content of *part* where it is one run of base64 that was decoded as the mail arrived."""
    payload = part._payload  # type: ignore[attr-defined]  # noqa: SLF001 - as below
    if not mail.runs or not isinstance(payload, str) or read_field(part, "content-transfer-encoding")[0] != "base64":
        return None
    run = mail.skeleton.run(payload, mail.runs)
    return mail.found.budget.store.known(run.sha256, run.size) if run else None


def _beginning(stored: Stored) -> str:
    with stored.path.open("rb") as stream:
        return decode(stream.read(MAXIMUM_REPORT), "utf-8")


def _unwrapped(stored: Stored, described: Described, place: Place, mail: _Mail) -> bool:
    """Open an S/MIME object that is signed and not encrypted, one level deep; False where that cannot be done."""
    found = mail.found
    try:
        if mail.unwrapped:
            raise Closed("a signature within a signature")  # noqa: TRY301 - said like every other reason
        content = found.budget.store.keep(signed_content(stored.path))
    except Closed as why:
        found.complain(f"the S/MIME object is not opened: {why}")
        return False
    name = described.name[: -len(".p7m")] if described.name.lower().endswith(".p7m") else ""
    if extension(name):
        # A signed file, as Italian and other certified mail has it: statement.pdf.p7m.
        take(content, replace(described, name=name, declared_type=""), found, inside=mail.inside)
        return True
    skeleton = cut(content.path, message_bytes=mail.message_bytes)
    inner = replace(mail, skeleton=skeleton, unwrapped=True, runs={})
    _walk(skeleton.content, inner, place.depth + 1)
    return True


def _enclosed(part: Mime, attachment: Attachment, stored: Stored, mail: _Mail) -> None:
    """A mail within the mail: read by itself, if it is not within another one in turn."""
    if attachment.media_type == "application/vnd.ms-outlook":
        return
    is_mail = part.get_content_type() in _MAILS or extension(attachment.name_as_sent) == "eml"
    if mail.inside or not is_mail:
        for inner in part.walk():
            if inner.get_content_type() in _MAILS:
                mail.found.forwards(_subject_within(inner))
        return
    message = _read(stored.path, mail.found.budget, mail.message_bytes, inside=True)
    mail.found.enclosed.append(message)
    for subject in (message.headers.subject, *message.forwarded_subjects):
        mail.found.forwards(subject)


def _content(part: Mime, mail: _Mail, described: Described | None) -> Iterator[bytes]:
    """The decoded content of a part, a piece at a time; what is wrong with it becomes a defect."""
    where = f"the file {described.number}" if described else "a text"
    # get_payload() would decode 8-bit text by its declared charset and lose what does not fit.
    payload = part._payload  # type: ignore[attr-defined]  # noqa: SLF001
    if isinstance(payload, list):
        payload = "".join(_source(child) for child in payload if isinstance(child, Mime))
    encoding, _ = read_field(part, "content-transfer-encoding")
    return transfer.undo(
        mail.skeleton.expand(str(payload)), encoding, lambda what: mail.found.complain(f"{where} {what}")
    )


def _source(message: Mime) -> str:
    """A mail within the mail, as it was written."""
    return message.as_bytes().decode("ascii", "surrogateescape")


def _name_of_message(part: Mime) -> str:
    """The subject of a forwarded mail with .eml."""
    subject = _subject_within(part) if part.get_content_type() == "message/rfc822" else ""
    return f"{subject.replace('/', '-')}.eml" if subject else ""


def _subject_within(part: Mime) -> str:
    """The subject of the mail that is the content of *part*; empty if there is none."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Mime):
        return ""
    header = "".join(f"{name}: {value}\r\n" for name, value in inner.raw_items())
    return read_headers(header.encode("utf-8", "surrogateescape")).subject


def _text(place: Place, subtype: str, charset: str | None, mail: _Mail) -> None:
    raw = bytearray()
    for piece in _content(place.part, mail, None):
        raw += piece
        if len(raw) > MAXIMUM_BODY:
            mail.found.complain("a text of the mail is longer than is read")
            break
    text = decode(bytes(raw[:MAXIMUM_BODY]), charset)
    mail.found.charset = mail.found.charset or charset or ""
    if subtype == "html":
        text, anchors = bodies.from_html(text)
        mail.found.anchors |= anchors
    mail.found.texts.append(BodyText(subtype, clean_text(text).strip(), place.alternative))
