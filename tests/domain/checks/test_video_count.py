"""The rule about the one video."""

from statement_intake.domain.checks import video_count
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import case, document, video


def test_one_attached_video_needs_no_finding() -> None:
    """An equal file counts once."""
    copy = video().model_copy(update={"name": "copy.mp4"})
    assert list(video_count.check(case(video(), copy, document()))) == []


def test_several_are_for_a_person() -> None:
    """They may be parts, versions or languages."""
    assert list(video_count.check(case(video("a.mp4"), video("b.mp4"), document()))) == [
        Finding(
            code="video.multiple",
            effect=Effect.HOLD,
            message="Several videos are attached: a.mp4, b.mp4.",
            detail={"names": ["a.mp4", "b.mp4"]},
        )
    ]


MISSING = Finding(
    code="video.missing",
    effect=Effect.HOLD,
    message="Only a document is attached, but the mail speaks of a video or a transcript.",
)


def test_a_video_that_is_spoken_of_is_missed() -> None:
    """In the subject, in the note, or in a file's name."""
    assert list(video_count.check(case(document("a.docx"), subject="12th EMIC video statement – France 3"))) == [
        MISSING
    ]
    assert list(video_count.check(case(document("a.docx"), text="Attached: the transcript."))) == [MISSING]
    assert list(video_count.check(case(document("Transcript_France.docx")))) == [MISSING]


def test_what_others_say_of_videos_is_no_announcement() -> None:
    """Quotations, disclaimers and addresses of web pages are not the sender's own words."""
    quoting = "Attached.\n\nFrom: UNCAC\nDelegations may submit pre-recorded video statements."
    disclaiming = "Attached.\nIf you are not the intended recipient, delete any video in this mail."
    linking = "Attached. https://mfa.example/video"
    for text in (quoting, disclaiming, linking):
        assert list(video_count.check(case(document("a.docx"), text=text))) == []
