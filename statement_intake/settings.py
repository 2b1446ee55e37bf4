"""The only reader of the environment and of service.toml.

Order: the environment (`STATEMENT_INTAKE_<TABLE>__<KEY>`, `..._FILE` for secrets) over the file named by
`STATEMENT_INTAKE_CONFIG` (default `config/service.toml`, which may be absent) over the defaults below. Relative paths
are relative to the file that names them; in the environment and in the defaults, to the working directory.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

PREFIX = "STATEMENT_INTAKE_"
CONFIG_VARIABLE = PREFIX + "CONFIG"
DEFAULT_FILE = Path("config/service.toml")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

#: A secret may be given as it is or in a file.
_OTHER_FORM = {"password": "password_file", "password_file": "password"}

Security = Literal["tls", "starttls", "none"]


class SettingsError(Exception):
    """The configuration cannot be used. The text names every key, what is wrong with it, and where it stands."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not a time zone of the IANA database, such as Europe/Vienna") from error
    return name


class Table(BaseModel):
    """A table of service.toml: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _refuse_clear_text(security: Security, host: str | None) -> None:
    if security == "none" and (host or "").strip("[]").lower() not in LOOPBACK:
        raise ValueError('security = "none" is allowed on loopback only; use "tls" or "starttls"')


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
    #: Wake up when the server announces mail. Without effect as yet: the mailbox is polled.
    idle: bool = True
    auth: Literal["password"] = "password"
    mark: Literal["none", "keyword"] = "none"
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
        if not self.username or self.password is None:
            raise ValueError("an IMAP mailbox needs a username and a password (or password_file)")
        _refuse_clear_text(self.security, self.host)
        return self


class ScheduleSettings(Table):
    """When the service looks."""

    poll_seconds: Annotated[float, Field(gt=0)] = 60
    #: How often all UIDs since `start` are compared with the ledger.
    full_comparison_hours: Annotated[float, Field(gt=0)] = 24


class SmtpSettings(Table):
    """Where replies go out."""

    host: str | None = None
    #: Default: 465 with tls, 587 with starttls, 25 with none.
    port: Annotated[int | None, Field(ge=1, le=65535)] = None
    security: Security | None = None
    username: str | None = None
    password: SecretStr | None = None
    #: From of every letter. Default: the meeting's own address.
    sender: str | None = None
    #: MAIL FROM; empty is the null sender of RFC 3834 section 3.3.
    envelope_sender: str = ""
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0)] = 60

    @property
    def transport(self) -> Security:
        """The security in force: as set, else none on loopback and STARTTLS everywhere else."""
        if self.security is not None:
            return self.security
        return "none" if (self.host or "").strip("[]").lower() in LOOPBACK else "starttls"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.security is not None:
            _refuse_clear_text(self.security, self.host)
        if self.username and self.password is None:
            raise ValueError("a username needs a password (or password_file)")
        return self


class ReaderSettings(Table):
    """The child process that reads hostile bytes."""

    #: "require": refuse to read without bubblewrap. "limits": resource limits alone will do.
    sandbox: Literal["require", "limits"] = "require"
    #: Wall time for one mail.
    seconds: Annotated[float, Field(gt=0)] = 300
    #: Address space of each process of the reader.
    memory_megabytes: Annotated[int, Field(ge=256)] = 1500
    #: What one mail may expand to on disk.
    output_megabytes: Annotated[int, Field(ge=1)] = 400


class RepliesSettings(Table):
    """Whether letters go out by themselves."""

    #: send; hold: wait in the outbox for a person; off: none is written to the outbox as sendable (shadow run).
    mode: Literal["send", "hold", "off"] = "hold"
    #: Outcomes whose letters wait for a person although the others go.
    hold_outcomes: tuple[Literal["accepted", "rejected", "held"], ...] = ()
    #: The authserv-id of our own mail server: whose Authentication-Results to believe (RFC 8601). Unset: nobody's.
    trusted_authserv_id: str | None = None


class LedgerSettings(Table):
    """Where decisions are recorded."""

    url: str = "sqlite:///var/ledger.db"


class FilesSettings(Table):
    """Where raw mail and attachments are kept."""

    path: Path = Path("var/files")


class MeetingsSettings(Table):
    """Where the meetings' files are."""

    path: Path = Path("config/meetings")
    #: Registered delegates as CSV (party, name, e-mail), from the registration system; without it nobody is unverified.
    delegates_file: Path | None = None


