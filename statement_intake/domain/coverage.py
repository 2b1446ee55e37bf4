"""Who has spoken on what: a matrix of parties and agenda items, and what the figures say of a meeting's intake."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from statement_intake.domain.parties.world import World
from statement_intake.domain.value import Value


class State(StrEnum):
    """What there is of a party on an item; where there are several statements, the first of these counts."""

    ACCEPTED = "accepted"
    HELD = "held"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    #: A group that it belongs to, or another State for both, has an accepted statement.
    COVERED = "covered"
    NONE = "none"


class Statement(Value):
    """A submission as far as coverage and figures need it."""

    reference: str
    received: datetime
    party: str | None
    on_behalf_of: str | None
    #: Codes of the other States of a joint statement.
    together_with: tuple[str, ...]
    items: tuple[str, ...]
    kind: str | None
    outcome: str
    standing: str
    #: The true length of its video; None without one.
    seconds: float | None
    #: Codes of the findings that decided.
    reasons: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """What it is by itself."""
        if self.standing in {"withdrawn", "withdrawal_requested"}:
            return State.WITHDRAWN
        if self.standing == "superseded":
            return State.SUPERSEDED
        return State(self.outcome)


class Cell(Value):
    """A party on an item."""

    state: State
    #: The statements that make it so, the latest last.
    references: tuple[str, ...] = ()
    #: Who spoke for it, where it is covered: codes.
    by: tuple[str, ...] = ()


class Row(Value):
    """A party's statements on all items."""

    code: str
    name: str
    region: str
    cells: tuple[Cell, ...]


class Total(Value):
    """An item's figures."""

    item: str
    #: How many States are in each state.
    states: Mapping[State, int]
    #: Accepted statements that stand, of States, groups and organisations alike.
    accepted: int
    #: Running time of the accepted videos that stand, in seconds.
    seconds: float


class Coverage(Value):
    """The whole matrix."""

    items: tuple[str, ...]
    #: Every State, by name.
    nations: tuple[Row, ...]
    #: Groups and organisations that sent something, by name.
    others: tuple[Row, ...]
    totals: tuple[Total, ...]


def cover(statements: Iterable[Statement], items: Sequence[str], world: World, names: Mapping[str, str]) -> Coverage:
    """The matrix of a meeting. *items*: of its agenda; others that occur follow. *names*: of groups, by code."""
    known = sorted(statements, key=lambda one: (one.received, one.reference))
    columns = tuple(dict.fromkeys([*items, *sorted({item for one in known for item in one.items}, key=item_order)]))
    spoken = _spoken(known)
    covered = _covered(known, world)
    nations = tuple(
        Row(
            code=nation.code,
            name=nation.name,
            region=nation.region,
            cells=tuple(_cell(nation.code, item, spoken, covered) for item in columns),
        )
        for nation in world.nations
    )
    states = {nation.code for nation in world.nations}
    others = sorted({party for party, _ in spoken if party not in states}, key=lambda code: names.get(code, code))
    return Coverage(
        items=columns,
        nations=nations,
        others=tuple(
            Row(
                code=code,
                name=names.get(code, code),
                region="",
                cells=tuple(_cell(code, item, spoken, {}) for item in columns),
            )
            for code in others
        ),
        totals=tuple(_total(item, place, nations, known) for place, item in enumerate(columns)),
    )


def awaited(
    order: Mapping[str, Sequence[str]], statements: Iterable[Statement], world: World
) -> dict[str, tuple[str, ...]]:
    """Item to the codes of those on its list of speakers of whom there is nothing, in the order of the list.

    Who is covered by a group or a joint statement is not awaited, nor who was rejected or waits: that was received.
    """
    known = sorted(statements, key=lambda one: (one.received, one.reference))
    spoken, covered = _spoken(known), _covered(known, world)
    nothing = {State.NONE, State.WITHDRAWN}
    found = {
        item: tuple(code for code in codes if _cell(code, item, spoken, covered).state in nothing)
        for item, codes in order.items()
    }
    return {item: found[item] for item in sorted(found, key=item_order) if found[item]}


def item_order(item: str) -> tuple[int, str]:
    """3 before 3(a) before 10."""
    digits, _, letter = item.partition("(")
    return int(digits) if digits.isdecimal() else 0, letter


def _spoken(statements: Iterable[Statement]) -> dict[tuple[str, str], list[Statement]]:
    found: dict[tuple[str, str], list[Statement]] = {}
    for one in statements:
        for item in one.items:
            if one.party is not None:
                found.setdefault((one.party, item), []).append(one)
    return found


def _covered(statements: Iterable[Statement], world: World) -> dict[tuple[str, str], dict[str, str]]:
    """For a State and an item: who spoke for it, and in which submission."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for one in statements:
        if one.state is not State.ACCEPTED or one.party is None:
            continue
        voices = dict.fromkeys(one.together_with, one.party)
        for group in filter(None, (one.party, one.on_behalf_of)):
            voices |= dict.fromkeys(world.members_of(group), group)
        for item in one.items:
            for code, voice in voices.items():
                found.setdefault((code, item), {})[voice] = one.reference
    return found


def _cell(
    party: str,
    item: str,
    spoken: Mapping[tuple[str, str], list[Statement]],
    covered: Mapping[tuple[str, str], Mapping[str, str]],
) -> Cell:
    own = spoken.get((party, item), [])
    state = min((one.state for one in own), key=list(State).index, default=State.NONE)
    voices = covered.get((party, item), {})
    if state is not State.ACCEPTED and voices:
        # What waits or was rejected is still to be seen to, whoever else has spoken.
        state = state if state in {State.HELD, State.REJECTED} else State.COVERED
    references = tuple(one.reference for one in own) if own else tuple(voices.values())
    return Cell(state=state, references=references, by=tuple(voices))


def _total(item: str, place: int, nations: Sequence[Row], statements: Iterable[Statement]) -> Total:
    accepted = [one for one in statements if item in one.items and one.state is State.ACCEPTED]
    return Total(
        item=item,
        states=Counter(row.cells[place].state for row in nations),
        accepted=len(accepted),
        seconds=round(sum(one.seconds or 0.0 for one in accepted), 3),
    )


def arrivals(statements: Iterable[Statement], zone: str) -> dict[date, int]:
    """Statements by the day on which they came, in the meeting's zone; earliest first."""
    counted = Counter(one.received.astimezone(ZoneInfo(zone)).date() for one in statements)
    return dict(sorted(counted.items()))


def rejections(statements: Iterable[Statement]) -> dict[str, int]:
    """How often each reason of rejection occurred, the most frequent first."""
    counted = Counter(code for one in statements if one.state is State.REJECTED for code in one.reasons)
    return dict(counted.most_common())
