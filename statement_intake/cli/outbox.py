"""Commands about letters that have not gone: outbox list, send, drop."""

from typing import Annotated

import typer

from statement_intake.cli.common import PROBLEMS, Json, officer, read_settings

app = typer.Typer(no_args_is_help=True, help="Letters that wait, failed, or whose fate is unknown.")


@app.command("list")
def list_letters(json: Json = False) -> None:
    """Letters that have not gone: waiting, failed, or of unknown fate."""
    from statement_intake.operations.letters import as_json, as_line
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        for letter in workshop.desk.ledger.outbox.waiting():
            typer.echo(as_json(letter) if json else as_line(letter))


@app.command("send")
def send_letters(
    references: Annotated[list[str] | None, typer.Argument(metavar="[REF...]")] = None,
    everything: Annotated[bool, typer.Option("--all-held", help="Every letter that is held.")] = False,
) -> None:
    """Release letters; the service sends them at its next round. Says how many."""
    _move_letters("send", references or [], everything=everything)


@app.command("drop")
def drop_letters(references: Annotated[list[str], typer.Argument(metavar="REF...")]) -> None:
    """Decide that letters do not go."""
    _move_letters("drop", references, everything=False)


def _move_letters(action: str, references: list[str], *, everything: bool) -> None:
    from statement_intake.operations.letters import move
    from statement_intake.workshop import now, open_workshop

    if not references and not everything:
        raise typer.BadParameter("name the submissions, or --all-held")
    with open_workshop(read_settings()) as workshop:
        moved = move(action, workshop.desk.ledger.outbox, references, everything=everything, actor=officer(), now=now())
    typer.echo(f"{moved} letters {'released' if action == 'send' else 'dropped'}")
    if not moved:
        raise typer.Exit(PROBLEMS)
