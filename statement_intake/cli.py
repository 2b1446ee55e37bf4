"""The door for people at a terminal. Each command reads the settings, builds what it needs, and prints.

What a command does stands in `operations`, `service` and `review`; they are imported when their command is called, so
that `--help` and `subject` answer at once.
"""

import getpass
import json as jsonlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from statement_intake.configuration import ConfigurationError, load_knowledge
from statement_intake.domain.faults import Conflict, SurroundingsFault
from statement_intake.domain.finding import Outcome
from statement_intake.domain.meeting import Kind
from statement_intake.lock import LockedError
from statement_intake.logs import configure_logs
from statement_intake.review import Correction, Reviewed, ReviewError, find, give_verdict
from statement_intake.review import attach as attach_file
from statement_intake.settings import Settings, SettingsError, load

app = typer.Typer(
    name="statement-intake",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Takes in the statements that delegations e-mail to a conference secretariat.",
)
outbox = typer.Typer(no_args_is_help=True, help="Letters that wait, failed, or whose fate is unknown.")
app.add_typer(outbox, name="outbox")

#: Exit codes: 0 done, 1 found problems, 2 used wrongly.
PROBLEMS, MISUSED = 1, 2

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, and nothing else on standard output.")]
Reference = Annotated[str, typer.Argument(metavar="REF", help="The submission's reference number, SI-XXXX-XXXX.")]
Because = Annotated[
    str, typer.Option("--because", help="Why. It stays in the record; a delegation that is rejected reads it.")
]
PartyOption = Annotated[str | None, typer.Option("--party", help="Who speaks: a code such as FRA, or a name.")]
Items = Annotated[list[str] | None, typer.Option("--item", help="An agenda item, such as 3 or 3(a); may be repeated.")]
KindOption = Annotated[Kind | None, typer.Option("--kind", help="What kind of statement it is.")]
LetterOption = Annotated[bool, typer.Option("--letter/--no-letter", help="Write to the delegation, or do not.")]


def main() -> None:
    """The entry point: expected trouble is a sentence and an exit code, never a traceback."""
    try:
        app()
    except (SettingsError, ConfigurationError) as error:
        _fail(str(error), MISUSED)
    except (LockedError, ReviewError, Conflict, SurroundingsFault) as error:
        _fail(str(error), PROBLEMS)
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}", PROBLEMS)


def _fail(message: str, code: int) -> None:
    typer.echo(f"statement-intake: {message}", err=True)
    sys.exit(code)


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(jsonlib.dumps(value, ensure_ascii=False))


def _settings(*, to_poll: bool = False) -> Settings:
    configure_logs(quiet=not to_poll)
    settings = load()
    if to_poll and not settings.mailboxes:
        raise SettingsError("[mailboxes.main]: no mailbox is configured; see docs/operations.md")
    if to_poll and settings.replies.mode == "send" and not settings.smtp.host:
        raise SettingsError('[smtp] host: is needed while [replies] mode = "send"')
    return settings


@app.command()
def run() -> None:
    """The service: poll the mailboxes and deliver letters, until SIGTERM or SIGINT."""
    from statement_intake import service

    service.run(_settings(to_poll=True))


