"""A statement in a mail within the mail: the usual way in which an embassy passes on what its capital sent.

The inner mail counts where the outer one brings nothing of its own, where there is exactly one, and where both agree.
Everything else is left as it came, and a person looks.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from statement_intake.domain.automatic import automatic
from statement_intake.domain.cover import own_words
from statement_intake.domain.letters.recipients import is_for_everyone
from statement_intake.domain.links import links_to_videos
from statement_intake.domain.message import Attachment, Category, Forwarding, Headers, Message
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.words import Vocabulary

ReadSubject = Callable[[str], SubjectReading]

#: What a mail brings of its own.
_OWN = (Category.VIDEO, Category.AUDIO, Category.DOCUMENT, Category.SLIDES, Category.ARCHIVE)


def as_handed_in(message: Message, own: Iterable[str], read_subject: ReadSubject, words: Vocabulary) -> Message:
    """The mail that counts: *message* itself, or the one within it together with what the outer one says.

    *own*: our own addresses, casefolded. The letter goes to who handed it in: the outer sender. Only where that is an
    officer of our own house it is the inner sender who speaks, and whose mail's time counts.
    """
    addresses = frozenset(own)
    outer = read_subject(message.headers.subject)
    if len(message.enclosed) != 1 or not _only_passes_on(message, outer, words):
        return message
    inner = message.enclosed[0]
    reading = read_subject(inner.headers.subject)
    if not _is_worth_opening(inner, reading, addresses, words) or _contradict(outer, reading):
        return message
    sender = message.headers.sender[0] if len(message.headers.sender) == 1 else None
    staff = sender is not None and sender.key not in addresses and _is_of(sender.domain, addresses)
    subject = (inner if _says(reading) >= _says(outer) else message).headers.subject
    own_text = "" if staff else own_words(message.text)
    return inner.model_copy(
        update={
            "headers": _of_inner(message.headers, inner.headers, subject)
            if staff
            else message.headers.model_copy(update={"subject": subject}),
            "text": "\n\n".join(text for text in (own_text, inner.text) if text),
            "attachments": (*inner.attachments, *_without_mails(message)),
            "forwarded_subjects": message.forwarded_subjects,
            "forwarding": Forwarding(by=sender, staff=staff, subject=message.headers.subject),
            "structure": message.structure,
            "defects": tuple(dict.fromkeys((*message.defects, *inner.defects))),
        }
    )


def received_first(message: Message, received: datetime) -> datetime:
    """When the statement was received: for what an officer passed on, when the inner mail was, if it says so.

    By its topmost Received field, never by Date, which its sender chose.
    """
    at = message.headers.received
    staff = message.forwarding is not None and message.forwarding.staff
    return min(received, at) if staff and at is not None else received


def _only_passes_on(message: Message, reading: SubjectReading, words: Vocabulary) -> bool:
    """True where the outer mail brings nothing, and asks, withdraws or answers nothing."""
    if message.encrypted or any(message.of(*_OWN)) or len(list(message.of(Category.MESSAGE))) != 1:
        return False
    if reading.asks or reading.withdraws or reading.tentative or reading.automatic or reading.transfer:
        return False
    if words.found("withdrawal", own_words(message.text)):
        return False
    return not links_to_videos(message, words, forwarded=False)


def _is_worth_opening(inner: Message, reading: SubjectReading, own: frozenset[str], words: Vocabulary) -> bool:
    """True where a person sent it, it holds something, and not just a further mail."""
    if any(address.key in own for address in inner.headers.sender):
        return False
    brings = any(inner.of(*_OWN)) or bool(links_to_videos(inner, words, forwarded=reading.wrapping.forward))
    robot = automatic(inner.headers, inner.structure, subject=reading.automatic, files=brings)
    unread = inner.encrypted or inner.over_limits is not None or inner.unreadable is not None
    return robot is None and not reading.automatic and (brings or unread)


def _contradict(one: SubjectReading, other: SubjectReading) -> bool:
    """True where both lines name a party, and not the same; or both a meeting, and not the same one or other items."""
    if one.speakers.party and other.speakers.party and one.speakers.party != other.speakers.party:
        return True
    if not one.meetings or not other.meetings:
        return False
    meetings = [{(mention.meeting.id, mention.certainty) for mention in line.meetings} for line in (one, other)]
    items = [line.items.numbers for line in (one, other)]
    return meetings[0] != meetings[1] or (all(items) and items[0] != items[1])


def _says(reading: SubjectReading) -> tuple[bool, bool, bool, bool]:
    """How much a line says of a statement; of two lines that say as much the inner one counts."""
    return (
        bool(reading.meetings),
        reading.canonical is not None,
        reading.statement,
        reading.speakers.party is not None or bool(reading.speakers.candidates),
    )


def _is_of(domain: str, addresses: frozenset[str]) -> bool:
    """True for the domain of one of *addresses*, or one below it; never for a provider's that serves everyone."""
    houses = {address.rpartition("@")[2] for address in addresses}
    return any(
        (domain == house or domain.endswith(f".{house}")) and not is_for_everyone(house) for house in houses if house
    )


def _of_inner(outer: Headers, inner: Headers, subject: str) -> Headers:
    """The inner mail's headers; what forbids an answer to the outer one forbids it here, too."""
    return inner.model_copy(
        update={
            "subject": subject,
            "answers": tuple(dict.fromkeys((*inner.answers, *outer.answers))),
            "fields": (*inner.fields, *outer.fields),
            "return_path": "" if "" in {inner.return_path, outer.return_path} else inner.return_path,
        }
    )


def _without_mails(message: Message) -> tuple[Attachment, ...]:
    return tuple(attachment for attachment in message.attachments if attachment.category is not Category.MESSAGE)
