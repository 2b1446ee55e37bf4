"""The visitor's own account: the zone in which times are shown."""

from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from statement_intake.console.door import Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import parts_of

router = APIRouter()


@router.get("/account")
def account(request: Request, _visit: Viewer) -> Response:
    """Who one is here."""
    parts = parts_of(request)
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
    return render(request, "account.html", zones=["UTC", *zones], office=parts.zone)


@router.post("/account")
def change(request: Request, visit: Viewer, chosen: Annotated[str, Form(alias="zone", max_length=60)] = "") -> Response:
    """Show times in another zone; empty: in the office's."""
    if chosen and chosen not in available_timezones():
        raise HTTPException(400)
    parts_of(request).ledger.accounts.see_in(visit.account, chosen or None)
    return RedirectResponse("/account?done=zone", 303)
