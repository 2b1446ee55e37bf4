"""The rule about the transcript of a video."""

import pytest

from statement_intake.domain.checks import Case, Earlier, Facts, transcript
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.message import OPENPGP, DocumentProblem
from statement_intake.domain.senders import Owner
from tests.domain.test_texts import SPEECHES
from tests.domain.values import RECEIVED, case, document, picture, video

MISSING = Finding(code="transcript.missing", effect=Effect.REJECT, message="No transcript is attached.")


def test_a_readable_document_is_enough() -> None:
    """Whatever it is called, and whatever lies beside it."""
    assert list(transcript.check(case(video(), document("France.docx")))) == []
    assert list(transcript.check(case(video(), document("Note verbale.pdf"), document("France.docx")))) == []


def test_a_written_statement_needs_none() -> None:
    """There is nothing to transcribe."""
    assert list(transcript.check(case(document("Statement.docx")))) == []


def test_without_one_the_video_is_refused() -> None:
    """A note verbale is not the transcript, by its name or by its compliments."""
    polite = "The Permanent Mission of France presents its compliments to the secretariat."
    assert list(transcript.check(case(video()))) == [MISSING]
    assert list(transcript.check(case(video(), document("Note Verbale 12.pdf")))) == [MISSING]
    assert list(transcript.check(case(video(), document("France.docx", text=polite, words=60)))) == [MISSING]


#: How notes verbales begin, of which each registers a delegation.
NOTES = (
    "The Mission presents its compliments to the secretariat and communicates the composition of the delegation.",
    "La Mission présente ses compliments au Secrétariat et lui communique la composition de sa délégation.",
    "La Misión saluda muy atentamente a la Secretaría y comunica la composición de su delegación.",
    "Представительство свидетельствует своё уважение Секретариату и сообщает состав своей делегации.",
    "常驻代表团向秘书处致意，并谨通知代表团名单如下：",
    "تهدي البعثة الدائمة أطيب تحياتها إلى الأمانة، وتتشرف بإبلاغها بتشكيلة الوفد.",
)


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("words", [60, 450])
def test_a_note_verbale_that_registers_a_delegation_is_no_text(note: str, words: int) -> None:
    """In six languages, however long its list is, and whatever its file is called."""
    assert list(transcript.check(case(video(), document("document.pdf", text=note, words=words)))) == [MISSING]


def test_a_long_note_verbale_carries_the_text() -> None:
    """Its annex is the transcript."""
    polite = "The Permanent Mission of France presents its compliments to the secretariat."
    assert list(transcript.check(case(video(), document("France.docx", text=polite, words=450)))) == []


def test_a_mail_that_reads_like_it_is_held() -> None:
    """The text is there, though not attached."""
    speech = "We thank the Chair. " * 50
    assert list(transcript.check(case(video(), text=speech))) == [
        Finding(
            code="transcript.in_body",
            effect=Effect.HOLD,
            message="No transcript is attached, but the mail itself reads like one.",
            detail={"words": 200},
        )
    ]


@pytest.mark.parametrize("problem", [DocumentProblem.EMPTY, DocumentProblem.DAMAGED])
def test_an_unreadable_one_is_refused(problem: DocumentProblem) -> None:
    """With what is wrong with it."""
    assert list(transcript.check(case(video(), document("t.docx", problem=problem)))) == [
        Finding(
            code="transcript.unreadable",
            effect=Effect.REJECT,
            message=f"t.docx holds no readable text ({problem}).",
            detail={"name": "t.docx", "problem": str(problem)},
        )
    ]


