"""Numbers, dates and sentences as each of the six languages has them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from statement_intake.domain.finding import Effect, Finding
from statement_intake.replies.language import LOCALES, load_languages
from statement_intake.replies.wording import explain

LANGUAGES = load_languages()
LONG = timedelta(days=1, hours=2, minutes=35)
#: Marks that open and close an isolate.
_ISOLATES = re.compile("[\u2066-\u2069]")


def plain(text: str) -> str:
    """Without the marks of direction, which nobody sees."""
    return _ISOLATES.sub("", text)


@pytest.mark.parametrize(
    ("code", "delay"),
    [
        ("en", "1 day, 2 hours and 35 minutes"),
        ("fr", "1\u00a0jour, 2\u00a0heures et 35\u00a0minutes"),
        ("es", "1 día, 2 horas y 35 minutos"),
        ("ru", "1 день, 2 часа и 35 минут"),
        ("zh", "1天、2小时和35分钟"),
        ("ar", "يوم واحد وساعتان و35 دقيقة"),
    ],
)
def test_a_delay_is_told_in_the_language_of_the_letter(code: str, delay: str) -> None:
    """Babel's own names of units are English ones in Arabic and Chinese, for some."""
    assert plain(LANGUAGES[code].delay(LONG)) == delay


@pytest.mark.parametrize("code", ["ar", "zh"])
@pytest.mark.parametrize("minutes", [1, 2, 5, 60, 121, 1440, 2 * 1440 + 60, 5 * 1440, 11 * 1440])
def test_no_english_word_is_left_in_a_delay(code: str, minutes: int) -> None:
    """Whatever the count."""
    assert not re.search("[A-Za-z]", LANGUAGES[code].delay(timedelta(minutes=minutes)))


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize("octets", [0, 1, 2, 999, 1000, 5_100_000, 3_000_000_000])
def test_a_size_has_a_unit_that_people_know(code: str, octets: int) -> None:
    """And no name out of a table."""
    assert "digital" not in LANGUAGES[code].size(octets)


def test_the_first_of_a_month_is_an_ordinal_number_in_french_alone() -> None:
    """“1er septembre”, though 11 and 21 stay what they are."""
    said = {code: plain(LANGUAGES[code].moment(datetime(2023, 9, 1, 9, tzinfo=UTC))) for code in LOCALES}
    assert said["fr"].startswith("vendredi 1er septembre 2023")
    assert "1er" not in "".join(said[code] for code in LOCALES if code != "fr")
    assert "11 septembre" in LANGUAGES["fr"].moment(datetime(2023, 9, 11, 9, tzinfo=UTC))


@pytest.mark.parametrize("code", LOCALES)
def test_sentences_are_set_apart_as_the_language_does(code: str) -> None:
    """Chinese has no space between them; the others have one."""
    detail = {"measured": 187.2, "limit": 180, "header_seconds": 60.0}
    finding = Finding(code="video.too_long", effect=Effect.REJECT, message="", detail=detail)
    ((advice,), _) = explain([finding], LANGUAGES[code])
    fault = plain(advice.fault)
    assert ("。 " not in fault) if code == "zh" else re.search(r"[.] \w", fault)


def test_a_french_mark_never_begins_a_line() -> None:
    """Colons, semicolons and question marks are held by a space that does not break."""
    said = LANGUAGES["fr"]("For example:")
    assert said == "Par exemple\u00a0:"
