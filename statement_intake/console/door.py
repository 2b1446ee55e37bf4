"""Who visits, and what they may do. Every page but the login stands behind `admit`."""

import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from statement_intake.console.cookies import SESSION, cookie
from statement_intake.console.origins import SAFE
from statement_intake.console.parts import parts_of
from statement_intake.domain.people import Role, Visit


class NeedsLogin(Exception):  # noqa: N818 - expected: a session is over
    """Nobody is logged in; `failures` sends them to the login."""


async def admit(request: Request) -> None:
    """Let in who is logged in. What changes something also carries the token of its session (CSRF)."""
    visit = await run_in_threadpool(_visit, request)
    if visit is None:
        raise NeedsLogin
    request.state.visit = visit
    if request.method not in SAFE:
        form = await request.form()
        if not hmac.compare_digest(str(form.get("csrf", "")).encode(), visit.csrf.encode()):
            raise HTTPException(403, "The form has no valid token. Please load the page again, and send it anew.")


def _visit(request: Request) -> Visit | None:
    parts, token = parts_of(request), cookie(request, SESSION)
    if not token:
        return None
    # A page that renews itself must not keep a session alive which nobody uses.
    by_itself = "again" in request.query_params
    return parts.ledger.sessions.visit(token, parts.lifetimes, parts.clock(), by_itself=by_itself)


def viewer(request: Request) -> Visit:
    """Whoever is logged in."""
    visit = request.state.visit
    if not isinstance(visit, Visit):
        raise NeedsLogin
    return visit


def officer(request: Request) -> Visit:
    """Somebody who may decide."""
    return _at_least(viewer(request), Role.OFFICER)


def administrator(request: Request) -> Visit:
    """Somebody who may see and end other people's access."""
    return _at_least(viewer(request), Role.ADMINISTRATOR)


def _at_least(visit: Visit, role: Role) -> Visit:
    if visit.account.role < role:
        raise HTTPException(403, f"This is for {role.word}s; you are here as {visit.account.role.word}.")
    return visit


Viewer = Annotated[Visit, Depends(viewer)]
Officer = Annotated[Visit, Depends(officer)]
Administrator = Annotated[Visit, Depends(administrator)]
