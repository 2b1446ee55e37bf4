"""The whole loop on this machine, nothing configured: real mail with real videos, a real IMAP and a real SMTP server.

It starts both servers, delivers the mails of `demo_mails`, runs the service as anybody runs it, waits until everything
is decided and answered, and compares every outcome with what it has to be.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from statement_intake.lock import only_one
from statement_intake.operations.demo_console import free_port, passphrase, typed
from statement_intake.operations.demo_mails import DemoMail, Post, first_day, second_day
from statement_intake.operations.local_servers import ImapServer, LocalServerError, SmtpSink, append, dovecot, smtp_sink
from statement_intake.settings import CONFIG_VARIABLE, PREFIX, load

_PATIENCE_SECONDS = 300.0
_console = Console()


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


def demonstrate(directory: Path | None) -> bool:
    """Play the demo in *directory* (default: one of the user's own below /tmp). True if everything came out right."""
    directory = directory.absolute() if directory else _own_directory()
    media = directory / "media"
    media.mkdir(parents=True, exist_ok=True, mode=0o755)
    try:
        with only_one(media):
            _clear(directory)
            with dovecot(directory / "imap") as imap, smtp_sink(directory / "letters") as smtp:
                return _play(Stage(directory, imap, smtp, free_port()))
    except LocalServerError as error:
        _console.print(f"[red]{error}[/]", highlight=False)
        return False


def _own_directory() -> Path:
    """Always the same one, so that the next demo finds its videos; never one that somebody else has put there."""
    directory = Path(tempfile.gettempdir()) / f"statement-intake-demo-{os.getuid()}"
    directory.mkdir(exist_ok=True, mode=0o755)
    if directory.is_symlink() or directory.stat().st_uid != os.getuid():
        raise LocalServerError(f"{directory} belongs to somebody else; choose another with --directory")
    return directory


def _clear(directory: Path) -> None:
    """Remove what the last demo left, but for its videos."""
    for old in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (directory / old).unlink(missing_ok=True)
    for old in ("files", "imap", "letters"):
        shutil.rmtree(directory / old, ignore_errors=True)


def _play(stage: Stage) -> bool:
    _say(f"IMAP server (Dovecot) on {stage.imap.host}:{stage.imap.port}")
    _say(f"SMTP server (aiosmtpd) on {stage.smtp.host}:{stage.smtp.port}")
    _configure(stage)
    post = Post(stage.directory / "media")
    _say("Making videos with ffmpeg and delivering mail ...")
    _deliver(stage, first_day(post))
    with _service(stage) as service:
        _wait_for(stage, service)
        receipt = _letter_to(stage.smtp, "vienna.gouv.fr")
        if receipt is None:
            _console.print("[red]France got no receipt[/]")
            return False
        _say("France has its receipt. A day later it sends a second version, and its thanks ...")
        _deliver(stage, second_day(post, receipt["Message-ID"]))
        _wait_for(stage, service)
    return _report(stage)


def _configure(stage: Stage) -> None:
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


def _deliver(stage: Stage, mails: Iterable[DemoMail]) -> None:
    for mail in mails:
        for user in mail.mailboxes:
            append(stage.imap, user, mail.message.as_bytes(policy=policy.SMTP), mail.received)
        stage.delivered.append(mail)
        _say(f"  delivered: {mail.shows}")


@contextmanager
def _service(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """The service, as anybody runs it; its log goes on to the screen."""
    _say("Starting the service: statement-intake run")
    service = subprocess.Popen(stage.command("run"), env=stage.environment())
    try:
        yield service
    finally:
        service.send_signal(signal.SIGTERM)
        try:
            service.wait(60)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()


def _wait_for(stage: Stage, service: subprocess.Popen[bytes]) -> None:
    """Wait until every mail has its outcome and every letter has arrived."""
    submissions = sum(mail.outcome != "ignored" for mail in stage.delivered)
    letters = sum(mail.letter for mail in stage.delivered)
    rows = sum(len(mail.mailboxes) for mail in stage.delivered)
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        if service.poll() is not None:
            raise LocalServerError(f"the service has stopped with exit code {service.returncode}")
        if len(stage.smtp.received) >= letters:
            log = stage.ask("log", *_ALL_OUTCOMES)
            if len([row for row in log if row["reference"]]) >= submissions and len(log) >= rows:
                return
        time.sleep(0.5)
    raise LocalServerError(f"after {_PATIENCE_SECONDS:g} s not everything is decided and answered")


_ALL_OUTCOMES = tuple(f"--outcome={outcome}" for outcome in ("accepted", "rejected", "held", "ignored"))


def _letter_to(smtp: SmtpSink, domain: str) -> EmailMessage | None:
    for received in smtp.received:
        if any(recipient.endswith(domain) for recipient in received.recipients):
            return message_from_bytes(received.content, _class=EmailMessage, policy=policy.default)
    return None


def _report(stage: Stage) -> bool:
    """Print the decisions, two letters and where everything lies; true if all is as it has to be."""
    subprocess.run(stage.command("log", *_ALL_OUTCOMES), env=stage.environment(), check=False)
    faults = _compare(stage, stage.ask("log", *_ALL_OUTCOMES))
    for heading, domain in (
        ("The receipt to France", "vienna.gouv.fr"),
        ("The rejection to Brazil", "itamaraty.gov.br"),
    ):
        if letter := _letter_to(stage.smtp, domain):
            _print_letter(heading, letter)
    _console.rule("Where everything lies")
    for what, where in (
        ("configuration", stage.config),
        ("ledger (SQLite)", stage.directory / "ledger.db"),
        ("raw mail and attachments", stage.directory / "files"),
        ("the letters as the SMTP server took them", stage.directory / "letters"),
        ("the mailboxes", stage.directory / "imap"),
    ):
        _say(f"{what:42} {where}")
    _say(f"\nLook further:  {CONFIG_VARIABLE}={stage.config} {typed()} log")
    for fault in faults:
        _console.print(f"[red]{fault}[/]", highlight=False)
    _console.print(
        "[green]Every outcome is the expected one.[/]" if not faults else f"[red]{len(faults)} unexpected outcomes[/]"
    )
    _say_how_to_open_the_console(stage)
    return not faults


def _say_how_to_open_the_console(stage: Stage) -> None:
    """Make an account, and say the one command that shows the console on all of this."""
    password = passphrase()
    words = stage.command("user", "add", "officer", "--role", "administrator")
    subprocess.run(words, env=stage.environment(), input=password, text=True, check=True, stdout=subprocess.DEVNULL)
    _console.rule("The secretariat's console, on these submissions")
    _say(f"\n    {CONFIG_VARIABLE}={stage.config} {typed()} console\n")
    _say(f"Then {stage.console} in a browser, as officer, with the password {password}")
    _say("The demo's servers have stopped: a letter about what is decided there waits in the outbox.")


def _compare(stage: Stage, log: Sequence[dict[str, Any]]) -> list[str]:
    """Every mail against its expected fate; what is wrong, in words."""
    faults: list[str] = []
    table = Table("What was sent", "has to be", "is", "", header_style="bold")
    by_subject = _by_message(log)
    letters = sum(mail.letter for mail in stage.delivered)
    for mail in stage.delivered:
        row = (
            by_subject.get((mail.message["Subject"], mail.outcome))
            if mail.outcome != "ignored"
            else _ignored(log, mail)
        )
        found = f"{row['outcome']}: {', '.join(row['codes'])}" if row else "nothing of the kind"
        fine = row is not None and (mail.code is None or mail.code in row["codes"])
        if not fine:
            faults.append(f"{mail.shows}: {found}")
        wanted = mail.outcome + (f", {mail.code}" if mail.code else "")
        table.add_row(mail.shows, wanted, found, "[green]✓[/]" if fine else "[red]✗[/]")
    _console.print(table)
    copies = sum(len(mail.mailboxes) - 1 for mail in stage.delivered)
    duplicates = sum("message.duplicate" in row["codes"] for row in log)
    if duplicates != copies:
        faults.append(f"{duplicates} duplicates, where {copies} had to be")
    if len(stage.smtp.received) != letters:
        faults.append(f"{len(stage.smtp.received)} letters, where {letters} had to be")
    superseded = [row for row in log if row["standing"] == "superseded"]
    if len(superseded) != 1 or superseded[0]["party"] != "FRA":
        faults.append("the first statement of France is not superseded by its second")
    return faults


def _by_message(log: Sequence[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["subject"], row["outcome"]): row for row in log if row["reference"]}


def _ignored(log: Sequence[dict[str, Any]], mail: DemoMail) -> dict[str, Any] | None:
    """The ledger keeps no subject of ignored mail: it is told by its reason and the minute it came."""
    minute = f"{mail.received:%Y-%m-%dT%H:%M}"
    return next((row for row in log if row["outcome"] == "ignored" and row["received"].startswith(minute)), None)


def _print_letter(heading: str, letter: EmailMessage) -> None:
    _console.rule(heading)
    for name in ("From", "To", "Subject", "Date", "In-Reply-To", "Auto-Submitted"):
        _say(f"{name}: {letter[name]}")
    body = letter.get_body(("plain",))
    _say(f"\n{body.get_content() if body else ''}")


def _say(text: str) -> None:
    _console.print(text, markup=False, highlight=False, soft_wrap=True)
