"""Puts the console together as the settings say. Loaded only where there is one: a third of all code serves it."""

from datetime import timedelta
from typing import TYPE_CHECKING

from fastapi import FastAPI

from statement_intake.console.application import build
from statement_intake.console.limits import LoginLimits
from statement_intake.console.parts import Parts
from statement_intake.console.passwords import Passwords
from statement_intake.console.server import Served, serve
from statement_intake.console.sign_on import PATH_BACK
from statement_intake.domain.people import Role
from statement_intake.ledger.sessions import Lifetimes
from statement_intake.settings.console import SignOnSettings
from statement_intake.workshop import Workshop

if TYPE_CHECKING:
    from statement_intake.console.provider import Provider

_TOKEN_LASTS = timedelta(days=365)


def serve_console(workshop: Workshop) -> Served:
    """The console, in a thread of its own. Raises OSError where its port cannot be had."""
    console = workshop.settings.console

    def application(port: int) -> FastAPI:
        return build(console_parts(workshop, console.origin or f"http://{_in_address(console.host)}:{port}"))

    return serve(application, console.host, console.port)


def console_parts(workshop: Workshop, origin: str) -> Parts:
    """What the console's pages are given."""
    console, desk = workshop.settings.console, workshop.desk
    idle, absolute = timedelta(minutes=console.idle_minutes), timedelta(hours=console.session_hours)
    return Parts(
        desk=desk,
        origin=origin.rstrip("/"),
        lifetimes=Lifetimes(idle=idle, absolute=absolute),
        undo=timedelta(seconds=console.undo_seconds),
        tokens=Lifetimes(idle=_TOKEN_LASTS, absolute=_TOKEN_LASTS),
        provider=_provider(console.sign_on, origin.rstrip("/")) if console.sign_on else None,
        passwords=Passwords(),
        limits=LoginLimits(desk.clock),
    )


def _provider(sign_on: SignOnSettings, origin: str) -> "Provider":
    from statement_intake.console.provider import Provider  # noqa: PLC0415 - 16 MiB, where people log in with passwords

    return Provider(
        issuer=sign_on.issuer,
        client_id=sign_on.client_id,
        client_secret=sign_on.password.get_secret_value() if sign_on.password else None,
        scopes=sign_on.scopes,
        groups_claim=sign_on.groups_claim,
        roles={group: Role.named(word) for group, word in sign_on.roles.items()},
        redirect_uri=origin + PATH_BACK,
    )


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
