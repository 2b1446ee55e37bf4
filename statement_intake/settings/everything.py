"""All tables together."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from statement_intake.settings.console import ConsoleSettings
from statement_intake.settings.letters import RepliesSettings, SmtpSettings
from statement_intake.settings.mailboxes import MailboxSettings, ScheduleSettings
from statement_intake.settings.oauth import OAuthSettings
from statement_intake.settings.office import OfficeSettings
from statement_intake.settings.places import FilesSettings, LedgerSettings, MeetingsSettings
from statement_intake.settings.reader import LimitsSettings, ReaderSettings
from statement_intake.settings.scanner import ScannerSettings
from statement_intake.settings.watching import AlertsSettings, DigestSettings, WatchSettings


class Settings(BaseSettings):
    """Everything that can be configured, but for the meetings, which have files of their own."""

    model_config = {"extra": "forbid", "frozen": True, "hide_input_in_errors": True}

    mailboxes: dict[str, MailboxSettings] = Field(default_factory=dict)
    schedule: ScheduleSettings = ScheduleSettings()
    smtp: SmtpSettings = SmtpSettings()
    #: Where access tokens come from, if anything has auth = "oauth2".
    oauth2: OAuthSettings | None = None
    reader: ReaderSettings = ReaderSettings()
    scanner: ScannerSettings = ScannerSettings()
    replies: RepliesSettings = RepliesSettings()
    ledger: LedgerSettings = LedgerSettings()
    files: FilesSettings = FilesSettings()
    meetings: MeetingsSettings = MeetingsSettings()
    console: ConsoleSettings = ConsoleSettings()
    office: OfficeSettings = OfficeSettings()
    limits: LimitsSettings = LimitsSettings()
    watch: WatchSettings = WatchSettings()
    alerts: AlertsSettings = AlertsSettings()
    digest: DigestSettings = DigestSettings()

    @model_validator(mode="after")
    def _tokens_come_from_somewhere(self) -> Self:
        wanting = [f"mailboxes.{name}" for name, mailbox in self.mailboxes.items() if mailbox.auth == "oauth2"]
        wanting += ["smtp"] if self.smtp.auth == "oauth2" else []
        if wanting and self.oauth2 is None:
            raise ValueError(f'{", ".join(wanting)}: auth = "oauth2" needs a table [oauth2]')
        return self

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
