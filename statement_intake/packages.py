"""Packages of a meeting's accepted statements: videos in order for the technicians, texts for interpreters and posting.

Only what is accepted and current: nothing superseded, nothing withdrawn or asked to be. A package is frozen when it is
made; its manifest holds the SHA-256 of every file, so that a later package shows what has changed.
"""

import csv
import hashlib
import json
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import Dossier, FileRecord
from statement_intake.domain.value import Value

#: Where files of each role go.
_FOLDERS = {"video": "play-out", "transcript": "transcripts", "statement": "written"}
_CHUNK = 1_048_576


class Store(Protocol):
    """Where files lie by their SHA-256."""

    def open(self, sha256: str) -> BinaryIO:
        """The content."""
        ...


class PackageError(SurroundingsFault):
    """A package cannot be made; the text says why."""


class Entry(Value):
    """One file of a package."""

    #: Relative to the package, "/" between folders.
    path: str
    item: str
    #: The place within its item and role, from 1.
    number: int
    role: str
    reference: str
    party: str
    party_name: str
    on_behalf_of: str | None
    received: datetime
    #: The true length of a video, in seconds.
    seconds: float | None
    size: int
    sha256: str
    #: The file's name in the delegation's mail, cleaned.
    name: str


def plan(dossiers: Iterable[Dossier]) -> tuple[Entry, ...]:
    """What goes into the package, by role and item, in the order of arrival; what is on two items stands in both."""
    current = [one for one in dossiers if one.outcome is Outcome.ACCEPTED and one.standing == "current"]
    current.sort(key=lambda one: (one.received, one.reference))
    entries: list[Entry] = []
    numbers: dict[tuple[str, str], int] = {}
    for dossier in current:
        for item in dossier.items:
            for file in dossier.files:
                if file.role in _FOLDERS:
                    place = (file.role, item)
                    numbers[place] = numbers.get(place, 0) + 1
                    entries.append(_entry(dossier, file, item, numbers[place]))
    return tuple(sorted(entries, key=lambda entry: (_FOLDERS[entry.role], _order(entry.item), entry.number)))


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


def running_time(entries: Iterable[Entry]) -> dict[str, float]:
    """Seconds of video for each agenda item."""
    total: dict[str, float] = {}
    for entry in entries:
        if entry.role == "video":
            total[entry.item] = round(total.get(entry.item, 0.0) + (entry.seconds or 0.0), 3)
    return total


def _entry(dossier: Dossier, file: FileRecord, item: str, number: int) -> Entry:
    attachment = file.attachment
    party = dossier.party or "unknown"
    suffix = PurePosixPath(attachment.name).suffix.lower()
    suffix = suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""
    folder = f"{_FOLDERS[file.role]}/item-{_plain(item)}"
    path = f"{folder}/{number:03}_{_plain(party)}_{_plain(dossier.party_name or party)}_{dossier.reference}{suffix}"
    return Entry(
        path=path,
        item=item,
        number=number,
        role=file.role,
        reference=dossier.reference,
        party=party,
        party_name=dossier.party_name or party,
        on_behalf_of=dossier.on_behalf_of,
        received=dossier.received,
        seconds=attachment.video.seconds if attachment.video else None,
        size=attachment.size,
        sha256=attachment.sha256,
        name=attachment.name,
    )


def _order(item: str) -> tuple[int, str]:
    digits, _, letter = item.partition("(")
    return int(digits) if digits.isdecimal() else 0, letter


def _plain(text: str) -> str:
    """*text* for a file's name: ASCII letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-") or "x"


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
