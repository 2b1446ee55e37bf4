"""Values that the tests of the rules start from: a mail that is in order, to be changed in the one thing at hand."""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from statement_intake.configuration import load_knowledge
from statement_intake.domain.checks import Case, Facts
from statement_intake.domain.cover import read_cover
from statement_intake.domain.judge import Knowledge
from statement_intake.domain.message import (
    Address,
    Attachment,
    Category,
    DocumentFacts,
    DocumentProblem,
    Headers,
    Message,
    VideoFacts,
)
from statement_intake.domain.parties.rows import Name, names
from statement_intake.domain.submission import understand

SUBJECT = "12th EMIC statement – France 3"
SENDER = "mission@vienna.gouv.example"
#: Before the deadline.
RECEIVED = datetime(2023, 8, 23, 7, 30, tzinfo=UTC)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@cache
def every_name() -> tuple[Name, ...]:
    """What the parties are called, as written in the data."""
    file = files("statement_intake") / "data" / "parties" / "names.csv"
    return tuple(name for _, name in names(file.read_text(encoding="utf-8")))


@cache
def knowledge() -> Knowledge:
    """The meetings as they are configured, the parties and the words."""
    return load_knowledge(Path("config/meetings"))


def headers(subject: str = SUBJECT, *fields: tuple[str, str], **changes: object) -> Headers:
    """The headers of a mail from a mission to both addresses."""
    values: dict[str, object] = {
        "sender": (Address(email=SENDER),),
        "to": (Address(email="uncac@un.org"),),
        "cc": (Address(email="unov.conference@un.org"),),
        "subject": subject,
        "message_id": "<1@mail.example>",
        "fields": fields,
    }
    return Headers.model_validate(values | changes)


def video(name: str = "France.mp4", **facts: object) -> Attachment:
    """A video that is in order, but for *facts*."""
    measured: dict[str, object] = {
        "readable": True, "seconds": 170.0, "header_seconds": 170.0, "audio_seconds": 170.0, "pictures": 4250,
        "has_picture": True, "has_sound": True, "width": 1920, "height": 1080, "frame_rate": 25.0,
        "container": "mov,mp4,m4a,3gp,3g2,mj2", "video_codec": "h264", "audio_codec": "aac",
    }  # fmt: skip
    return Attachment(
        name=name,
        media_type="video/mp4",
        category=Category.VIDEO,
        size=5_000_000,
        sha256=digest(name),
        video=VideoFacts.model_validate(measured | facts),
    )


def document(
    name: str = "Transcript.docx",
    *,
    words: int = 330,
    text: str = "Thank you.",
    problem: DocumentProblem | None = None,
    kind: str = "docx",
) -> Attachment:
    """A document with text, or with a problem."""
    facts = DocumentFacts(format=kind, problem=problem, text="" if problem else text, words=0 if problem else words)
    return Attachment(
        name=name, media_type=DOCX, category=Category.DOCUMENT, size=20_000, sha256=digest(name), document=facts
    )


def picture(name: str = "page.jpg", *, inline: bool = False) -> Attachment:
    """A photo."""
    return Attachment(
        name=name, media_type="image/jpeg", category=Category.IMAGE, size=9_000, sha256=digest(name), inline=inline
    )


def digest(name: str) -> str:
    """Sixty-four hexadecimal digits that differ with the name."""
    return name.encode().hex().ljust(64, "0")[:64]


def message(*attachments: Attachment, subject: str = SUBJECT, **changes: object) -> Message:
    """A mail with these files."""
    values: dict[str, object] = {
        "headers": headers(subject),
        "text": "Please find attached the statement of France.",
        "attachments": attachments,
    }
    return Message.model_validate(values | changes)


def case(*attachments: Attachment, subject: str = SUBJECT, facts: Facts | None = None, **changes: object) -> Case:
    """What the checks are given for such a mail."""
    mail, known = message(*attachments, subject=subject, **changes), knowledge()
    reading = known.read_subject(mail.headers.subject)
    return Case(
        message=mail,
        reading=reading,
        submission=understand(mail, reading, known.words),
        cover=read_cover(mail, reading, known.words),
        facts=facts or Facts(received=RECEIVED, own=frozenset({"uncac@un.org", "unov.conference@un.org"})),
    )
