"""Commands about letters that have not gone: outbox list, show, send, drop."""

from functools import partial
from typing import Annotated

import typer

from statement_intake.cli.common import PROBLEMS, Json, Reference, officer, read_settings
from statement_intake.operations.counting import counted

app = typer.Typer(no_args_is_help=True, help="Letters that wait, failed, or whose fate is unknown.")


@app.command("list")
def list_letters(json: Json = False) -> None:
    """Letters that have not gone: waiting, failed, of unknown fate; and what is held without a letter, and why."""
    from statement_intake.operations import letters
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        written = workshop.desk.ledger.letters
        for letter in written.waiting():
            typer.echo(letters.as_json(letter) if json else letters.as_line(letter))
        for silence in written.unanswered():
            typer.echo(letters.silence_as_json(silence) if json else letters.silence_as_line(silence))


@app.command("show")
def show_letters(reference: Reference) -> None:
    """Every letter of a submission: what is known about it, and its text."""
    from statement_intake.operations.letters import as_page
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        written = workshop.desk.ledger.letters.of(reference.strip().upper())
    if not written:
        typer.echo(f"there is no letter for {reference}", err=True)
        raise typer.Exit(PROBLEMS)
    for letter in written:
        typer.echo(as_page(letter))


@app.command("send")
def send_letters(
    references: Annotated[list[str] | None, typer.Argument(metavar="[REF...]")] = None,
    everything: Annotated[bool, typer.Option("--all-held", help="Every letter that is held.")] = False,
    although_answered: Annotated[
        bool, typer.Option("--although-answered", help="Also where the same mail has been answered meanwhile.")
    ] = False,
) -> None:
    """Release letters; the service sends them at its next round. Says how many.

    Before one goes, a person's own answer is looked for in the mailbox and its Sent folder; if there is one, it waits.
    """
    _move_letters("send", references or [], everything=everything, although_answered=although_answered)


@app.command("drop")
def drop_letters(references: Annotated[list[str], typer.Argument(metavar="REF...")]) -> None:
    """Decide that letters do not go."""
    _move_letters("drop", references, everything=False)


def _move_letters(action: str, references: list[str], *, everything: bool, although_answered: bool = False) -> None:
    from statement_intake.operations.letters import move, unmoved
    from statement_intake.workshop import now, open_workshop

    if not references and not everything:
        raise typer.BadParameter("name the submissions, or --all-held")
    with open_workshop(read_settings()) as workshop:
        moving = partial(
            move, action, workshop.desk.ledger, actor=officer(), now=now(), although_answered=although_answered
        )
        by_reference = {reference: moving([reference], everything=False) for reference in references}
        others = moving([], everything=True) if everything else 0
        left = [unmoved(workshop.desk.ledger, reference) for reference, count in by_reference.items() if not count]
    moved = sum(by_reference.values()) + others
    typer.echo(f"{counted(moved, 'letter')} {'released' if action == 'send' else 'dropped'}")
    for line in left:
        typer.echo(line, err=True)
    if left or not moved:
        raise typer.Exit(PROBLEMS)
