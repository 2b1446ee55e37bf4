"""What the reader measured of a video and read in a document, and what a scanner said of either."""

from enum import StrEnum
from typing import Literal

from statement_intake.domain.value import Value


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
