"""The rule about the meeting room's wishes."""

import pytest

from statement_intake.domain.checks import video_advice
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case, document, video


def note(code: str, message: str, **detail: object) -> Finding:
    """A note about v.mp4."""
    return Finding(code=code, effect=Effect.NOTE, message=f"v.mp4 {message}", detail={"name": "v.mp4", **detail})


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"width": 1280, "height": 720}, []),
        (
            {"width": 1080, "height": 1920},
            [note("video.portrait", "stands upright (1080x1920).", width=1080, height=1920)],
        ),
        ({"width": 640, "height": 360}, [note("video.low_resolution", "is small (640x360).", width=640, height=360)]),
        (
            {"container": "matroska,webm", "video_codec": "vp9"},
            [
                note(
                    "video.format",
                    "is vp9 in matroska; the meeting room prefers H.264 with AAC in MP4.",
                    format="vp9 in matroska",
                )
            ],
        ),
        (
            {"audio_codec": "pcm_s16le"},
            [
                note(
                    "video.format",
                    "is h264 with pcm_s16le in mov; the meeting room prefers H.264 with AAC in MP4.",
                    format="h264 with pcm_s16le in mov",
                )
            ],
        ),
        ({"audio_codec": "mp3"}, []),
        ({"audio_codec": "", "has_sound": False}, []),
        ({"readable": False, "width": 10, "height": 10}, []),
    ],
)
def test_advice_is_only_noted(facts: dict[str, object], found: list[Finding]) -> None:
    """Never a condition."""
    assert list(video_advice.check(case(video("v.mp4", **facts), document()))) == found


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"width": 1440, "height": 1440}, "video.aspect"),
        ({"width": 2560, "height": 1080}, "video.aspect"),
        ({"interlaced": True}, "video.interlaced"),
        ({"frame_rate": 15.0}, "video.frame_rate"),
        ({"frame_rate": 120.0}, "video.frame_rate"),
    ],
)
def test_what_a_technician_wants_to_know_beforehand(facts: dict[str, object], code: str) -> None:
    """Shape, fields and speed."""
    assert [(found.code, found.effect) for found in video_advice.check(case(video("v.mp4", **facts), document()))] == [
        (code, Effect.NOTE)
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"width": 1440, "height": 1080, "pixel_ratio": 4 / 3},
        {"width": 1440, "height": 1080},
        {"frame_rate": 23.976},
        {"frame_rate": 59.94},
    ],
)
def test_what_any_player_takes_is_not_spoken_of(facts: dict[str, object]) -> None:
    """Pixels that are not square, 4:3, and the rates of American television."""
    assert list(video_advice.check(case(video("v.mp4", **facts), document()))) == []
