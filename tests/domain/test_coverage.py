"""Who has spoken on what."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from statement_intake.configuration import load_parties, load_world
from statement_intake.domain.coverage import Cell, Coverage, State, Statement, arrivals, cover, rejections
from statement_intake.domain.parties.world import World

#: Half past eleven in the evening in Vienna.
EVENING = datetime(2023, 8, 23, 21, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def world() -> World:
    """The States as our data have them."""
    return load_world(load_parties())


def statement(party: str | None = "KEN", *items: str, number: object = 1, **changes: object) -> Statement:
    """An accepted statement, but for *changes*."""
    values: dict[str, object] = {
        "reference": f"SI-{number}", "received": EVENING + timedelta(minutes=int(str(number))), "party": party,
        "on_behalf_of": None, "together_with": (), "items": items or ("4",), "kind": "written",
        "outcome": "accepted", "standing": "current", "seconds": None,
    }  # fmt: skip
    return Statement.model_validate(values | changes)


def matrix(world: World, *statements: Statement, names: Mapping[str, str] | None = None) -> Coverage:
    """The matrix of a meeting with items 3 and 4."""
    return cover(statements, ("3", "4"), world, names or {})


def cells(coverage: Coverage, code: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """State, references and voices of a party's cells."""
    row = next(row for row in (*coverage.nations, *coverage.others) if row.code == code)
    return [(str(cell.state), cell.references, cell.by) for cell in row.cells]


def test_every_state_stands_in_the_matrix_once(world: World) -> None:
    """Members, observers and the convention's other parties, by name; and nobody has spoken yet."""
    coverage = matrix(world)
    names = [row.name for row in coverage.nations]
    assert len(names) == len(set(names)) == 197
    assert names == sorted(names)
    assert {cell for row in coverage.nations for cell in row.cells} == {Cell(state=State.NONE)}


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "accepted"),
        ({"outcome": "held"}, "held"),
        ({"outcome": "rejected"}, "rejected"),
        ({"standing": "superseded"}, "superseded"),
        ({"standing": "withdrawn"}, "withdrawn"),
        ({"standing": "withdrawal_requested"}, "withdrawn"),
    ],
)
def test_a_cell_says_what_there_is(world: World, changes: dict[str, object], state: str) -> None:
    """In the item's column; the other column stays empty."""
    assert cells(matrix(world, statement("KEN", "4", **changes)), "KEN") == [("none", (), ()), (state, ("SI-1",), ())]


def test_of_several_statements_the_best_counts_and_all_are_named(world: World) -> None:
    """A version that was superseded stands behind the one that took its place."""
    first, second = statement("KEN", "4", standing="superseded"), statement("KEN", "4", number=2)
    assert cells(matrix(world, second, first), "KEN")[1] == ("accepted", ("SI-1", "SI-2"), ())


def test_a_group_covers_its_members(world: World) -> None:
    """Whether it speaks itself, or a State on its behalf; the speaker has a statement of its own."""
    union = matrix(world, statement("EUE", "3"))
    assert cells(union, "AUT")[0] == ("covered", ("SI-1",), ("EUE",))
    assert cells(union, "CHE")[0] == ("none", (), ())
    africa = matrix(world, statement("KEN", "3", on_behalf_of="X-AFG"))
    assert cells(africa, "KEN")[0] == ("accepted", ("SI-1",), ("X-AFG",))
    assert cells(africa, "GHA")[0] == ("covered", ("SI-1",), ("X-AFG",))


def test_a_joint_statement_covers_those_it_names(world: World) -> None:
    """And a group whose members are not in our data covers nobody: nobody is guessed."""
    assert cells(matrix(world, statement("NOR", "3", together_with=("ISL",))), "ISL")[0] == (
        "covered", ("SI-1",), ("NOR",),
    )  # fmt: skip
    assert cells(matrix(world, statement("X-G77", "3")), "KEN")[0] == ("none", (), ())


def test_what_waits_stays_in_sight_under_a_groups_statement(world: World) -> None:
    """A rejected or held statement of its own is still to be seen to."""
    own = statement("AUT", "3", number=2, outcome="rejected")
    assert cells(matrix(world, statement("EUE", "3"), own), "AUT")[0] == ("rejected", ("SI-2",), ("EUE",))


def test_what_is_not_accepted_covers_nobody(world: World) -> None:
    """Nor what was withdrawn."""
    for change in ({"outcome": "held"}, {"standing": "withdrawn"}):
        assert cells(matrix(world, statement("EUE", "3", **change)), "AUT")[0] == ("none", (), ())


def test_groups_and_organisations_have_rows_where_they_spoke(world: World) -> None:
    """Under the names that the parties' table gives."""
    coverage = matrix(world, statement("X-G77", "3"), names={"X-G77": "Group of 77 and China"})
    assert [(row.name, str(row.cells[0].state)) for row in coverage.others] == [("Group of 77 and China", "accepted")]


def test_an_item_that_is_not_on_the_agenda_gets_a_column_behind_it(world: World) -> None:
    """Nothing that came in is out of sight; and what names no party or item is in the log alone."""
    coverage = matrix(world, statement("KEN", "10"), statement("GHA", "9(a)", number=2), statement(None, "3"))
    assert coverage.items == ("3", "4", "9(a)", "10")
    assert {row.code for row in coverage.others} == set()


def test_an_items_figures_count_states_and_running_time(world: World) -> None:
    """Seconds of accepted videos that stand, and of nothing else."""
    statements = [
        statement("KEN", "3", kind="video", seconds=170.04),
        statement("EUE", "3", number=2, kind="video", seconds=100.0),
        statement("GHA", "3", number=3, kind="video", seconds=50.0, standing="superseded"),
        statement("FRA", "3", number=4, outcome="rejected"),
    ]
    total = matrix(world, *statements).totals[0]
    assert (total.item, total.accepted, total.seconds) == ("3", 2, 270.04)
    assert total.states[State.COVERED] == 26
    assert total.states[State.ACCEPTED] == total.states[State.REJECTED] == total.states[State.SUPERSEDED] == 1
    assert sum(total.states.values()) == 197


def test_arrivals_are_counted_by_the_meetings_own_days() -> None:
    """What comes half an hour before midnight in Vienna is of that day."""
    statements = [statement(number=1), statement(number=29), statement(number=31)]
    assert arrivals(statements, "Europe/Vienna") == {date(2023, 8, 23): 2, date(2023, 8, 24): 1}


def test_reasons_of_rejection_are_counted() -> None:
    """The most frequent first; reasons of what is only held do not count."""
    rejected = statement(outcome="rejected", reasons=("video.too_long", "transcript.missing"))
    statements = [rejected, statement(outcome="rejected", reasons=("transcript.missing",)), statement(reasons=("x",))]
    assert rejections(statements) == {"transcript.missing": 2, "video.too_long": 1}


def test_members_and_regions_are_states_of_ours(world: World) -> None:
    """Every member of a group is a State; the sizes are the ones that the groups themselves give."""
    codes = {nation.code for nation in world.nations}
    assert set().union(*world.members.values()) <= codes
    sizes = {group: len(world.members[group]) for group in ("EUE", "X-ARAB", "X-ASEAN", "X-NB8", "X-GCC", "X-AFG")}
    assert sizes == {"EUE": 27, "X-ARAB": 22, "X-ASEAN": 11, "X-NB8": 8, "X-GCC": 6, "X-AFG": 54}
