"""From a Letter to a finished message: the words in the letter's language, as plain text and HTML, ready for SMTP."""

import re
import textwrap
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from statement_intake.domain.letters.reply import Letter
from statement_intake.domain.value import Value
from statement_intake.replies.cleaning import reply_subject
from statement_intake.replies.framing import Envelope, frame, references
from statement_intake.replies.language import Language, load_languages
from statement_intake.replies.page import Page, PartyNames, page
from statement_intake.replies.rewriting import Rewritten, rewrite

TEXT_WIDTH = 76
#: Between the languages of a letter.
BETWEEN = "\n\n" + 76 * "=" + "\n\n"
_EMPTY_LINES = re.compile(r"\n{3,}")
#: Paragraphs that are remembered with their line breaks: most of a letter stands in others, too.
_REMEMBERED = 512


class ComposedLetter(Value):
    """A letter as it will be sent, byte for byte."""

    subject: str
    text: str
    html: str
    message_id: str
    #: The complete message (RFC 5322): lines ended by CRLF, seven bits, headers in ASCII.
    raw: bytes


class Composer:
    """Writes letters. Templates and catalogues are loaded once, from the package unless *languages* are given.

    *names*: what parties are called in other languages than English.
    """

    def __init__(self, languages: Mapping[str, Language] | None = None, *, names: PartyNames | None = None) -> None:
        self._languages = languages or load_languages()
        self._names = names or {}
        self._plain = _environment(escaped=False)
        self._html = _environment(escaped=True)
        self._plain.filters["wrapped"] = wrapped

    def text(self, letter: Letter) -> tuple[str, str]:
        """The subject and the plain text of *letter*; below a letter in another language it stands in English, too."""
        return self._text(letter, self._pages(letter))

    def _pages(self, letter: Letter) -> Mapping[Language, Page]:
        """The letter's facts in its own language first, then in English."""
        languages = dict.fromkeys((self._language(letter), self._languages["en"]))
        return {say: page(letter, say, self._names) for say in languages}

    def _text(self, letter: Letter, pages: Mapping[Language, Page]) -> tuple[str, str]:
        texts = [self._render(self._plain, "letter.txt.j2", shown, say) for say, shown in pages.items()]
        subject = self._subject(letter, self._language(letter))
        return subject, BETWEEN.join(_EMPTY_LINES.sub("\n\n", text).strip() for text in texts) + "\n"

    def compose(self, letter: Letter, *, sender: str, message_id: str, date: datetime) -> ComposedLetter:
        """*letter* as a message from *sender*, an address with or without a name, written at *date* (aware).

        *message_id* is ours, with angle brackets. Raises ValueError if *sender* or *message_id* is not well formed.
        What comes from outside is cleaned, never refused: a recipient whose address no ASCII header can carry is left
        to the envelope.
        """
        pages = self._pages(letter)
        subject, text = self._text(letter, pages)
        html = self._as_html(pages)
        envelope = Envelope(
            message_id=message_id,
            thread=references(letter.message_id, letter.references),
            sender=sender,
            to=letter.to,
            subject=subject,
            date=date,
            language=self._language(letter).code,
        )
        raw = frame(envelope, text, html)
        return ComposedLetter(subject=subject, text=text, html=html, message_id=message_id, raw=raw)

    @staticmethod
    def rewrite(raw: bytes, subject: str, text: str) -> Rewritten:
        """A letter that was composed here, in an officer's words."""
        return rewrite(raw, subject, text)

    def _language(self, letter: Letter) -> Language:
        """The language of the letter, English where that has no catalogue: never a mixture."""
        primary = letter.language.lower().partition("-")[0]
        return self._languages.get(primary, self._languages["en"])

    def _as_html(self, pages: Mapping[Language, Page]) -> str:
        bodies = [
            Markup(self._render(self._html, "letter.html.j2", shown, say))  # noqa: S704 - escaped by Jinja2
            for say, shown in pages.items()
        ]
        first, shown = next(iter(pages.items()))
        return self._html.get_template("page.html.j2").render(page=shown, language=first, bodies=bodies)

    @staticmethod
    def _subject(letter: Letter, say: Language) -> str:
        return reply_subject(letter.subject, letter.reference, say("Your message to the secretariat"))

    @staticmethod
    def _render(environment: Environment, template: str, shown: Page, say: Language) -> str:
        return environment.get_template(template).render(page=shown, say=say, plural=say.plural, language=say)


def _environment(*, escaped: bool) -> Environment:
    return Environment(
        loader=PackageLoader("statement_intake.replies"),
        undefined=StrictUndefined,
        autoescape=escaped,  # noqa: S701 - only plain text goes unescaped
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # They are part of the package, and do not change under a service that runs.
        auto_reload=False,
    )


@lru_cache(maxsize=_REMEMBERED)
def wrapped(text: str, indent: str = "") -> str:
    """*text* in lines of at most 76 columns, never broken inside a word, an address or a number with its unit."""
    return textwrap.fill(
        text,
        width=TEXT_WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
