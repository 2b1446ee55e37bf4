"""Commands of the secretariat: log, show, accept, reject, reopen, ignored, publish, withdraw, attach."""

import re
from pathlib import Path
from typing import Annotated

import typer

from statement_intake.cli.common import Json, Reference, moment, officer, read_settings
from statement_intake.domain.finding import Outcome
from statement_intake.domain.meeting import Kind
from statement_intake.review import Correction, Reviewed, find, give_verdict
from statement_intake.review import attach as attach_file
from statement_intake.review import withdraw as withdraw_statement

app = typer.Typer()

_ITEM = re.compile(r"0*[1-9][0-9]?(?:\([a-z]\))?")


def _said(reason: str) -> str:
    if not reason.strip():
        raise typer.BadParameter("say why: it stays in the record")
    return reason


Because = Annotated[
    str, typer.Option("--because", callback=_said, help="Why. It stays in the record, and in the house.")
]
BecauseToThem = Annotated[
    str, typer.Option("--because", callback=_said, help="Why. The delegation reads it; it stays in the record.")
]
PartyOption = Annotated[str | None, typer.Option("--party", help="Who speaks: a code such as FRA, or a name.")]
Items = Annotated[list[str] | None, typer.Option("--item", help="An agenda item, such as 3 or 3(a); may be repeated.")]
KindOption = Annotated[Kind | None, typer.Option("--kind", help="What kind of statement it is.")]
ReplacesOption = Annotated[
    str | None, typer.Option("--replaces", metavar="REF", help="The accepted statement whose place this one takes.")
]
LetterOption = Annotated[bool, typer.Option("--letter/--no-letter", help="Write to the delegation, or do not.")]


@app.command()
def log(
    outcome: Annotated[list[Outcome] | None, typer.Option(help="Only these outcomes; may be repeated.")] = None,
    meeting: Annotated[str | None, typer.Option(metavar="ID", help="Only this meeting.")] = None,
    party: Annotated[str | None, typer.Option(metavar="CODE", help="Only this party.")] = None,
    since: Annotated[str | None, typer.Option(metavar="ISO8601", help="Only what was received since.")] = None,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values.")] = False,
) -> None:
    """What was decided, and why. Mail that is not ours is listed only with --outcome ignored."""
    from rich.console import Console

    from statement_intake.ledger.log import Filter
    from statement_intake.operations import show as showing
    from statement_intake.workshop import open_workshop

    if json and as_csv:
        raise typer.BadParameter("--json or --csv, not both", param_hint="--csv")
    settings = read_settings()
    wanted = Filter(
        outcomes=tuple(outcome or ()),
        meeting=meeting,
        party=party,
        since=moment(since, "--since") if since else None,
    )
    with open_workshop(settings) as workshop:
        rows = workshop.desk.ledger.log.rows(wanted)
        if json:
            for row in rows:
                typer.echo(showing.log_json(row))
        elif as_csv:
            for line in showing.log_csv(rows):
                typer.echo(line)
        else:
            Console().print(showing.log_table(rows, settings.office.zone))


@app.command()
def show(reference: Reference, json: Json = False) -> None:
    """One submission: everything known, with its history and its letters."""
    from rich.console import Console

    from statement_intake.operations import show as showing
    from statement_intake.workshop import open_workshop

    settings = read_settings()
    with open_workshop(settings) as workshop:
        dossier = find(reference, workshop.desk)
    if json:
        typer.echo(showing.dossier_json(dossier))
    else:
        showing.print_dossier(dossier, Console(), settings.office.zone)


def _verdict(
    action: str, reference: str, because: str, party: str | None, items: list[str] | None, kind: Kind | None, *,
    letter: bool = True, replaces: str | None = None,
) -> None:  # fmt: skip
    from statement_intake.workshop import open_workshop

    correction = Correction(party=party, items=_normalised(items or []), kind=kind, replaces=replaces)
    with open_workshop(read_settings()) as workshop:
        reviewed = give_verdict(
            action, reference, workshop.desk, actor=officer(), because=because, correction=correction, letter=letter
        )
    _say(reviewed)


@app.command()
def accept(
    reference: Reference, because: Because, party: PartyOption = None, item: Items = None, kind: KindOption = None,
    replaces: ReplacesOption = None, letter: LetterOption = True,
) -> None:  # fmt: skip
    """Accept a submission, mended where needed, and send a receipt."""
    _verdict("accept", reference, because, party, item, kind, letter=letter, replaces=replaces)


