"""What arrived: a mail, decoded, with the facts that the reader measured about each attachment."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from statement_intake.domain.value import Value


class Address(Value):
    """One mailbox of an address header (RFC 5322 section 3.4)."""

    #: The display name, decoded; empty if there is none.
    name: str = ""
    #: The addr-spec as written; compare with `key`.
    email: str

    @property
    def key(self) -> str:
        """The address in the form in which addresses are compared."""
        return self.email.casefold()

    @property
    def domain(self) -> str:
        """The part behind the last @, casefolded; empty where there is none."""
        return self.key.rpartition("@")[2]


class Headers(Value):
    """The header section of a mail, decoded. Every occurrence of every field is kept."""

    #: The mailboxes of all From fields.
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    #: Decoded (RFC 2047) and unfolded; empty if there is none.
    subject: str = ""
    #: The Date field, aware; None if there is none or it cannot be read. Never used as the time of receipt.
    date: datetime | None = None
    #: With angle brackets; None if there is none or it is malformed.
    message_id: str | None = None
    #: Message-IDs of In-Reply-To and References, nearest first, malformed ones left out.
    answers: tuple[str, ...] = ()
    #: "" for the null sender <>, None where no Return-Path was recorded.
    return_path: str | None = None
    #: The time in the topmost Received field, aware.
    received: datetime | None = None
    #: All fields in their order, names in lower case, values unfolded and decoded.
    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the field *name* (lower case), topmost first."""
        return tuple(value for field, value in self.fields if field == name)


class Part(Value):
    """A leaf of a mail's structure as the server describes it (BODYSTRUCTURE), nothing downloaded."""

    #: type/subtype as declared, lower case.
    media_type: str
    #: The declared file name, decoded; empty if there is none.
    name: str = ""
    #: Octets as encoded for transport.
    size: int = 0
    #: The subject of a forwarded message (message/rfc822), decoded.
    forwarded_subject: str | None = None

    @property
    def subject_within(self) -> str:
        """The subject of the mail that the part holds, as far as it can be told; empty if it is no mail.

        Mail programs name a mail that is saved as a file after its subject.
        """
        stem, _, extension = self.name.rpartition(".")
        return self.forwarded_subject or (stem if extension.lower() in {"eml", "msg"} else "")


class Glance(Value):
    """What can be known of a mail without downloading it."""

    headers: Headers
    #: None where the server's description of the structure could not be read.
    parts: tuple[Part, ...] | None
    #: RFC822.SIZE, in octets.
    size: int
    #: INTERNALDATE, or the topmost Received date where that is earlier; aware.
    received: datetime


class Category(StrEnum):
    """What an attachment is, judged by its content."""

    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    SLIDES = "slides"
    IMAGE = "image"
    ARCHIVE = "archive"
    MESSAGE = "message"
    CALENDAR = "calendar"
    OTHER = "other"


class VideoFacts(Value):
    """What ffprobe and ffmpeg measured of a video or audio file. Times in seconds, from the packets."""

    #: False where no picture could be decoded; `problem` then says why in plain English.
    readable: bool
    problem: str = ""
    #: True where a limit of the reader (time, memory, output) ended the measurement: held, never rejected.
    limited: bool = False
    #: The true length: end of the last presented packet of the picture; None if not measurable.
    seconds: float | None = None
    #: The length that the container's header claims.
    header_seconds: float | None = None
    #: End of the last packet of the sound.
    audio_seconds: float | None = None
    #: End of the longest other picture, where the file has several.
    other_picture_seconds: float | None = None
    #: The longest pause between two pictures, and when it begins.
    largest_gap_seconds: float = 0.0
    gap_at_seconds: float = 0.0
    #: The file ends in the middle of a unit, as one does that broke off; how much should follow, it does not say.
    torn: bool = False
    pictures: int = 0
    has_picture: bool = False
    has_sound: bool = False
    #: Stored pixels, turned upright.
    width: int = 0
    height: int = 0
    #: Width over height of one pixel as it is shown.
    pixel_ratio: float = 1.0
    #: The file says that its picture consists of two fields.
    interlaced: bool = False
    #: Frames a second; 0 if unknown.
    frame_rate: float = 0.0
    #: ffprobe's name of the container, for instance "mov,mp4,m4a,3gp,3g2,mj2".
    container: str = ""
    video_codec: str = ""
    audio_codec: str = ""


class DocumentProblem(StrEnum):
    """Why no text could be read from a document."""

    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    SCANNED = "scanned"
    DAMAGED = "damaged"
    BOMB = "bomb"
    #: A kind of document that cannot be read here (spreadsheets, Word before 1997).
    UNSUPPORTED = "unsupported"
    #: Slides: what was said is not on them.
    SLIDES = "slides"
    #: A limit of the reader (time, memory, output) ended the reading: held, never rejected.
    LIMITED = "limited"


