"""What the covering note says: the mail's own words, without what it quotes."""

import re

from statement_intake.domain.matching.patterns import flat, spaced
from statement_intake.domain.message import Message
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

#: How the line begins at which a quoted mail begins.
_QUOTATION = (
    r"-{2,}\s?(?:original message|forwarded message|message d'origine|mensaje original|исходное сообщение)",
    r"_{10,}",
    r"on .{6,120} wrote:",
    r"le .{6,120} a écrit\s?:",
    r"el .{6,120} escribió:",
    r"(?:from|de|von|от|发件人|من)\s?:\s.{0,200}$",
)
#: How the line begins at which a signature or a disclaimer begins.
_ENDING = (
    r"-- ?$",
    r".{0,200}(?:intended (?:only )?for|intended recipient|received this (?:e-?mail|message) (?:in error|by mistake))",
    r".{0,40}(?:confidentiality notice|disclaimer:|avis de confidentialité|aviso (?:legal|de confidencialidad))",
)
_QUOTED = re.compile(f"^(?:{'|'.join(_QUOTATION)})", re.IGNORECASE | re.MULTILINE)
_ENDED = re.compile(f"^(?:{'|'.join(_ENDING)})", re.IGNORECASE | re.MULTILINE)
#: Where a document says for whom it is: its first lines, within so many characters.
_HEAD, _HEAD_LINES = 2000, 12
#: Characters of a line that is a mark and no sentence.
_LONGEST_MARK = 40
_LONGEST_SAID = 100
_BRACKETED = re.compile(r"[(\[（【]([^)\]）】]+)")
_LINK = re.compile(r"https?://\S+")
_WORD = re.compile(r"[^\W\d_]+")


class Cover(Value):
    """The covering note."""

    #: Its text without quotations and signature.
    text: str = ""
    words: int = 0
    #: It, the subject or a file's name speaks of a video or a transcript.
    speaks_of_video: bool = False
    #: It, the subject or a file's name says that this replaces what was sent before.
    replaces: bool = False
    #: The line of the mail, or at the head of a document, that marks it as not for the public; empty if none does.
    confidential: str = ""


def read_cover(message: Message, reading: SubjectReading, words: Vocabulary) -> Cover:
    """Read the covering note of *message*."""
    text = own_words(message.text)
    names = " ".join(spaced(attachment.name) for attachment in message.attachments)
    said = f"{_LINK.sub(' ', text)} {names}"
    return Cover(
        text=text,
        words=len(_WORD.findall(text)),
        speaks_of_video=words.found("video", said)
        or words.pattern("transcript", "sure").search(flat(said)) is not None,
        replaces=any(words.found("replaces", line) for line in (text, reading.subject, names)),
        confidential=_mark(message, reading.subject, text, words),
    )


def _mark(message: Message, subject: str, note: str, words: Vocabulary) -> str:
    """A short line by itself is a mark; a word in a sentence about confidential sources is none."""
    names = (spaced(attachment.name) for attachment in message.attachments)
    lines = [*_BRACKETED.findall(subject), *note.splitlines(), *names]
    for attachment in message.attachments:
        if attachment.document is not None:
            lines += list(filter(str.strip, attachment.document.text[:_HEAD].splitlines()))[:_HEAD_LINES]
    line: str
    for line in lines:
        if len(line) <= _LONGEST_MARK and words.found("confidential", line):
            return line.strip()
    said = (line for line in [subject, *lines] if words.found("unpublished", line))
    return next((line.strip()[:_LONGEST_SAID] for line in said), "")


def unquoted(text: str) -> str:
    """*text* up to where it begins to quote another mail, without lines marked as quoted."""
    if match := _QUOTED.search(text):
        text = text[: match.start()]
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">")).strip()


def own_words(text: str) -> str:
    """*text* without quotations, signature and disclaimer."""
    own = unquoted(text)
    match = _ENDED.search(own)
    return own[: match.start()].strip() if match else own
