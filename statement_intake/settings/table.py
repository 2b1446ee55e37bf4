"""What every table of service.toml has in common."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Security = Literal["tls", "starttls", "none"]


class Table(BaseModel):
    """A table of service.toml: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def on_loopback(host: str | None) -> bool:
    """Whether *host* is this machine, by name or by address, with or without brackets."""
    return (host or "").strip("[]").lower() in LOOPBACK


def refuse_clear_text(security: Security, host: str | None) -> None:
    """Raise ValueError if passwords and statements would cross a network unencrypted."""
    if security == "none" and not on_loopback(host):
        raise ValueError('security = "none" is allowed on loopback only; use "tls" or "starttls"')
