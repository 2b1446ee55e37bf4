"""One statement from several mails: what counts of each, so that no version is ever mixed with another."""

from collections.abc import Callable, Iterable, Sequence

from statement_intake.domain.cover import own_words
from statement_intake.domain.links import links_to_videos
from statement_intake.domain.message import Attachment, Category, Message
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.submission import is_video, may_be_the_text
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

ReadSubject = Callable[[str], SubjectReading]


#: Characters of all the mails' texts; that of a single mail is capped so, too.
_TEXT = 100_000


class Brought(Value):
    """What a mail brings."""

    #: A video, or a link that stands for one.
    video: bool
    #: A document that may be a transcript or a statement.
    text: bool


def brought_by(message: Message, read_subject: ReadSubject, words: Vocabulary) -> Brought:
    """What *message* brings of its own."""
    return Brought(
        video=any(map(is_video, message.attachments)) or bool(_links(message, read_subject, words)),
        text=any(may_be_the_text(attachment, words) for attachment in message.attachments),
    )


def assemble(mails: Sequence[Message], read_subject: ReadSubject, words: Vocabulary) -> Message:
    """The mails of one submission, oldest first, as if one mail had brought what counts of them.

    A video or a link takes the place of every earlier video and link, a document that of every earlier one; what was
    packed and could not be opened gives way to whatever comes after it. The newest mail is the one that is answered;
    the subject is the newest that says it all, else the one that says most.
    """
    if len(mails) == 1:
        return mails[0]
    newest = mails[-1]
    attachments: tuple[Attachment, ...] = ()
    links: tuple[str, ...] = ()
    linking = newest
    for mail in mails:
        brings = brought_by(mail, read_subject, words)
        attachments = (*_left(attachments, brings, words), *mail.attachments)
        if brings.video:
            links, linking = _links(mail, read_subject, words), mail
    subject = _subject(mails, read_subject)
    texts = [own_words(newest.text), *([linking.text] if linking is not newest and links else [])]
    texts += [own_words(mail.text) for mail in reversed(mails[:-1]) if mail is not linking or not links]
    return newest.model_copy(
        update={
            "headers": newest.headers.model_copy(update={"subject": subject}),
            "text": "\n\n".join(text for text in texts if text)[:_TEXT],
            "links": links,
            "link_labels": linking.link_labels,
            "attachments": attachments,
            "defects": tuple(dict.fromkeys(defect for mail in mails for defect in mail.defects)),
        }
    )


def _links(message: Message, read_subject: ReadSubject, words: Vocabulary) -> tuple[str, ...]:
    forwarded = read_subject(message.headers.subject).wrapping.forward
    return () if message.encrypted else links_to_videos(message, words, forwarded=forwarded)


def _left(before: Iterable[Attachment], brings: Brought, words: Vocabulary) -> tuple[Attachment, ...]:
    """What is left of the earlier attachments beside what now comes."""
    if not brings.video and not brings.text:
        return tuple(before)
    return tuple(
        attachment
        for attachment in before
        if not (brings.video and is_video(attachment))
        and not (brings.text and may_be_the_text(attachment, words))
        and attachment.category is not Category.ARCHIVE
    )


def _subject(mails: Sequence[Message], read_subject: ReadSubject) -> str:
    best, told = mails[0].headers.subject, (False, False, False, False)
    for mail in mails:
        reading = read_subject(mail.headers.subject)
        if says(reading) > told or reading.canonical is not None:
            best, told = mail.headers.subject, says(reading)
    return best


def says(reading: SubjectReading) -> tuple[bool, bool, bool, bool]:
    """How much a line says of a statement."""
    return (
        reading.canonical is not None,
        reading.speakers.party is not None,
        bool(reading.items.numbers),
        bool(reading.meetings),
    )
