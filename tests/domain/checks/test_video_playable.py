"""The rule that there is a video in the video."""

import pytest

from statement_intake.domain.checks import video_playable
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Attachment
from tests.domain.values import case, document, video


def reject(code: str, what: str, **detail: str) -> Finding:
    """The finding about v.mp4."""
    return Finding(code=code, effect=Effect.REJECT, message=f"v.mp4 {what}.", detail={"name": "v.mp4", **detail})


@pytest.mark.parametrize(
    ("attachment", "found"),
    [
        (video("v.mp4"), []),
        (video("v.mp4", limited=True, readable=False, problem="took too long"), []),
        (
            video("v.mp4", readable=False, problem="is empty (0 bytes)", has_sound=False, has_picture=False),
            [reject("video.unreadable", "is empty (0 bytes)", problem="is empty (0 bytes)")],
        ),
        (video("v.mp4", has_picture=False), [reject("video.no_picture", "holds sound only, no picture")]),
        (video("v.mp4", has_sound=False), [reject("video.no_sound", "has no sound")]),
    ],
)
def test_picture_and_sound_are_needed(attachment: Attachment, found: list[Finding]) -> None:
    """What a limit of ours ended is not judged."""
    assert list(video_playable.check(case(attachment, document()))) == found
