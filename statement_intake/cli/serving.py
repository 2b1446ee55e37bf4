"""Commands of those who run it: run, poll, doctor, migrate, demo."""

from pathlib import Path
from typing import Annotated

import typer

from statement_intake.cli.common import PROBLEMS, Json, print_json, read_settings
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.logs import configure_logs

app = typer.Typer()


@app.command()
def run() -> None:
    """The service: poll the mailboxes and deliver letters, until SIGTERM or SIGINT."""
    from statement_intake import service

    service.run(read_settings(to_poll=True))


@app.command()
def console() -> None:
    """The web pages alone, until SIGTERM or SIGINT; another process polls and delivers."""
    from statement_intake import service

    settings = read_settings()
    configure_logs()
    service.serve_console_alone(settings)


@app.command()
def poll() -> None:
    """One pass over the mailboxes and the outbox, then exit. Exit 1 if something could not be reached."""
    from statement_intake import service

    if not service.poll_once(read_settings(to_poll=True)):
        raise typer.Exit(PROBLEMS)


@app.command()
def doctor(json: Json = False) -> None:
    """What works and what does not. Exit 1 if something does not."""
    from statement_intake.operations.doctor import examine

    problems = 0
    for diagnosis in examine(read_settings()):
        problems += diagnosis.state == "problem"
        if json:
            print_json(diagnosis.model_dump())
        else:
            typer.echo(f"{diagnosis.state:8} {diagnosis.check}: {diagnosis.message}")
    if problems:
        raise typer.Exit(PROBLEMS)


@app.command()
def demo(
    directory: Annotated[
        Path | None, typer.Option(help="Where everything is put. Default: a new folder under /tmp.")
    ] = None,
) -> None:
    """The whole loop on this machine, nothing configured: real mail, a real IMAP server, a real SMTP server."""
    try:
        from statement_intake.operations.demo.play import demonstrate
    except ModuleNotFoundError as missing:
        raise SurroundingsFault(f"{missing.name} is not installed: the demo needs `make install`") from missing

    configure_logs()
    raise typer.Exit(0 if demonstrate(directory) else PROBLEMS)


@app.command()
def migrate() -> None:
    """Bring the ledger's schema up to date, or make an empty ledger. The service has to be stopped."""
    from statement_intake.building import lock_folder
    from statement_intake.ledger import migration
    from statement_intake.ledger.engine import open_engine
    from statement_intake.lock import only_one

    settings = read_settings()
    engine = open_engine(settings.ledger.url)
    # Not under the feet of a service that still runs as the version before.
    with only_one(lock_folder(settings)):
        migration.upgrade(engine)
    engine.dispose()
    typer.echo(f"{engine.url.database}: up to date")
