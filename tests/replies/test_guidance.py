"""The page for delegations: true to the meeting's file, in six languages."""

import pytest

from statement_intake.domain.capacity import bit_rate, largest_file
from statement_intake.domain.judge import judge_subject
from statement_intake.replies.guidance import as_html, as_text, sheet
from statement_intake.replies.language import LOCALES, load_languages
from tests.domain.values import knowledge

MEETING = knowledge().meeting("emic-12")
LANGUAGES = load_languages()


@pytest.mark.parametrize("code", sorted(LOCALES))
def test_the_page_names_addresses_line_limit_and_deadline(code: str) -> None:
    """In every language; what is to be copied stands alone in its line."""
    assert MEETING is not None
    text = as_text([sheet(MEETING, LANGUAGES[code], 200_000_000)])
    lines = text.splitlines()
    assert {"uncac@un.org", "unov.conference@un.org", "12th EMIC statement – Kenya 1"} <= set(lines)
    flat = " ".join(text.split())
    for number in ("28", "30", "2023", "23:59", "16:9", "1280 × 720"):
        assert number in flat
    assert len(text) > 600 or code == "zh"


def test_the_example_is_a_line_without_a_finding() -> None:
    """Whoever copies it is understood."""
    assert judge_subject("12th EMIC statement – Kenya 1", knowledge())[1] == ()


def test_the_page_is_one_document_with_a_sheet_for_each_language() -> None:
    """Each in its own direction."""
    assert MEETING is not None
    html = as_html([sheet(MEETING, LANGUAGES[code], 200_000_000) for code in LANGUAGES], "12th EMIC")
    assert html.count("<article") == 6
    assert '<article id="ar" lang="ar" dir="rtl">' in html
    assert '<pre dir="ltr">12th EMIC statement – Kenya 1</pre>' in html


@pytest.mark.parametrize("code", sorted(LOCALES))
def test_no_transcript_is_asked_for_where_the_meeting_needs_none(code: str) -> None:
    """Nor with a link."""
    assert MEETING is not None
    free = MEETING.model_copy(update={"transcript": MEETING.transcript.model_copy(update={"required": False})})
    word = {
        "ar": "النص",
        "en": "transcript",
        "es": "transcripción",
        "fr": "transcription",
        "ru": "ее текст",
        "zh": "文字稿",
    }[code]
    pages = (as_text([sheet(meeting, LANGUAGES[code], 25_000_000)]) for meeting in (MEETING, free))
    asked, spared = (" ".join(page.split()) for page in pages)
    assert word in asked
    assert word not in spared


def test_what_fits_into_a_mail() -> None:
    """Base64 in lines makes 78 octets of 57; beside the video there is room for a note and a transcript."""
    assert largest_file(25_000_000) == 17_903_846
    assert largest_file(1000) == 0
    assert bit_rate(22_500_000, 180) == 1.0
