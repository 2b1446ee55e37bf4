"""The first look: by headers and structure alone, before anything is downloaded."""

import re
from collections.abc import Callable
from enum import StrEnum

from statement_intake.domain.automatic import automatic
from statement_intake.domain.finding import Finding
from statement_intake.domain.links import names_video
from statement_intake.domain.message import Glance, Part
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.triage.findings import own_mail, unrelated
from statement_intake.domain.triage.signs import is_attempt
from statement_intake.domain.triage.ties import Ties
from statement_intake.domain.value import Value

_VIDEO_NAME = re.compile(
    r"\.(?:mp4|m4v|mov|mkv|webm|avi|wmv|asf|mpe?g|m2?ts|mts|3gp|3g2|flv|dv|vob|ogv)$", re.IGNORECASE
)
_DOCUMENT_NAME = re.compile(r"\.(?:docx?|docm|odt|pdf|rtf|txt|pages)$", re.IGNORECASE)
#: What may hold a statement, and does not show it.
_OPAQUE = frozenset(
    {
        "application/octet-stream", "application/zip", "application/x-zip-compressed", "application/ms-tnef",
        "application/vnd.ms-tnef", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted",
        "application/vnd.ms-outlook", "application/x-7z-compressed", "application/vnd.rar",
        "application/x-rar-compressed", "message/rfc822", "message/global",
    }
)  # fmt: skip


class Answer(StrEnum):
    """What a glance says."""

    ATTEMPT = "attempt"
    #: Downloaded, and judged by its body.
    UNSURE = "unsure"
    #: Never downloaded.
    OTHER = "other"


class Look(Value):
    """The result of a glance."""

    answer: Answer
    #: For `other`: why.
    finding: Finding | None = None


def glance(seen: Glance, read: Callable[[str], SubjectReading | None], ties: Ties) -> Look:
    """Judge by headers and structure alone, whose forwarded subjects count too.

    *read*: understands a subject line, and gives None for one without a hint of us (`Knowledge.read_hint`).
    """
    parts = seen.parts or ()
    subjects = [seen.headers.subject, *(part.subject_within for part in parts if part.subject_within)]
    reading, *forwarded = map(read, subjects)
    videos = any(_is_video(part) for part in parts)
    opaque = any(part.media_type in _OPAQUE for part in parts)
    files = videos or opaque or any(_is_document(part) for part in parts)
    robot = automatic(
        seen.headers,
        (part.media_type for part in parts),
        subject=reading is not None and reading.automatic,
        files=files or (reading is not None and reading.transfer),
    )
    if robot or ties.ours:
        return Look(answer=Answer.OTHER, finding=robot or own_mail())
    telling = [line for line in (reading, *forwarded) if line is not None]
    if any(is_attempt(line, files=files, videos=videos) for line in telling):
        return Look(answer=Answer.ATTEMPT)
    if (
        seen.parts is None
        or videos
        or any(map(names_video, subjects))
        or ties.answers
        or ties.misnamed
        # A delegate's, and what is in it says itself what it is: "Fw: video" with a whole mail in an Outlook file.
        or (opaque and ties.known_sender)
        or any(_may_be_a_statement(line, ties, files=files) for line in telling)
    ):
        return Look(answer=Answer.UNSURE)
    return Look(answer=Answer.OTHER, finding=unrelated())


def _may_be_a_statement(line: SubjectReading, ties: Ties, *, files: bool) -> bool:
    if line.meetings or line.transfer:
        return True
    named, numbered = line.speakers.named, bool(line.items.numbers)
    if files:
        return line.statement and (named or numbered or ties.known_sender)
    return line.statement and named and numbered


def _is_video(part: Part) -> bool:
    return part.media_type.startswith("video/") or bool(_VIDEO_NAME.search(part.name))


def _is_document(part: Part) -> bool:
    return bool(_DOCUMENT_NAME.search(part.name)) or part.media_type in {"application/pdf", "application/msword"}
