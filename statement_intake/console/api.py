"""The log for programmes: JSON, read-only, described by OpenAPI at /api/openapi.json.

Whoever is logged in may read it; a programme carries a token (`statement-intake user token NAME`) as
`Authorization: Bearer TOKEN`.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from statement_intake.console.asked import Asked, address, wanted
from statement_intake.console.cookies import SESSION, cookie
from statement_intake.console.parts import Parts, parts_of
from statement_intake.domain.people import Visit
from statement_intake.domain.records import Dossier, LogRow
from statement_intake.domain.value import Value

_BEARER = HTTPBearer(auto_error=False, description="From `statement-intake user token NAME`; or a session's cookie.")


class Page(Value):
    """A page of the log."""

    submissions: tuple[LogRow, ...]
    #: How many there are in all (counting stops at 10,000).
    count: int
    #: The address of the next page; null on the last.
    next: str | None


async def reader(request: Request, _bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
    """Let in a session's cookie, or a token."""
    request.state.visit = await run_in_threadpool(_visit, request)
    if request.state.visit is None:
        raise HTTPException(401, "log in, or send a token", {"WWW-Authenticate": "Bearer"})


def _visit(request: Request) -> Visit | None:
    parts = parts_of(request)
    sessions, now = parts.ledger.sessions, parts.clock()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return sessions.visit(token.strip(), parts.tokens, now, kind="programme")
    held = cookie(request, SESSION)
    return sessions.visit(held, parts.lifetimes, now, by_itself=True) if held else None


def build_api(parts: Parts) -> FastAPI:
    """The part of the console below /api."""
    api = FastAPI(
        title="statement-intake",
        version="1",
        description="The log of a conference secretariat's statements. Read-only.",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(reader)],
    )
    api.state.parts = parts

    @api.get("/submissions", summary="The log, filtered, searched and sorted as on the page")
    def submissions(request: Request, asked: Asked) -> Page:
        parts, visit = parts_of(request), request.state.visit
        found = parts.ledger.search.page(wanted(asked, visit.account.zone or parts.zone), parts.rows)
        after = address(asked, "/api/submissions", cursor=found.after) if found.after else None
        return Page(submissions=found.rows, count=found.count, next=after)

    @api.get("/submissions/{reference}", summary="Everything known about one submission")
    def submission(request: Request, reference: str) -> Dossier:
        dossier = parts_of(request).ledger.log.dossier(reference[:40])
        if dossier is None:
            raise HTTPException(404, "there is no such submission")
        return dossier

    @api.middleware("http")
    async def only_reads(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return JSONResponse({"detail": "this API only reads"}, 405, {"Allow": "GET, HEAD"})
        return await answer(request)

    return api
