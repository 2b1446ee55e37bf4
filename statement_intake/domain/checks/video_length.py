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
#: Pictures that come back after such a pause for no longer than this are stray, in seconds, where there were so many a
#: second before.
_STRAY, _MOVING = 2.0, 2.0
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
            yield _unclear(video, facts, facts.seconds, doubt)
        elif facts.seconds > rules.video.max_seconds + rules.video.tolerance_seconds:
            yield _too_long(video, facts, facts.seconds, rules.video)
        elif (claimed := _claim(facts, facts.seconds)) is not None:
            yield _misstated(video, facts.seconds, claimed)


def _doubt(facts: VideoFacts, seconds: float, limits: VideoLimits) -> str:
    longest = limits.max_seconds + limits.tolerance_seconds
    if facts.torn:
        return "the file seems to break off before its end"
    gap, after = facts.largest_gap_seconds, seconds - facts.gap_at_seconds - facts.largest_gap_seconds
    moving = facts.pictures / max(seconds - gap, 1.0)
    stray = after <= _STRAY and moving >= _MOVING
    if gap > _LONGEST_GAP and (stray or seconds > longest >= seconds - gap):
        return f"its pictures pause for {gap:.1f} s" + (" before the last of them" if stray else "")
    audio = facts.audio_seconds or 0.0
    if seconds <= longest < audio and audio - seconds > _SOUND_OVERHANG:
        return f"its sound runs on to {audio:.1f} s"
    other = facts.other_picture_seconds or 0.0
    if seconds <= longest < other:
        return f"it has another picture track that runs on to {other:.1f} s"
    return ""


def _claim(facts: VideoFacts, seconds: float) -> float | None:
    """What the header claims, where that is neither the length of the picture nor that of the sound."""
    claimed = facts.header_seconds
    if claimed is None or abs(claimed - seconds) <= _HEADER_SLACK:
        return None
    if claimed > seconds and abs(claimed - (facts.audio_seconds or 0.0)) <= _HEADER_SLACK:
        return None
    return claimed


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
    if (claimed := _claim(facts, seconds)) is not None:
        detail["header_seconds"] = round(claimed, 3)
        says = f" Its header claims {claimed:.2f} s."
    return Finding(
        code="video.too_long",
        effect=Effect.HOLD if held else Effect.REJECT,
        message=(
            f"{video.name} lasts {seconds:.2f} s, {excess:.2f} s more than the limit of {limits.max_seconds:g} s.{says}"
        ),
        detail=detail,
    )


def _unclear(video: Attachment, facts: VideoFacts, seconds: float, doubt: str) -> Finding:
    detail: dict[str, object] = {
        "name": video.name,
        "measured": facts.seconds,
        "sound": facts.audio_seconds,
        "gap": facts.largest_gap_seconds,
        "unit": "s",
    }
    if facts.torn:
        detail["torn"] = True
    says = ""
    if (claimed := _claim(facts, seconds)) is not None:
        detail["header_seconds"] = round(claimed, 3)
        says = f" Its header claims {claimed:.2f} s."
    return Finding(
        code="video.length_unclear",
        effect=Effect.HOLD,
        message=f"How long {video.name} is, is not clear: {doubt}.{says}",
        detail=detail,
    )


def _misstated(video: Attachment, seconds: float, claimed: float) -> Finding:
    """Advice: who plays it may see the wrong length, or be cut off at it."""
    return Finding(
        code="video.header",
        effect=Effect.NOTE,
        message=f"{video.name} lasts {seconds:.2f} s; its header claims {claimed:.2f} s.",
        detail={"name": video.name, "measured": round(seconds, 3), "header_seconds": round(claimed, 3), "unit": "s"},
    )
