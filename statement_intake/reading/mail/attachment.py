"""One file with the facts about it: what it is by its content, and what its sender meant it to be."""

from dataclasses import dataclass, replace

from statement_intake.domain.message import Attachment, Category, DocumentFacts, DocumentProblem, VideoFacts
from statement_intake.reading.documents import document as documents
from statement_intake.reading.kinds.identifying import identify
from statement_intake.reading.kinds.kind import Kind
from statement_intake.reading.mail.names import extension, safe_name
from statement_intake.reading.store import Stored

VIDEO_EXTENSIONS = frozenset(
    {
        "mp4",
        "m4v",
        "mov",
        "qt",
        "mkv",
        "webm",
        "avi",
        "wmv",
        "asf",
        "flv",
        "mpg",
        "mpeg",
        "mpe",
        "m2v",
        "ts",
        "mts",
        "m2ts",
        "3gp",
        "3g2",
        "ogv",
        "dv",
        "vob",
        "mxf",
        "divx",
        "f4v",
    }
)
AUDIO_EXTENSIONS = frozenset(
    {"mp3", "m4a", "m4b", "wav", "aac", "ogg", "oga", "opus", "flac", "amr", "wma", "aif", "aiff"}
)
DOCUMENT_EXTENSIONS = frozenset({"pdf", "docx", "docm", "doc", "odt", "rtf", "txt", "text", "pages"})
SLIDES_EXTENSIONS = frozenset({"pptx", "pptm", "ppt", "odp", "key", "ppsx", "pps"})
DOCUMENT_TYPES = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/rtf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
    }
)
_OTHER_EXTENSIONS = frozenset(
    {
        "zip",
        "rar",
        "7z",
        "gz",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "bmp",
        "tif",
        "tiff",
        "heic",
        "webp",
        "svg",
        "eml",
        "msg",
        "ics",
        "html",
        "htm",
        "xml",
        "asc",
    }
)


@dataclass(frozen=True)
class Described:
    """What the mail says of a file."""

    #: Decoded, otherwise as written; empty if there is none.
    name: str
    #: The declared media type; empty if there is none.
    declared_type: str = ""
    inline: bool = False
    #: Place among the mail's files, from 1; names the nameless.
    number: int = 1


#: Files so named are never plain text, and fewer words than these are no statement.
_NEVER_TEXT, _SCRAPS = frozenset({"pdf", "docx", "odt"}), 50


def inspect(stored: Stored, described: Described, kind: Kind | None = None, *, seconds: float) -> Attachment:
    """Identify (unless its *kind* is known), measure and read a file within *seconds*.

    Raises ReaderFault, OSError and MemoryError.
    """
    kind = kind or identify(stored.path)
    meant = _meant(described)
    facts: dict[str, object] = {}
    category = kind.category
    if kind.category in {Category.VIDEO, Category.AUDIO}:
        from statement_intake.reading.videos import video  # noqa: PLC0415 - ffmpeg-python is slow to import

        measured = video.measure(stored.path, seconds=seconds)
        category = _seen_or_heard(kind, measured, meant)
        facts["video"] = measured
    elif meant is Category.VIDEO:
        category = Category.VIDEO
        facts["video"] = VideoFacts(readable=False, problem=_not_a_video(kind))
    elif meant is Category.MESSAGE and kind.format == "txt":
        category, kind = Category.MESSAGE, replace(kind, media_type="message/rfc822", extension="eml")
    elif kind.category in {Category.DOCUMENT, Category.SLIDES}:
        facts["document"] = _unless_scraps(_document(stored, kind, seconds), described)
    elif meant in {Category.DOCUMENT, Category.SLIDES}:
        category = meant
        facts["document"] = DocumentFacts(format=kind.extension, problem=_not_a_document(kind))
    elif kind.category is Category.OTHER and meant in {Category.MESSAGE, Category.AUDIO}:
        category = meant
    return Attachment(
        name=safe_name(described.name, f"attachment-{described.number}.{kind.extension}"),
        name_as_sent=described.name[:1000],
        media_type=kind.media_type,
        declared_type=described.declared_type,
        category=category,
        size=stored.size,
        sha256=stored.sha256,
        inline=described.inline,
        encrypted=kind.encrypted or _has(facts, DocumentProblem.ENCRYPTED),
        bomb=kind.bomb or _has(facts, DocumentProblem.BOMB),
        **facts,
    )


def _meant(described: Described) -> Category | None:
    """What the name says the file is, or the declared type where the name says nothing."""
    by_name = extension(described.name)
    for extensions, category in (
        (VIDEO_EXTENSIONS, Category.VIDEO),
        (AUDIO_EXTENSIONS, Category.AUDIO),
        (DOCUMENT_EXTENSIONS, Category.DOCUMENT),
        (SLIDES_EXTENSIONS, Category.SLIDES),
    ):
        if by_name in extensions:
            return category
    if by_name in _OTHER_EXTENSIONS:
        return Category.MESSAGE if by_name in {"eml", "msg"} else None
    if described.declared_type.startswith("video/"):
        return Category.VIDEO
    if described.declared_type.startswith("message/"):
        return Category.MESSAGE
    return Category.DOCUMENT if described.declared_type in DOCUMENT_TYPES else None


def _seen_or_heard(kind: Kind, measured: VideoFacts, meant: Category | None) -> Category:
    """Video or sound: by what is in the file, unless its sender meant a video."""
    if measured.has_picture or meant is Category.VIDEO:
        return Category.VIDEO
    if kind.category is Category.AUDIO or measured.has_sound:
        return Category.AUDIO
    return Category.VIDEO


def _not_a_video(kind: Kind) -> str:
    if kind.called == "empty":
        return "is empty (0 bytes)"
    return f"is {kind.called}, not a video"


def _not_a_document(kind: Kind) -> DocumentProblem:
    if kind.called == "empty":
        return DocumentProblem.EMPTY
    if kind.encrypted:
        return DocumentProblem.ENCRYPTED
    if kind.bomb:
        return DocumentProblem.BOMB
    return (
        DocumentProblem.UNSUPPORTED
        if kind.category is not Category.OTHER and not kind.damaged
        else DocumentProblem.DAMAGED
    )


def _document(stored: Stored, kind: Kind, seconds: float) -> DocumentFacts:
    if kind.encrypted:
        return DocumentFacts(format=kind.format, problem=DocumentProblem.ENCRYPTED)
    if kind.bomb:
        return DocumentFacts(format=kind.format, problem=DocumentProblem.BOMB)
    return documents.read_apart(stored.path, kind.format, seconds=min(seconds, documents.SECONDS))


def _unless_scraps(read: DocumentFacts, described: Described) -> DocumentFacts:
    """A "PDF" that is a few words of plain text is what a broken transfer left of one; a whole text counts as text."""
    scraps = read.format == "txt" and read.problem is None and read.words < _SCRAPS
    if scraps and extension(described.name) in _NEVER_TEXT:
        return read.model_copy(update={"problem": DocumentProblem.DAMAGED})
    return read


def _has(facts: dict[str, object], problem: DocumentProblem) -> bool:
    document = facts.get("document")
    return isinstance(document, DocumentFacts) and document.problem is problem
