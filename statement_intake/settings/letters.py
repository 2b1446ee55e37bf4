"""How letters leave, and whether they leave by themselves."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from statement_intake.settings.table import MailAddress, Security, Table, on_loopback, refuse_clear_text


class SmtpSettings(Table):
    """Where replies go out."""

    host: str | None = None
    #: Default: 465 with tls, 587 with starttls, 25 with none.
    port: Annotated[int | None, Field(ge=1, le=65535)] = None
    security: Security | None = None
    username: str | None = None
    password: SecretStr | None = None
    #: "oauth2": XOAUTH2 with a token of [oauth2]; the username is the sending mailbox's address.
    auth: Literal["password", "oauth2"] = "password"
    #: From of every letter. Default: the meeting's own address.
    sender: MailAddress | None = None
    #: MAIL FROM; empty is the null sender of RFC 3834 section 3.3.
    envelope_sender: MailAddress = ""
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0)] = 60

    @property
    def transport(self) -> Security:
        """The security in force: as set, else none on loopback and STARTTLS everywhere else."""
        if self.security is not None:
            return self.security
        return "none" if on_loopback(self.host) else "starttls"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.security is not None:
            refuse_clear_text(self.security, self.host)
        if self.auth == "oauth2":
            if not self.username or self.password is not None:
                raise ValueError('auth = "oauth2" needs a username, the mailbox\'s address, and no password')
        elif self.username and self.password is None:
            raise ValueError("a username needs a password (or password_file)")
        return self


class RepliesSettings(Table):
    """Whether letters go out by themselves."""

    #: send; hold: wait in the outbox for a person; off: none is written to the outbox as sendable (shadow run).
    mode: Literal["send", "hold", "off"] = "hold"
    #: Outcomes whose letters wait for a person although the others go.
    hold_outcomes: tuple[Literal["accepted", "rejected", "held"], ...] = ()
    #: The authserv-id of our own mail server: whose Authentication-Results to believe (RFC 8601). Unset: nobody's.
    #: "microsoft-365" for Exchange Online, which writes none: its field is the topmost, and begins with a finding.
    trusted_authserv_id: str | None = None
