"""Is a mail an attempt at a statement? Asked twice: at a glance, before anything is downloaded, and when it is read."""

import re
from collections.abc import Sequence
from enum import StrEnum

from statement_intake.domain.automatic import automatic
from statement_intake.domain.cover import own_words
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.links import links_to_videos, names_video
from statement_intake.domain.message import Category, Glance, Message, Part
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.submission import accompanies
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary


class Answer(StrEnum):
    """What a glance says."""

    ATTEMPT = "attempt"
    #: Downloaded, and judged by its body.
    UNSURE = "unsure"
    #: Never downloaded.
    OTHER = "other"


class Ties(Value):
    """What the ledger knows about a mail's thread and sender."""

    #: It is a letter of ours, come back.
    ours: bool = False
    #: The reference of the submission whose letter it answers.
    answers: str | None = None
    #: Its subject names a reference that looks like ours, and is nobody's: mistyped, most likely.
    misnamed: bool = False
    #: It names more than one submission: the thread one, the subject another.
    several: bool = False
    #: The sender has sent a statement before, or is a registered delegate.
    known_sender: bool = False

    @property
    def names_one(self) -> bool:
        """Whether it names a submission, rightly or not."""
        return self.answers is not None or self.misnamed


class Look(Value):
    """The result of a glance."""

    answer: Answer
    #: For `other`: why.
    finding: Finding | None = None


_VIDEO_NAME = re.compile(
    r"\.(?:mp4|m4v|mov|mkv|webm|avi|wmv|asf|mpe?g|m2?ts|mts|3gp|3g2|flv|dv|vob|ogv)$", re.IGNORECASE
)
_DOCUMENT_NAME = re.compile(r"\.(?:docx?|docm|odt|pdf|rtf|txt|pages)$", re.IGNORECASE)
_OPAQUE = frozenset(
    {
        "application/octet-stream", "application/zip", "application/x-zip-compressed", "application/ms-tnef",
        "application/vnd.ms-tnef", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted",
        "application/vnd.ms-outlook", "application/x-7z-compressed", "application/vnd.rar",
        "application/x-rar-compressed", "message/rfc822", "message/global",
    }
)  # fmt: skip
#: Below this a body is a covering note, above it may be the statement itself.
_NOTE_CHARACTERS = 600


def glance(seen: Glance, reading: SubjectReading, forwarded: Sequence[SubjectReading], ties: Ties) -> Look:
    """Judge by headers and structure alone. *forwarded*: the subjects of forwarded messages in it, read likewise."""
    parts = seen.parts or ()
    files = any(_is_video(part) or _is_document(part) or part.media_type in _OPAQUE for part in parts)
    brings = files or reading.transfer
    robot = automatic(seen.headers, (part.media_type for part in parts), subject=reading.automatic, files=brings)
    if robot or ties.ours:
        return Look(answer=Answer.OTHER, finding=robot or _own_mail())
    videos = any(_is_video(part) for part in parts)
    if any(_is_attempt(line, files=files, videos=videos) for line in (reading, *forwarded)):
        return Look(answer=Answer.ATTEMPT)
    if (
        seen.parts is None
        or reading.meetings
        or ties.answers
        or ties.misnamed
        or any(line.meetings for line in forwarded)
    ):
        return Look(answer=Answer.UNSURE)
    if any(_may_be_a_statement(parts, line, ties) for line in (reading, *forwarded)):
        return Look(answer=Answer.UNSURE)
    return Look(answer=Answer.OTHER, finding=_unrelated())


def _is_attempt(reading: SubjectReading, *, files: bool, videos: bool) -> bool:
    """A meeting and a statement are named; or a party beside the meeting, with what makes a statement of it."""
    if not reading.meetings:
        return False
    # "EMIC" alone may be anybody's: then a name that is certain has to stand beside it.
    ordered = any(mention.text.lower() != mention.meeting.subject.acronym.lower() for mention in reading.meetings)
    speaks = reading.speakers.party is not None or (ordered and bool(reading.speakers.candidates))
    return reading.statement or (speaks and videos) or (files and _says_nothing_else(reading))


def _says_nothing_else(reading: SubjectReading) -> bool:
    """Meeting, party and items, and no word of what else it may be: then a document is the statement."""
    return reading.canonical is not None and not reading.remark.text and not reading.arranges


