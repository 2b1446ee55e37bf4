"""The subject line that a letter gives to paste: alone in its line, and understood when it comes back."""

import re
from email import message_from_bytes, policy

import pytest

from statement_intake.domain.letters.reply import LetterKind
from statement_intake.replies.compose import Composer
from statement_intake.replies.language import LOCALES
from tests.domain.values import knowledge
from tests.replies.letters import NOW, SENDER, finding, letter

COMPOSER = Composer()
#: Everything that turns the direction of text, and the zero-width characters.
CONTROLS = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LINE = "12th EMIC statement – Côte d’Ivoire 3"


@pytest.mark.parametrize("language", LOCALES)
def test_the_line_stands_alone_without_controls_and_left_to_right(language: str) -> None:
    """In both bodies; the HTML says the direction, and nothing is escaped in it that a browser would not turn back."""
    written = letter(LetterKind.REJECTION, finding("subject.item_missing"), language=language, subject_line=LINE)
    composed = COMPOSER.compose(written, sender=SENDER, message_id="<a@un.org>", date=NOW)
    lines = [line for line in composed.text.splitlines() if "Côte d" in line]
    assert [line.strip() for line in lines] == [LINE] * (1 if language == "en" else 2)
    part = message_from_bytes(composed.raw, policy=policy.default).get_body(("html",))
    assert part is not None
    boxes = re.findall(r'<pre dir="ltr"[^>]*>([^<]*)</pre>', part.get_content())
    assert boxes.count(LINE) == len(lines)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    "wrapped", ["{}", "\u202b{}\u202c", "\u200f{}\u200f", "\u2067{}\u2069", "رد: {}", "回复：{}", "RE: {} "]
)
def test_the_line_is_understood_when_it_is_pasted_back(language: str, wrapped: str) -> None:
    """Out of a letter in any language, with what a mail program for right-to-left writing puts around it."""
    written = letter(LetterKind.REJECTION, finding("subject.item_missing"), language=language, subject_line=LINE)
    _, text = COMPOSER.text(written)
    line = next(line.strip() for line in text.splitlines() if "Côte d" in line)
    assert not CONTROLS.search(line)
    reading = knowledge().read_subject(wrapped.format(line))
    assert reading.meeting is not None
    assert reading.speakers.party is not None
    assert (reading.meeting.id, reading.speakers.party.code, reading.items.numbers) == ("emic-12", "CIV", ("3",))


@pytest.mark.parametrize("language", LOCALES)
def test_a_moment_keeps_its_order_in_a_sentence(language: str) -> None:
    """A date in Arabic runs from right to left as a whole, although it is made of isolated pieces."""
    say = COMPOSER._languages[language]  # noqa: SLF001 - the languages are loaded once
    moment = say.isolated(say.moment(NOW))
    assert moment.startswith("\u2067") == (say.direction == "rtl")
