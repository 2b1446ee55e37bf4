"""Note verbale: videos are to be sent “together with their transcripts”; each must hold readable text."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.checks.documents import problem_of, unreadable, why_unreadable
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.meeting import Kind, TranscriptRule
from statement_intake.domain.message import OPENPGP, Attachment, DocumentProblem
from statement_intake.domain.submission import Role

#: Words: a covering note is shorter than this; a body with more words may itself be the transcript.
BODY_IS_TRANSCRIPT = 150
#: Problems that are reported elsewhere, and not a second time here.
_ELSEWHERE = frozenset({DocumentProblem.BOMB, DocumentProblem.LIMITED})


def check(case: Case) -> Iterator[Finding]:
    """Present and readable; a body that reads like the transcript is held rather than refused."""
    rules = case.rules
    if case.submission.kind is not Kind.VIDEO or rules is None or not rules.transcript.required:
        return
    transcripts = case.submission.of(Role.TRANSCRIPT)
    if transcripts:
        yield from _readable(transcripts[0])
        yield from _pace(case, transcripts[0], rules.transcript)
    elif case.packed:
        return  # It may lie in an archive that was not opened; `closed`, `encrypted` or `bomb` speaks of that.
    elif case.completes:
        return  # The transcript may have come with the mail before; `version` holds it for a person.
    elif case.cover.words >= BODY_IS_TRANSCRIPT:
        yield Finding(
            code="transcript.in_body",
            effect=Effect.HOLD,
            message="No transcript is attached, but the mail itself reads like one.",
            detail={"words": case.cover.words},
        )
    else:
        yield Finding(code="transcript.missing", effect=Effect.REJECT, message="No transcript is attached.")


def _readable(transcript: Attachment) -> Iterator[Finding]:
    problem = problem_of(transcript)
    if problem is None or problem in _ELSEWHERE or transcript.media_type == OPENPGP:
        return
    if problem is DocumentProblem.SCANNED:
        yield Finding(
            code="transcript.scanned",
            effect=Effect.HOLD,
            message=f"{transcript.name} is a picture of text.",
            detail={"name": transcript.name},
        )
    else:
        yield Finding(
            code="transcript.unreadable",
            effect=unreadable(transcript, problem),
            message=why_unreadable(transcript, problem),
            detail={"name": transcript.name, "problem": str(problem)},
        )


def _pace(case: Case, transcript: Attachment, rule: TranscriptRule) -> Iterator[Finding]:
    videos = case.submission.of(Role.VIDEO)
    seconds = videos[0].video.seconds if videos and videos[0].video else None
    words = transcript.document.words if transcript.document else 0
    if not seconds or not words:
        return
    language = transcript.understood.language if transcript.understood else None
    slowest, fastest = rule.pace(language)
    pace = words * 60 / seconds
    if not slowest <= round(pace) <= fastest:
        unit = "characters" if language == "zh" else "words"
        yield Finding(
            code="transcript.pace",
            effect=Effect.NOTE,
            message=f"{words} {unit} in {seconds:.0f} s are {pace:.0f} a minute: does the transcript fit the video?",
            detail={
                "words": words,
                "seconds": seconds,
                "words_per_minute": round(pace),
                "unit": unit,
                "language": language,
                "slowest": slowest,
                "fastest": fastest,
            },
        )
