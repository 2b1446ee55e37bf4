"""Note verbale: “pre-recorded video statements of a maximum of three minutes”."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.meeting import VideoLimits
from statement_intake.domain.message import Attachment, VideoFacts
from statement_intake.domain.submission import Role

#: Sound may run on this long behind the picture before a person has to look, in seconds.
_SOUND_OVERHANG = 2.0
#: A pause between two pictures longer than this makes the length doubtful, in seconds.
_LONGEST_GAP = 5.0
#: A header that differs from the truth by more than this is said to do so, in seconds.
_HEADER_SLACK = 1.0


def check(case: Case) -> Iterator[Finding]:
    """The true length, from the packets, against the meeting's limit with its tolerance."""
    rules = case.rules
    if rules is None or rules.video is None:
        return
    for video in case.submission.of(Role.VIDEO):
        facts = video.video
        if facts is None or not facts.readable or facts.seconds is None:
            continue
        if doubt := _doubt(facts, facts.seconds, rules.video):
            yield _unclear(video, facts, doubt)
        elif facts.seconds > rules.video.max_seconds + rules.video.tolerance_seconds:
            yield _too_long(video, facts, facts.seconds, rules.video)


def _doubt(facts: VideoFacts, seconds: float, limits: VideoLimits) -> str:
    longest = limits.max_seconds + limits.tolerance_seconds
    if (
        seconds > longest
        and facts.largest_gap_seconds > _LONGEST_GAP
        and seconds - facts.largest_gap_seconds <= longest
    ):
        return f"its pictures pause for {facts.largest_gap_seconds:.1f} s"
    audio = facts.audio_seconds or 0.0
    if seconds <= longest < audio and audio - seconds > _SOUND_OVERHANG:
        return f"its sound runs on to {audio:.1f} s"
    return ""


def _too_long(video: Attachment, facts: VideoFacts, seconds: float, limits: VideoLimits) -> Finding:
    excess = seconds - limits.max_seconds
    held = limits.hold_to_seconds is not None and seconds <= limits.hold_to_seconds
    detail: dict[str, object] = {
        "name": video.name,
        "measured": round(seconds, 3),
        "limit": limits.max_seconds,
        "excess": round(excess, 3),
        "unit": "s",
        "tolerance": limits.tolerance_seconds,
    }
    says = ""
    if facts.header_seconds is not None and abs(facts.header_seconds - seconds) > _HEADER_SLACK:
        detail["header_seconds"] = round(facts.header_seconds, 3)
        says = f" Its header claims {facts.header_seconds:.2f} s."
    return Finding(
        code="video.too_long",
        effect=Effect.HOLD if held else Effect.REJECT,
        message=(
            f"{video.name} lasts {seconds:.2f} s, {excess:.2f} s more than the limit of {limits.max_seconds:g} s.{says}"
        ),
        detail=detail,
    )


def _unclear(video: Attachment, facts: VideoFacts, doubt: str) -> Finding:
    return Finding(
        code="video.length_unclear",
        effect=Effect.HOLD,
        message=f"How long {video.name} is, is not clear: {doubt}.",
        detail={
            "name": video.name,
            "measured": facts.seconds,
            "sound": facts.audio_seconds,
            "gap": facts.largest_gap_seconds,
            "unit": "s",
        },
    )
