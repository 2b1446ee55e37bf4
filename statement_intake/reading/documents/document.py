"""The text of a document, or why there is none."""

import re
import signal
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from statement_intake.domain.message import DocumentFacts, DocumentProblem
from statement_intake.reading.documents.contents import Bomb, Contents, Locked, TooMuch, Unknown
from statement_intake.reading.kinds.plain import text_encoding
from statement_intake.reading.kinds.zip_files import BOUNDED
from statement_intake.reading.text import clean_text, decode
from statement_intake.reading.walls.apart import apart

#: Characters of text that are given back.
MAXIMUM_TEXT = 20_000
#: Characters of text in which words are counted.
MAXIMUM_COUNTED = 5_000_000
#: Bytes of a plain text file that are read.
MAXIMUM_PLAIN = 5_000_000
#: Seconds for one document.
SECONDS = 20.0
#: Bytes, unpacked, of a document that is read together with its mail; and the processor seconds that it may take, ten
#: times what it should. Forty of them must not take away their mail's time.
LIGHT, LIGHT_SECONDS = 2_000_000, 2.0
#: Fewer words than this are no readable text: a page number, a stray letter.
READABLE_WORDS = 3
#: The same for scripts written without spaces, where each character counts as a word.
READABLE_CHARACTERS = 10
#: A PDF with fewer words a page than this, and something drawn on it, is a picture of text with a stamp on it.
SCANNED_WORDS_A_PAGE = 5

_PROBLEMS: Mapping[type[Exception], DocumentProblem] = MappingProxyType(
    {
        Locked: DocumentProblem.ENCRYPTED,
        Bomb: DocumentProblem.BOMB,
        TooMuch: DocumentProblem.LIMITED,
        Unknown: DocumentProblem.UNSUPPORTED,
    }
)
_BROKEN_ZIP = (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, EOFError, OverflowError)
_GAP = re.compile(r"\n{3,}")
_UNSPACED = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
#: Letters and digits with their combining marks (Arabic vowels, accents) and apostrophes within.
_WORD = re.compile(r"\w[\w\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670'’]*")


def read(path: Path, kind: str, *, seconds: float = SECONDS) -> DocumentFacts:
    """Read *path*, a document of the format *kind*; one that is no key of READERS is not read.

    Raises nothing but MemoryError and OSError: whatever else goes wrong makes the document damaged.
    """
    reader = READERS.get(kind)
    if reader is None:
        return DocumentFacts(format=kind, problem=DocumentProblem.UNSUPPORTED)
    try:
        return _facts(kind, reader(path, seconds))
    except (MemoryError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - parsers of hostile files raise anything, and each time it means damaged
        return DocumentFacts(format=kind, problem=_PROBLEMS.get(type(error), DocumentProblem.DAMAGED))


def read_apart(path: Path, kind: str, *, seconds: float = SECONDS) -> DocumentFacts:
    """`read`, in a process of its own that cannot outlive *seconds* nor take more memory than it may.

    Light documents of the kinds that Python itself takes apart are read at once: the process would cost more than the
    reading. Only for a process of one thread. Raises OSError where no process can be made.
    """
    if kind not in READERS:
        return DocumentFacts(format=kind, problem=DocumentProblem.UNSUPPORTED)
    limited = DocumentFacts(format=kind, problem=DocumentProblem.LIMITED)
    if _is_light(path, kind):
        with suppress(_TooSlow), _ended_after(LIGHT_SECONDS):
            return read(path, kind, seconds=seconds)
        return limited
    answer = apart(lambda: read(path, kind, seconds=seconds).model_dump_json().encode(), path, seconds=seconds)
    return limited if answer is None else DocumentFacts.model_validate_json(answer)


class _TooSlow(BaseException):
    """The time is over."""


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Raise _TooSlow within, once so many seconds of processor time have gone."""
    before = signal.signal(signal.SIGPROF, _end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _end(_signal: int, _frame: object) -> None:
    raise _TooSlow


def _is_light(path: Path, kind: str) -> bool:
    if kind == "txt":
        return path.stat().st_size <= LIGHT
    if kind not in {"docx", "odt"}:
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            # No more of a member is read than it declares.
            octets = sum(member.file_size for member in members)
            return octets <= LIGHT and all(member.compress_type in BOUNDED for member in members)
    except (*_BROKEN_ZIP, OSError):
        return False


def count_words(text: str) -> int:
    """Words; of Chinese and Japanese, characters."""
    unspaced = len(_UNSPACED.findall(text))
    return unspaced + len(_WORD.findall(_UNSPACED.sub(" ", text) if unspaced else text))


def _facts(kind: str, contents: Contents) -> DocumentFacts:
    text = _GAP.sub("\n\n", clean_text(contents.text[:MAXIMUM_COUNTED])).strip()
    words = count_words(text)
    unspaced = len(_UNSPACED.findall(text[:MAXIMUM_TEXT]))
    readable = words - unspaced >= READABLE_WORDS or unspaced >= READABLE_CHARACTERS
    pages = contents.pages or 0
    scanned = contents.drawn and (not readable or words < SCANNED_WORDS_A_PAGE * pages)
    return DocumentFacts(
        format=kind,
        problem=DocumentProblem.SCANNED if scanned else None if readable else DocumentProblem.EMPTY,
        text=text[:MAXIMUM_TEXT],
        words=words,
        pages=contents.pages,
        macros=contents.macros,
        hidden=contents.beneath,
    )


def _plain(path: Path, _seconds: float) -> Contents:
    with path.open("rb") as stream:
        raw = stream.read(MAXIMUM_PLAIN)
    encoding = text_encoding(raw, complete=True)
    if encoding is None:
        raise ValueError("it is no text")
    contents = Contents()
    contents.say(decode(raw, encoding if encoding.startswith("utf") else None))
    return contents


# Imported when they are needed: a mail has one or two documents, and some of the libraries are slow to load.


def _docx(path: Path, _seconds: float) -> Contents:
    from statement_intake.reading.documents.docx import docx  # noqa: PLC0415

    return docx(path)


def _odt(path: Path, _seconds: float) -> Contents:
    from statement_intake.reading.documents.odt import odt  # noqa: PLC0415

    return odt(path)


def _doc(path: Path, _seconds: float) -> Contents:
    from statement_intake.reading.documents.doc import doc  # noqa: PLC0415

    return doc(path)


def _rtf(path: Path, _seconds: float) -> Contents:
    from statement_intake.reading.documents.rtf import rtf  # noqa: PLC0415

    return rtf(path)


def _pdf(path: Path, seconds: float) -> Contents:
    from statement_intake.reading.documents.pdf import pdf  # noqa: PLC0415

    return pdf(path, seconds=seconds)


#: Readers by the format's name.
READERS: Mapping[str, Callable[[Path, float], Contents]] = MappingProxyType(
    {"txt": _plain, "docx": _docx, "docm": _docx, "odt": _odt, "doc": _doc, "rtf": _rtf, "pdf": _pdf}
)
