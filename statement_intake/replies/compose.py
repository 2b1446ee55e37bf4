"""From a Letter to a finished message: the words in the letter's language, as plain text and HTML, ready for SMTP."""

import hashlib
import re
import textwrap
from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from statement_intake.domain.reply import Letter
from statement_intake.domain.value import Value
from statement_intake.replies.cleaning import reply_subject
from statement_intake.replies.language import Language, load_languages
from statement_intake.replies.page import Page, page
from statement_intake.replies.rewriting import Rewritten, rewrite

TEXT_WIDTH = 76
#: RFC 5322 sets no limit for References; long threads are cut in the middle, as mail programs do.
REFERENCES_AT_MOST = 20
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}@[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_ADDRESS = re.compile(r'(?:[^\s<>"(),:;\\\[\]@]+|"[^"\\\r\n]*")@[A-Za-z0-9.-]+', re.ASCII)
#: Between the languages of a letter.
BETWEEN = "\n\n" + 76 * "=" + "\n\n"
_EMPTY_LINES = re.compile(r"\n{3,}")
#: Below this share of ASCII, base64 is shorter than quoted-printable and no less readable.
_MOSTLY_ASCII = 0.75


class ComposedLetter(Value):
    """A letter as it will be sent, byte for byte."""

    subject: str
    text: str
    html: str
    message_id: str
    #: The complete message (RFC 5322): lines ended by CRLF, seven bits, headers in ASCII.
    raw: bytes


class Composer:
    """Writes letters. Templates and catalogues are loaded once, from the package unless *languages* are given."""

    def __init__(self, languages: Mapping[str, Language] | None = None) -> None:
        self._languages = languages or load_languages()
        self._plain = _environment(escaped=False)
        self._html = _environment(escaped=True)
        self._plain.filters["wrapped"] = wrapped

    def text(self, letter: Letter) -> tuple[str, str]:
        """The subject and the plain text of *letter*; below a letter in another language it stands in English, too."""
        return self._text(letter, self._pages(letter))

    def _pages(self, letter: Letter) -> Mapping[Language, Page]:
        """The letter's facts in its own language first, then in English."""
        languages = dict.fromkeys((self._language(letter), self._languages["en"]))
        return {say: page(letter, say) for say in languages}

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
        if not _MESSAGE_ID.fullmatch(message_id):
            raise ValueError("the Message-ID is not well formed")
        say = self._language(letter)
        pages = self._pages(letter)
        subject, text = self._text(letter, pages)
        html = self._as_html(pages)
        message = EmailMessage(policy=SMTP)
        message["From"] = sender
        if not message["From"].addresses or message["From"].defects:
            raise ValueError("the sender is not an address")
        message["To"] = _recipient(letter.to)
        message["Subject"] = subject
        message["Date"] = format_datetime(date)
        # RFC 3834 section 5; the second is Microsoft's, against out-of-office answers to an answer (MS-OXCMAIL).
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(text, cte=_encoding(text))
        message.add_alternative(html, subtype="html", cte=_encoding(html))
        # Only now: setting content moves every Content- field into the part.
        message["Content-Language"] = say.code
        # "=_" stands in neither encoding; the same letter has the same bytes, however often it is composed.
        message.set_boundary("=_" + hashlib.sha256(message_id.encode()).hexdigest()[:40])
        raw = _threading(message_id, letter) + message.as_bytes()
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
    )


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


def references(letter: Letter) -> tuple[str, ...]:
    """The Message-IDs of the thread, oldest first, ending with the mail that is answered.

    Malformed ones are left out; of more than twenty, the first and the last are kept (RFC 5322 section 3.6.4). Empty
    where the mail has no Message-ID.
    """
    if letter.message_id is None or not _MESSAGE_ID.fullmatch(letter.message_id):
        return ()
    earlier = [known for known in letter.references if _MESSAGE_ID.fullmatch(known) and known != letter.message_id]
    thread = [*dict.fromkeys(earlier), letter.message_id]
    if len(thread) > REFERENCES_AT_MOST:
        thread = [thread[0], *thread[-(REFERENCES_AT_MOST - 1) :]]
    return tuple(thread)


def _threading(message_id: str, letter: Letter) -> bytes:
    """The header fields made of Message-IDs, one to a line.

    Written by hand: `email` folds a long Message-ID by turning it into an encoded word, which nobody can match.
    """
    thread = references(letter)
    fields = [f"Message-ID: {message_id}"]
    if thread:
        fields += [f"In-Reply-To: {thread[-1]}", "References: " + "\r\n ".join(thread)]
    return ("\r\n".join(fields) + "\r\n").encode("ascii")


def _recipient(to: str) -> Address | str:
    """The To field; an empty group (RFC 5322 section 3.4) where the address does not go into an ASCII header."""
    local, at, domain = to.rpartition("@")
    try:
        address = local + at + (domain if domain.isascii() else domain.encode("idna").decode("ascii"))
        if _ADDRESS.fullmatch(address) and address.isascii():
            return Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):  # email raises all of these for what it cannot parse
        pass
    return "undisclosed-recipients:;"


def _encoding(text: str) -> str:
    ascii_share = sum(map(str.isascii, text)) / max(1, len(text))
    return "quoted-printable" if ascii_share >= _MOSTLY_ASCII else "base64"
