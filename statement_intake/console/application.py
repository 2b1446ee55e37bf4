"""Puts the pages together. The order of what a request passes stands here and nowhere else."""

from importlib.resources import as_file, files
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from statement_intake.console import (
    account,
    attach,
    coverage,
    decide,
    export,
    file,
    join,
    log,
    login,
    logout,
    outbox,
    packages,
    people,
    rejections,
    sign_on,
    submission,
    today,
    withdraw,
)
from statement_intake.console.api import build_api
from statement_intake.console.door import admit
from statement_intake.console.failures import handle_failures
from statement_intake.console.headers import SafeHeaders
from statement_intake.console.origins import OwnOrigin
from statement_intake.console.parts import Parts

#: Before anybody has logged in.
_OPEN = (login, sign_on)
#: Behind the door.
_PAGES = (
    logout,
    today,
    log,
    export,
    rejections,
    submission,
    file,
    decide,
    attach,
    join,
    withdraw,
    outbox,
    coverage,
    packages,
    account,
    people,
)


def build(parts: Parts) -> FastAPI:
    """The console as an ASGI application."""
    app = FastAPI(title="statement-intake", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    for page in _OPEN:
        app.include_router(page.router)
    for page in _PAGES:
        app.include_router(page.router, dependencies=[Depends(admit)])
    with as_file(files("statement_intake.console") / "static") as folder:
        app.mount("/static", KeptFiles(directory=folder), name="static")
    app.mount("/api", build_api(parts), name="api")
    handle_failures(app)
    # From the inside to the outside: the last one is the first that a request meets.
    app.add_middleware(OwnOrigin, origin=parts.origin, largest=lambda path: _largest(path, parts))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(parts), www_redirect=False)
    app.add_middleware(SafeHeaders, secure=parts.secure)
    return app


class KeptFiles(StaticFiles):
    """Files whose address changes with their content: browsers keep them."""

    def file_response(self, *arguments: object, **named: object):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """As Starlette does it, to be kept for a year."""
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _hosts(parts: Parts) -> list[str]:
    """The names under which we are asked for; anything else is a forged Host."""
    host = urlsplit(parts.origin).hostname or ""
    return [host]


def _largest(path: str, parts: Parts) -> int | None:
    """A file that is handed in may be as large as a mail."""
    return parts.desk.largest if path.endswith("/attach") else None
