"""One submission: the mail as text, its files, every rule, the letters, and who did what when."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from statement_intake.console.door import Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import Parts, parts_of
from statement_intake.domain.records import Dossier

router = APIRouter()


@router.get("/submissions/{reference}")
def submission(request: Request, _visit: Viewer, reference: str) -> Response:
    """Everything known about a submission."""
    parts = parts_of(request)
    return render(request, "submission.html", section="log", dossier=dossier_of(parts, reference))


def dossier_of(parts: Parts, reference: str) -> Dossier:
    """The submission of that reference, in any case. Raises HTTPException (404)."""
    dossier = parts.ledger.log.dossier(reference[:40])
    if dossier is None:
        raise HTTPException(404)
    return dossier
