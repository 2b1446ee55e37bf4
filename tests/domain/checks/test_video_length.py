"""The rule about three minutes."""

import pytest

from statement_intake.domain.checks import video_length
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case, document, video


@pytest.mark.parametrize("seconds", [0.04, 179.99, 180.0, 180.5])
def test_up_to_the_limit_and_its_tolerance(seconds: float) -> None:
    """Containers do not end on the second."""
    timed = video(seconds=seconds, audio_seconds=seconds + 1.9)
    assert list(video_length.check(case(timed, document()))) == []


def test_longer_is_refused_with_what_was_measured() -> None:
    """The measure, the limit and the excess."""
    timed = video("v.mp4", seconds=180.51, audio_seconds=180.0, header_seconds=180.5)
    assert list(video_length.check(case(timed, document()))) == [
        Finding(
            code="video.too_long",
            effect=Effect.REJECT,
            message="v.mp4 lasts 180.51 s, 0.51 s more than the limit of 180 s.",
            detail={
                "name": "v.mp4", "measured": 180.51, "limit": 180.0, "excess": 0.51, "unit": "s", "tolerance": 0.5,
            },
        )
    ]  # fmt: skip


def test_a_header_that_claims_another_length_is_told() -> None:
    """The sender's own player may show the wrong one."""
    timed = video("v.mp4", seconds=200.0, header_seconds=120.0)
    assert list(video_length.check(case(timed, document()))) == [
        Finding(
            code="video.too_long",
            effect=Effect.REJECT,
            message="v.mp4 lasts 200.00 s, 20.00 s more than the limit of 180 s. Its header claims 120.00 s.",
            detail={
                "name": "v.mp4", "measured": 200.0, "limit": 180.0, "excess": 20.0, "unit": "s", "tolerance": 0.5,
                "header_seconds": 120.0,
            },
        )
    ]  # fmt: skip


def unclear(doubt: str, measured: float, sound: float, gap: float) -> Finding:
    """The finding that leaves the length to a person."""
    return Finding(
        code="video.length_unclear",
        effect=Effect.HOLD,
        message=f"How long v.mp4 is, is not clear: {doubt}.",
        detail={"name": "v.mp4", "measured": measured, "sound": sound, "gap": gap, "unit": "s"},
    )


def test_sound_that_runs_on_is_for_a_person() -> None:
    """The picture is short enough, the speech may not be."""
    timed = video("v.mp4", seconds=179.0, audio_seconds=182.5)
    assert list(video_length.check(case(timed, document()))) == [
        unclear("its sound runs on to 182.5 s", 179.0, 182.5, 0.0)
    ]


def test_stray_frames_behind_a_pause_are_for_a_person() -> None:
    """One frame at the very end does not make a speech of it."""
    timed = video("v.mp4", seconds=300.0, audio_seconds=170.0, largest_gap_seconds=130.0)
    assert list(video_length.check(case(timed, document()))) == [
        unclear("its pictures pause for 130.0 s", 300.0, 170.0, 130.0)
    ]


def test_what_could_not_be_measured_is_not_judged() -> None:
    """Another rule speaks of it."""
    assert list(video_length.check(case(video(readable=False, seconds=None), document()))) == []
