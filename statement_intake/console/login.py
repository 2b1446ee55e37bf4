"""Logging in with an account of our own."""

import hmac
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from statement_intake.console.cookies import LOGIN, SESSION, cookie, drop_cookie, set_cookie
from statement_intake.console.pages import render
from statement_intake.console.parts import Parts, parts_of
from statement_intake.domain.people import Account

router = APIRouter()

_TOKEN_BYTES = 32


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:  # noqa: A002 - the query's name
    """The form. Its token stands in a cookie, too: before the login there is no session that could hold it."""
    parts = parts_of(request)
    token = cookie(request, LOGIN) or secrets.token_urlsafe(_TOKEN_BYTES)
    page = render(
        request,
        "login.html",
        token=token,
        next=own_page(next),
        wait=None,
        name="",
        wrong=False,
        provider=parts.provider,
    )
    set_cookie(page, parts, LOGIN, token)
    return page


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=1000)],
    token: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - the field's name
) -> Response:
    """Compare the password. One answer for a wrong name, a wrong password and an account without access."""
    parts, address = parts_of(request), request.client.host if request.client else ""
    held = cookie(request, LOGIN) or ""
    again: dict[str, Any] = {"token": held, "next": own_page(next), "name": name, "provider": parts.provider}
    if not held or not hmac.compare_digest(held.encode(), token.encode()):
        return RedirectResponse("/login", 303)
    if wait := parts.limits.wait(name, address):
        return render(request, "login.html", status=429, wait=wait, wrong=False, **again)
    account = parts.ledger.accounts.named(name)
    usable = account.password_hash if account and account.disabled_at is None else None
    if not parts.passwords.fits(password, usable) or account is None:
        parts.limits.failed(name, address)
        known = account.name if account else "somebody unknown"
        parts.ledger.audit.note(parts.clock(), known, "log_in_refused", {"address": address})
        return render(request, "login.html", status=401, wait=None, wrong=True, **again)
    parts.limits.worked(name)
    return enter(request, parts, account, own_page(next), how="password")


def enter(request: Request, parts: Parts, account: Account, page: str, *, how: str) -> Response:
    """Begin a session under a new token: one that somebody else may have put into the browser counts no longer."""
    token, csrf = secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_urlsafe(_TOKEN_BYTES)
    now = parts.clock()
    parts.ledger.sessions.sweep(parts.lifetimes, now)
    parts.ledger.sessions.begin(token, csrf, account, now=now, how=how, old=cookie(request, SESSION))
    response = RedirectResponse(page, 303)
    set_cookie(response, parts, SESSION, token)
    drop_cookie(response, parts, LOGIN)
    return response


def own_page(asked: str) -> str:
    """*asked* if it is a page of ours, else the first one: nobody is led elsewhere."""
    plain = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable() and "\\" not in asked
    return asked if plain else "/"
