"""The bytes of a letter: its headers, its two bodies, and what strangers cannot do to either."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.headerregistry import UniqueAddressHeader
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statement_intake.domain.letters.reply import Letter, LetterKind, ListedFile
from statement_intake.replies.compose import ComposedLetter, Composer
from statement_intake.replies.framing import REFERENCES_AT_MOST, references
from tests.replies.letters import MESSAGE_ID, NOW, SENDER, SUBJECT_LINE, VIDEO, finding, letter

COMPOSER = Composer()
FIELDS = [
    "Message-ID", "In-Reply-To", "References", "From", "To", "Subject", "Date", "Auto-Submitted",
    "X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Language",
]  # fmt: skip
TOO_LONG = finding("video.too_long", measured=187.24, limit=180, excess=7.24, unit="s", name="france.mp4")
#: Everything: surrogates, controls, bidi marks, encoded words.
anything = st.text(max_size=400) | st.text(alphabet="=?utf-8qB_ \r\n\t:;<>@\u202e\ud800é中", max_size=400)


def compose(written: Letter) -> ComposedLetter:
    """As the service composes."""
    return COMPOSER.compose(written, sender=SENDER, message_id=MESSAGE_ID, date=NOW)


def parse(raw: bytes) -> EmailMessage:
    """As a mail program reads it."""
    message = message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def bodies(raw: bytes) -> tuple[str, str]:
    """The decoded plain text and HTML."""
    plain, html = parse(raw).iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    return plain.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


class Tags(HTMLParser):
    """Collects what a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


def test_the_headers_of_an_automatic_reply() -> None:
    """RFC 3834, RFC 5322 section 3.6.4: exactly these fields, once each."""
    message = parse(compose(letter()).raw)
    assert message.keys() == FIELDS
    assert message["From"] == SENDER
    assert message["To"] == "mission@gov.example"
    assert message["Subject"] == "Re: 12th EMIC statement – France 3 [7K3M-Q9TD]"
    assert message["Date"] == "Mon, 28 Aug 2023 14:06:00 +0200"
    assert message["Message-ID"] == MESSAGE_ID
    assert message["In-Reply-To"] == "<original@gov.example>"
    assert message["References"] == "<first@gov.example> <original@gov.example>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_two_bodies_arrive_as_composed() -> None:
    """Transfer encodings change nothing, and the same letter has the same bytes."""
    composed = compose(letter("rejection", TOO_LONG))
    assert bodies(composed.raw) == (composed.text, composed.html)
    assert COMPOSER.text(letter("rejection", TOO_LONG)) == (composed.subject, composed.text)
    assert compose(letter("rejection", TOO_LONG)).raw == composed.raw


@pytest.mark.parametrize("message_id", [None, "no brackets", "<a@b\r\nBcc: c@d>", "<a b@c>"])
def test_without_a_message_id_there_is_no_thread(message_id: str | None) -> None:
    """RFC 5322 section 3.6.4: then neither In-Reply-To nor References."""
    message = parse(compose(letter(message_id=message_id)).raw)
    assert (message["In-Reply-To"], message["References"]) == (None, None)


def test_references_keep_the_first_and_the_last() -> None:
    """A long thread loses its middle, malformed identifiers and repetitions; long ones stay whole on a line."""
    long = f"<{'x' * 240}@gov.example>"
    known = ("<first@a.example>", "<broken>", *(f"<{n}@a.example>" for n in range(50)), "<0@a.example>", long)
    answered = letter(references=known)
    thread = references(answered.message_id, answered.references)
    assert len(thread) == REFERENCES_AT_MOST
    assert (thread[0], thread[-2:]) == ("<first@a.example>", (long, "<original@gov.example>"))
    assert "<broken>" not in thread
    assert f"\r\n {long}\r\n <original@gov.example>\r\n".encode() in compose(answered).raw


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Re: RE: AW: Re[2]: Réf", "Re: Réf [7K3M-Q9TD]"),
        ("回复：Ответ: statement", "Re: statement [7K3M-Q9TD]"),
        ("Re: statement [7K3M-Q9TD]", "Re: statement [7K3M-Q9TD]"),
        ("  ", "Your message to the secretariat [7K3M-Q9TD]"),
        ("Re:", "Your message to the secretariat [7K3M-Q9TD]"),
        ("Report: one\r\nBcc: two", "Re: Report: one Bcc: two [7K3M-Q9TD]"),
        ("\u202eevil\u200b", "Re: evil [7K3M-Q9TD]"),
    ],
)
def test_the_subject_of_an_answer(subject: str, answer: str) -> None:
    """One Re:, the subject that was sent, and the reference that ties the next reply to the record."""
    composed = compose(letter(subject=subject))
    assert (composed.subject, parse(composed.raw)["Subject"]) == (answer, answer)


