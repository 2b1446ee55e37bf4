"""What was measured of a submission, and the limit, as the table of rules shows them: each gives (measured, limit)."""

from dataclasses import dataclass

from statement_intake.console import words
from statement_intake.domain.meeting import Kind, Meeting
from statement_intake.domain.message import DocumentFacts, VideoFacts
from statement_intake.domain.records import Dossier

Measured = tuple[str, str]
_NOTHING = "–"


@dataclass(frozen=True)
class Looked:
    """What a measure looks at."""

    dossier: Dossier
    meeting: Meeting | None
    #: Of the times that are shown.
    zone: str

    @property
    def video(self) -> VideoFacts | None:
        """The first video."""
        return next((file.attachment.video for file in self.dossier.files if file.attachment.video), None)

    def text(self, role: str) -> DocumentFacts | None:
        """The document in that part."""
        return next((file.attachment.document for file in self.dossier.files if file.role == role), None)

    def language(self, role: str) -> str | None:
        """The language of that document."""
        known = next((file.attachment.understood for file in self.dossier.files if file.role == role), None)
        return known.language if known else None


def nothing(_at: Looked) -> Measured:
    """There is nothing to measure."""
    return "", ""


def meeting(at: Looked) -> Measured:
    """Which meeting."""
    return at.meeting.subject.short_name if at.meeting else _NOTHING, ""


def party(at: Looked) -> Measured:
    """Who speaks."""
    return at.dossier.party_name or _NOTHING, ""


def items(at: Looked) -> Measured:
    """On what."""
    return ", ".join(at.dossier.items) or _NOTHING, ""


def deadline(at: Looked) -> Measured:
    """When it was received, and until when it could be."""
    limit = at.meeting.deadline.get(Kind(at.dossier.kind)) if at.meeting and at.dossier.kind else None
    until = words.moment(limit.moment, limit.zone) if limit else ""
    return words.moment(at.dossier.received, at.zone), until


def videos(at: Looked) -> Measured:
    """How many videos."""
    return str(sum(file.role == "video" for file in at.dossier.files)), "1"


def codecs(at: Looked) -> Measured:
    """How picture and sound are coded."""
    facts = at.video
    return ", ".join(filter(None, (facts.video_codec, facts.audio_codec))) or _NOTHING if facts else _NOTHING, ""


def length(at: Looked) -> Measured:
    """The true length of each video, and the longest allowed with its tolerance."""
    lengths = [file.attachment.video.seconds for file in at.dossier.files if file.attachment.video]
    limit = at.meeting.video if at.meeting else None
    allowed = f"{words.length(limit.max_seconds)} + {limit.tolerance_seconds:g} s" if limit else ""
    return ", ".join(words.length(seconds) for seconds in lengths) or _NOTHING, allowed


def picture(at: Looked) -> Measured:
    """Width, height, and pictures a second."""
    facts = at.video
    return f"{facts.width} × {facts.height}, {facts.frame_rate:.4g}/s" if facts and facts.width else _NOTHING, ""


def transcript(at: Looked) -> Measured:
    """Words of the transcript."""
    facts = at.text("transcript")
    return str(facts.words) if facts else _NOTHING, ""


def statement(at: Looked) -> Measured:
    """Words of the written statement."""
    facts = at.text("statement")
    return str(facts.words) if facts else _NOTHING, ""


def pace(at: Looked) -> Measured:
    """Words a minute, if the transcript is what is said."""
    text, video, rule = at.text("transcript"), at.video, at.meeting.transcript if at.meeting else None
    slowest, fastest = rule.pace(at.language("transcript")) if rule else (0, 0)
    limit = f"{slowest}–{fastest}/min" if rule else ""
    if text is None or video is None or not video.seconds:
        return _NOTHING, limit
    return f"{text.words / video.seconds * 60:.0f}/min", limit


def files(at: Looked) -> Measured:
    """How many files."""
    return str(len(at.dossier.files)), ""


def sender(at: Looked) -> Measured:
    """What our own mail server says: pass, fail or unknown."""
    facts = at.dossier.history[-1].sender
    return str(facts.authentication) if facts else _NOTHING, ""


def loudness(at: Looked) -> Measured:
    """Integrated loudness (EBU R 128), once the video was inspected."""
    for file in at.dossier.files:
        measured = file.inspection.measurements if file.inspection else None
        if measured and measured.loudness_lufs is not None:
            return f"{measured.loudness_lufs:.1f} LUFS", ""
    return _NOTHING, ""


def always(_at: Looked) -> bool:
    """What every judgement looks at."""
    return True


def scanned(at: Looked) -> bool:
    """Whether a scanner has looked at every file."""
    return bool(at.dossier.files) and all(file.attachment.scan is not None for file in at.dossier.files)


def inspected(at: Looked) -> bool:
    """Whether the video was played from beginning to end."""
    return any(file.inspection is not None and file.inspection.measurements is not None for file in at.dossier.files)