class Hidden(Value):
    """What is in a document and not on its pages. The numbers count; a clean copy has none of it."""

    #: Insertions and deletions that are still marked as such.
    changes: int = 0
    comments: int = 0
    #: Characters of text that is not shown.
    characters: int = 0
    #: Files within it: embedded objects, attachments.
    files: int = 0
    #: Actions that run when it is opened.
    scripts: int = 0
    #: Names of authors, of those who changed it, and of those who commented.
    people: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether there is anything at all."""
        return self != Hidden()


class DocumentFacts(Value):
    """What could be read from a document."""

    #: "pdf", "docx", "odt", "txt", ...
    format: str
    #: None where readable text was found.
    problem: DocumentProblem | None = None
    #: The text as it reads once its changes are accepted, capped at 20,000 characters.
    text: str = ""
    #: Words in the whole document; of Chinese and Japanese, characters.
    words: int = 0
    #: As counted (PDF), or as the document says.
    pages: int | None = None
    #: It carries programs. They are never run here.
    macros: bool = False
    hidden: Hidden = Hidden()


class Scan(Value):
    """What a scanner for malware said of a file."""

    state: Literal["clean", "infected", "not_scanned"]
    #: The malware's name, or why the file could not be scanned; empty for what is clean.
    said: str


class Understood(Value):
    """What was made of a file by its words and its name, beyond what the reader measured."""

    #: Of a document its language, of a video that of the speech where the mail says it: one of the six official ones
    #: (BCP 47), or "other"; None where it cannot be told.
    language: str | None = None
    #: It says in another language what the transcript or the statement says.
    translation: bool = False
    #: "check" (against delivery), "verbatim" (read so), as the document or the mail says.
    delivery: tuple[Literal["check", "verbatim"], ...] = ()


class Attachment(Value):
    """A file that came with the mail, however it was packed."""

    #: Safe to show and to save: no path, controls or bidi marks, at most 150 bytes of UTF-8.
    name: str
    #: As the sender wrote it (decoded); evidence only, never used as a path.
    name_as_sent: str = ""
    #: By content.
    media_type: str
    #: As declared by the mail.
    declared_type: str = ""
    category: Category
    #: Octets, decoded.
    size: int
    #: Of the decoded content, hexadecimal; the file's name in the store.
    sha256: str
    #: Shown inside the text by the mail program (a logo in a signature, or Apple Mail's way to attach).
    inline: bool = False
    #: A password-protected archive or document.
    encrypted: bool = False
    #: Expands beyond the limits.
    bomb: bool = False
    video: VideoFacts | None = None
    document: DocumentFacts | None = None
    #: None where no scanner is configured.
    scan: Scan | None = None
    #: None before it is part of a submission.
    understood: Understood | None = None


class Forwarding(Value):
    """Who passed a mail on, where the statement was in a mail within the mail."""

    #: Who sent the outer mail; None where its From does not name exactly one mailbox.
    by: Address | None
    #: From an address of our own house: the inner mail's sender is the one who speaks, and is written to.
    staff: bool = False
    #: The outer mail's subject, decoded.
    subject: str = ""


class Message(Value):
    """A mail as the reader understood it."""

    headers: Headers
    #: The readable text of the body (plain, or taken from HTML), capped at 100,000 characters, without our own markers.
    text: str = ""
    #: https links found in the text and in the HTML's anchors, in order, unique.
    links: tuple[str, ...] = ()
    #: What the HTML shows in the place of a link, where that is something else.
    link_labels: dict[str, str] = Field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    #: The mails within the mail, each with its own files; what lies within them in turn is not opened.
    enclosed: tuple["Message", ...] = ()
    #: Subjects of all mails within the mail, however deep they lie.
    forwarded_subjects: tuple[str, ...] = ()
    #: Set where this is what a mail within the mail holds (see `domain.forwarding`).
    forwarding: Forwarding | None = None
    #: Media types of every MIME part, multiparts included, in order: "multipart/report", "text/plain", ...
    structure: tuple[str, ...] = ()
    #: The fields of its delivery reports (RFC 3464), as text, capped at 20,000 characters.
    report: str = ""
    #: What is wrong with the mail's MIME, in plain English; never a reason to reject.
    defects: tuple[str, ...] = ()
    #: Its MIME is broken in such a way that files may have been lost in it.
    torn: bool = False
    #: S/MIME or PGP that cannot be opened here.
    encrypted: bool = False
    #: Which limit was exceeded, in plain English, or None. Nothing below the limit was read then.
    over_limits: str | None = None
    #: Why the mail could not be parsed even leniently, or None.
    unreadable: str | None = None

    @property
    def all_attachments(self) -> Iterator[Attachment]:
        """The attachments of the mail and of the mails within it."""
        yield from self.attachments
        for message in self.enclosed:
            yield from message.all_attachments

    def scanned(self, scans: Mapping[str, Scan]) -> "Message":
        """The same, with what the scanner said of each file, by its digest; also in the mails within it."""
        return self.model_copy(
            update={
                "attachments": tuple(
                    attachment.model_copy(update={"scan": scans.get(attachment.sha256)})
                    for attachment in self.attachments
                ),
                "enclosed": tuple(message.scanned(scans) for message in self.enclosed),
            }
        )

    def of(self, *categories: Category) -> Iterator[Attachment]:
        """The attachments of the given categories, in the mail's order."""
        return (attachment for attachment in self.attachments if attachment.category in categories)
