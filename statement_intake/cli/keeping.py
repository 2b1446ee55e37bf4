"""Commands that take something out: export, the order of its entries, and backup."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from statement_intake.cli.common import PROBLEMS, officer, read_settings
from statement_intake.domain.packing.packing import PackageKind, running_time
from statement_intake.operations.counting import counted

if TYPE_CHECKING:
    from statement_intake.domain.judge import Knowledge
    from statement_intake.domain.meeting import Meeting
    from statement_intake.packages import Packed

app = typer.Typer()


MeetingOption = Annotated[str, typer.Option("--meeting", metavar="ID", help="The meeting.")]
KindsOption = Annotated[
    list[PackageKind] | None, typer.Option("--kind", help="Only this package; may be repeated. Default: all.")
]


@app.command()
def export(
    meeting: MeetingOption,
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The folder to make; it must not exist, or be empty.")
    ] = None,
    kind: KindsOption = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="Only tell what has changed since the packages were handed out last.")
    ] = False,
) -> None:
    """A meeting's accepted statements: videos in speaking order, texts, clean PDFs for posting, and a manifest.

    What was handed out is remembered, and every later change is told. Exit 1 with --changes if there are any.
    """
    from statement_intake.packages import compare, to_folder
    from statement_intake.workshop import open_workshop

    if (directory is None) != changes:
        raise typer.BadParameter("give a folder, or --changes", param_hint="DIR")
    kinds = tuple(dict.fromkeys(kind or PackageKind))
    with open_workshop(read_settings()) as workshop:
        desk = workshop.desk
        about = _known(meeting, desk.knowledge)
        if directory is None:
            packed = compare(about, kinds, desk)
        else:
            packed = to_folder(about, kinds, desk, directory, actor=officer())
    for one in packed:
        _tell(one)
    if directory is None and any(one.changes for one in packed):
        raise typer.Exit(PROBLEMS)


def _tell(packed: "Packed") -> None:
    statements = len({one.reference for one in packed.entries})
    typer.echo(f"{packed.kind}: {counted(len(packed.entries), 'file')} of {counted(statements, 'statement')}")
    for item, seconds in running_time(packed.entries).items():
        typer.echo(f"  item {item}: {seconds:.0f} s of video")
    if packed.changes:
        typer.echo(f"  CHANGED since it was handed out on {packed.before:%Y-%m-%d %H:%M} UTC:")
        for change in packed.changes:
            typer.echo(f"    {change.told}")
    for one in packed.blocked:
        typer.echo(f"  left out: {one.party_name} ({one.reference}), {one.name}: {one.why}")


@app.command("taken-up")
def taken_up(
    meeting: MeetingOption,
    items: Annotated[list[str] | None, typer.Argument(metavar="[ITEM...]", help="All items taken up so far.")] = None,
) -> None:
    """Which agenda items were taken up: their written statements may be posted. Once the meeting is over, all may."""
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        desk = workshop.desk
        about = _known(meeting, desk.knowledge)
        if unknown := [item for item in items or () if about.item(item) is None]:
            raise typer.BadParameter(f"the agenda has no item {', '.join(unknown)}", param_hint="ITEM")
        if items:
            desk.ledger.shelf.take_up(meeting, items, officer(), desk.clock())
        typer.echo(" ".join(sorted(desk.ledger.shelf.taken_up(meeting))) or "none yet")


@app.command("order")
def speaking_order(
    meeting: MeetingOption,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A CSV file with the columns item and party, in order.")
    ] = None,
) -> None:
    """In which order parties speak on each item: show it, or take it from a list of speakers."""
    from statement_intake.domain.packing.speakers_list import OrderError, read_order
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        desk = workshop.desk
        about = _known(meeting, desk.knowledge)
        if file is not None:
            try:
                with file.open(encoding="utf-8-sig", newline="") as lines:
                    order = read_order(lines, about, desk.knowledge.parties)
            except (OrderError, UnicodeDecodeError) as error:
                typer.echo(f"{file}: {error}", err=True)
                raise typer.Exit(PROBLEMS) from error
            for item, codes in order.items():
                desk.ledger.shelf.settle_order(meeting, item, codes, officer(), desk.clock())
        for item, codes in desk.ledger.shelf.order(meeting).items():
            typer.echo(f"item {item}: {' '.join(codes)}")


def _known(meeting: str, knowledge: "Knowledge") -> "Meeting":
    about = knowledge.meeting(meeting)
    if about is None:
        raise typer.BadParameter(f"there is no meeting {meeting}", param_hint="--meeting")
    return about


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


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy; there must be no ledger in its place.")],
) -> None:
    """Put a copy of the ledger in its place. What may have been answered since it was made waits for a person."""
    from statement_intake.building import ledger_file, lock_folder
    from statement_intake.ledger.restoring import restore as put_back
    from statement_intake.lock import only_one
    from statement_intake.workshop import now

    settings = read_settings()
    target = ledger_file(settings)
    if target is None:
        raise typer.BadParameter("the settings name no file for the ledger ([ledger] url)", param_hint="FILE")
    places = [(name, folder) for name, mailbox in settings.mailboxes.items() for folder in mailbox.folders]
    with only_one(lock_folder(settings)):
        waiting = put_back(file, target, places, actor=officer(), now=now())
    typer.echo(f"{target}: restored; letters that were on their way and wait now (outbox list): {waiting}")
    typer.echo("Letters about mail that came after the copy was made will wait, too.")


@app.command()
def purge(
    because: Annotated[str, typer.Option("--because", help="Why. It stays in the audit trail.")],
    do: Annotated[bool, typer.Option("--do", help="Let it go; without this, only say what would.")] = False,
) -> None:
    """Let go of mail, files and names whose time is over by the meetings' retention. Outcomes stay."""
    from statement_intake.operations import purge as purging
    from statement_intake.workshop import open_workshop

    submissions = removed = 0
    with open_workshop(read_settings()) as workshop:
        found = (
            purging.purge(workshop.desk, actor=officer(), because=because)
            if do
            else ((one, 0) for one in purging.find(workshop.desk))
        )
        for one, files in found:
            submissions, removed = submissions + 1, removed + files
            typer.echo(f"{one.reference}  {', '.join(one.stages)}")
    let_go = counted(submissions, "submission")
    typer.echo(f"{let_go}, {counted(removed, 'file')} removed" if do else f"{let_go}; nothing was done")
