"""The rule about three minutes."""

import pytest

from statement_intake.domain.checks import video_length
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case, document, video


@pytest.mark.parametrize("seconds", [0.04, 179.99, 180.0, 180.5])
def test_up_to_the_limit_and_its_tolerance(seconds: float) -> None:
    """Containers do not end on the second."""
    timed = video(seconds=seconds, audio_seconds=seconds + 1.9, header_seconds=seconds + 1.9)
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


@pytest.mark.parametrize("claimed", [120.0, 168.9, 171.1, 3600.0])
def test_of_an_accepted_video_too_it_is_told_that_its_header_claims_another_length(claimed: float) -> None:
    """What it really plays counts; an officer knows why a player shows something else."""
    timed = video("v.mp4", seconds=170.0, audio_seconds=170.0, header_seconds=claimed)
    assert list(video_length.check(case(timed, document()))) == [
        Finding(
            code="video.header",
            effect=Effect.NOTE,
            message=f"v.mp4 lasts 170.00 s; its header claims {claimed:.2f} s.",
            detail={"name": "v.mp4", "measured": 170.0, "header_seconds": claimed, "unit": "s"},
        )
    ]


@pytest.mark.parametrize("claimed", [None, 169.1, 170.9, 171.9])
def test_a_header_that_tells_the_length_of_the_sound_or_none_is_honest(claimed: float | None) -> None:
    """Nor is a second's difference worth a word."""
    timed = video("v.mp4", seconds=170.0, audio_seconds=171.9, header_seconds=claimed)
    assert list(video_length.check(case(timed, document()))) == []


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
    timed = video("v.mp4", seconds=179.0, audio_seconds=182.5, header_seconds=182.5)
    assert list(video_length.check(case(timed, document()))) == [
        unclear("its sound runs on to 182.5 s", 179.0, 182.5, 0.0)
    ]


def test_stray_frames_behind_a_pause_are_for_a_person() -> None:
    """One frame at the very end does not make a speech of it."""
    timed = video(
        "v.mp4",
        seconds=300.0,
        audio_seconds=170.0,
        header_seconds=300.0,
        largest_gap_seconds=130.0,
        gap_at_seconds=169.9,
    )
    assert list(video_length.check(case(timed, document()))) == [
        unclear("its pictures pause for 130.0 s before the last of them", 300.0, 170.0, 130.0)
    ]


def test_a_stray_frame_counts_within_the_limit_too() -> None:
    """Five seconds of speech and one frame at three minutes are no speech of three minutes."""
    timed = video(
        "v.mp4",
        seconds=180.03,
        audio_seconds=5.0,
        header_seconds=180.0,
        largest_gap_seconds=175.0,
        gap_at_seconds=5.0,
        pictures=151,
    )
    assert list(video_length.check(case(timed, document()))) == [
        unclear("its pictures pause for 175.0 s before the last of them", 180.03, 5.0, 175.0)
    ]


def test_pictures_that_stand_as_long_as_each_other_are_no_pause() -> None:
    """A video made of slides."""
    slides = video(seconds=170.0, largest_gap_seconds=17.0, gap_at_seconds=153.0, pictures=11)
    assert list(video_length.check(case(slides, document()))) == []


def test_a_long_pause_in_the_middle_matters_only_where_it_decides() -> None:
    """Two minutes of speech, a minute of stillness, and another minute."""
    timed = video(
        "v.mp4", seconds=200.0, audio_seconds=200.0, header_seconds=200.0, largest_gap_seconds=60.0, gap_at_seconds=70.0
    )
    assert list(video_length.check(case(timed, document()))) == [
        unclear("its pictures pause for 60.0 s", 200.0, 200.0, 60.0)
    ]
    shorter = video(seconds=170.0, largest_gap_seconds=60.0, gap_at_seconds=50.0, pictures=2750)
    assert list(video_length.check(case(shorter, document()))) == []


def test_a_file_that_breaks_off_is_for_a_person_where_its_length_cannot_be_told() -> None:
    """A transport stream does not say how much of it should follow."""
    (found,) = video_length.check(case(video("v.ts", seconds=100.0, header_seconds=100.0, torn=True), document()))
    assert (found.code, found.effect, found.detail["torn"]) == ("video.length_unclear", Effect.HOLD, True)
    assert found.message == "How long v.ts is, is not clear: the file seems to break off before its end."


def test_another_picture_track_that_is_too_long_is_for_a_person() -> None:
    """Which of them the meeting room's player would show, nobody knows."""
    (found,) = video_length.check(
        case(video("v.mkv", seconds=100.0, header_seconds=200.0, other_picture_seconds=200.0), document())
    )
    assert "it has another picture track that runs on to 200.0 s." in found.message


def test_what_could_not_be_measured_is_not_judged() -> None:
    """Another rule speaks of it."""
    assert list(video_length.check(case(video(readable=False, seconds=None), document()))) == []
