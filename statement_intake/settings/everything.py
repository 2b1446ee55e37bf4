"""All tables together."""

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from statement_intake.settings.console import ConsoleSettings
from statement_intake.settings.letters import RepliesSettings, SmtpSettings
from statement_intake.settings.mailboxes import MailboxSettings, ScheduleSettings
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
