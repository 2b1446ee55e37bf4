"""The secretariat's web pages: where they are served, and who gets in."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from statement_intake.settings.table import Table, on_loopback

RoleWord = Literal["viewer", "officer", "administrator"]


class SignOnSettings(Table):
    """An identity provider that speaks OpenID Connect. Without it people log in with accounts of our own."""

    #: As the provider's discovery document gives it.
    issuer: str
    client_id: str
    #: The client's secret, if the provider wants one; or password_file.
    password: SecretStr | None = None
    #: The claim of the ID token that lists the groups of a person.
    groups_claim: str = "groups"
    #: Which group may do what; whoever is in none of them does not get in.
    roles: dict[str, RoleWord]
    scopes: tuple[str, ...] = ("openid", "profile")

    @model_validator(mode="after")
    def _nobody_listens_in(self) -> Self:
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and not (parts.scheme == "http" and on_loopback(parts.hostname)):
            raise ValueError("issuer must be an https:// address; http:// is allowed on loopback only")
        return self


class ConsoleSettings(Table):
    """Where the web pages are, and how long a session lasts."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    #: The address in people's browsers, where a proxy stands before the console: https://statements.example.org.
    origin: str | None = None
    #: How long the letter of a verdict waits, so that the verdict can be taken back.
    undo_seconds: Annotated[float, Field(ge=0)] = 60
    #: A session ends when no page was asked for so long, and in any case after so many hours.
    idle_minutes: Annotated[float, Field(gt=0)] = 30
    session_hours: Annotated[float, Field(gt=0)] = 8
    sign_on: SignOnSettings | None = None

    @model_validator(mode="after")
    def _passwords_stay_secret(self) -> Self:
        if self.origin is None:
            if not on_loopback(self.host):
                raise ValueError("a host beyond loopback needs an origin, https://..., and a proxy that speaks TLS")
            return self
        parts = urlsplit(self.origin)
        if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ValueError("origin must be scheme and host alone, such as https://statements.example.org")
        local = on_loopback(self.host) and on_loopback(parts.hostname)
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ValueError("origin must begin with https://; http:// is allowed on loopback only")
        return self
