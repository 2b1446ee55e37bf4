"""Letters as the service writes them, for the tests to look at."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.letters.reply import Letter, LetterKind, ListedFile

VIENNA = ZoneInfo("Europe/Vienna")
NOW = datetime(2023, 8, 28, 14, 6, tzinfo=VIENNA)
SENDER = "uncac@un.org"
MESSAGE_ID = "<7k3m-q9td.1@un.org>"
SUBJECT_LINE = "12th EMIC statement – Côte d’Ivoire 3"
VIDEO = ListedFile(role="video", name="france.mp4", size=5_120_000, sha256="ab" * 32, seconds=171.24)
TRANSCRIPT = ListedFile(role="transcript", name="france.docx", size=23_456, sha256="cd" * 32)

#: Every key that a rule puts into a detail.
DETAIL: dict[str, Any] = {
    "measured": 187.24, "limit": 180, "excess": 7.24, "unit": "s", "name": "a.mp4", "names": ["a.mp4", "b.mp4"],
    "header_seconds": 60.0, "sound": 190.0, "gap": 7.0, "width": 640, "height": 480, "problem": "damaged",
    "text": "Frence", "suggestions": ["France"], "candidates": ["Congo", "Democratic Republic of the Congo"],
    "items": ["9"], "known": ["2", "3"], "meeting": "12th EMIC", "title": "Another meeting",
    "deadline": "2023-08-30T23:59:59+02:00", "received": "2023-08-31T14:05:10+02:00", "kind": "video",
    "address": "unov.conference@un.org", "links": ["files.example"], "words": 100, "seconds": 180.0,
    "words_per_minute": 33,
}  # fmt: skip


def finding(code: str, effect: Effect | str = Effect.REJECT, **detail: Any) -> Finding:  # noqa: ANN401 - JSON
    """A finding whose English words must never appear in a letter."""
    return Finding(code=code, effect=Effect(effect), message="FOR OFFICERS ONLY", detail=detail)


def letter(kind: LetterKind | str = LetterKind.REJECTION, *findings: Finding, **values: Any) -> Letter:  # noqa: ANN401
    """A letter to a delegation, complete unless *values* say otherwise."""
    complete: dict[str, Any] = {
        "kind": kind,
        "language": "en",
        "to": "mission@gov.example",
        "reference": "7K3M-Q9TD",
        "subject": "RE: 12th EMIC statement – France 3",
        "message_id": "<original@gov.example>",
        "references": ("<first@gov.example>",),
        "meeting_titles": {"en": "Expert meeting on international cooperation"},
        "meeting_name": "12th EMIC",
        "party": "France",
        "items": ("3",),
        "statement_kind": "video",
        "received": datetime(2023, 8, 28, 14, 5, 10, tzinfo=VIENNA),
        "files": (VIDEO, TRANSCRIPT),
        "findings": findings,
        "subject_line": SUBJECT_LINE,
        "addresses": ("uncac@un.org", "unov.conference@un.org"),
        "contact": "conference.officer@un.org",
    }
    return Letter.model_validate(complete | values)
