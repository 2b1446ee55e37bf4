"""Lets go of what the meetings' retention rules give no more time, and says what that is."""

from collections.abc import Iterator
from datetime import datetime

from statement_intake.desk import Desk
from statement_intake.domain.retention import Due, Stage, due


def find(desk: Desk) -> Iterator[Due]:
    """Submissions of which something is to go today."""
    now = desk.clock()

    def which(meeting: str | None, received: datetime, gone: frozenset[Stage]) -> tuple[Stage, ...]:
        return due(desk.knowledge.meeting(meeting) if meeting else None, received, gone, now)

    return desk.ledger.purging.find(which)


def purge(desk: Desk, *, actor: str, because: str) -> Iterator[tuple[Due, int]]:
    """Let it go; each submission with the number of files that left the store.

    If the process dies in between, what no row needs any more is swept away at the service's next start.
    """
    for one in find(desk):
        digests = desk.ledger.purging.purge(one, actor, because, desk.clock())
        # The service may be taking in the same file again, of which there is no row yet.
        with desk.files.removing():
            free = desk.ledger.contents.unreferred(list(dict.fromkeys(digests)))
            for digest in free:
                desk.files.remove(digest)
        yield one, len(free)
