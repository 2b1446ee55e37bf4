"""The second look: at a mail that was read, or at a subject line alone."""

from collections.abc import Sequence

from statement_intake.domain.automatic import automatic
from statement_intake.domain.cover import own_words
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.links import links_to_videos, names_video
from statement_intake.domain.message import Category, Message
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.submission import accompanies
from statement_intake.domain.triage.findings import own_mail, silent, unrelated
from statement_intake.domain.triage.signs import converses, is_attempt, is_of_nobody, why_not_sure
from statement_intake.domain.triage.ties import Ties
from statement_intake.domain.words import Vocabulary

#: Below this a body is a covering note, above it may be the statement itself.
_NOTE_CHARACTERS = 600


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
        return robot or own_mail()
    if reading.automatic:
        return silent("message.no_reply", "It carries a file under the subject of an automatic answer.")
    related = bool(reading.meetings) or ties.names_one
    if related and not videos and _withdraws(message, reading, words):
        return silent("message.withdrawal", "Asks to withdraw a statement.")
    if related and not files and not links and not message.encrypted:
        return _without_files(message, reading, ties, words)
    attempt = is_attempt(reading, files=files, videos=bool(videos or links))
    # A covering note is a document of the mail's own, and yet no statement.
    only_packed = closed and not videos and len(companions) == len(documents)
    # What is said of an archive that came with an attempt is the rules' business.
    if related and only_packed and (not attempt or any(message.of(Category.MESSAGE))):
        return silent("message.doubtful", "What it carries is packed inside a forwarded mail or an archive.")
    if message.encrypted and related:
        return None
    if related and companions and not (videos or links or closed) and len(companions) == len(documents):
        return silent("message.doubtful", "Only a covering note or the like is attached, and no statement.")
    if attempt or (reading.meetings and videos):
        return silent("message.doubtful", why) if (why := why_not_sure(reading, videos=bool(videos))) else None
    if ties.answers and (videos or documents or links):
        return None
    return _doubtful_or_unrelated(message, reading, forwarded, ties, words)


def _without_files(message: Message, reading: SubjectReading, ties: Ties, words: Vocabulary) -> Finding | None:
    """A mail about a statement that carries nothing: an announcement without its file, or conversation."""
    if message.torn:
        # One that is surely meant for the meeting is not doubtful: it cannot be read.
        meant = is_attempt(reading, files=False, videos=False)
        code = "message.unreadable" if meant else "message.doubtful"
        return silent(code, "Its MIME is broken, and files may have been lost in it.")
    fresh = reading.meetings and reading.statement and not reading.wrapping.reply and not ties.answers
    put_off = reading.tentative or reading.remark.contrary or is_of_nobody(reading)
    if fresh and not converses(reading) and not put_off and _announces(message, reading, words):
        return None
    return silent("message.conversation", "Speaks about a statement, and carries neither a file nor a link.")


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
        return silent("message.doubtful", "Names a reference like ours that is none, and carries a file.")
    if any(line.meetings or line.statement for line in forwarded):
        return silent("message.doubtful", "A forwarded mail in it may be a statement.")
    named, numbered = reading.speakers.named, bool(reading.items.numbers)
    videos = any(message.of(Category.VIDEO))
    # What could not be opened may be a document.
    documents = any(message.of(Category.DOCUMENT, Category.ARCHIVE)) or message.encrypted
    if reading.meetings:
        return silent("message.doubtful", "Names the meeting and carries a file, though not surely a statement.")
    if videos:
        return silent("message.doubtful", "A video, though not surely a statement.")
    if reading.transfer or links_to_videos(message, words, forwarded=reading.wrapping.forward):
        if reading.transfer or named or reading.statement or names_video(reading.subject):
            return silent("message.doubtful", "A link to files, though not surely a statement.")
    elif reading.statement and ((named and (documents or numbered)) or (numbered and documents)):
        return silent("message.doubtful", "A party or an item and a statement are named, though not the meeting.")
    return unrelated()


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
        return silent("message.withdrawal", "Asks to withdraw a statement.")
    if reading.meetings and converses(reading):
        return silent("message.conversation", "Speaks about a statement, and is none.")
    if reading.meetings and (why := why_not_sure(reading, videos=False)):
        return silent("message.doubtful", why)
    if is_attempt(reading, files=True, videos=True):
        return None
    if reading.meetings:
        return silent("message.conversation", "Names the meeting, and no statement.")
    if reading.transfer or (reading.speakers.named and reading.statement):
        return silent("message.doubtful", "May announce a statement, though it does not name the meeting.")
    return unrelated()
