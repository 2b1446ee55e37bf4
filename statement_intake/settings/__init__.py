"""The settings of the service: a table of service.toml to a file, and how they are found (`loading`)."""

from statement_intake.settings.console import ConsoleSettings
from statement_intake.settings.everything import Settings
from statement_intake.settings.letters import RepliesSettings, SmtpSettings
from statement_intake.settings.loading import CONFIG_VARIABLE, DEFAULT_FILE, PREFIX, SettingsError, load
from statement_intake.settings.mailboxes import MailboxSettings, ScheduleSettings
from statement_intake.settings.office import OfficeSettings
from statement_intake.settings.places import FilesSettings, LedgerSettings, MeetingsSettings
from statement_intake.settings.reader import LimitsSettings, ReaderSettings
from statement_intake.settings.scanner import ScannerSettings
from statement_intake.settings.watching import AlertsSettings, DigestSettings, WatchSettings

__all__ = [
    "CONFIG_VARIABLE",
    "DEFAULT_FILE",
    "PREFIX",
    "AlertsSettings",
    "ConsoleSettings",
    "DigestSettings",
    "FilesSettings",
    "LedgerSettings",
    "LimitsSettings",
    "MailboxSettings",
    "MeetingsSettings",
    "OfficeSettings",
    "ReaderSettings",
    "RepliesSettings",
    "ScannerSettings",
    "ScheduleSettings",
    "Settings",
    "SettingsError",
    "SmtpSettings",
    "WatchSettings",
    "load",
]
