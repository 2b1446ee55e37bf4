"""What would happen: the real service over the real mailboxes, with a ledger and a store of its own, sending nothing.

The rehearsal goes the way of every message (`arriving`, `intake`, *record*), so that it knows of duplicates, of
versions and of limits what the service will know of them. It ends where letters would leave.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from statement_intake.arriving.polling import finish, poll
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import LogRow
from statement_intake.domain.value import Value
from statement_intake.ledger.log import Filter
from statement_intake.operations.counting import counted
from statement_intake.settings import FilesSettings, LedgerSettings, Settings
from statement_intake.workshop import Workshop, open_workshop

log = structlog.get_logger()


class Rehearsed(Value):
    """What would be the ledger after a first pass over the mailboxes."""

    #: Submissions and ignored messages, each oldest first.
    rows: tuple[LogRow, ...]
    #: Mailboxes that could not be looked through, each with the problem.
    unreachable: tuple[str, ...]
    #: Messages that a fault of ours kept from being decided; the service would try them again.
    undecided: int


@contextmanager
def rehearsal(settings: Settings, folder: Path) -> Iterator[Workshop]:
    """The service with ledger and store below *folder*: nothing is marked in a mailbox, and no letter can leave.

    Letters are written as with `mode = "send"`, for that is what is to be known. Raises as `open_workshop`.
    """
    mailboxes = {name: mailbox.model_copy(update={"mark": "none"}) for name, mailbox in settings.mailboxes.items()}
    aside = settings.model_copy(
        update={
            "ledger": LedgerSettings(url=f"sqlite:///{folder / 'ledger.db'}"),
            "files": FilesSettings(path=folder / "files"),
            "mailboxes": mailboxes,
            "replies": settings.replies.model_copy(update={"mode": "send"}),
        }
    )
    with open_workshop(aside) as workshop:
        yield workshop


def rehearse(workshop: Workshop, stopping: Callable[[], bool]) -> Rehearsed:
    """Decide over the whole of every mailbox since its `start`. *workshop*: of a `rehearsal`.

    A mailbox that cannot be reached does not keep the others from being rehearsed. Raises SurroundingsFault or OSError
    where nothing can be read at all: then there is nothing to tell.
    """
    unreachable = []
    for mailbox in workshop.mailboxes:
        try:
            poll(mailbox, workshop.desk, workshop.rules, stopping)
        except SurroundingsFault as fault:
            log.error("cannot be reached", what=f"mailbox {mailbox.name}", problem=str(fault))  # noqa: TRY400
            unreachable.append(f"{mailbox.name}: {fault}")
    finish(workshop.desk, stopping)
    everything = Filter(outcomes=tuple(Outcome))
    return Rehearsed(
        rows=tuple(workshop.desk.ledger.log.rows(everything)),
        unreachable=tuple(unreachable),
        undecided=workshop.desk.ledger.arrivals.undecided(),
    )


def summary(rehearsed: Rehearsed) -> Iterator[str]:
    """What would happen, in figures: for the officer who is about to say `mode = "send"`."""
    rows = [row for row in rehearsed.rows if row.outcome is not Outcome.IGNORED]
    yield f"{counted(len(rows), 'statement')} or what may be one:"
    yield from _counted(str(row.outcome) for row in rows)
    yield "Why they would not be accepted at once:"
    yield from _counted(row.codes[0] for row in rows if row.outcome is not Outcome.ACCEPTED and row.codes)
    letters = [row.reply for row in rows if row.reply]
    at_once = letters.count("queued")
    yield f'With mode = "send" {counted(at_once, "letter")} would go at once, {len(letters) - at_once} would wait.'
    ignored = [row for row in rehearsed.rows if row.outcome is Outcome.IGNORED]
    yield f"{counted(len(ignored), 'message')} would be left alone:"
    yield from _counted(row.codes[0] for row in ignored)
    if rehearsed.undecided:
        yield f"{counted(rehearsed.undecided, 'message')} could not be decided for a fault of ours; see the log."
    for problem in rehearsed.unreachable:
        yield f"Not looked through: {problem}"


def _counted(words: Iterable[str]) -> Sequence[str]:
    return [f"  {count:5}  {word}" for word, count in Counter(words).most_common()]
