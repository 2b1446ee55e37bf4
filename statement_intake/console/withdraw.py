"""Confirming that a statement is withdrawn. No letter goes by itself."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from statement_intake import review
from statement_intake.console.door import Officer
from statement_intake.console.pages import render
from statement_intake.console.parts import parts_of
from statement_intake.console.submission import dossier_of

router = APIRouter()


@router.get("/submissions/{reference}/withdraw")
def ask(request: Request, _visit: Officer, reference: str) -> Response:
    """The form."""
    dossier = dossier_of(parts_of(request), reference)
    return render(request, "withdraw.html", section="log", dossier=dossier, trouble=False)


@router.post("/submissions/{reference}/withdraw")
def withdraw(
    request: Request, visit: Officer, reference: str, seen: Annotated[int, Form()],
    because: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """It stands no longer: neither played out nor posted."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    if not because.strip():
        return render(request, "withdraw.html", section="log", status=422, dossier=dossier, trouble=True)
    review.withdraw(reference, parts.desk, actor=visit.account.name, because=because, seen=seen)
    return RedirectResponse(f"/submissions/{dossier.reference}?done=withdraw", 303)