def _may_be_a_statement(parts: Sequence[Part], reading: SubjectReading, ties: Ties) -> bool:
    if reading.transfer or names_video(reading.subject) or any(_is_video(part) for part in parts):
        return True
    named, numbered = reading.speakers.named, bool(reading.items.numbers)
    opaque = any(part.media_type in _OPAQUE for part in parts)
    if opaque and ties.known_sender:
        # A delegate's, and what is in it says itself what it is: "Fw: video" with a whole mail in an Outlook file.
        return True
    if opaque or any(_is_document(part) for part in parts):
        return reading.statement and (named or numbered or ties.known_sender)
    return reading.statement and named and numbered


def _is_video(part: Part) -> bool:
    return part.media_type.startswith("video/") or bool(_VIDEO_NAME.search(part.name))


def _is_document(part: Part) -> bool:
    return bool(_DOCUMENT_NAME.search(part.name)) or part.media_type in {"application/pdf", "application/msword"}


def triage(
    message: Message, reading: SubjectReading, forwarded: Sequence[SubjectReading], ties: Ties, words: Vocabulary
) -> Finding | None:
    """Judge a mail that was read. None: it is an attempt, and the rules decide about it.

    *forwarded*: the subjects of the messages that it carries, read likewise.
    """
    videos = tuple(message.of(Category.VIDEO, Category.AUDIO))
    documents = tuple(message.of(Category.DOCUMENT, Category.SLIDES))
    closed = tuple(message.of(Category.ARCHIVE, Category.MESSAGE))
    companions = [document for document in documents if accompanies(document, words)]
    links = links_to_videos(message, words, forwarded=reading.wrapping.forward)
    files = bool(videos or documents or closed)
    brings = files or reading.transfer
    robot = automatic(message.headers, message.structure, subject=reading.automatic, files=brings)
    if robot or ties.ours:
        return robot or _own_mail()
    if reading.automatic:
        return _silent("message.no_reply", "It carries a file under the subject of an automatic answer.")
    related = bool(reading.meetings) or ties.names_one
    if related and not videos and _withdraws(message, reading, words):
        return _silent("message.withdrawal", "Asks to withdraw a statement.")
    if related and not files and not links and not message.encrypted:
        return _without_files(message, reading, ties, words)
    attempt = _is_attempt(reading, files=files, videos=bool(videos or links))
    # A covering note is a document of the mail's own, and yet no statement.
    only_packed = closed and not videos and len(companions) == len(documents)
    # What is said of an archive that came with an attempt is the rules' business.
    if related and only_packed and (not attempt or any(message.of(Category.MESSAGE))):
        return _silent("message.doubtful", "What it carries is packed inside a forwarded mail or an archive.")
    if message.encrypted and related:
        return None
    if related and companions and not (videos or links or closed) and len(companions) == len(documents):
        return _silent("message.doubtful", "Only a covering note or the like is attached, and no statement.")
    if attempt or (reading.meetings and videos):
        return _silent("message.doubtful", why) if (why := _why_not_sure(reading, videos=bool(videos))) else None
    if ties.answers and (videos or documents or links):
        return None
    return _doubtful_or_unrelated(message, reading, forwarded, ties, words)


def _why_not_sure(reading: SubjectReading, *, videos: bool) -> str:
    """What speaks against an attempt although meeting, statement and files are there; empty if nothing does."""
    if reading.tentative:
        return "It calls itself a draft, a test or a mistake."
    if reading.other_kind:
        return "It speaks of a statement of another kind."
    if reading.withdraws:
        return "It withdraws something, and carries a video."
    if converses(reading) and not videos:
        return "It asks or arranges something, and carries a file."
    if reading.transfer and reading.canonical is None:
        return "A transfer service's notice of files."
    if _is_of_nobody(reading) and not videos:
        return "It names neither a party, nor anything like one, nor an item."
    return ""


def _is_of_nobody(reading: SubjectReading) -> bool:
    """True for "Book launch: statements of the 12th EMIC": words where party and item would stand, and neither of them.

    What resembles a party's name is a slip, and gets the cure; so does a line that leaves both out.
    """
    unknown = reading.statement and bool(reading.speakers.unknown) and not reading.suggestions
    return unknown and not reading.items.numbers and not reading.items.doubtful and not reading.placeholder


