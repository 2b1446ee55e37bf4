"""A file that came with a mail: what it is by its content, what was measured of it, what was made of it."""

from enum import StrEnum
from typing import Literal

from statement_intake.domain.message.facts import DocumentFacts, Scan, VideoFacts
from statement_intake.domain.value import Value


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


#: The media type of a file that is encrypted with PGP.
OPENPGP = "application/pgp-encrypted"


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
