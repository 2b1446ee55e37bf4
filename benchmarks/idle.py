"""A poll that finds nothing new, in a folder of 1,000 and of 100,000 messages that the ledger knows."""

import sqlite3
from contextlib import closing
from pathlib import Path

from imapclient import IMAPClient

from benchmarks.arena import Arena, unrelated_mail
from benchmarks.contenders.service import settings_of
from benchmarks.contest import Run, contender, contest
from statement_intake.ledger.ledger import open_ledger

SMALL, LARGE = 1_000, 100_000
#: Polls in a row, the mean of which counts.
POLLS = 20


def measure(arena: Arena, rounds: int) -> dict[str, float]:
    """idle_poll_growth."""
    for count in (SMALL, LARGE):
        arena.fill_with_copies(f"idle{count}", unrelated_mail(0), count)
    results = contest(
        {f"{count:,} messages": lambda count=count: _run(arena, count) for count in (SMALL, LARGE)},  # type: ignore[misc]
        rounds=rounds,
    )
    results.table(f"{POLLS} polls with nothing new")
    return {"idle_poll_growth": results.ratio(f"{LARGE:,} messages", f"{SMALL:,} messages")}


def _run(arena: Arena, count: int) -> Run:
    options = arena.options(f"idle{count}", warm=True, polls=POLLS)
    _know_all(options)
    try:
        return contender("service", options)
    finally:
        arena.clean(options)


def _know_all(options: dict[str, str]) -> None:
    """A ledger in which every message of the folder was decided long ago."""
    with IMAPClient(options["host"], port=int(options["port"]), ssl=False) as client:
        client._imap.debug = 0  # noqa: SLF001 - there is no public switch
        client.login(options["user"], options["password"])
        opened = client.select_folder("INBOX", readonly=True)
        uids = range(1, int(opened[b"UIDNEXT"]))
    url = settings_of(options)["ledger"]["url"]
    open_ledger(url).close()
    with closing(sqlite3.connect(Path(options["folder"]) / "ledger.db")) as connection, connection:
        connection.executemany(
            """
            INSERT INTO messages (mailbox, folder, uidvalidity, uid, received_at, state, outcome, reason, mark, starts,
                faults, letters_wait)
            VALUES ('main', 'INBOX', ?, ?, '2023-08-01 08:00:00.000000', 'decided', 'ignored', 'message.unrelated',
                'none', 0, 0, 0)
            """,
            ((str(opened[b"UIDVALIDITY"]), str(uid)) for uid in uids),
        )
    connection.close()
