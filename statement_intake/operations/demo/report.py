"""What came of it: the decisions against those expected, two letters, where everything lies, and what to open next."""

import subprocess
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from rich.table import Table

from statement_intake.operations.demo.mails import DemoMail
from statement_intake.operations.demo.opening import passphrase, typed
from statement_intake.operations.demo.stage import SCREEN, Stage, say
from statement_intake.operations.local_servers import SmtpSink
from statement_intake.settings import CONFIG_VARIABLE

#: So that the log shows the ignored ones, too.
ALL_OUTCOMES = tuple(f"--outcome={outcome}" for outcome in ("accepted", "rejected", "held", "ignored"))


def letter_to(smtp: SmtpSink, domain: str) -> EmailMessage | None:
    """The first letter that somebody of *domain* got."""
    for received in smtp.received:
        if any(recipient.endswith(domain) for recipient in received.recipients):
            return message_from_bytes(received.content, _class=EmailMessage, policy=policy.default)
    return None


def report(stage: Stage) -> bool:
    """Print the decisions, two letters and where everything lies; true if all is as it has to be."""
    subprocess.run(stage.command("log", *ALL_OUTCOMES), env=stage.environment(), check=False)
    faults = _compare(stage, stage.ask("log", *ALL_OUTCOMES))
    for heading, domain in (
        ("The receipt to France", "vienna.gouv.fr"),
        ("The rejection to Brazil", "itamaraty.gov.br"),
    ):
        if letter := letter_to(stage.smtp, domain):
            _print_letter(heading, letter)
    SCREEN.rule("Where everything lies")
    for what, where in (
        ("configuration", stage.config),
        ("ledger (SQLite)", stage.directory / "ledger.db"),
        ("raw mail and attachments", stage.directory / "files"),
        ("the letters as the SMTP server took them", stage.directory / "letters"),
        ("the mailboxes", stage.directory / "imap"),
    ):
        say(f"{what:42} {where}")
    say(f"\nLook further:  {CONFIG_VARIABLE}={stage.config} {typed()} log")
    for fault in faults:
        SCREEN.print(f"[red]{fault}[/]", highlight=False)
    SCREEN.print(
        "[green]Every outcome is the expected one.[/]" if not faults else f"[red]{len(faults)} unexpected outcomes[/]"
    )
    _say_how_to_open_the_console(stage)
    return not faults


def _say_how_to_open_the_console(stage: Stage) -> None:
    """Make an account, and say the one command that shows the console on all of this."""
    password = passphrase()
    words = stage.command("user", "add", "officer", "--role", "administrator")
    subprocess.run(words, env=stage.environment(), input=password, text=True, check=True, stdout=subprocess.DEVNULL)
    SCREEN.rule("The secretariat's console, on these submissions")
    say(f"\n    {CONFIG_VARIABLE}={stage.config} {typed()} console\n")
    say(f"Then {stage.console} in a browser, as officer, with the password {password}")
    say("The demo's servers have stopped: a letter about what is decided there waits in the outbox.")


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
    SCREEN.print(table)
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
    SCREEN.rule(heading)
    for name in ("From", "To", "Subject", "Date", "In-Reply-To", "Auto-Submitted"):
        say(f"{name}: {letter[name]}")
    body = letter.get_body(("plain",))
    say(f"\n{body.get_content() if body else ''}")
