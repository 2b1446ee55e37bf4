"""Decides about mails in files, as the service would, without a ledger and without sending.

A video that would be accepted is played whole before the decision is told, while the service plays it after the receipt
and marks the statement for a person: whoever asks here waits for all that is to be said.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from statement_intake.correspondence import Correspondent
from statement_intake.desk import scanned
from statement_intake.domain.checks import Facts
from statement_intake.domain.decision import Decision, decide
from statement_intake.domain.faults import LimitExceeded
from statement_intake.domain.finding import Outcome
from statement_intake.domain.forwarding import received_first
from statement_intake.domain.inspection import Measurements
from statement_intake.domain.judge import Knowledge, judge
from statement_intake.domain.letters.reply import Correspondence, plan_letter
from statement_intake.domain.message import Attachment, Glance, Headers, Message, Understood
from statement_intake.domain.parties.names import Party
from statement_intake.domain.submission import Role, Submission
from statement_intake.domain.triage.glancing import Answer, glance
from statement_intake.domain.triage.ties import Ties
from statement_intake.mailbox import HEADER_LIMIT
from statement_intake.mailbox.mime_scan import scan
from statement_intake.reading.sandbox import Reader
from statement_intake.scanner import Scanner

log = structlog.get_logger()

#: Stands where the service would put a submission's own reference.
SPECIMEN = "SI-0000-0000"
#: The reader is another process; two of them keep two cores busy.
_AT_ONCE = 2


@dataclass(frozen=True)
class Checker:
    """What deciding about a file needs."""

    knowledge: Knowledge
    reader: Reader
    correspondent: Correspondent
    largest: int
    now: datetime
    #: Instead of the time in the mail's own headers.
    received: datetime | None = None
    scanner: Scanner | None = None
    #: Whether the videos of what would be accepted are played (`--quick` leaves it).
    plays: bool = True


@dataclass(frozen=True)
class Checked:
    """The decision about one file, with what the letter would have been."""

    path: str
    decision: Decision
    headers: Headers
    received: datetime


def mails_below(paths: Iterable[str]) -> list[str]:
    """The files as given, and every *.eml below the folders as given, in any case; sorted, each once.

    Raises FileNotFoundError for a path that is not there.
    """
    found: set[str] = set()
    for given in paths:
        path = Path(given)
        if path.is_dir():
            below = (file for file in path.rglob("*") if file.suffix.lower() == ".eml" and file.is_file())
            found.update(os.path.join(given, file.relative_to(path)) for file in below)  # noqa: PTH118 - a Path would drop "./"
        elif path.exists():
            found.add(given)
        else:
            raise FileNotFoundError(f"{given}: there is no such file or folder")
    return sorted(found)


def check_all(mails: Iterable[str], checker: Checker) -> Iterator[Checked]:
    """Decide about each mail, in the order given. Raises SurroundingsFault where the reader cannot work."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(lambda given: check_one(given, checker), mails)


def check_one(given: str | Path, checker: Checker) -> Checked:
    """Glance, read, decide."""
    path = Path(given)
    with path.open("rb") as stream:
        headers = checker.reader.headers(_header_section(stream.read(HEADER_LIMIT)))
        stream.seek(0)
        parts = scan(stream)
    received = checker.received or headers.received or headers.date or checker.now
    seen = Glance(headers=headers, parts=parts, size=path.stat().st_size, received=received)
    knowledge = checker.knowledge
    look = glance(seen, knowledge.read_hint, Ties())
    if look.answer is Answer.OTHER and look.finding is not None:
        return Checked(str(given), decide(Submission(), (look.finding,)), headers, received)
    with tempfile.TemporaryDirectory(prefix="statement-intake-") as workspace:
        decision, headers, received = _judged(path, seen, checker, Path(workspace))
    return Checked(str(given), decision, headers, received)


