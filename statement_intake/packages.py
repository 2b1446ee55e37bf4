"""Writes packages of accepted statements to a folder, with a manifest that holds the SHA-256 of every file.

What goes into a package, and in which order, is settled in `domain/packing.py`.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.packing import Entry, running_time

_CHUNK = 1_048_576


class Store(Protocol):
    """Where files lie by their SHA-256."""

    def open(self, sha256: str) -> BinaryIO:
        """The content."""
        ...


class PackageError(SurroundingsFault):
    """A package cannot be made; the text says why."""


def write(entries: Sequence[Entry], store: Store, directory: Path, *, meeting: str, made_at: datetime) -> None:
    """Write the package. *directory* appears when all of it is there; raises PackageError where it exists already."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise PackageError(f"{directory} is there already, and not empty")
    growing = directory.with_name(f".{directory.name}.growing")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True)
    try:
        for entry in entries:
            _copy(entry, store, growing)
        _write_manifest(entries, growing, meeting, made_at)
        if directory.exists():
            directory.rmdir()
        growing.rename(directory)
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def _copy(entry: Entry, store: Store, directory: Path) -> None:
    target = directory / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with store.open(entry.sha256) as source, target.open("wb") as copy:
        for chunk in _chunks(source):
            digest.update(chunk)
            copy.write(chunk)
    if digest.hexdigest() != entry.sha256:
        raise PackageError(f"the stored file {entry.sha256} of {entry.reference} is damaged")


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def _write_manifest(entries: Sequence[Entry], directory: Path, meeting: str, made_at: datetime) -> None:
    rows = [entry.model_dump(mode="json") for entry in entries]
    content = {
        "meeting": meeting,
        "made_at": made_at.isoformat(),
        "seconds_of_video": running_time(entries),
        "files": rows,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (directory / "manifest.json").write_text(text + "\n", encoding="utf-8")
    with (directory / "manifest.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(Entry.model_fields))
        writer.writeheader()
        writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in entries)
    (directory / "SHA256SUMS").write_text(sums, encoding="utf-8")


def _harmless(value: object) -> object:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
