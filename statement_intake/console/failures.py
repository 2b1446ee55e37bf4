"""What people see when something cannot be done."""

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from statement_intake.console.door import NeedsLogin
from statement_intake.console.pages import render
from statement_intake.domain.faults import Conflict, SurroundingsFault
from statement_intake.logs import where
from statement_intake.review import ReviewError

log = structlog.get_logger()


def handle_failures(app: FastAPI) -> None:
    """Register a page for each kind of trouble."""
    app.add_exception_handler(NeedsLogin, _to_login)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misunderstood)
    app.add_exception_handler(Conflict, _too_late)
    app.add_exception_handler(ReviewError, _cannot_be)
    app.add_exception_handler(SurroundingsFault, _out_of_reach)
    app.add_exception_handler(Exception, _our_fault)


def _to_login(request: Request, _error: Exception) -> Response:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = f"/login?next={quote(asked, safe='')}" if request.method == "GET" and asked != "/" else "/login"
    if request.headers.get("hx-request"):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _refused(request: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    return render(request, "failure.html", status=status, code=status, detail=detail)


def _misunderstood(request: Request, _error: Exception) -> Response:
    return render(request, "failure.html", status=400, code=400, detail="")


def _too_late(request: Request, error: Exception) -> Response:
    return render(request, "failure.html", status=409, code=409, detail=str(error))


def _cannot_be(request: Request, error: Exception) -> Response:
    return render(request, "failure.html", status=422, code=422, detail=str(error))


def _out_of_reach(request: Request, error: Exception) -> Response:
    log.error("the console cannot reach what it needs", path=request.url.path, problem=str(error))
    return render(request, "failure.html", status=503, code=503, detail=str(error))


def _our_fault(request: Request, error: Exception) -> Response:
    log.error("a fault of ours in the console", path=request.url.path, problem=where(error))
    return render(request, "failure.html", status=500, code=500, detail="")
