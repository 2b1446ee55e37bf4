"""What a message is understood to be: whose statement, on what, of which kind, and which file plays which part."""

from collections.abc import Sequence
from enum import StrEnum

from statement_intake.domain.cover import own_words
from statement_intake.domain.language import answer_in
from statement_intake.domain.links import Provider, links_to_videos, provider
from statement_intake.domain.matching.patterns import spaced
from statement_intake.domain.meeting import Kind, Meeting
from statement_intake.domain.message import Attachment, Category, Message, Understood
from statement_intake.domain.parties.names import Party
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.texts import main_text, speech_in, understand_document
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

#: Characters of a document in which a note verbale presents its compliments, and words of the longest such note; a
#: longer one carries the statement with it.
_BEGINNING, _NOTE_WORDS = 3000, 400


class Role(StrEnum):
    """The part that a file plays."""

    VIDEO = "video"
    TRANSCRIPT = "transcript"
    STATEMENT = "statement"
    OTHER = "other"


class SubmittedFile(Value):
    """An attachment and its part."""

    role: Role
    attachment: Attachment


class Submission(Value):
    """A statement as it was understood; any field may be missing."""

    meeting: Meeting | None = None
    party: Party | None = None
    on_behalf_of: Party | None = None
    together_with: tuple[Party, ...] = ()
    items: tuple[str, ...] = ()
    kind: Kind | None = None
    files: tuple[SubmittedFile, ...] = ()
    #: Links that stand for a video, and the services behind them, as far as they are known.
    links: tuple[str, ...] = ()
    providers: tuple[Provider, ...] = ()
    #: The language in which it is answered: one of the six official ones (BCP 47).
    language: str = "en"

    def of(self, role: Role) -> tuple[Attachment, ...]:
        """The attachments in the given role."""
        return tuple(file.attachment for file in self.files if file.role is role)

    @property
    def missing(self) -> tuple[str, ...]:
        """What acceptance needs and is not there: names of fields or roles."""
        needed = {"meeting": self.meeting, "party": self.party, "item": self.items, "kind": self.kind}
        gaps = [name for name, value in needed.items() if not value]
        if self.kind is Kind.VIDEO and not self.of(Role.VIDEO):
            gaps.append("video")
        if self.kind is Kind.WRITTEN and not self.of(Role.STATEMENT):
            gaps.append("statement")
        return tuple(gaps)


def understand(message: Message, reading: SubjectReading, words: Vocabulary) -> Submission:
    """Put together what the subject says and what came with the mail."""
    links = () if message.encrypted else links_to_videos(message, words, forwarded=reading.wrapping.forward)
    note = own_words(message.text)
    videos = [attachment.name for attachment in message.attachments if is_video(attachment)]
    speech = speech_in([note, reading.subject, *map(spaced, videos)], words)
    kind, files = assign_roles(message.attachments, links, words, speech, note)
    if message.encrypted:
        kind, files = None, tuple(file.model_copy(update={"role": Role.OTHER}) for file in files)
    return Submission(
        meeting=reading.meeting or _only_sister(reading),
        party=reading.speakers.party,
        on_behalf_of=reading.speakers.on_behalf_of,
        together_with=reading.speakers.together_with,
        items=reading.items.numbers,
        kind=kind,
        files=files,
        links=links,
        providers=tuple(known for link in links if (known := provider(link, words)) is not None),
        language=answer_in(note, reading, words),
    )


def _only_sister(reading: SubjectReading) -> Meeting | None:
    sisters = {mention.meeting.id: mention.meeting for mention in reading.sisters}
    return next(iter(sisters.values())) if len(sisters) == 1 and len(reading.meetings) == len(reading.sisters) else None


def assign_roles(
    attachments: Sequence[Attachment], links: Sequence[str], words: Vocabulary, speech: str | None, note: str
) -> tuple[Kind | None, tuple[SubmittedFile, ...]]:
    """The kind of the statement, and a role for each file worth keeping. An equal file twice counts once.

    *speech*: the language of the speech, where the mail says it; *note*: the covering note.
    """
    kept = list({attachment.sha256: attachment for attachment in reversed(attachments) if _counts(attachment)}.values())
    kept.reverse()
    video = any(is_video(attachment) for attachment in kept) or bool(links)
    documents = [attachment for attachment in kept if may_be_the_text(attachment, words)]
    text = main_text(documents, words, "transcript" if video else "statement", speech)
    kind = Kind.VIDEO if video else Kind.WRITTEN if text else None
    files = []
    for attachment in kept:
        role = _role(attachment, kind, text)
        if role is Role.VIDEO:
            known = attachment.model_copy(update={"understood": Understood(language=speech)})
        else:
            known = understand_document(attachment, text, note, words)
        files.append(SubmittedFile(role=role, attachment=known))
    return kind, tuple(files)


def with_main(files: Sequence[SubmittedFile], main: str, text: Role) -> tuple[SubmittedFile, ...]:
    """The files with the document of that digest as the text, in the part *text*; unchanged where there is none."""
    if main not in {file.attachment.sha256 for file in files}:
        return tuple(files)
    texts = {Role.TRANSCRIPT, Role.STATEMENT}

    def role(file: SubmittedFile) -> Role:
        if file.attachment.sha256 == main:
            return text
        return Role.OTHER if file.role in texts else file.role

    return tuple(file.model_copy(update={"role": role(file)}) for file in files)


def _counts(attachment: Attachment) -> bool:
    """Logos in signatures, signatures and calendars are not part of a statement."""
    if attachment.category is Category.CALENDAR or "signature" in attachment.media_type:
        return False
    return not (attachment.category is Category.IMAGE and attachment.inline)


def accompanies(attachment: Attachment, words: Vocabulary) -> bool:
    """True for a document that comes with a statement and is none: a note verbale, a list of participants."""
    if attachment.category not in {Category.DOCUMENT, Category.SLIDES}:
        return False
    name = spaced(attachment.name)
    if words.found("transcript", name) or words.found("statement", name):
        return False
    facts = attachment.document
    greets = facts is not None and words.found("compliments", facts.text[:_BEGINNING])
    short = facts is not None and (facts.words < _NOTE_WORDS or words.found("registers", facts.text[:_BEGINNING]))
    return (greets and short) or words.found("accompanying", name)


def may_be_the_text(attachment: Attachment, words: Vocabulary) -> bool:
    """A document; or a picture that says by its name that it is one."""
    if attachment.category is Category.IMAGE:
        return words.found("transcript", spaced(attachment.name)) or words.found("statement", spaced(attachment.name))
    return attachment.category in {Category.DOCUMENT, Category.SLIDES} and not accompanies(attachment, words)


def is_video(attachment: Attachment) -> bool:
    """A video, or the sound of one."""
    return attachment.category in {Category.VIDEO, Category.AUDIO}


def _role(attachment: Attachment, kind: Kind | None, text: Attachment | None) -> Role:
    if is_video(attachment):
        return Role.VIDEO
    if text is not None and attachment.sha256 == text.sha256:
        return Role.TRANSCRIPT if kind is Kind.VIDEO else Role.STATEMENT
    return Role.OTHER
