"""What changes something comes from a page of ours, and is no larger than it may be."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Octets of a form without a file.
_FORM = 1_000_000


class OwnOrigin:
    """Refuses what another site makes a browser send, before anything of it is read.

    Beside this every form carries a token of its session: `door` checks that.
    """

    def __init__(self, app: ASGIApp, *, origin: str, largest: Callable[[str], int | None]) -> None:
        """*largest*: octets that may be sent to a path; None for a form's worth."""
        self._app, self._origin, self._largest = app, origin, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            if not self._ours(headers):
                await PlainTextResponse("This did not come from a page of the console.", 403)(scope, receive, send)
                return
            length = headers.get("content-length", "")
            if not length.isdecimal():
                await PlainTextResponse("The length is missing.", 411)(scope, receive, send)
                return
            if int(length) > (self._largest(scope["path"]) or _FORM):
                await PlainTextResponse("This is too large.", 413)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _ours(self, headers: Headers) -> bool:
        """The Origin is ours; a browser that sends none has to say that the page is (Fetch Metadata)."""
        origin = headers.get("origin")
        if origin is not None:
            return origin == self._origin
        return headers.get("sec-fetch-site") == "same-origin"
