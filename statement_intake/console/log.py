"""The log: every submission, filtered, searched and sorted as the address says, a page at a time."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from statement_intake.console.asked import Asked, address, wanted
from statement_intake.console.door import Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import parts_of
from statement_intake.domain.search import Order

router = APIRouter()


@router.get("/log")
def log(request: Request, visit: Viewer, asked: Asked) -> Response:
    """A page of the log; asked by htmx, its table alone."""
    parts = parts_of(request)
    zone = visit.account.zone or parts.zone
    found = parts.ledger.search.page(wanted(asked, zone), parts.rows)
    piece = request.headers.get("hx-target") == "results"
    response = render(
        request,
        "log_rows.html" if piece else "log.html",
        section="log",
        found=found,
        asked=asked,
        address=lambda **changes: address(asked, **changes),
        orders=tuple(Order),
        meetings=[meeting for meeting in parts.desk.knowledge.meetings if meeting.intake == "open"],
        parties=() if piece else parts.desk.knowledge.parties.all,
        codes=() if piece else parts.ledger.search.codes(),
    )
    if piece:
        # What htmx would put into the address bar has every empty field in it.
        response.headers["HX-Push-Url"] = address(asked)
    return response
