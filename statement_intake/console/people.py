"""For administrators: who has access, and everything that was done."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from statement_intake.console.door import Administrator
from statement_intake.console.pages import render
from statement_intake.console.parts import parts_of
from statement_intake.domain.people import Role

router = APIRouter()

_ENTRIES = 50


@router.get("/people")
def people(request: Request, _visit: Administrator, before: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """Accounts, and the audit from its newest entry on."""
    ledger = parts_of(request).ledger
    return render(
        request,
        "people.html",
        section="people",
        accounts=ledger.accounts.all(),
        entries=ledger.audit.latest(_ENTRIES, before),
        most=_ENTRIES,
    )


@router.post("/people")
def change(
    request: Request, visit: Administrator, name: Annotated[str, Form(max_length=100)],
    to: Annotated[Literal["viewer", "officer", "administrator", "disable"], Form()],
) -> Response:  # fmt: skip
    """Another role, or no access any more. Never one's own: the last administrator would lock everybody out."""
    parts = parts_of(request)
    account = parts.ledger.accounts.named(name)
    if account is None:
        raise HTTPException(404)
    if account.id == visit.account.id:
        raise HTTPException(403, "Nobody changes their own access; ask another administrator.")
    role = None if to == "disable" else Role.named(to)
    parts.ledger.accounts.change(
        account, actor=visit.account.name, now=parts.clock(), role=role, disabled=to == "disable"
    )
    return RedirectResponse("/people?done=people", 303)
