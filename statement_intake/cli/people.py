"""Who may use the console: user add, list, role, password, disable, enable, token."""

import sys
from typing import Annotated

import typer

from statement_intake.cli.common import PROBLEMS, Json, officer, print_json, read_settings
from statement_intake.domain.people import Account, Role

app = typer.Typer(no_args_is_help=True, help="Accounts of the console.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="How the person logs in, and is named in the record.")]
RoleOption = Annotated[str, typer.Option("--role", help="viewer, officer or administrator.")]


@app.command("add")
def add_user(name: Name, role: RoleOption = "viewer") -> None:
    """A new account. The password is asked for, or read from standard input."""
    from statement_intake.console.passwords import Passwords
    from statement_intake.workshop import now, open_workshop

    wanted = _role(role)
    password = _password()
    with open_workshop(read_settings()) as workshop:
        accounts = workshop.desk.ledger.accounts
        accounts.add(name, wanted, actor=officer(), now=now(), password_hash=Passwords().make(password))
    typer.echo(f"{name}: {wanted.word}")


@app.command("list")
def list_users(json: Json = False) -> None:
    """Everybody who has an account."""
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        for account in workshop.desk.ledger.accounts.all():
            access = "no access" if account.disabled_at else account.role.word
            if json:
                print_json(
                    {"name": account.name, "role": account.role.word, "disabled": account.disabled_at is not None}
                )
            else:
                typer.echo(
                    f"{account.name:30} {access}{'' if account.password_hash else ', through ' + str(account.issuer)}"
                )


@app.command("role")
def change_role(name: Name, role: RoleOption) -> None:
    """Another role; the person has to log in anew."""
    _change(name, role=_role(role))


@app.command("password")
def change_password(name: Name) -> None:
    """Another password; the person has to log in anew."""
    from statement_intake.console.passwords import Passwords

    _change(name, password_hash=Passwords().make(_password()))


@app.command("disable")
def disable(name: Name) -> None:
    """No access any more, from this moment on. What the person did stays in the record."""
    _change(name, disabled=True)


@app.command("enable")
def enable(name: Name) -> None:
    """Access again."""
    _change(name, disabled=False)


@app.command("token")
def make_token(name: Name) -> None:
    """A token with which a programme reads /api as this person, for a year or until the account changes."""
    import secrets

    from statement_intake.workshop import now, open_workshop

    token = secrets.token_urlsafe(32)
    with open_workshop(read_settings()) as workshop:
        ledger = workshop.desk.ledger
        ledger.sessions.begin(token, "", _find(name, ledger.accounts.named(name)), now=now(), how="token")
    typer.echo(token)


def _change(
    name: str, *, role: Role | None = None, password_hash: str | None = None, disabled: bool | None = None
) -> None:
    from statement_intake.workshop import now, open_workshop

    with open_workshop(read_settings()) as workshop:
        accounts = workshop.desk.ledger.accounts
        account = _find(name, accounts.named(name))
        accounts.change(account, actor=officer(), now=now(), role=role, password_hash=password_hash, disabled=disabled)
    typer.echo(f"{account.name}: done")


def _find(name: str, account: Account | None) -> Account:
    if account is None:
        typer.echo(f"there is no account {name}", err=True)
        raise typer.Exit(PROBLEMS)
    return account


def _role(word: str) -> Role:
    try:
        return Role.named(word)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--role") from error


def _password() -> str:
    """A new password, long enough."""
    from statement_intake.console.passwords import SHORTEST

    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < SHORTEST:
        raise typer.BadParameter(f"a password needs at least {SHORTEST} characters; four or five words will do")
    return password
