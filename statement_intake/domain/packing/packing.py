"""What goes into a package, in which order, and what has changed since one was handed out."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from statement_intake.domain.coverage import item_order
from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import Dossier, FileRecord
from statement_intake.domain.value import Value

#: Item to the parties' codes, in the order in which they speak.
SpeakingOrder = Mapping[str, Sequence[str]]


class PackageKind(StrEnum):
    """Whom a package is for."""

    #: Technicians: the videos of each item, in speaking order.
    PLAY_OUT = "play-out"
    #: Interpreters: what is read out, by item and language.
    INTERPRETERS = "interpreters"
    #: The meeting's website: written statements after delivery, as clean PDFs.
    PUBLICATION = "publication"


#: Whether a file of a statement belongs into a package, under an item.
Choice = Callable[[Dossier, FileRecord, str], bool]


def is_played(dossier: Dossier, file: FileRecord, _item: str) -> bool:
    """The videos, but for those that a person has to look at first."""
    return file.role == "video" and not dossier.needs_person


def is_interpreted(_dossier: Dossier, file: FileRecord, _item: str) -> bool:
    """What is read out, and its translations: nothing helps a booth more."""
    understood = file.attachment.understood
    return file.role in {"transcript", "statement"} or (understood is not None and understood.translation)


class Entry(Value):
    """One file of a package."""

    #: Relative to the package, "/" between folders.
    path: str
    item: str
    #: The place within its item, from 1.
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
    #: BCP 47, or "other"; None where it cannot be told.
    language: str | None = None
    #: In a publication, the SHA-256 of the document as it came; what is handed out is a clean PDF of it.
    original: str = ""
    #: The document's format, as `DocumentFacts.format` has it.
    format: str = ""


class CleanPdf(Value):
    """What is published of a document."""

    sha256: str
    #: Octets.
    size: int


class Frozen(Value):
    """A package as it was handed out."""

    id: int
    meeting: str
    kind: PackageKind
    made_at: datetime
    made_by: str
    entries: tuple[Entry, ...]


class Change(Value):
    """A difference between a package that was handed out and what it would hold now."""

    #: "added", "removed", "replaced" or "moved".
    what: str
    item: str
    reference: str
    party_name: str
    #: The number within the item then and now; None where it is not in that package.
    then: int | None
    now: int | None

    @property
    def told(self) -> str:
        """In a line."""
        place = {
            "added": f"new, at {self.now}",
            "removed": f"no longer to be used, was {self.then}",
            "replaced": f"another file, at {self.now}",
            "moved": f"moved from {self.then} to {self.now}",
        }[self.what]
        return f"item {self.item}: {self.party_name} ({self.reference}): {place}"


def plan(kind: PackageKind, dossiers: Iterable[Dossier], order: SpeakingOrder, belongs: Choice) -> tuple[Entry, ...]:
    """The entries of a package, item by item: those in the speaking order first, then the others as they came.

    Only what is accepted and current: nothing superseded, withdrawn or asked back. What is on two items stands in both.
    """
    current = [one for one in dossiers if one.outcome is Outcome.ACCEPTED and one.standing == "current"]
    entries: list[Entry] = []
    for item in sorted({item for one in current for item in one.items}, key=item_order):
        spoken = [one for one in current if item in one.items]
        spoken.sort(key=lambda one: (_turn(one.party, order.get(item, ())), one.received, one.reference))
        files = [(one, file) for one in spoken for file in one.files if belongs(one, file, item)]
        entries += [_entry(kind, one, file, item, number) for number, (one, file) in enumerate(files, start=1)]
    return tuple(entries)


def changes(then: Sequence[Entry], now: Sequence[Entry]) -> tuple[Change, ...]:
    """What is different: for whoever has copied the package to a machine already."""
    before, after = _by_place(then), _by_place(now)
    found = []
    for place in sorted(before.keys() | after.keys(), key=lambda place: (item_order(place[0]), place[1:])):
        old, new = before.get(place), after.get(place)
        what = _difference(old, new)
        known = new or old
        if what and known:
            found.append(
                Change(
                    what=what,
                    item=known.item,
                    reference=known.reference,
                    party_name=known.party_name,
                    then=old.number if old else None,
                    now=new.number if new else None,
                )
            )
    return tuple(found)


def reordered(parties: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    """*parties* in the order of the numbers that were typed beside them, one for each.

    Who is moved up to another's place comes before that one, who is moved down after it.
    """
    moves = ((place, (place > number) - (place < number), number) for number, place in enumerate(places, start=1))
    return tuple(party for _, party in sorted(zip(moves, parties, strict=True)))


def running_time(entries: Iterable[Entry]) -> dict[str, float]:
    """Seconds of video for each agenda item."""
    total: dict[str, float] = {}
    for entry in entries:
        if entry.role == "video":
            total[entry.item] = round(total.get(entry.item, 0.0) + (entry.seconds or 0.0), 3)
    return total


def _turn(party: str | None, speakers: Sequence[str]) -> int:
    return speakers.index(party) if party in speakers else len(speakers)


def _by_place(entries: Iterable[Entry]) -> dict[tuple[str, str, str, int], Entry]:
    """By item, submission, role, and which of several files of that role it is."""
    found: dict[tuple[str, str, str, int], Entry] = {}
    for entry in entries:
        several = 0
        while (place := (entry.item, entry.reference, entry.role, several)) in found:
            several += 1
        found[place] = entry
    return found


def _difference(old: Entry | None, new: Entry | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    if (old.original or old.sha256) != (new.original or new.sha256):
        return "replaced"
    return "moved" if old.number != new.number else ""


def _entry(kind: PackageKind, dossier: Dossier, file: FileRecord, item: str, number: int) -> Entry:
    attachment, published = file.attachment, kind is PackageKind.PUBLICATION
    party = dossier.party or "unknown"
    suffix = ".pdf" if published else _suffix(attachment.name)
    name = f"{number:03}_{plain(party)}_{plain(dossier.party_name or party)}_{dossier.reference}{suffix}"
    language = attachment.understood.language if attachment.understood else None
    # An interpreter looks for the texts of a booth.
    folder = (
        f"item-{plain(item)}/{language or 'unknown'}" if kind is PackageKind.INTERPRETERS else f"item-{plain(item)}"
    )
    return Entry(
        path=f"{kind}/{folder}/{name}",
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
        language=language,
        original=attachment.sha256 if published else "",
        format=attachment.document.format if published and attachment.document else "",
    )


def _suffix(name: str) -> str:
    found = re.search(r"\.[a-z0-9]{1,5}$", name.lower())
    return found[0] if found else ""


def plain(text: str) -> str:
    """*text* for a file's name: ASCII letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-") or "x"
