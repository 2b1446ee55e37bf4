"""Makes a meeting's packages, remembers what was handed out, and tells what has changed since."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from statement_intake import packages
from statement_intake.desk import Desk
from statement_intake.domain.finding import Outcome
from statement_intake.domain.packing import Change, Entry, PackageKind, changes, plan
from statement_intake.domain.records import Dossier
from statement_intake.domain.value import Value
from statement_intake.ledger.log import Filter


class Packed(Value):
    """A package, and how it differs from the one that was handed out before."""

    kind: PackageKind
    entries: tuple[Entry, ...]
    #: When the one before was handed out; None where there was none.
    before: datetime | None
    changes: tuple[Change, ...]


def survey(meeting: str, kinds: Sequence[PackageKind], desk: Desk) -> tuple[Packed, ...]:
    """What the packages would hold now. Writes nothing."""
    dossiers = tuple(_accepted(meeting, desk))
    order = desk.ledger.shelf.order(meeting)
    found = []
    for kind in kinds:
        entries, last = plan(kind, dossiers, order), desk.ledger.shelf.last(meeting, kind)
        differences = changes(last.entries, entries) if last else ()
        found.append(Packed(kind=kind, entries=entries, before=last.made_at if last else None, changes=differences))
    return tuple(found)


def export(
    meeting: str, kinds: Sequence[PackageKind], desk: Desk, directory: Path, *, actor: str
) -> tuple[Packed, ...]:
    """Write the packages below *directory* and freeze them. Raises PackageError, OSError: then nothing is frozen."""
    packed, now = survey(meeting, kinds, desk), desk.clock()
    entries = [entry for one in packed for entry in one.entries]
    packages.write(entries, desk.files, directory, meeting=meeting, made_at=now)
    for one in packed:
        desk.ledger.shelf.freeze(meeting, one.kind, one.entries, actor, now)
    return packed


def _accepted(meeting: str, desk: Desk) -> Iterator[Dossier]:
    log = desk.ledger.log
    for row in log.rows(Filter(outcomes=(Outcome.ACCEPTED,), meeting=meeting)):
        if row.reference and row.standing == "current" and (dossier := log.dossier(row.reference)):
            yield dossier