@settings(deadline=timedelta(seconds=5))
@given(subject=anything, name=anything, party=anything, to=anything, because=anything)
@example(subject="=?utf-8?q?x=0D=0ABcc:_evil=40example.org?=", name="", party="", to="a@b.c", because="")
@example(
    subject="x\r\nBcc: evil@example.org\r\n\r\nbody", name="a\r\nb", party="\r\n", to="a@b\r\nBcc: c@d", because="."
)
@example(subject="é" * 400, name="x" * 400, party="中" * 400, to="é@é.example", because="\ud800")
def test_nothing_from_outside_can_add_a_header(subject: str, name: str, party: str, to: str, because: str) -> None:
    """Whatever stands in subject, file name, name or address: the same fields, seven bits, no line too long."""
    video = ListedFile(role="video", name=name, size=1, sha256="ab" * 32)
    unreadable = finding("video.unreadable", name=name)
    written = letter("rejection", unreadable, subject=subject, files=(video,), party=party, to=to, because=because)
    raw = compose(written).raw
    message = parse(raw)
    assert message.keys() == FIELDS
    assert message["Message-ID"] == MESSAGE_ID
    assert len(message["Subject"]) <= 200
    assert message["Subject"].startswith(("Re: ", "Your message"))
    to_field = message["To"]
    assert isinstance(to_field, UniqueAddressHeader)
    assert [address.addr_spec for address in to_field.addresses] in ([to], [to.lower()], []) or not to.isascii()
    assert len(list(message.iter_parts())) == 2
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line or len(line) > 998 for line in lines)


@pytest.mark.parametrize("to", ["δέλτα@example.org", "a@b@c", "a b@c.example", "a@b>", "", "a@b, c@d"])
def test_a_recipient_that_no_ascii_header_can_carry_is_left_to_the_envelope(to: str) -> None:
    """The header then names nobody, rather than somebody else."""
    assert parse(compose(letter(to=to)).raw)["To"] == "undisclosed-recipients:;"


def test_a_recipients_domain_goes_into_ascii() -> None:
    """RFC 3490: the header stays readable for every server."""
    assert parse(compose(letter(to="a@παράδειγμα.example")).raw)["To"] == "a@xn--hxajbheg2az3al.example"


@pytest.mark.parametrize(
    ("sender", "message_id"), [("nobody", MESSAGE_ID), ("a@b\r\nBcc: c@d", MESSAGE_ID), (SENDER, "<no>"), (SENDER, "")]
)
def test_our_own_part_must_be_well_formed(sender: str, message_id: str) -> None:
    """A wrong configuration is an error, not a letter."""
    with pytest.raises(ValueError, match=r"sender|Message-ID|linefeed"):
        COMPOSER.compose(letter(), sender=sender, message_id=message_id, date=NOW)


@pytest.mark.parametrize("kind", ["rejection", "acknowledgement"])
@pytest.mark.parametrize("line", [SUBJECT_LINE, "12th EMIC statement – " + "Long Name " * 20 + "3"])
def test_the_subject_line_stands_alone_and_exact(kind: str, line: str) -> None:
    """It is copied and pasted: no indent, no break, no mark beside it, however long it is."""
    plain, html = bodies(compose(letter(kind, subject_line=line)).raw)
    assert f"\n\n{line}\n\n" in plain
    assert f">{line}</pre>" in html
    assert re.search(r'<pre dir="ltr"[^>]*>' + re.escape(line) + "</pre>", html)


def test_a_subject_line_with_a_gap_says_so() -> None:
    """Where the name is not known, the brackets are the delegation's to fill."""
    _, plain = COMPOSER.text(letter(subject_line="12th EMIC statement – [country name] 3"))
    assert "put the right words in the place of the brackets" in " ".join(plain.split())


def test_a_rejection_names_every_fault_with_its_numbers() -> None:
    """Each fault is numbered, with measured value, limit, excess and cure, in both bodies."""
    faults = [TOO_LONG, finding("transcript.missing"), finding("subject.item_missing", known=["2", "3(a)"])]
    composed = compose(letter("rejection", *faults))
    plain = " ".join(composed.text.split())
    for body in (plain, " ".join(Tags(composed.html).text.split())):
        assert "3 points need to be corrected" in body
        assert "The video lasts 3 min 07.2 s; the limit is 3 min 00 s. It is 7.2 s too long." in body
        assert "Please send a version of at most 3 min 00 s." in body
        assert "There is no transcript with the video." in body
        assert "The items of the agenda are 2 and 3(a)." in body
        assert "uncac@un.org unov.conference@un.org" in body
        assert "You may simply reply to this message" in body
    assert re.findall(r"(?m)^(\d)\. ", composed.text) == ["1", "2", "3"]
    assert composed.html.count("<li") == 3 + 2


