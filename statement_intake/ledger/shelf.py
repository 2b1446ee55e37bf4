"""Speaking orders, and the packages that were handed out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select, update

from statement_intake.domain.packing.packing import CleanPdf, Entry, Frozen, PackageKind
from statement_intake.ledger.audit import note
from statement_intake.ledger.engine import reading
from statement_intake.ledger.rows import key_of
from statement_intake.ledger.schema import clean_pdfs, packages, refused_pdfs, speaking_order, taken_up


class Shelf:
    """What is to be handed out in which order, and what was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def order(self, meeting: str) -> dict[str, tuple[str, ...]]:
        """For each item that has one: the parties' codes in the order in which they speak."""
        query = (
            select(speaking_order)
            .where(speaking_order.c.meeting == meeting)
            .order_by(speaking_order.c.item, speaking_order.c.position)
        )
        found: dict[str, list[str]] = {}
        with self._read.begin() as connection:
            for row in connection.execute(query):
                found.setdefault(row.item, []).append(row.party)
        return {item: tuple(parties) for item, parties in found.items()}

    def settle_order(self, meeting: str, item: str, parties: Sequence[str], actor: str, at: datetime) -> None:
        """The order of an item is this from now on; a party named twice speaks at its first place."""
        order = list(dict.fromkeys(parties))
        with self._engine.begin() as connection:
            here = (speaking_order.c.meeting == meeting) & (speaking_order.c.item == item)
            connection.execute(delete(speaking_order).where(here))
            if order:
                rows = [
                    {"meeting": meeting, "item": item, "party": party, "position": position}
                    for position, party in enumerate(order, start=1)
                ]
                connection.execute(insert(speaking_order), rows)
            note(connection, at, actor, "order", None, {"meeting": meeting, "item": item, "parties": order})

    def taken_up(self, meeting: str) -> frozenset[str]:
        """The agenda items that the meeting has taken up."""
        with self._read.begin() as connection:
            rows = connection.execute(select(taken_up.c.item).where(taken_up.c.meeting == meeting))
            return frozenset(rows.scalars())

    def take_up(self, meeting: str, items: Collection[str], actor: str, at: datetime) -> None:
        """From now on these items are those that were taken up."""
        with self._engine.begin() as connection:
            connection.execute(delete(taken_up).where(taken_up.c.meeting == meeting))
            if items:
                rows = [{"meeting": meeting, "item": item, "at": at} for item in sorted(set(items))]
                connection.execute(insert(taken_up), rows)
            note(connection, at, actor, "take_up", None, {"meeting": meeting, "items": sorted(set(items))})

    def clean(self, original: str) -> CleanPdf | None:
        """The clean PDF of a document, if one was made."""
        with self._read.begin() as connection:
            row = connection.execute(select(clean_pdfs).where(clean_pdfs.c.original == original)).first()
            return CleanPdf(sha256=row.sha256, size=row.size) if row else None

    def keep_clean(self, original: str, made: CleanPdf) -> None:
        """Remember the clean PDF of a document, which is in the store by now."""
        with self._engine.begin() as connection:
            connection.execute(delete(refused_pdfs).where(refused_pdfs.c.original == original))
            here = clean_pdfs.c.original == original
            if not connection.execute(update(clean_pdfs).where(here).values(made.model_dump())).rowcount:
                connection.execute(insert(clean_pdfs).values(original=original, **made.model_dump()))

    def refused(self) -> dict[str, str]:
        """The documents of which no PDF could be made when that was tried last, and why not."""
        with self._read.begin() as connection:
            return {row.original: row.why for row in connection.execute(select(refused_pdfs))}

    def keep_refusal(self, original: str, why: str) -> None:
        """Remember that no PDF can be made of a document."""
        with self._engine.begin() as connection:
            connection.execute(delete(refused_pdfs).where(refused_pdfs.c.original == original))
            connection.execute(insert(refused_pdfs).values(original=original, why=why))

    def freeze(
        self, meeting: str, kind: PackageKind, entries: Sequence[Entry], actor: str, at: datetime
    ) -> int:  # fmt: skip
        """Remember a package as it was handed out; its number."""
        with self._engine.begin() as connection:
            rows = [entry.model_dump(mode="json") for entry in entries]
            values = {"meeting": meeting, "kind": str(kind), "made_at": at, "made_by": actor, "entries": rows}
            number = key_of(connection.execute(insert(packages).values(values)))
            detail = {"meeting": meeting, "kind": str(kind), "package": number, "files": len(rows)}
            note(connection, at, actor, "package", None, detail)
        return number

    def last(self, meeting: str, kind: PackageKind) -> Frozen | None:
        """The package of that kind that was handed out last."""
        here = (packages.c.meeting == meeting) & (packages.c.kind == str(kind))
        with self._read.begin() as connection:
            row = connection.execute(select(packages).where(here).order_by(packages.c.id.desc()).limit(1)).first()
            return _frozen(row) if row else None


def _frozen(row: Row[Any]) -> Frozen:
    return Frozen(
        id=row.id,
        meeting=row.meeting,
        kind=PackageKind(row.kind),
        made_at=row.made_at,
        made_by=row.made_by,
        entries=tuple(Entry.model_validate(entry) for entry in row.entries),
    )
