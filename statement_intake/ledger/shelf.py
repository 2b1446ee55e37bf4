"""Speaking orders, and the packages that were handed out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select

from statement_intake.domain.packing import Entry, Frozen, PackageKind
from statement_intake.ledger.audit import note
from statement_intake.ledger.rows import key_of
from statement_intake.ledger.schema import packages, speaking_order


class Shelf:
    """What is to be handed out in which order, and what was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = engine.execution_options(read_only=True)

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