def test_a_receipt_proves_what_arrived() -> None:
    """Reference, meeting, party, item, time with zone, and each file with size, length and SHA-256."""
    _, plain = COMPOSER.text(letter("receipt"))
    for line in (
        "Reference: 7K3M-Q9TD",
        "Meeting: Expert meeting on international cooperation (12th EMIC)",
        "Delegation: France",
        "Agenda item: 3",
        "Kind of statement: Video statement",
        "*  Video: france.mp4",
        "   5.1 MB, 2 min 51.2 s",
        f"   SHA-256 {VIDEO.sha256}",
        "*  Transcript: france.docx",
    ):
        assert line in plain.splitlines()
    assert "Monday, 28 August 2023, 14:05:10 (Central European Summer Time, UTC+02:00)" in " ".join(plain.split())


def test_a_receipt_speaks_of_no_fault() -> None:
    """What an officer has overruled is not repeated in the letter that accepts it."""
    _, plain = COMPOSER.text(letter("receipt", TOO_LONG, finding("video.portrait", "note", name="france.mp4")))
    assert "too long" not in plain
    assert "upright" in plain
    assert "not a condition" in plain


def test_an_acknowledgement_says_that_a_person_will_look() -> None:
    """When the office opens next, what was found, and that it may be corrected now."""
    written = letter("acknowledgement", finding("video.by_link", "hold"), office_opens=NOW + timedelta(days=1))
    plain = " ".join(COMPOSER.text(written)[1].split())
    assert "a member of the secretariat will look at it" in plain
    assert "The office opens next on Tuesday, 29 August 2023, 14:06 (Central European Summer Time, UTC+02:00)." in plain
    open_now = letter("acknowledgement", finding("video.by_link", "hold"), office_open_until=NOW)
    said = " ".join(COMPOSER.text(open_now)[1].split())
    assert "The office is open until Monday, 28 August 2023, 14:06 (Central European Summer Time, UTC+02:00)." in said
    assert "whatever you can correct, you may send now" in plain
    assert "your message contains a link in its place" in plain


@pytest.mark.parametrize("kind", list(LetterKind))
def test_every_letter_names_reference_contact_and_robot(kind: LetterKind) -> None:
    """Also a bare one, of which nothing was understood."""
    bare = letter(
        kind, meeting_titles={}, meeting_name="", party="", items=(), statement_kind="", received=None, files=(),
        subject_line="", addresses=(), message_id=None, references=(),
    )  # fmt: skip
    for written in (bare, letter(kind)):
        composed = compose(written)
        for body in (composed.text, composed.html):
            assert "7K3M-Q9TD" in body
            assert "conference.officer@un.org" in body
            assert "This is an automatic message." in body


def test_an_officers_words_are_quoted_and_escaped() -> None:
    """Markup in them is text; each paragraph stands for itself."""
    composed = compose(letter("rejection", because="Not <b>this</b> speaker.\n\nSee note 3."))
    assert "> Not <b>this</b> speaker.\n> See note 3.\n" in composed.text
    assert "Not &lt;b&gt;this&lt;/b&gt; speaker." in composed.html


def _hostile() -> Iterator[str]:
    yield '"><script>alert(1)</script><img src=x onerror=alert(1)>.mp4'
    yield "{{ 7*7 }}{% raw %}%(name)s.mp4"
    yield "</pre></title></table>\u202egpj.exe"
    yield "http://evil.example/www.evil.example?x=" + "y" * 300 + ".mp4"


@pytest.mark.parametrize("name", list(_hostile()))
def test_a_hostile_file_name_is_only_text(name: str) -> None:
    """No tag, attribute or link comes of it, bidi marks are gone, and it is shortened."""
    video = ListedFile(role="video", name=name, size=1, sha256="ab" * 32)
    harmless = Tags(compose(letter("rejection", finding("video.unreadable", name="a.mp4"))).html)
    written = letter("rejection", finding("video.unreadable", name=name), files=(video, video))
    composed = compose(written)
    tags = Tags(composed.html)
    assert (tags.tags, tags.attributes) == (harmless.tags, harmless.attributes)
    for body in (composed.text, tags.text):
        assert "\u202e" not in body
        assert "://" not in body
        assert "49" not in body
    assert "y" * 81 not in composed.html


def test_the_page_loads_nothing_and_links_nowhere() -> None:
    """No image, style sheet, script, form or link: nothing that a mail gateway could object to."""
    tags = Tags(compose(letter("rejection", TOO_LONG, because="x")).html)
    assert not {"a", "img", "script", "link", "style", "iframe", "form", "object"} & set(tags.tags)
    assert not {"src", "href", "background"} & tags.attributes


def test_an_unknown_language_is_answered_in_english() -> None:
    """Never in a mixture."""
    composed = compose(letter(language="tlh"))
    assert parse(composed.raw)["Content-Language"] == "en"
    assert composed.text.startswith("Dear Sir or Madam,")


def test_lines_of_text_stay_within_76_columns() -> None:
    """But for what is copied and for file names without spaces."""
    _, plain = COMPOSER.text(letter("rejection", TOO_LONG, finding("video.by_link", "hold")))
    assert max(map(len, plain.splitlines())) <= 76
