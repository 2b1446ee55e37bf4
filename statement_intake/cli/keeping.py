"""Commands that take something out: export and backup."""

from pathlib import Path
from typing import Annotated

import typer

from statement_intake.cli.common import read_settings

app = typer.Typer()


@app.command()
def export(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to make; it must not exist, or be empty.")
    ],
    meeting: Annotated[str, typer.Option(metavar="ID", help="The meeting.")],
) -> None:
    """A meeting's accepted statements: videos in order, transcripts, written statements, and a manifest."""
    from statement_intake import packages
    from statement_intake.domain.finding import Outcome
    from statement_intake.ledger.log import Filter
    from statement_intake.workshop import now, open_workshop

    with open_workshop(read_settings()) as workshop:
        desk = workshop.desk
        if desk.knowledge.meeting(meeting) is None:
            raise typer.BadParameter(f"there is no meeting {meeting}", param_hint="--meeting")
        log = desk.ledger.log
        references = [row.reference for row in log.rows(Filter(outcomes=(Outcome.ACCEPTED,), meeting=meeting))]
        dossiers = [dossier for reference in references if reference and (dossier := log.dossier(reference))]
        entries = packages.plan(dossiers)
        packages.write(entries, desk.files, directory, meeting=meeting, made_at=now())
    typer.echo(f"{len(entries)} files of {len({entry.reference for entry in entries})} statements in {directory}")
    for item, seconds in packages.running_time(entries).items():
        typer.echo(f"  item {item}: {seconds:.0f} s of video")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to make; it must not exist.")],
) -> None:
    """Copy the ledger while the service runs. Raw mail and files lie in the store: copy its folder as well."""
    from statement_intake.ledger.backup import backup as copy
    from statement_intake.ledger.engine import open_engine

    # Not through the workshop, which wants to write: a copy waits for nobody.
    engine = open_engine(read_settings().ledger.url)
    octets = copy(engine, file)
    engine.dispose()
    typer.echo(f"{file}: {octets} bytes")
