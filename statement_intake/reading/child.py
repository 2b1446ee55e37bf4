"""In the cell: reads hostile bytes and says one JSON answer, never a traceback as a verdict."""

import errno
import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from statement_intake.reading.answer import MAXIMUM_ANSWER, Answer, Request
from statement_intake.reading.documents import document as documents
from statement_intake.reading.examination import examine, try_cell
from statement_intake.reading.faults import OverLimits, ReaderEnded, ReaderFault
from statement_intake.reading.mail.attachment import Described, inspect
from statement_intake.reading.mail.mime import read_message
from statement_intake.reading.sample import sample_mail, sample_pdf
from statement_intake.reading.store import Store
from statement_intake.reading.videos.inspecting import inspect_video
from statement_intake.reading.walls.cell import MEGABYTE, Limits

#: The share of the time that may go into measuring; the rest is for reading and answering.
MEASURING = 0.8
#: How much less important an inspection is than taking mail in, for the kernel (nice(2)).
NICENESS = 10
#: How often our own mail is read: Python fits code to what it meets after eight calls (PEP 659).
_ROUNDS = 12


def load(folder: Path | None = None) -> None:
    """Import what is otherwise imported when the first mail needs it, and read a mail and a PDF of our own in *folder*.

    What that leaves behind (compiled patterns, tables made at first use, code fitted to what it met) is then there in
    every fork. What mails seldom need stays out: each megabyte makes each fork dearer.
    """
    from email import generator  # noqa: F401, PLC0415 - a mail within the mail is written out by it

    from statement_intake.reading.documents import doc, docx, odt, pdf, rtf  # noqa: F401, PLC0415 - to be there in every fork

    with suppress(OSError), TemporaryDirectory(prefix="work-warm-", dir=folder) as name:
        source, document, workspace = Path(name, "source"), Path(name, "document"), Path(name, "workspace")
        source.write_bytes(sample_mail())
        document.write_bytes(sample_pdf())
        workspace.mkdir()
        limits = Limits(seconds=60, memory_megabytes=100, output_megabytes=1, message_megabytes=1)
        for _ in range(_ROUNDS):
            answer(Request(mode="read", source="", workspace=""), source, workspace, limits)
            # Not as part of the mail: it would be read, and what that leaves behind lost, in a process of its own.
            documents.read(document, "pdf")


def answer(request: Request, source: Path, workspace: Path, limits: Limits) -> bytes:
    """The answer, whatever happens."""
    said = _answer(request, source, workspace, limits)
    try:
        text = said.model_dump_json().encode()
    except (ValueError, MemoryError) as error:
        return Answer(ended=f"the facts about it cannot be told ({type(error).__name__})").model_dump_json().encode()
    if len(text) > MAXIMUM_ANSWER:
        return Answer(ended="the facts about it take more room than allowed").model_dump_json().encode()
    return text


def _answer(request: Request, source: Path, workspace: Path, limits: Limits) -> Answer:
    try:
        return _read(request, source, workspace, limits)
    except ReaderFault as fault:
        return Answer(fault=str(fault))
    except ReaderEnded as end:
        return Answer(ended=str(end))
    except MemoryError:
        return Answer(ended=f"needed more memory than allowed ({limits.memory_megabytes} MB)")
    except OSError as error:
        if error.errno == errno.EFBIG:
            return Answer(ended=f"wrote more than allowed ({limits.output_megabytes} MB)")
        return Answer(fault=f"the reader met {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - the last line of defence; a verdict is none of it
        return Answer(ended=f"met the unexpected ({type(error).__name__}: {str(error)[:200]})")


def _read(request: Request, source: Path, workspace: Path, limits: Limits) -> Answer:
    started = time.monotonic()
    if request.mode == "try":
        try_cell(workspace)
        return Answer(examined=())
    if request.mode == "examine":
        return Answer(examined=tuple(examine()))
    if request.mode == "read":
        message = read_message(
            source,
            workspace,
            seconds=limits.seconds * MEASURING,
            message_bytes=limits.message_megabytes * MEGABYTE,
            output_bytes=limits.output_bytes,
            runs=request.runs,
        )
        return Answer(message=message)
    if request.mode == "inspect":
        with suppress(OSError):
            os.nice(NICENESS)
        seconds = limits.seconds * MEASURING
        return Answer(inspected=inspect_video(source, workspace, seconds=seconds, output_bytes=limits.output_bytes))
    try:
        with source.open("rb") as stream:
            stored = Store(workspace, limits.output_bytes).keep(iter(lambda: stream.read(MEGABYTE), b""))
    except OverLimits as limit:
        raise ReaderEnded(str(limit)) from limit
    seconds = limits.seconds * MEASURING - (time.monotonic() - started)
    return Answer(attachment=inspect(stored, Described(name=request.name), seconds=seconds))
