"""The door for people at a terminal. Each command reads the settings, builds what it needs, and prints.

What a command does stands in `operations`, `service` and `review`; commands import it when they are called, so that
`--help` and `subject` answer at once.
"""

import sys

import typer

from statement_intake.cli import keeping, outbox, people, rehearsing, reviewing, serving, trying
from statement_intake.cli.common import MISUSED, PROBLEMS, READER_GONE
from statement_intake.configuration import ConfigurationError
from statement_intake.domain.faults import Conflict, SurroundingsFault
from statement_intake.lock import LockedError
from statement_intake.review import NoSuchPartyError, ReviewError
from statement_intake.settings import SettingsError

app = typer.Typer(
    name="statement-intake",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Takes in the statements that delegations e-mail to a conference secretariat.",
)
for part in (serving, reviewing, trying, rehearsing, keeping):
    app.add_typer(part.app)
app.add_typer(outbox.app, name="outbox")
app.add_typer(people.app, name="user")


def main() -> None:
    """The entry point: expected trouble is a sentence and an exit code, never a traceback."""
    try:
        app()
    except SystemExit as leaving:
        # Typer and Rich leave with 1 where nobody reads on; but no problem was found.
        if isinstance(leaving.__context__, BrokenPipeError):
            sys.exit(READER_GONE)
        raise
    except (SettingsError, ConfigurationError, NoSuchPartyError) as error:
        _fail(str(error), MISUSED)
    except (LockedError, ReviewError, Conflict, SurroundingsFault) as error:
        _fail(str(error), PROBLEMS)
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}", PROBLEMS)


def _fail(message: str, code: int) -> None:
    typer.echo(f"statement-intake: {message}", err=True)
    sys.exit(code)
