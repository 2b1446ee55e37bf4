"""Hands out packages of accepted statements, remembers them, and tells what has changed since.

What goes into a package, and in which order, is settled in `domain/packing/`. A package leaves as a folder, or as a
ZIP archive that is made while it is read; either carries a manifest with the SHA-256 of every file, and neither is
whole unless every file in the store is what it was.
"""

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from statement_intake.desk import Desk
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.packing.manifest import manifest
from statement_intake.domain.packing.packing import (
    Change,
    Choice,
    CleanPdf,
    Entry,
    PackageKind,
    changes,
    is_interpreted,
    is_played,
    plan,
)
from statement_intake.domain.packing.publishing import Blocked, blocked, delivered, doubtful, publishable
from statement_intake.domain.records import Dossier
from statement_intake.domain.retention import Stage
from statement_intake.domain.value import Value
from statement_intake.publication import clean_pdf, index_page

_CHUNK = 1_048_576


class PackageError(SurroundingsFault):
    """A package cannot be made; the text says why."""


class Packed(Value):
    """A package, and how it differs from the one that was handed out before."""

    kind: PackageKind
    entries: tuple[Entry, ...]
    #: When the one before was handed out; None where there was none.
    before: datetime | None = None
    changes: tuple[Change, ...] = ()
    #: What is left out although it is accepted, and why.
    blocked: tuple[Blocked, ...] = ()


def survey(meeting: Meeting, kinds: Sequence[PackageKind], desk: Desk) -> tuple[Packed, ...]:
    """What the packages would hold now, as far as it is known: makes no PDF, and hands nothing out.

    Without documents of which no PDF could be made when that was tried last.
    """
    refused = desk.ledger.shelf.refused()
    found = _planned(meeting, kinds, desk)
    return tuple(_compared(one, meeting, desk, lambda entry: refused.get(entry.original)) for one in found)


def compare(meeting: Meeting, kinds: Sequence[PackageKind], desk: Desk) -> tuple[Packed, ...]:
    """As `survey`, but it makes the PDFs that were not made yet, and tries once more what could not be made before.

    Raises PackageError where a file is missing, and SurroundingsFault where the press fails.
    """
    found = _planned(meeting, kinds, desk)
    _require([entry for one in found for entry in one.entries], desk)
    return tuple(
        _compared(one, meeting, desk, lambda entry: clean_pdf(entry.original, entry.format, desk)) for one in found
    )


