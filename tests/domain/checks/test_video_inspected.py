"""What follows from a whole look at a video."""

import pytest

from statement_intake.domain.checks import Facts, video_inspected
from statement_intake.domain.finding import Effect
from statement_intake.domain.inspection import Measurements
from tests.domain.values import RECEIVED, case, document, video

FINE: dict[str, object] = {"seconds": 170.0, "pictures": 4250, "loudness_lufs": -22.0, "true_peak_dbtp": -3.0}


@pytest.mark.parametrize(
    ("measured", "code", "effect", "says"),
    [
        (
            {"silent": True, "loudness_lufs": None},
            "video.silent",
            Effect.HOLD,
            "v.mp4 is silent from beginning to end.",
        ),
        ({"black": True}, "video.black", Effect.HOLD, "v.mp4 is black from beginning to end."),
        (
            {"seconds": 80.0},
            "video.damaged",
            Effect.HOLD,
            "Of v.mp4 only 80 s of 170 s can be decoded.",
        ),
        (
            {"decoding_errors": 40},
            "video.damaged",
            Effect.NOTE,
            "v.mp4 has 40 faults that can be seen or heard; please watch it.",
        ),
        (
            {"frozen_seconds": 30.0, "longest_freeze_seconds": 20.0},
            "video.frozen",
            Effect.NOTE,
            "The picture of v.mp4 stands still for 30 s, at one time for 20 s.",
        ),
        (
            {"frozen_seconds": 170.2, "longest_freeze_seconds": 170.2},
            "video.frozen",
            Effect.NOTE,
            "The picture of v.mp4 stands still for 170 s.",
        ),
        (
            {"loudness_lufs": -38.0, "one_sided": True},
            "video.loudness",
            Effect.NOTE,
            "The sound of v.mp4 is very quiet (-38.0 LUFS; broadcasters aim at -23) and comes from one side only.",
        ),
        (
            {"loudness_lufs": -9.0, "true_peak_dbtp": 1.2},
            "video.loudness",
            Effect.NOTE,
            (
                "The sound of v.mp4 is very loud (-9.0 LUFS; broadcasters aim at -23)"
                " and is clipped (true peak +1.2 dBTP)."
            ),
        ),
        (
            {"interlaced": True},
            "video.interlaced",
            Effect.NOTE,
            "The picture of v.mp4 is interlaced, though the file does not say so.",
        ),
    ],
)
def test_each_fault_has_its_plain_sentence(measured: dict[str, object], code: str, effect: Effect, says: str) -> None:
    """What would embarrass everybody in the room asks for a person; the rest is advice."""
    timed = video("v.mp4", seconds=170.0)
    found = list(video_inspected.findings_about(timed, Measurements.model_validate(FINE | measured)))
    assert [(one.code, one.effect, one.message) for one in found] == [(code, effect, says)]


def test_a_video_in_order_is_not_spoken_of() -> None:
    """A pause of five seconds, a little noise at a joint."""
    fine = FINE | {"frozen_seconds": 5.0, "longest_freeze_seconds": 5.0, "decoding_errors": 2, "black_seconds": 3.0}
    assert list(video_inspected.findings_about(video(seconds=170.0), Measurements.model_validate(fine))) == []


def test_what_is_known_of_a_video_holds_the_next_mail_that_brings_it() -> None:
    """At once, with a letter: nobody has to wait for a second look."""
    again = video("v.mp4")
    silent = Measurements.model_validate(FINE | {"silent": True})
    facts = Facts(received=RECEIVED, inspected={again.sha256: silent})
    found = video_inspected.check(case(again, document(), facts=facts))
    assert [(one.code, one.effect) for one in found] == [("video.silent", Effect.HOLD)]
    assert list(video_inspected.check(case(again, document()))) == []
