"""Accounts: who may use the console, and as what. Every change is noted in the audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from statement_intake.domain.faults import Conflict
from statement_intake.domain.people import Account, Role
from statement_intake.ledger.audit import note
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import accounts, sessions


class Accounts:
    """People who may log in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = reading(engine)

    def any(self) -> bool:
        """Whether there is an account that can be used."""
        query = select(func.count()).where(accounts.c.disabled_at.is_(None))
        with self._read.begin() as connection:
            return bool(connection.execute(query).scalar())

    def all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        with self._read.begin() as connection:
            return tuple(account_of(row) for row in connection.execute(select(accounts).order_by(accounts.c.name_key)))

    def named(self, name: str) -> Account | None:
        """The account of that name, whatever its case."""
        return self._one(accounts.c.name_key == name.strip().casefold())

    def vouched(self, issuer: str, subject: str) -> Account | None:
        """The account of that person of an identity provider."""
        return self._one((accounts.c.issuer == issuer) & (accounts.c.subject == subject))

    def _one(self, which: Any) -> Account | None:  # noqa: ANN401 - an SQL expression
        with self._read.begin() as connection:
            row = connection.execute(select(accounts).where(which)).first()
            return account_of(row) if row else None

    def add(  # noqa: PLR0913 - the columns of a row
        self, name: str, role: Role, *, actor: str, now: datetime, password_hash: str | None = None,
        issuer: str | None = None, subject: str | None = None,
    ) -> Account:  # fmt: skip
        """A new account. Raises Conflict where the name is taken."""
        name = name.strip()
        values = {"name": name, "name_key": name.casefold(), "role": int(role), "password_hash": password_hash}
        values |= {"issuer": issuer, "subject": subject, "created_at": now}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(accounts).values(**values))
                _note(connection, now, actor, "add_account", name, role)
        except IntegrityError:
            raise Conflict(f"there is an account {name} already") from None
        added = self.named(name)
        if added is None:
            raise Conflict(f"the account {name} is gone again")
        return added

    def change(  # noqa: PLR0913 - the columns of a row
        self, account: Account, *, actor: str, now: datetime, role: Role | None = None,
        password_hash: str | None = None, disabled: bool | None = None,
    ) -> None:  # fmt: skip
        """Another role, another password, no access any more or again. Whoever is logged in has to log in anew."""
        values: dict[str, Any] = {}
        if role is not None:
            values["role"] = int(role)
        if password_hash is not None:
            values["password_hash"] = password_hash
        if disabled is not None:
            values["disabled_at"] = now if disabled else None
        with self._engine.begin() as connection:
            connection.execute(update(accounts).where(accounts.c.id == account.id).values(**values))
            connection.execute(delete(sessions).where(sessions.c.account_id == account.id))
            action = {True: "disable_account", False: "enable_account", None: "change_account"}[disabled]
            _note(connection, now, actor, action, account.name, account.role if role is None else role)

    def see_in(self, account: Account, zone: str | None) -> None:
        """Show times to this person in that zone."""
        with self._engine.begin() as connection:
            connection.execute(update(accounts).where(accounts.c.id == account.id).values(zone=zone))


def _note(connection: Connection, now: datetime, actor: str, action: str, name: str, role: Role) -> None:  # noqa: PLR0913, PLR0917, RUF100 - an audit entry
    note(connection, now, actor, action, None, {"account": name, "role": role.word})


def account_of(row: Row[Any]) -> Account:
    """A row of `accounts`, or one that has its columns."""
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        password_hash=row.password_hash,
        issuer=row.issuer,
        subject=row.subject,
        zone=row.zone,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