def to_folder(
    meeting: Meeting, kinds: Sequence[PackageKind], desk: Desk, directory: Path, *, actor: str
) -> tuple[Packed, ...]:
    """Write the packages, and remember them. *directory* appears when all of it is there.

    Raises PackageError where it exists already or a stored file is damaged, and OSError; nothing is remembered then.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise PackageError(f"{directory} is there already, and not empty")
    packed, now = compare(meeting, kinds, desk), desk.clock()
    growing = directory.with_name(f".{directory.name}.growing")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True)
    try:
        _fill(growing, packed, _companions(packed, meeting, now), desk)
        if directory.exists():
            directory.rmdir()
        growing.rename(directory)
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    for one in packed:
        desk.ledger.shelf.freeze(meeting.id, one.kind, one.entries, actor, now)
    return packed


def as_archive(meeting: Meeting, kind: PackageKind, desk: Desk, *, actor: str) -> Iterator[bytes]:
    """A ZIP archive of the package, piece by piece, remembered before its first piece.

    Raises PackageError at once where a file is missing, and while it is read where one is damaged: the archive then
    ends before its directory, so that no program opens it.
    """
    packed, now = compare(meeting, (kind,), desk)[0], desk.clock()
    desk.ledger.shelf.freeze(meeting.id, kind, packed.entries, actor, now)
    return _archive(packed.entries, _companions((packed,), meeting, now), desk, now)


def _require(entries: Sequence[Entry], desk: Desk) -> None:
    """Every file is there: a ledger may have been put back without the files, or from before a purge."""
    for entry in entries:
        if not desk.files.holds(stored := entry.original or entry.sha256):
            raise PackageError(f"the file {stored} of {entry.reference} is not in the store")


def _planned(meeting: Meeting, kinds: Sequence[PackageKind], desk: Desk) -> tuple[Packed, ...]:
    """The packages before anybody asks whether a PDF can be made of a document, and what was handed out before."""
    dossiers = tuple(desk.ledger.log.accepted(meeting.id))
    return tuple(_plan(meeting, kind, dossiers, desk) for kind in kinds)


def _plan(meeting: Meeting, kind: PackageKind, dossiers: Sequence[Dossier], desk: Desk) -> Packed:
    order, choice = desk.ledger.shelf.order(meeting.id), _choice(meeting, kind, desk)
    gone = [dossier for dossier in dossiers if Stage.FILES in dossier.purged]
    dossiers = [dossier for dossier in dossiers if Stage.FILES not in dossier.purged]
    return Packed(
        kind=kind,
        entries=plan(kind, dossiers, order, choice),
        blocked=(*_left_out(meeting, kind, dossiers), *map(_purged, plan(kind, gone, order, choice))),
    )


def _purged(entry: Entry) -> Blocked:
    why = "its time is over, and it was let go of (purge)"
    return Blocked(reference=entry.reference, party_name=entry.party_name, name=entry.name, why=why)


def _left_out(meeting: Meeting, kind: PackageKind, dossiers: Sequence[Dossier]) -> Iterator[Blocked]:
    if kind is PackageKind.PLAY_OUT:
        return doubtful(dossiers)
    return blocked(dossiers, meeting) if kind is PackageKind.PUBLICATION else iter(())


def _choice(meeting: Meeting, kind: PackageKind, desk: Desk) -> Choice:
    if kind is not PackageKind.PUBLICATION:
        return is_played if kind is PackageKind.PLAY_OUT else is_interpreted
    spoken = delivered(meeting, desk.ledger.shelf.taken_up(meeting.id), desk.clock().date())
    return lambda dossier, file, item: publishable(dossier, file, item, meeting, spoken)


def _compared(packed: Packed, meeting: Meeting, desk: Desk, clean: Callable[[Entry], CleanPdf | str | None]) -> Packed:
    """*packed* with clean PDFs in the place of a publication's documents, against what was handed out before.

    *clean*: the PDF, or why none can be made of the document, which then joins what is blocked; None where it is open.
    """
    entries, refused = [], list(packed.blocked)
    for entry in packed.entries:
        made = clean(entry) if packed.kind is PackageKind.PUBLICATION else None
        if isinstance(made, str):
            refused.append(Blocked(reference=entry.reference, party_name=entry.party_name, name=entry.name, why=made))
        else:
            entries.append(entry.model_copy(update=made.model_dump()) if made else entry)
    last = desk.ledger.shelf.last(meeting.id, packed.kind)
    return packed.model_copy(
        update={
            "entries": tuple(entries),
            "blocked": tuple(refused),
            "before": last.made_at if last else None,
            "changes": changes(last.entries, entries) if last else (),
        }
    )


def _companions(packed: Sequence[Packed], meeting: Meeting, now: datetime) -> dict[str, bytes]:
    """The manifest and, with a publication, its page, by their paths."""
    made = manifest([entry for one in packed for entry in one.entries], meeting.id, now)
    for one in packed:
        if one.kind is PackageKind.PUBLICATION:
            made |= {f"{one.kind}/index.html": index_page(one.entries, meeting)}
    return made


def _fill(folder: Path, packed: Sequence[Packed], companions: dict[str, bytes], desk: Desk) -> None:
    for entry in (entry for one in packed for entry in one.entries):
        target = folder / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as copy:
            copy.writelines(_content(entry, desk))
    for name, content in companions.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _archive(entries: Sequence[Entry], manifest_files: dict[str, bytes], desk: Desk, now: datetime) -> Iterator[bytes]:
    pieces = _Pieces()
    moment = now.timetuple()[:6]
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for entry in entries:
            about = zipfile.ZipInfo(entry.path, moment)
            with archive.open(about, "w", force_zip64=True) as target:
                for chunk in _content(entry, desk):
                    target.write(chunk)
                    yield pieces.take()
        for name, text in manifest_files.items():
            archive.writestr(zipfile.ZipInfo(name, moment), text)
    yield pieces.take()


class _Pieces:
    """What `zipfile` writes, to be taken away as it comes; without `seek`, so that it streams."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        """Keep it until it is taken."""
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """Nothing is held open."""

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._written = bytes(self._written), bytearray()
        return taken


def _content(entry: Entry, desk: Desk) -> Iterator[bytes]:
    """The stored file in chunks. Raises PackageError after the last one if it is not what it was."""
    digest = hashlib.sha256()
    with desk.files.open(entry.sha256) as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != entry.sha256:
        raise PackageError(f"the stored file {entry.sha256} of {entry.reference} is damaged")
