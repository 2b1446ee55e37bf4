"""Commands that need no mailbox: check, subject, guidance. They touch no ledger and send nothing."""

import sys
from typing import Annotated

import typer

from statement_intake.cli.common import Json, legible, moment, print_json, read_settings
from statement_intake.configuration import load_knowledge

app = typer.Typer()


@app.command()
def check(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help=".eml files, or folders that hold some.")],
    meeting: Annotated[str | None, typer.Option(metavar="ID", help="Judge as mail to this meeting alone.")] = None,
    received: Annotated[
        str | None, typer.Option(metavar="ISO8601", help="When it was received, instead of by its headers.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not play the videos of accepted mails: only that shows a black one.")
    ] = False,
    json: Json = False,
) -> None:
    """Decide about mails in files. Touches no ledger and sends nothing; exit 0 whatever the outcomes.

    Accepted videos are played from beginning to end, as the service does after the receipt.
    """
    from statement_intake.building import build_correspondent, build_knowledge, build_reader, build_scanner
    from statement_intake.operations import check as checking
    from statement_intake.workshop import now

    settings = read_settings()
    knowledge = build_knowledge(settings)
    if meeting is not None:
        if knowledge.meeting(meeting) is None:
            raise typer.BadParameter(f"there is no meeting {meeting}", param_hint="--meeting")
        knowledge = knowledge.with_open(meeting)
    try:
        mails = checking.mails_below(paths)
    except FileNotFoundError as error:
        raise typer.BadParameter(str(error), param_hint="PATH") from error
    checker = checking.Checker(
        knowledge=knowledge,
        reader=build_reader(settings),
        correspondent=build_correspondent(settings, knowledge, mode="send"),
        largest=settings.limits.message_megabytes * 1_000_000,
        now=now(),
        received=moment(received, "--received") if received else None,
        scanner=build_scanner(settings),
        plays=not quick,
    )
    for checked in checking.check_all(mails, checker):
        line = checking.as_json(checked, checker)
        if json:
            print_json(line)
        else:
            typer.echo(f"{line['outcome']:9} {line['path']}")
            for finding in line["findings"]:
                typer.echo(f"          {finding['effect']:6} {finding['code']}: {finding['message']}")


@app.command()
def subject(
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXT...|-", help="Subject lines; - reads one a line from standard input.")
    ],
    json: Json = False,
) -> None:
    """Explain subject lines: meeting, party, items, and the line as it should have been written."""
    from statement_intake.operations.explain import explain

    knowledge = load_knowledge(read_settings().meetings.path)
    lines = (line.rstrip("\r\n") for line in sys.stdin) if texts == ["-"] else iter(texts)
    for text in map(legible, lines):
        told = explain(text, knowledge)
        if json:
            print_json(told)
            continue
        party = told["party"]["name"] if told["party"] else "?"
        typer.echo(
            f"{text}\n  meeting {told['meeting'] or '?'}, party {party}, items {', '.join(told['items']) or '?'}"
        )
        typer.echo(f"  as it should be: {told['canonical'] or '(not certain)'}")
        for finding in told["findings"]:
            typer.echo(f"  {finding['effect']:6} {finding['code']}: {finding['message']}")


@app.command()
def guidance(
    meeting: Annotated[str, typer.Option(metavar="ID", help="The meeting.")],
    language: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="ar, en, es, fr, ru, zh; may be repeated. Default: all.")
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="As a page for the website or the printer, not as text.")
    ] = False,
) -> None:
    """One page for delegations, in six languages: subject line, sizes that fit a mail, transcript, deadline."""
    from statement_intake.replies.guidance import as_html, as_text, sheet
    from statement_intake.replies.language import load_languages

    settings = read_settings()
    about = load_knowledge(settings.meetings.path).meeting(meeting)
    if about is None or about.intake != "open":
        raise typer.BadParameter(f"no statements are taken in for a meeting {meeting}", param_hint="--meeting")
    languages = load_languages()
    if unknown := set(language or ()) - set(languages):
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}", param_hint="--language")
    octets = settings.limits.message_megabytes * 1_000_000
    sheets = [sheet(about, languages[code], octets) for code in language or languages]
    typer.echo(as_html(sheets, about.subject.short_name) if html else as_text(sheets), nl=False)
