"""The page for delegations: how to send a statement so that it is accepted at once. One language after the other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from statement_intake.domain.capacity import bit_rate, largest_file
from statement_intake.domain.meeting import Kind, Meeting
from statement_intake.domain.value import Value
from statement_intake.replies.compose import BETWEEN, wrapped
from statement_intake.replies.language import Language

#: What mail servers carry that nobody has told to carry more: between 20 and 35 megabytes. Octets.
COMMON_MESSAGE = 25_000_000
#: The picture that the meeting room shows well.
_PICTURE = "1280 × 720"


class Block(Value):
    """A piece of the page."""

    kind: Literal["title", "heading", "paragraph", "lines"]
    text: str = ""
    #: To be copied: never broken, always from left to right.
    lines: tuple[str, ...] = ()


class Sheet(Value):
    """The page in one language."""

    language: str
    direction: str
    blocks: tuple[Block, ...]


def sheet(meeting: Meeting, say: Language, message_octets: int) -> Sheet:
    """The page of an open *meeting* in one language. *message_octets*: the largest message that is taken in."""
    blocks = (
        *_address(meeting, say),
        *_video(meeting, say, message_octets),
        *_written(meeting, say),
        *_after(meeting, say),
    )
    return Sheet(language=say.code, direction=say.direction, blocks=blocks)


def as_text(sheets: Sequence[Sheet]) -> str:
    """The page as plain text."""
    return BETWEEN.join("\n\n".join(map(_plain, each.blocks)) for each in sheets) + "\n"


def as_html(sheets: Sequence[Sheet], title: str) -> str:
    """The page as HTML, a sheet of paper for each language."""
    environment = Environment(
        loader=PackageLoader("statement_intake.replies"), undefined=StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("guidance.html.j2").render(sheets=sheets, title=title)


def _plain(block: Block) -> str:
    if block.kind == "lines":
        return "\n".join(block.lines)
    return block.text.upper() if block.kind == "heading" else wrapped(block.text)


def _paragraph(text: str) -> Block:
    return Block(kind="paragraph", text=text)


def _address(meeting: Meeting, say: Language) -> Iterator[Block]:
    titles: Mapping[str, str] = {str(code): title for code, title in meeting.title.items()}
    name = meeting.subject.short_name
    yield Block(kind="title", text=say("How to send a statement to the %(meeting)s", meeting=name))
    yield _paragraph(titles.get(say.code, titles["en"]))
    addresses = meeting.addresses.all if meeting.addresses else ()
    yield _paragraph(
        say.plural(
            "Please send it by e-mail to this address:",
            "Please send it by e-mail to these addresses:",
            len(addresses),
        )
    )
    yield Block(kind="lines", lines=addresses)
    yield _paragraph(
        say(
            "The subject line names the delegation, in English and in the form that the United Nations uses, and the "
            "number of the agenda item:"
        )
    )
    yield Block(kind="lines", lines=(meeting.subject_line("[country name]", ()),))
    items = tuple(item.number for item in meeting.agenda)
    yield _paragraph(say("For example:"))
    yield Block(kind="lines", lines=(meeting.subject_line("Kenya", items[:1]),))
    if items:
        yield _paragraph(say("The items of the agenda are %(items)s.", items=say.listing(items)))


def _video(meeting: Meeting, say: Language, message_octets: int) -> Iterator[Block]:
    if meeting.video is None:
        return
    yield Block(kind="heading", text=say("Video statement"))
    limit = meeting.video.max_seconds
    yield _paragraph(say("A pre-recorded video may last at most %(limit)s.", limit=say.length(limit)))
    if deadline := meeting.deadline.get(Kind.VIDEO):
        moments = deadline.readings()
        yield _paragraph(say("It has to be received by %(deadline)s.", deadline=say.moment(moments[-1])))
        if len(moments) > 1:
            safe = say.moment(moments[0], named=False)
            yield _paragraph(
                say("The invitation names that date in two ways; who sends it by %(deadline)s is safe.", deadline=safe)
            )
    if meeting.transcript.required:
        yield _paragraph(
            say(
                "Please attach its transcript, that is, the text spoken in it, as a Word document (.docx) or as a PDF "
                "file that contains text, not as a scan."
            )
        )
    yield _paragraph(
        say(
            "A file in MP4 format with H.264 picture and AAC sound, in landscape format (16:9), with at least "
            "%(pixels)s pixels, is shown best.",
            pixels=_PICTURE,
        )
    )
    for octets in sorted({min(COMMON_MESSAGE, message_octets), message_octets}):
        yield _paragraph(_capacity(octets, limit, say, common=octets < message_octets))
    if meeting.transcript.required:
        by_link = say(
            "If the video is too large for e-mail, please send the transcript and a link to the video: a member of the "
            "secretariat will look at it."
        )
    else:
        by_link = say(
            "If the video is too large for e-mail, please send a link to it: a member of the secretariat will look at "
            "it."
        )
    yield _paragraph(by_link)


def _capacity(message_octets: int, seconds: float, say: Language, *, common: bool) -> str:
    file = largest_file(message_octets)
    values = {
        "mail": say.size(message_octets),
        "file": say.size(file),
        "rate": say.number(bit_rate(file, seconds)),
        "length": say.length(seconds),
    }
    if common:
        return say(
            "Many mail servers carry messages of %(mail)s at most: a video file of up to %(file)s fits, which is "
            "%(rate)s Mbit/s for %(length)s.",
            **values,
        )
    return say(
        "Messages of up to %(mail)s are taken in here: a video file of up to %(file)s fits, which is %(rate)s Mbit/s "
        "for %(length)s.",
        **values,
    )


def _written(meeting: Meeting, say: Language) -> Iterator[Block]:
    yield Block(kind="heading", text=say("Written statement"))
    yield _paragraph(
        say(
            "Please attach it as a Word document (.docx) or as a PDF file that contains text, and send no video "
            "with it."
        )
    )
    if deadline := meeting.deadline.get(Kind.WRITTEN):
        yield _paragraph(say("It can be sent until %(deadline)s.", deadline=say.moment(deadline.moment)))


def _after(meeting: Meeting, say: Language) -> Iterator[Block]:
    yield Block(kind="heading", text=say("What happens then"))
    yield _paragraph(
        say(
            "You receive an answer by e-mail: a receipt, or everything that needs to be "
            "corrected and how. You may simply reply to that answer and attach what was missing."
        )
    )
    if meeting.contact:
        yield _paragraph(
            say("If you would like to ask a person, please write to %(contact)s.", contact=meeting.contact)
        )