@app.command()
def poll() -> None:
    """One pass over the mailboxes and the outbox, then exit. Exit 1 if something could not be reached."""
    from statement_intake import service

    if not service.poll_once(_settings(to_poll=True)):
        raise typer.Exit(PROBLEMS)


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help=".eml files, or folders that hold some.")],
    meeting: Annotated[str | None, typer.Option(metavar="ID", help="Judge as mail to this meeting alone.")] = None,
    received: Annotated[
        str | None, typer.Option(metavar="ISO8601", help="When it was received, instead of by its headers.")
    ] = None,
    json: Json = False,
) -> None:
    """Decide about mails in files. Touches no ledger and sends nothing; exit 0 whatever the outcomes."""
    from statement_intake.operations import check as checking
    from statement_intake.workshop import build_correspondent, build_reader, now

    settings = _settings()
    knowledge = load_knowledge(settings.meetings.path)
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
        received=_moment(received, "--received") if received else None,
    )
    for checked in checking.check_all(mails, checker):
        line = checking.as_json(checked, checker)
        if json:
            _print_json(line)
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

    knowledge = load_knowledge(_settings().meetings.path)
    lines = (line.rstrip("\r\n") for line in sys.stdin) if texts == ["-"] else iter(texts)
    for text in lines:
        told = explain(text, knowledge)
        if json:
            _print_json(told)
            continue
        party = told["party"]["name"] if told["party"] else "?"
        typer.echo(
            f"{text}\n  meeting {told['meeting'] or '?'}, party {party}, items {', '.join(told['items']) or '?'}"
        )
        typer.echo(f"  as it should be: {told['canonical'] or '(not certain)'}")
        for finding in told["findings"]:
            typer.echo(f"  {finding['effect']:6} {finding['code']}: {finding['message']}")


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

    settings = _settings()
    wanted = Filter(
        outcomes=tuple(outcome or ()),
        meeting=meeting,
        party=party,
        since=_moment(since, "--since") if since else None,
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

    settings = _settings()
    with open_workshop(settings) as workshop:
        dossier = find(reference, workshop.desk)
    if json:
        typer.echo(showing.dossier_json(dossier))
    else:
        showing.print_dossier(dossier, Console(), settings.office.zone)


def _verdict(
    action: str, reference: str, because: str, party: str | None, items: list[str] | None, kind: Kind | None, *,
    letter: bool = True,
) -> None:  # fmt: skip
    from statement_intake.workshop import open_workshop

    correction = Correction(party=party, items=_normalised(items or []), kind=kind)
    with open_workshop(_settings()) as workshop:
        reviewed = give_verdict(
            action, reference, workshop.desk, actor=_officer(), because=because, correction=correction, letter=letter
        )
    _say(reviewed)


@app.command()
def accept(
    reference: Reference, because: Because, party: PartyOption = None, item: Items = None, kind: KindOption = None,
    letter: LetterOption = True,
) -> None:  # fmt: skip
    """Accept a submission, mended where needed, and send a receipt."""
    _verdict("accept", reference, because, party, item, kind, letter=letter)


@app.command()
def reject(
    reference: Reference, because: Because, party: PartyOption = None, item: Items = None, kind: KindOption = None,
    letter: LetterOption = True,
) -> None:  # fmt: skip
    """Reject a submission, and write why and how to mend it."""
    _verdict("reject", reference, because, party, item, kind, letter=letter)


@app.command()
def reopen(
    reference: Reference, because: Because, party: PartyOption = None, item: Items = None, kind: KindOption = None
) -> None:
    """Hold a submission for another look, mended where needed. Sends nothing; takes unsent letters back."""
    _verdict("reopen", reference, because, party, item, kind)


@app.command()
def attach(
    reference: Reference,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to add.")],
    because: Because,
) -> None:
    """Add a file that came another way (fetched from a link, say), and decide again. The received time stays."""
    from statement_intake.workshop import open_workshop

    with open_workshop(_settings()) as workshop:
        _say(attach_file(reference, file, workshop.desk, actor=_officer(), because=because))


@outbox.command("list")
def list_letters(json: Json = False) -> None:
    """Letters that have not gone: waiting, failed, or of unknown fate."""
    from statement_intake.operations.letters import as_json, as_line
    from statement_intake.workshop import open_workshop

    with open_workshop(_settings()) as workshop:
        for letter in workshop.desk.ledger.outbox.waiting():
            typer.echo(as_json(letter) if json else as_line(letter))


@outbox.command("send")
def send_letters(
    references: Annotated[list[str] | None, typer.Argument(metavar="[REF...]")] = None,
    everything: Annotated[bool, typer.Option("--all-held", help="Every letter that is held.")] = False,
) -> None:
    """Release letters; the service sends them at its next round. Says how many."""
    _move_letters("send", references or [], everything=everything)


@outbox.command("drop")
def drop_letters(references: Annotated[list[str], typer.Argument(metavar="REF...")]) -> None:
    """Decide that letters do not go."""
    _move_letters("drop", references, everything=False)


def _move_letters(action: str, references: list[str], *, everything: bool) -> None:
    from statement_intake.operations.letters import move
    from statement_intake.workshop import now, open_workshop

    if not references and not everything:
        raise typer.BadParameter("name the submissions, or --all-held")
    with open_workshop(_settings()) as workshop:
        moved = move(
            action, workshop.desk.ledger.outbox, references, everything=everything, actor=_officer(), now=now()
        )
    typer.echo(f"{moved} letters {'released' if action == 'send' else 'dropped'}")
    if not moved:
        raise typer.Exit(PROBLEMS)


@app.command()
def doctor(json: Json = False) -> None:
    """What works and what does not. Exit 1 if something does not."""
    from statement_intake.operations.doctor import examine

    problems = 0
    for diagnosis in examine(_settings()):
        problems += diagnosis.state == "problem"
        if json:
            _print_json(diagnosis.model_dump())
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
    from statement_intake.operations.demo import demonstrate

    configure_logs()
    raise typer.Exit(0 if demonstrate(directory) else PROBLEMS)


@app.command()
def migrate() -> None:
    """Bring the ledger's schema up to date, or make an empty ledger."""
    from statement_intake.ledger import migration
    from statement_intake.ledger.engine import open_engine

    engine = open_engine(_settings().ledger.url)
    migration.upgrade(engine)
    engine.dispose()
    typer.echo(f"{engine.url.database}: up to date")


def _say(reviewed: Reviewed) -> None:
    letter = reviewed.letter
    told = f"letter to {letter.to}: {letter.state} {letter.response}".rstrip() if letter else "no letter"
    typer.echo(f"{reviewed.reference}: {reviewed.outcome}; {told}")


def _officer() -> str:
    return getpass.getuser()


def _moment(text: str, option: str) -> datetime:
    """A moment from ISO 8601; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text} is not a time in ISO 8601, such as 2023-08-28T17:00:00+02:00", param_hint=option
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _normalised(items: list[str]) -> tuple[str, ...]:
    return tuple("".join(item.lower().split()) for item in items)


if __name__ == "__main__":
    main()
