"""Logging in through the organisation's identity provider: out with a state, a nonce and a PKCE verifier, and back."""

import secrets

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from statement_intake.console.cookies import SIGN_ON, cookie, drop_cookie, set_cookie
from statement_intake.console.login import enter, own_page
from statement_intake.console.parts import Parts, parts_of
from statement_intake.console.vouching import NotLetIn, Person
from statement_intake.domain.faults import Conflict
from statement_intake.domain.people import Account

router = APIRouter()

PATH_BACK = "/sign-on/back"
_TOKEN_BYTES = 32


@router.get("/sign-on")
def leave(request: Request, next: str = "/") -> Response:  # noqa: A002 - the query's name
    """To the provider. What belongs to this login stays on the server, under a token in this browser's cookie."""
    parts = parts_of(request)
    if parts.provider is None:
        raise HTTPException(404)
    leaving, token = parts.provider.leave(), secrets.token_urlsafe(_TOKEN_BYTES)
    parts.ledger.sessions.leave_for_provider(
        token, state=leaving.state, nonce=leaving.nonce, verifier=leaving.verifier, next_page=own_page(next)[:2000],
        now=parts.clock(),
    )  # fmt: skip
    response = RedirectResponse(leaving.address, 303)
    set_cookie(response, parts, SIGN_ON, token)
    return response


@router.get(PATH_BACK)
def back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """From the provider: only in the browser that left, only once."""
    parts, token = parts_of(request), cookie(request, SIGN_ON)
    left = parts.ledger.sessions.back_from_provider(token, state, parts.clock()) if token else None
    if parts.provider is None or left is None or error or not code:
        raise HTTPException(403, "The login was not completed. Please begin again.")
    try:
        person = parts.provider.receive(code, left.nonce, left.verifier)
    except NotLetIn as refused:
        parts.ledger.audit.note(parts.clock(), "somebody unknown", "log_in_refused", {"why": str(refused)[:300]})
        raise HTTPException(403, f"You are not let in: {refused}.") from refused
    account = _account(parts, person)
    if account.disabled_at is not None:
        raise HTTPException(403, "This account has no access any more.")
    response = enter(request, parts, account, left.next_page, how="identity provider")
    drop_cookie(response, parts, SIGN_ON)
    return response


def _account(parts: Parts, person: Person) -> Account:
    """The account of *person*, made at the first login; the role follows the groups at every one."""
    accounts, now = parts.ledger.accounts, parts.clock()
    account = accounts.vouched(person.issuer, person.subject)
    if account is None:
        return _made(parts, person)
    if account.role != person.role:
        accounts.change(account, actor="identity provider", now=now, role=person.role)
        account = accounts.vouched(person.issuer, person.subject) or account
    return account


def _made(parts: Parts, person: Person) -> Account:
    """A new account; where the name is somebody else's already, with a part of the subject behind it."""
    names = (person.name, f"{person.name} ({person.subject[:12]})")
    for name in names:
        try:
            return parts.ledger.accounts.add(
                name, person.role, actor="identity provider", now=parts.clock(), issuer=person.issuer,
                subject=person.subject,
            )  # fmt: skip
        except Conflict:
            continue
    raise Conflict(f"there is an account {names[-1]} already")
