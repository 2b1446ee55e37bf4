"""Coverage: which party has sent what on which item, and the meeting's intake in figures and pictures."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from statement_intake.console import plots
from statement_intake.console.door import Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import Parts, parts_of
from statement_intake.domain.coverage import Row, State, cover, rejections
from statement_intake.domain.meeting import Meeting

router = APIRouter()

Region = Literal["", "africa", "asia-pacific", "eastern-europe", "grulac", "weog"]


class Asked(BaseModel):
    """The address of a view."""

    meeting: str = ""
    region: Region = ""
    #: Only parties with a cell in this state: "none" finds who is missing.
    state: State | Literal[""] = ""


@router.get("/coverage")
def coverage(request: Request, _visit: Viewer, asked: Annotated[Asked, Query()]) -> Response:
    """The matrix of one meeting."""
    parts = parts_of(request)
    meeting = chosen(parts, asked.meeting)
    statements = parts.ledger.coverage.of(meeting.id)
    names = party_names(parts, [code for one in statements for code in (one.party, one.on_behalf_of) if code])
    matrix = cover(statements, [item.number for item in meeting.agenda], parts.desk.knowledge.world, names)
    nations = [row for row in matrix.nations if _wanted(row, asked)]
    return render(
        request,
        "coverage.html",
        section="coverage",
        asked=asked,
        meeting=meeting,
        meetings=open_meetings(parts),
        matrix=matrix,
        nations=nations,
        titles={item.number: item.title.get("en", "") for item in meeting.agenda},
        names=names,
        states=list(State),
        days=plots.days(statements, meeting),
        reasons=plots.reasons(rejections(statements)),
        lengths=plots.lengths(statements, meeting, names),
        frame=(plots.WIDTH, plots.HEIGHT),
    )


def open_meetings(parts: Parts) -> list[Meeting]:
    """The meetings that take in statements."""
    return [meeting for meeting in parts.desk.knowledge.meetings if meeting.intake == "open"]


def chosen(parts: Parts, identity: str) -> Meeting:
    """The meeting that is asked for, else the first one that takes in statements. Raises HTTPException."""
    found = parts.desk.knowledge.meeting(identity) if identity else next(iter(open_meetings(parts)), None)
    if found is None:
        raise HTTPException(404, "There is no such meeting.")
    return found


def party_names(parts: Parts, codes: list[str]) -> dict[str, str]:
    """Code to English short name, of all States and of the groups among *codes*."""
    table = parts.desk.knowledge.parties
    named = {nation.code: nation.name for nation in parts.desk.knowledge.world.nations}
    return named | {code: party.name for code in codes if (party := table.get(code))}


def _wanted(row: Row, asked: Asked) -> bool:
    if asked.region and row.region != asked.region:
        return False
    return not asked.state or any(cell.state == asked.state for cell in row.cells)