def _judged(path: Path, seen: Glance, checker: Checker, workspace: Path) -> tuple[Decision, Headers, datetime]:
    knowledge, own = checker.knowledge, checker.correspondent.own
    message = knowledge.handed_in(_read(path, seen, checker, workspace), own)
    received = received_first(message, seen.received)
    facts = Facts(received=received, own=own, largest=checker.largest)
    decision = judge(message, facts, Ties(), knowledge)
    if checker.plays and decision.outcome is Outcome.ACCEPTED and decision.submission.of(Role.VIDEO):
        # Beside the mail's own folder: the reader's parent serves folders of one place, and reads other mails there.
        with tempfile.TemporaryDirectory(prefix="statement-intake-") as played:
            inspected = _played(decision.submission, checker.reader, workspace, Path(played))
        decision = judge(message, facts.model_copy(update={"inspected": inspected}), Ties(), knowledge)
    return decision, message.headers, received


def _played(submission: Submission, reader: Reader, files: Path, workspace: Path) -> dict[str, Measurements]:
    """What playing its videos shows, by digest; a limit that ends it is no verdict about a video."""
    inspected = {}
    for video in submission.of(Role.VIDEO):
        try:
            inspected[video.sha256] = reader.inspect(files / video.sha256, workspace).measurements
        except LimitExceeded as limit:
            log.warning("a video cannot be inspected", video=video.sha256, problem=str(limit))
    return inspected


def _header_section(beginning: bytes) -> bytes:
    ends = [place for mark in (b"\r\n\r\n", b"\n\n") if (place := beginning.find(mark)) >= 0]
    return beginning[: min(ends) + 2] if ends else beginning


def _read(path: Path, seen: Glance, checker: Checker, workspace: Path) -> Message:
    if seen.size > checker.largest:
        return Message(headers=seen.headers, over_limits=f"it is larger than {checker.largest // 1_000_000} MB")
    try:
        return scanned(checker.reader.read(path.resolve(), workspace), workspace, checker.scanner)
    except LimitExceeded as limit:
        return Message(headers=seen.headers, over_limits=str(limit))


def as_json(checked: Checked, checker: Checker) -> dict[str, Any]:
    """The line that `check --json` prints."""
    decision = checked.decision
    submission = Submission() if decision.outcome is Outcome.IGNORED else decision.submission
    return {
        "path": checked.path,
        "outcome": str(decision.outcome),
        "meeting": submission.meeting.id if submission.meeting else None,
        "party": party_json(submission.party),
        "on_behalf_of": party_json(submission.on_behalf_of),
        "together_with": [party_json(party) for party in submission.together_with],
        "items": list(submission.items),
        "kind": str(submission.kind) if submission.kind else None,
        "findings": [finding.model_dump(mode="json") for finding in decision.findings],
        "files": [
            {
                "role": str(file.role),
                "name": file.attachment.name,
                "media_type": file.attachment.media_type,
                "size": file.attachment.size,
                "sha256": file.attachment.sha256,
                "seconds": file.attachment.video.seconds if file.attachment.video else None,
                **_understood(file.attachment),
            }
            for file in submission.files
        ],
        "reply": _reply(checked, checker),
    }


def _understood(attachment: Attachment) -> dict[str, Any]:
    """Beyond the contract: what interpreters plan by."""
    known = attachment.understood or Understood()
    words = attachment.document.words if attachment.document else None
    return {
        "language": known.language,
        "translation": known.translation,
        "delivery": list(known.delivery),
        "words": words,
    }


def party_json(party: Party | None) -> dict[str, str] | None:
    """A party as JSON shows it."""
    return {"code": party.code, "name": party.name, "kind": str(party.kind)} if party else None


def _reply(checked: Checked, checker: Checker) -> dict[str, Any]:
    reading = checker.knowledge.read_subject(checked.headers.subject)
    about = Correspondence(
        headers=checked.headers,
        reference=SPECIMEN,
        received=checked.received,
        now=checked.received.astimezone(UTC),
        own=checker.correspondent.own,
        office=checker.correspondent.office,
        meeting=reading.series,
    )
    letter = plan_letter(checked.decision, about)
    if letter is None:
        why = checked.decision.why_silent or "message.no_reply"
        return {"send": False, "to": [], "language": None, "subject": None, "body": None, "why": why}
    subject, body = checker.correspondent.composer.text(letter)
    return {"send": True, "to": [letter.to], "language": letter.language, "subject": subject, "body": body}
