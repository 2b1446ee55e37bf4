"""The console's cookies: `__Host-`, so that no other host, path or plain connection can set or see them.

Over plain HTTP, which is for loopback alone, browsers refuse that prefix; there the same names go without it.
"""

from fastapi import Request
from starlette.responses import Response

from statement_intake.console.parts import Parts, parts_of

SESSION, LOGIN, SIGN_ON = "session", "login", "sign-on"


def cookie(request: Request, name: str) -> str | None:
    """The value of a cookie of ours."""
    return request.cookies.get(_full(parts_of(request), name))


def set_cookie(response: Response, parts: Parts, name: str, value: str) -> None:
    """Give the browser a cookie until it is closed; scripts do not see it."""
    response.set_cookie(_full(parts, name), value, path="/", secure=parts.secure, httponly=True, samesite="lax")


def drop_cookie(response: Response, parts: Parts, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(_full(parts, name), path="/", secure=parts.secure, httponly=True, samesite="lax")


def _full(parts: Parts, name: str) -> str:
    return f"__Host-{name}" if parts.secure else name
