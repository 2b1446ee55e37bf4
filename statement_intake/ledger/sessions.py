"""Sessions of the console, kept on the server. The ledger knows only the digests of their tokens."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update

from statement_intake.domain.people import Account, Visit
from statement_intake.domain.value import Value
from statement_intake.ledger.accounts import account_of
from statement_intake.ledger.audit import note
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import accounts, sessions, sign_ons

#: A visit is written down as seen at most this often: pages must not wait for the disk.
_SEEN_EVERY = timedelta(minutes=1)
#: A login that the identity provider does not answer within this time is forgotten.
_SIGN_ON_LASTS = timedelta(minutes=10)


class Lifetimes(Value):
    """How long a session lasts: without a page being asked for, and at most."""

    idle: timedelta
    absolute: timedelta


class SignOn(Value):
    """A login that is with the identity provider."""

    state: str
    nonce: str
    verifier: str
    next_page: str


class Sessions:
    """Who is logged in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def begin(  # noqa: PLR0913 - the columns of a row, and how it came about
        self, token: str, csrf: str, account: Account, *, now: datetime, how: str, old: str | None = None
    ) -> None:
        """Log somebody in. *old*: the token that the browser has had so far; it counts no longer."""
        with self._engine.begin() as connection:
            if old:
                connection.execute(delete(sessions).where(sessions.c.token_sha256 == _digest(old)))
            kind = "programme" if how == "token" else "browser"
            values = {"token_sha256": _digest(token), "csrf": csrf, "kind": kind, "account_id": account.id}
            connection.execute(insert(sessions).values(**values, began_at=now, seen_at=now))
            note(connection, now, account.name, "log_in", None, {"how": how})

    def visit(
        self, token: str, lifetimes: Lifetimes, now: datetime, *, kind: str = "browser", by_itself: bool = False
    ) -> Visit | None:
        """Who it is; None where the session is over, or never was. *by_itself*: no person asks, only the page."""
        query = (
            select(sessions.c.csrf, sessions.c.began_at, sessions.c.seen_at, accounts)
            .join(accounts, sessions.c.account_id == accounts.c.id)
            .where(sessions.c.token_sha256 == _digest(token), sessions.c.kind == kind)
            .where(accounts.c.disabled_at.is_(None), sessions.c.began_at > now - lifetimes.absolute)
            .where(sessions.c.seen_at > now - lifetimes.idle)
        )
        with self._read.begin() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if now - row.seen_at > _SEEN_EVERY and not by_itself:
            with self._engine.begin() as connection:
                here = sessions.c.token_sha256 == _digest(token)
                connection.execute(update(sessions).where(here).values(seen_at=now))
        return Visit(account=account_of(row), csrf=row.csrf, began_at=row.began_at, seen_at=row.seen_at)

    def end(self, token: str, account: Account, now: datetime) -> None:
        """Log somebody out."""
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == _digest(token)))
            note(connection, now, account.name, "log_out", None, {})

    def sweep(self, lifetimes: Lifetimes, now: datetime) -> None:
        """Forget sessions that are over."""
        with self._engine.begin() as connection:
            over = (sessions.c.seen_at <= now - lifetimes.idle) | (sessions.c.began_at <= now - lifetimes.absolute)
            connection.execute(delete(sessions).where(over, sessions.c.kind == "browser"))

    def leave_for_provider(  # noqa: PLR0913 - the columns of a row
        self, token: str, *, state: str, nonce: str, verifier: str, next_page: str, now: datetime
    ) -> None:
        """Somebody goes to the identity provider."""
        sign_on = SignOn(state=state, nonce=nonce, verifier=verifier, next_page=next_page)
        with self._engine.begin() as connection:
            connection.execute(delete(sign_ons).where(sign_ons.c.began_at < now - _SIGN_ON_LASTS))
            values = sign_on.model_dump() | {"token_sha256": _digest(token), "began_at": now}
            connection.execute(insert(sign_ons).values(**values))

    def back_from_provider(self, token: str, state: str, now: datetime) -> SignOn | None:
        """Somebody comes back; once. None where nobody left with that token and state."""
        here = (sign_ons.c.token_sha256 == _digest(token)) & (sign_ons.c.state == state)
        with self._engine.begin() as connection:
            row = connection.execute(select(sign_ons).where(here)).first()
            connection.execute(delete(sign_ons).where(here))
        if row is None or row.began_at < now - _SIGN_ON_LASTS:
            return None
        return SignOn(state=row.state, nonce=row.nonce, verifier=row.verifier, next_page=row.next_page)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
