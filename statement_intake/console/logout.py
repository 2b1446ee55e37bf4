"""Logging out."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from statement_intake.console.cookies import SESSION, cookie, drop_cookie
from statement_intake.console.door import Viewer
from statement_intake.console.parts import parts_of

router = APIRouter()


@router.post("/logout")
def log_out(request: Request, visit: Viewer) -> Response:
    """End the session on the server; the cookie is worth nothing from now on."""
    parts = parts_of(request)
    parts.ledger.sessions.end(cookie(request, SESSION) or "", visit.account, parts.clock())
    response = RedirectResponse("/login", 303)
    drop_cookie(response, parts, SESSION)
    return response