def test_a_document_that_only_we_cannot_read_is_held() -> None:
    """An old Word file is no fault of its sender; a photo of that name is no document."""
    old = document("t.doc", problem=DocumentProblem.UNSUPPORTED, kind="doc")
    photo = document("t.doc", problem=DocumentProblem.UNSUPPORTED, kind="jpg")
    found = Finding(
        code="transcript.unreadable",
        effect=Effect.REJECT,
        message="t.doc holds no readable text (unsupported).",
        detail={"name": "t.doc", "problem": "unsupported"},
    )
    cure = f"{found.message} Saved anew as DOCX or PDF it can be read here."
    held = found.model_copy(update={"effect": Effect.HOLD, "message": cure})
    assert list(transcript.check(case(video(), old))) == [held]
    assert list(transcript.check(case(video(), photo))) == [found]


def test_a_locked_transcript_cannot_be_read() -> None:
    """Whichever other rule speaks of the lock, too; one that is encrypted with a key is not refused for it."""
    locked = document("Transcript.pdf", problem=DocumentProblem.ENCRYPTED)
    assert list(transcript.check(case(video(), locked))) == [
        Finding(
            code="transcript.unreadable",
            effect=Effect.REJECT,
            message="Transcript.pdf holds no readable text (encrypted).",
            detail={"name": "Transcript.pdf", "problem": "encrypted"},
        )
    ]
    sealed = locked.model_copy(update={"media_type": OPENPGP})
    assert list(transcript.check(case(video(), sealed))) == []


@pytest.mark.parametrize(
    "scanned", [document("Transcript.pdf", problem=DocumentProblem.SCANNED), picture("Transcript.pdf")]
)
def test_a_picture_of_text_is_held(scanned: object) -> None:
    """In a PDF or as a photo: the text is asked for."""
    assert list(transcript.check(case(video(), scanned))) == [  # type: ignore[arg-type] # parametrize forgets the type
        Finding(
            code="transcript.scanned",
            effect=Effect.HOLD,
            message="Transcript.pdf is a picture of text.",
            detail={"name": "Transcript.pdf"},
        )
    ]


@pytest.mark.parametrize(
    ("language", "slowest", "fastest"),
    [("en", 90, 180), ("fr", 103, 207), ("es", 99, 198), ("ru", 72, 144), ("ar", 72, 144), ("zh", 153, 306)],
)
def test_each_language_has_its_own_pace(language: str, slowest: int, fastest: int) -> None:
    """From 90 to 180 English words a minute, in what the language needs for them; of Chinese, characters."""
    for words in (slowest, fastest):
        assert list(transcript.check(spoken_in(language, words))) == []
    for words in (slowest - 1, fastest + 1):
        (found,) = transcript.check(spoken_in(language, words))
        assert (found.code, found.effect, found.detail["language"]) == ("transcript.pace", Effect.NOTE, language)
        assert found.detail["unit"] == ("characters" if language == "zh" else "words")


def spoken_in(language: str, words: int) -> Case:
    """A minute of video with a transcript of so many words."""
    return case(video(seconds=60.0), document(words=words, text=SPEECHES[language]))


def test_a_language_that_is_not_known_has_a_wide_pace() -> None:
    """From the slowest Arabic to the fastest French."""
    assert list(transcript.check(case(video(seconds=60.0), document(words=72)))) == []
    assert list(transcript.check(case(video(seconds=60.0), document(words=207)))) == []


def test_a_strange_pace_is_noted() -> None:
    """It may be the text of another video."""
    assert list(transcript.check(case(video(seconds=60.0), document(words=600)))) == [
        Finding(
            code="transcript.pace",
            effect=Effect.NOTE,
            message="600 words in 60 s are 600 a minute: does the transcript fit the video?",
            detail={
                "words": 600,
                "seconds": 60.0,
                "words_per_minute": 600,
                "unit": "words",
                "language": None,
                "slowest": 72,
                "fastest": 207,
            },
        )
    ]


def test_a_completion_may_lack_what_came_before() -> None:
    """The answer to our letter is looked at by `version`."""
    earlier = Earlier(
        reference="SI-0000-0001", outcome=Outcome.REJECTED, kind="video", items=("3",), owner=Owner(sender="a@b.c")
    )
    assert list(transcript.check(case(video(), facts=Facts(received=RECEIVED, answers=earlier)))) == []
