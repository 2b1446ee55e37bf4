"""The rejections of a period as one report, to be read, printed or kept."""

from collections import Counter

from fastapi import APIRouter, Request
from starlette.responses import Response

from statement_intake.console.asked import Asked, wanted
from statement_intake.console.door import Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import parts_of
from statement_intake.domain.finding import Outcome

router = APIRouter()

#: Rejections that one report shows; the export has no such limit.
_MOST = 300


@router.get("/rejections")
def rejections(request: Request, visit: Viewer, asked: Asked) -> Response:
    """Every rejection of the period, by party, and how often each reason was given."""
    parts = parts_of(request)
    zone = visit.account.zone or parts.zone
    search = wanted(asked, zone).model_copy(
        update={"outcomes": (Outcome.REJECTED,), "cursor": None, "descending": False}
    )
    found = parts.ledger.search.page(search, _MOST)
    reasons = Counter(parts.ledger.search.reasons(search))
    return render(
        request, "rejections.html", section="log", found=found, asked=asked, reasons=reasons.most_common(), most=_MOST
    )
