"""The play: two days of mail, and the service that takes them in."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path

from statement_intake.lock import only_one
from statement_intake.operations.demo.mails import DemoMail, Post, first_day, second_day
from statement_intake.operations.demo.opening import free_port
from statement_intake.operations.demo.report import ALL_OUTCOMES, letter_to, report
from statement_intake.operations.demo.stage import SCREEN, Stage, configure, say
from statement_intake.operations.local_servers import LocalServerError, append, dovecot, smtp_sink

_PATIENCE_SECONDS = 300.0


def demonstrate(directory: Path | None) -> bool:
    """Play the demo in *directory* (default: one of the user's own below /tmp). True if everything came out right.

    Raises LocalServerError.
    """
    directory = directory.absolute() if directory else _own_directory()
    media = directory / "media"
    media.mkdir(parents=True, exist_ok=True, mode=0o755)
    with only_one(media):
        _clear(directory)
        with dovecot(directory / "imap") as imap, smtp_sink(directory / "letters") as smtp:
            return _play(Stage(directory, imap, smtp, free_port()))


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
    say(f"IMAP server (Dovecot) on {stage.imap.host}:{stage.imap.port}")
    say(f"SMTP server (aiosmtpd) on {stage.smtp.host}:{stage.smtp.port}")
    configure(stage)
    post = Post(stage.directory / "media")
    say("Making videos with ffmpeg and delivering mail ...")
    _deliver(stage, first_day(post))
    with _service(stage) as service:
        _wait_for(stage, service)
        receipt = letter_to(stage.smtp, "vienna.gouv.fr")
        if receipt is None:
            SCREEN.print("[red]France got no receipt[/]")
            return False
        say("France has its receipt. A day later it sends a second version, and its thanks ...")
        _deliver(stage, second_day(post, receipt["Message-ID"]))
        _wait_for(stage, service)
    return report(stage)


def _deliver(stage: Stage, mails: Iterable[DemoMail]) -> None:
    for mail in mails:
        for user in mail.mailboxes:
            append(stage.imap, user, mail.message.as_bytes(policy=policy.SMTP), mail.received)
        stage.delivered.append(mail)
        say(f"  delivered: {mail.shows}")


@contextmanager
def _service(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """The service, as anybody runs it; its log goes on to the screen."""
    say("Starting the service: statement-intake run")
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
            log = stage.ask("log", *ALL_OUTCOMES)
            if len([row for row in log if row["reference"]]) >= submissions and len(log) >= rows:
                return
        time.sleep(0.5)
    raise LocalServerError(f"after {_PATIENCE_SECONDS:g} s not everything is decided and answered")
