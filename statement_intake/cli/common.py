"""What the commands share: exit codes, options, settings, and how to say things."""

import getpass
import json as jsonlib
import os
import re
import signal
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from statement_intake.logs import configure_logs
from statement_intake.settings import Settings, SettingsError, load

#: Exit codes: 0 done, 1 found problems, 2 used wrongly.
PROBLEMS, MISUSED = 1, 2
#: What a shell tells of git, grep or ls after `| head -1`: 128, and the number of SIGPIPE, which Python ignores.
READER_GONE = 128 + signal.SIGPIPE
_SURROGATE = re.compile("[\ud800-\udfff]")

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, and nothing else on standard output.")]
Reference = Annotated[str, typer.Argument(metavar="REF", help="The submission's reference number, SI-XXXX-XXXX.")]


def print_json(value: dict[str, Any]) -> None:
    """Print one line of JSON, in UTF-8 whatever is in it."""
    line = jsonlib.dumps(value, ensure_ascii=False)
    # A byte of a file's name that is no UTF-8; os.fsencode makes it of what a reader gets.
    typer.echo(_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", line))


def legible(text: str) -> str:
    """*text* as it was typed, in whatever encoding: bytes that are no UTF-8 are read as in a mail's header."""
    if not _SURROGATE.search(text):
        return text
    from statement_intake.reading.text import decode

    return decode(os.fsencode(text))


def read_settings(*, to_poll: bool = False) -> Settings:
    """Read the settings and set the logs up. *to_poll*: they have to be enough for polling. Raises SettingsError."""
    configure_logs(quiet=not to_poll)
    settings = load()
    if to_poll and not settings.mailboxes:
        raise SettingsError("[mailboxes.main]: no mailbox is configured; see docs/operations.md")
    if to_poll and settings.replies.mode == "send" and not settings.smtp.host:
        raise SettingsError('[smtp] host: is needed while [replies] mode = "send"')
    return settings


def officer() -> str:
    """Who sits at the terminal; in a container the number may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def moment(text: str, option: str) -> datetime:
    """A moment from ISO 8601; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text} is not a time in ISO 8601, such as 2023-08-28T17:00:00+02:00", param_hint=option
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
