"""Where statements come from, and how often we look."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, model_validator

from statement_intake.settings.table import Security, Table, refuse_clear_text


class MailboxSettings(Table):
    """One mailbox: an IMAP account or a Maildir."""

    kind: Literal["imap", "maildir"] = "imap"
    host: str | None = None
    #: Default: 993 with tls, 143 otherwise.
    port: Annotated[int | None, Field(ge=1, le=65535)] = None
    security: Security = "tls"
    username: str | None = None
    password: SecretStr | None = None
    folders: Annotated[tuple[str, ...], Field(min_length=1)] = ("INBOX",)
    #: The Maildir, if kind = "maildir".
    path: Path | None = None
    #: Mail received before this day is never looked at and never answered.
    start: date | None = None
    #: Look at once when the server announces mail, on a connection of its own; polling goes on beside it.
    idle: bool = True
    #: "oauth2": XOAUTH2 with a token of [oauth2]; the username is the (shared) mailbox's address.
    auth: Literal["password", "oauth2"] = "password"
    mark: Literal["none", "keyword", "move"] = "none"
    #: The folder for each outcome, if mark = "move"; what has none stays where it is.
    move_to: dict[Literal["accepted", "rejected", "held"], str] = Field(default_factory=dict)
    #: Where sent replies can be found, to settle what became of one after a fault.
    sent_folder: str | None = None
    #: A PEM file of certificate authorities to trust instead of the system's.
    ca_file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _a_path_alone_is_a_maildir(cls, values: Any) -> Any:  # noqa: ANN401 - before validation anything may come
        if isinstance(values, dict) and "kind" not in values and "path" in values and "host" not in values:
            return {**values, "kind": "maildir"}
        return values

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "maildir":
            if self.path is None:
                raise ValueError("a Maildir needs a path")
            if self.mark != "none":
                raise ValueError('mark must be "none" for a Maildir: its files belong to the mail programs')
            return self
        if not self.host:
            raise ValueError("an IMAP mailbox needs a host")
        if self.auth == "oauth2":
            if not self.username or self.password is not None:
                raise ValueError('auth = "oauth2" needs a username, the mailbox\'s address, and no password')
        elif not self.username or self.password is None:
            raise ValueError("an IMAP mailbox needs a username and a password (or password_file)")
        if (self.mark == "move") != bool(self.move_to):
            raise ValueError('mark = "move" and move_to = { accepted = "...", ... } need each other')
        refuse_clear_text(self.security, self.host)
        return self


class ScheduleSettings(Table):
    """When the service looks."""

    poll_seconds: Annotated[float, Field(gt=0)] = 60
    #: How often all UIDs since `start` are compared with the ledger.
    full_comparison_hours: Annotated[float, Field(gt=0)] = 24