@app.command()
def reject(
    reference: Reference, because: BecauseToThem, party: PartyOption = None, item: Items = None,
    kind: KindOption = None, letter: LetterOption = True,
) -> None:  # fmt: skip
    """Reject a submission, and write why and how to mend it."""
    _verdict("reject", reference, because, party, item, kind, letter=letter)


@app.command()
def reopen(
    reference: Annotated[
        str,
        typer.Argument(
            metavar="REF", help="The submission's reference number, or the place of an ignored mail, MAILBOX/UID."
        ),
    ],
    because: Because,
    party: PartyOption = None,
    item: Items = None,
    kind: KindOption = None,
) -> None:
    """Hold a submission for another look, mended where needed. Sends nothing; takes unsent letters back.

    A mail that could not be read is read again. One that was ignored is pulled in by its place (see `ignored`), judged,
    and held for a verdict.
    """
    if "/" in reference:
        reference = _pull_in(reference, because)
        if party is None and not item and kind is None:
            return
    _verdict("reopen", reference, because, party, item, kind)


def _pull_in(place: str, because: str) -> str:
    import secrets

    from statement_intake.arriving.ignored import pull_in
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        reference = pull_in(
            place, workshop.mailboxes, workshop.desk, secrets.randbelow, actor=officer(), because=because
        )
    typer.echo(f"{reference}: held; no letter")
    return reference


@app.command()
def ignored(
    mailbox: Annotated[str | None, typer.Option(metavar="NAME", help="Only this mailbox.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="ISO8601", help="Only what was received since; the last two weeks if not said."),
    ] = None,
    json: Json = False,
) -> None:
    """Mail that was ignored, read live from the mailbox; the ledger keeps neither sender nor subject of it.

    That you look is written down. `reopen` takes the place in the first column.
    """
    from datetime import timedelta

    from statement_intake.arriving.ignored import show_live
    from statement_intake.operations import show as showing
    from statement_intake.workshop import now, open_workshop

    settings = read_settings()
    start = moment(since, "--since") if since else now() - timedelta(days=14)
    with open_workshop(settings) as workshop:
        for shown in show_live(workshop.mailboxes, workshop.desk, actor=officer(), mailbox=mailbox, since=start):
            typer.echo(showing.ignored_json(shown) if json else showing.ignored_line(shown, settings.office.zone))


@app.command()
def publish(
    reference: Reference,
    because: Because,
    agreed: Annotated[bool, typer.Option("--yes/--no", help="May its texts be posted, or not?")] = True,
) -> None:
    """Settle whether a statement's texts may be posted: a transcript, or a text with hidden content, needs it."""
    from statement_intake.review import settle_publishing
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        dossier = settle_publishing(reference, workshop.desk, agreed=agreed, actor=officer(), because=because)
    typer.echo(f"{dossier.reference}: {'may' if agreed else 'is not to'} be posted")


@app.command()
def withdraw(reference: Reference, because: Because) -> None:
    """Confirm that a statement is withdrawn: it is neither played nor posted. Sends nothing; accept takes it back."""
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        dossier = withdraw_statement(reference, workshop.desk, actor=officer(), because=because)
    typer.echo(f"{dossier.reference}: {dossier.standing}")


@app.command()
def attach(
    reference: Reference,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The file to add.")
    ],
    because: Because,
) -> None:
    """Add a file that came another way (fetched from a link, say), and decide again. The received time stays."""
    from statement_intake.workshop import open_workshop

    with open_workshop(read_settings()) as workshop:
        _say(attach_file(reference, file, workshop.desk, actor=officer(), because=because))


def _say(reviewed: Reviewed) -> None:
    letter = reviewed.letter
    told = f"letter to {letter.to}: {letter.state} {letter.response}".rstrip() if letter else "no letter"
    typer.echo(f"{reviewed.reference}: {reviewed.outcome}; {told}")


def _normalised(items: list[str]) -> tuple[str, ...]:
    """The items as the record writes them. Raises BadParameter for what is no item."""
    squeezed = ["".join(item.lower().split()) for item in items]
    for item in squeezed:
        if not _ITEM.fullmatch(item):
            raise typer.BadParameter(f'"{item}" is no agenda item; write 3 or 3(a)', param_hint="--item")
    return tuple(item.lstrip("0") for item in squeezed)
