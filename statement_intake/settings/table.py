"""What every table of service.toml has in common."""

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from statement_intake.domain.typed import mail_address

#: An e-mail address alone, without a name; or nothing.
MailAddress = Annotated[str, AfterValidator(lambda text: text and mail_address(text))]
Security = Literal["tls", "starttls", "none"]


class Table(BaseModel):
    """A table of service.toml: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def on_loopback(host: str | None) -> bool:
    """Whether *host* is this machine, by name or by address (RFC 1122 section 3.2.1.3), with or without brackets."""
    name = (host or "").strip("[]").lower()
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def refuse_clear_text(security: Security, host: str | None) -> None:
    """Raise ValueError if passwords and statements would cross a network unencrypted."""
    if security == "none" and not on_loopback(host):
        raise ValueError('security = "none" is allowed on loopback only; use "tls" or "starttls"')