class ConsoleSettings(Table):
    """Where the web pages will be. There are none as yet; `run` says so."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


class OfficeSettings(Table):
    """What letters promise about people."""

    zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Vienna"
    #: On working days, in the office's zone.
    hours: Annotated[str, Field(pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$")] = "09:00-17:00"
    #: Days on which nobody is there, beside Saturdays and Sundays.
    holidays: tuple[date, ...] = ()
    #: A human's e-mail address. Default: the meeting's contact.
    contact: str = ""

    @property
    def opens(self) -> time:
        """When somebody is there in the morning."""
        return time.fromisoformat(self.hours.partition("-")[0])

    @property
    def closes(self) -> time:
        """When the last one leaves."""
        return time.fromisoformat(self.hours.partition("-")[2])

    @model_validator(mode="after")
    def _hours_are_times(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("hours must be two times of a day, such as 09:00-17:00")
        return self


class LimitsSettings(Table):
    """How much is too much."""

    message_megabytes: Annotated[int, Field(ge=1)] = 200
    #: Tries at one message before it is held in sight of a person.
    attempts: Annotated[int, Field(ge=1)] = 3
    #: Letters to one address within 24 hours; the others wait for a person.
    replies_per_sender_per_day: Annotated[int, Field(ge=1)] = 20


class Settings(BaseSettings):
    """Everything that can be configured, but for the meetings, which have files of their own."""

    model_config = {"extra": "forbid", "frozen": True, "hide_input_in_errors": True}

    mailboxes: dict[str, MailboxSettings] = Field(default_factory=dict)
    schedule: ScheduleSettings = ScheduleSettings()
    smtp: SmtpSettings = SmtpSettings()
    reader: ReaderSettings = ReaderSettings()
    replies: RepliesSettings = RepliesSettings()
    ledger: LedgerSettings = LedgerSettings()
    files: FilesSettings = FilesSettings()
    meetings: MeetingsSettings = MeetingsSettings()
    console: ConsoleSettings = ConsoleSettings()
    office: OfficeSettings = OfficeSettings()
    limits: LimitsSettings = LimitsSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` has gathered: it knows which file named a path, which pydantic-settings does not."""
        return (init_settings,)


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    *environment* defaults to the process's own. Raises SettingsError with every fault at once.
    """
    environment = os.environ if environment is None else environment
    named = environment.get(CONFIG_VARIABLE)
    file = Path(named) if named else DEFAULT_FILE
    tables: dict[str, Any] = {}
    if named or file.exists():
        tables = _from_file(file)
    origins = _overlay_environment(tables, environment)
    _read_secret_files(tables)
    try:
        return Settings(**tables)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(fault, file, origins) for fault in error.errors())) from None


def _from_file(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            tables = tomllib.load(stream)
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: is not valid TOML: {error}") from error
    _anchor(tables, file.resolve().parent)
    return tables


def _anchor(table: dict[str, Any], folder: Path) -> None:
    """Make the relative paths of a file's tables absolute."""
    for key, value in table.items():
        if isinstance(value, dict):
            _anchor(value, folder)
        elif isinstance(value, str) and (key == "path" or key.endswith("_file")):
            table[key] = str(folder / value)
        elif isinstance(value, str) and key == "url":
            table[key] = _anchor_url(value, folder)


def _anchor_url(url: str, folder: Path) -> str:
    scheme, separator, path = url.partition(":///")
    if not scheme.startswith("sqlite") or not separator or path in {"", ":memory:"} or path.startswith("/"):
        return url
    return f"{scheme}:///{folder / path}"


def _overlay_environment(tables: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Put the environment's values over the file's; give back which variable set which key."""
    origins: dict[tuple[str, ...], str] = {}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or "__" not in variable:
            continue
        keys = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        table = tables
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise SettingsError(f"{variable}: {'.'.join(keys[:-1])} is not a table")
        value = _value(variable, keys[-1], text)
        # A password here takes the place of a file's password_file, and the other way round.
        table.pop(_OTHER_FORM.get(keys[-1], ""), None)
        table[keys[-1]] = value
        origins[keys] = variable
        leaf = {keys[-1]: value}
        _anchor(leaf, Path.cwd())
        table.update(leaf)
    return origins


def _value(variable: str, key: str, text: str) -> Any:  # noqa: ANN401 - what JSON gives
    if key in _OTHER_FORM or not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SettingsError(f"{variable}: looks like a list or table but is not JSON: {error}") from error


def _read_secret_files(table: dict[str, Any], place: str = "") -> None:
    """Replace `password_file` by the `password` it holds."""
    for key in list(table):
        value = table[key]
        where = f"{place}.{key}" if place else key
        if isinstance(value, dict):
            _read_secret_files(value, where)
        elif key == "password_file" and isinstance(value, str):
            if "password" in table:
                raise SettingsError(f"{where}: there is a password, too; which one is it?")
            table["password"] = _secret(Path(value), where)
            del table[key]


def _secret(file: Path, where: str) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError(f"{where}: cannot be read: {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        # Not from the error, which quotes the secret.
        raise SettingsError(f"{where}: is not UTF-8 text: {file}") from None


def _explain(fault: Any, file: Path, origins: Mapping[tuple[str, ...], str]) -> str:  # noqa: ANN401 - pydantic's dict
    keys = tuple(str(part) for part in fault["loc"])
    place = next((origins[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in origins), None)
    if place is None:
        # A table as a whole: what the environment says of it may be the cause, or what the file says.
        below = [variable for named, variable in origins.items() if named[: len(keys)] == keys]
        known = fault["type"] != "extra_forbidden" or not below
        place = ", ".join([*([str(file)] if known and file.exists() else []), *below]) or str(file)
    problem = "unknown key" if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
    return f"{place}: {'.'.join(keys) or 'settings'}: {problem}"
