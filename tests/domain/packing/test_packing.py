"""In which order, and what has changed."""

import pytest

from statement_intake.domain.packing.packing import Entry, changes, reordered
from tests.house import MORNING


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ([1, 2, 3, 4], "ABCD"),
        ([4, 2, 3, 4], "BCDA"),
        ([1, 2, 3, 1], "DABC"),
        ([3, 2, 3, 4], "BCAD"),
        ([1, 4, 2, 3], "ACDB"),
        ([9, 2, 3, -1], "DBCA"),
    ],
)
def test_a_typed_number_moves_a_speaker_to_that_place(places: list[int], order: str) -> None:
    """Up before the one that is there, down behind it; the others keep their order."""
    assert "".join(reordered("ABCD", places)) == order


def entry(number: int, reference: str, sha256: str = "a", role: str = "video") -> Entry:
    """A line of a package."""
    return Entry(
        path=f"play-out/item-3/{number}", item="3", number=number, role=role, reference=reference, party="KEN",
        party_name="Kenya", on_behalf_of=None, received=MORNING, seconds=1.0, size=1, sha256=sha256, name="a.mp4",
    )  # fmt: skip


def test_a_package_is_compared_statement_by_statement() -> None:
    """Another file is a replacement, not a removal and a new one."""
    then = [entry(1, "SI-1"), entry(2, "SI-2"), entry(3, "SI-3")]
    now = [entry(1, "SI-1", "b"), entry(2, "SI-3"), entry(3, "SI-4")]
    assert [(change.what, change.reference, change.then, change.now) for change in changes(then, now)] == [
        ("replaced", "SI-1", 1, 1),
        ("removed", "SI-2", 2, None),
        ("moved", "SI-3", 3, 2),
        ("added", "SI-4", None, 3),
    ]
    assert changes(then, then) == ()