def converses(reading: SubjectReading) -> bool:
    """True where the subject asks, thanks or arranges, rather than brings a statement."""
    return reading.asks or (reading.arranges and reading.canonical is None)


def _without_files(message: Message, reading: SubjectReading, ties: Ties, words: Vocabulary) -> Finding | None:
    """A mail about a statement that carries nothing: an announcement without its file, or conversation."""
    if message.torn:
        return _silent("message.doubtful", "Its MIME is broken, and files may have been lost in it.")
    fresh = reading.meetings and reading.statement and not reading.wrapping.reply and not ties.answers
    put_off = reading.tentative or reading.remark.contrary or _is_of_nobody(reading)
    if fresh and not converses(reading) and not put_off and _announces(message, reading, words):
        return None
    return _silent("message.conversation", "Speaks about a statement, and carries neither a file nor a link.")


def _announces(message: Message, reading: SubjectReading, words: Vocabulary) -> bool:
    """True where a file was meant to be there: the body says so, or is the statement itself, or there is no body."""
    body = own_words(message.text)
    if words.found("later", body):
        return False
    if words.found("attached", body) or not body:
        return True
    asks = any(mark in body for mark in "?？؟")
    return not asks and (len(body) >= _NOTE_CHARACTERS or reading.canonical is not None)


def _withdraws(message: Message, reading: SubjectReading, words: Vocabulary) -> bool:
    body = own_words(message.text)
    said = len(body) < _NOTE_CHARACTERS and words.found("withdrawal", body) and not words.found("replaces", body)
    return reading.withdraws or said


def _doubtful_or_unrelated(
    message: Message, reading: SubjectReading, forwarded: Sequence[SubjectReading], ties: Ties, words: Vocabulary
) -> Finding:
    if ties.misnamed:
        return _silent("message.doubtful", "Names a reference like ours that is none, and carries a file.")
    if any(line.meetings or line.statement for line in forwarded):
        return _silent("message.doubtful", "A forwarded mail in it may be a statement.")
    named, numbered = reading.speakers.named, bool(reading.items.numbers)
    videos = any(message.of(Category.VIDEO))
    # What could not be opened may be a document.
    documents = any(message.of(Category.DOCUMENT, Category.ARCHIVE)) or message.encrypted
    if reading.meetings:
        return _silent("message.doubtful", "Names the meeting and carries a file, though not surely a statement.")
    if videos:
        return _silent("message.doubtful", "A video, though not surely a statement.")
    if reading.transfer or links_to_videos(message, words, forwarded=reading.wrapping.forward):
        if reading.transfer or named or reading.statement or names_video(reading.subject):
            return _silent("message.doubtful", "A link to files, though not surely a statement.")
    elif reading.statement and ((named and (documents or numbered)) or (numbered and documents)):
        return _silent("message.doubtful", "A party or an item and a statement are named, though not the meeting.")
    return _unrelated()


def triage_subject(reading: SubjectReading) -> Finding | None:
    """Triage by the subject alone. None: an attempt, if a statement comes with it."""
    if reading.automatic:
        return Finding(
            code="message.automatic",
            effect=Effect.IGNORE,
            message="Automatic mail: the subject of an automatic answer.",
            detail={"why": "the subject of an automatic answer"},
        )
    if reading.meetings and reading.withdraws:
        return _silent("message.withdrawal", "Asks to withdraw a statement.")
    if reading.meetings and converses(reading):
        return _silent("message.conversation", "Speaks about a statement, and is none.")
    if reading.meetings and (why := _why_not_sure(reading, videos=False)):
        return _silent("message.doubtful", why)
    if _is_attempt(reading, files=True, videos=True):
        return None
    if reading.meetings:
        return _silent("message.conversation", "Names the meeting, and no statement.")
    if reading.transfer or (reading.speakers.named and reading.statement):
        return _silent("message.doubtful", "May announce a statement, though it does not name the meeting.")
    return _unrelated()


def _silent(code: str, message: str) -> Finding:
    return Finding(code=code, effect=Effect.SILENT, message=message)


def _own_mail() -> Finding:
    return Finding(
        code="message.automatic",
        effect=Effect.IGNORE,
        message="Our own letter, come back.",
        detail={"why": "our own letter"},
    )


def _unrelated() -> Finding:
    return Finding(code="message.unrelated", effect=Effect.IGNORE, message="Nothing to do with a statement.")
