"""Where the demo plays: a folder, two servers, and a configuration that knows them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from statement_intake.operations.demo.mails import DemoMail
from statement_intake.operations.local_servers import ImapServer, SmtpSink
from statement_intake.settings import CONFIG_VARIABLE, PREFIX, load

#: The screen.
SCREEN = Console()


@dataclass(frozen=True)
class Stage:
    """Where the demo plays."""

    directory: Path
    imap: ImapServer
    smtp: SmtpSink
    console_port: int
    delivered: list[DemoMail] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """The service's configuration."""
        return self.directory / "service.toml"

    @property
    def console(self) -> str:
        """Where the console will be."""
        return f"http://127.0.0.1:{self.console_port}"

    def environment(self) -> dict[str, str]:
        """The service's environment: this configuration, and nothing that the user has set."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        return {**kept, CONFIG_VARIABLE: str(self.config), "COLUMNS": "150"}

    def command(self, *words: str) -> list[str]:
        """A statement-intake command."""
        return [sys.executable, "-m", "statement_intake", *words]

    def ask(self, *words: str) -> list[dict[str, Any]]:
        """The JSON lines that a command prints."""
        done = subprocess.run(
            self.command(*words, "--json"),
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]


def configure(stage: Stage) -> None:
    """Write the service's configuration: two mailboxes, looked at each second, and letters that go."""
    accounts = {"uncac": "uncac", "conference": "conference"}
    mailboxes = "\n".join(
        f"""
[mailboxes.{name}]
host = "{stage.imap.host}"
port = {stage.imap.port}
security = "none"
username = "{user}"
password = "{stage.imap.password}"
start = 2023-07-12
mark = "keyword"
"""
        for name, user in accounts.items()
    )
    text = f"""{mailboxes}
[schedule]
poll_seconds = 1

[smtp]
host = "{stage.smtp.host}"
port = {stage.smtp.port}
security = "none"
sender = "uncac@un.org"

[replies]
mode = "send"

[ledger]
url = "sqlite:///ledger.db"

[files]
path = "files"

[console]
port = {stage.console_port}

[meetings]
path = {json.dumps(str(load().meetings.path.absolute()))}
"""
    stage.config.write_text(text, encoding="utf-8")


def say(text: str) -> None:
    """A line on the screen, as it is."""
    SCREEN.print(text, markup=False, highlight=False, soft_wrap=True)
