"""The command for the days before going live, and after a change of the rules: rehearse."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from statement_intake.cli.common import PROBLEMS, Json, print_json, read_settings
from statement_intake.operations.counting import counted
from statement_intake.settings import SettingsError

app = typer.Typer()


@app.command()
def rehearse(
    against_ledger: Annotated[
        bool, typer.Option("--against-ledger", help="List every past decision that would differ today instead.")
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keep the rehearsal's ledger and files there, to look into with log and show."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Decide over the whole of every mailbox without a trace, and report what would happen.

    Nothing is recorded, marked or sent. Exit 1 if a mailbox could not be looked through, or past decisions differ.
    """
    if against_ledger:
        if keep is not None:
            raise typer.BadParameter("keeps nothing with --against-ledger", param_hint="--keep")
        _compare(json=json)
    elif keep is not None:
        if keep.exists() and any(keep.iterdir()):
            raise typer.BadParameter(f"{keep} is not empty", param_hint="--keep")
        keep.mkdir(parents=True, exist_ok=True)
        _rehearse(keep, json=json)
    else:
        # Beside the store: there must be room for the mail there, and a /tmp may be small.
        beside = read_settings().files.path.resolve().parent
        with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=beside if beside.is_dir() else None) as folder:
            _rehearse(Path(folder), json=json)


def _rehearse(folder: Path, *, json: bool) -> None:
    from rich.console import Console

    from statement_intake.domain.finding import Outcome
    from statement_intake.operations import rehearse as rehearsing
    from statement_intake.operations import show as showing

    settings = read_settings()
    if not settings.mailboxes:
        raise SettingsError("[mailboxes.main]: no mailbox is configured; see docs/operations.md")
    with rehearsing.rehearsal(settings, folder) as workshop:
        rehearsed = rehearsing.rehearse(workshop, lambda: False)
    if json:
        for row in rehearsed.rows:
            typer.echo(showing.log_json(row))
    else:
        shown = (row for row in rehearsed.rows if row.outcome is not Outcome.IGNORED)
        Console().print(showing.log_table(shown, settings.office.zone))
        for line in rehearsing.summary(rehearsed):
            typer.echo(line)
    if rehearsed.unreachable or rehearsed.undecided:
        raise typer.Exit(PROBLEMS)


def _compare(*, json: bool) -> None:
    from statement_intake.operations.compare import differences
    from statement_intake.workshop import open_workshop

    count = 0
    with open_workshop(read_settings()) as workshop:
        for count, difference in enumerate(differences(workshop.desk), start=1):  # noqa: B007 - the last is the number
            if json:
                print_json(difference.model_dump(mode="json"))
            else:
                typer.echo(difference.told)
    if not json:
        typer.echo(f"{counted(count, 'past decision') if count else 'no past decision'} would differ today")
    if count:
        raise typer.Exit(PROBLEMS)
