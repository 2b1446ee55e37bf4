"""What a decision costs with 1,000 and with 1,000,000 rows behind it: everything but the reading of the mail."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.arena import Arena
from benchmarks.contest import Run, contender, contest
from statement_intake.ledger.ledger import open_ledger

SMALL, LARGE = 1_000, 1_000_000
#: One mail in so many is a statement, in one of so many meetings of the past.
STATEMENTS, MEETINGS = 10, 40


def measure(arena: Arena, rounds: int) -> dict[str, float]:
    """ledger_growth."""
    ledgers = {count: _filled(arena.folder / f"ledger-{count}.db", count) for count in (SMALL, LARGE)}
    results = contest(
        {f"{count:,} rows": lambda path=path: _run(arena, path) for count, path in ledgers.items()},  # type: ignore[misc]
        rounds=rounds,
    )
    results.table("200 decisions, without reading")
    return {"ledger_growth": results.ratio(f"{LARGE:,} rows", f"{SMALL:,} rows")}


def _run(arena: Arena, ledger: Path) -> Run:
    options = arena.options("nobody")
    # A copy, so that every run meets the same rows; in the page cache, as that of a service that works would be.
    shutil.copyfile(ledger, Path(options["folder"]) / "ledger.db")
    try:
        return contender("decisions", options)
    finally:
        arena.clean(options)


def _filled(path: Path, count: int) -> Path:
    """A ledger with so many messages; one in STATEMENTS has a submission, a decision, a finding, a file, a letter."""
    open_ledger(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        # Nothing but numbers of our own is put in.
        connection.executescript(f"""
            PRAGMA synchronous = OFF;
            PRAGMA foreign_keys = OFF;
            CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {count})
                SELECT i FROM c;
            INSERT INTO submissions (id, reference, received_at, sender, subject, meeting, party, party_name,
                together_with, items, kind, outcome, standing, revision, mending)
            SELECT i, 'SI-' || i, datetime('2013-01-01', '+' || i || ' minutes') || '.000000',
                'mission' || (i / {STATEMENTS} % 5000) || '@example.org', 'statement ' || i,
                'meeting-' || (i / {STATEMENTS} % {MEETINGS}),
                'P' || (i / {STATEMENTS} % 190), 'Party ' || (i / {STATEMENTS} % 190),
                '[]', '["3"]', 'written', 'accepted', 'current', 1, '{{}}'
            FROM n WHERE i % {STATEMENTS} = 0;
            INSERT INTO messages (id, mailbox, folder, uidvalidity, uid, received_at, state, outcome, reason, identity,
                message_id, sender, facts, submission_id, reference, raw_sha256, mark, starts, faults, letters_wait)
            SELECT i, 'main', 'INBOX', '1', CAST(i AS TEXT),
                datetime('2013-01-01', '+' || i || ' minutes') || '.000000', 'decided',
                iif(i % {STATEMENTS}, 'ignored', 'accepted'), iif(i % {STATEMENTS}, 'message.unrelated', NULL),
                iif(i % {STATEMENTS}, NULL, hex(randomblob(32))), iif(i % {STATEMENTS}, NULL, '<' || i || '@example>'),
                iif(i % {STATEMENTS}, NULL, 'mission' || (i / {STATEMENTS} % 5000) || '@example.org'), NULL,
                iif(i % {STATEMENTS}, NULL, i), iif(i % {STATEMENTS}, NULL, 'SI-' || i),
                iif(i % {STATEMENTS}, NULL, hex(randomblob(32))), 'none', 1, 0, 0 FROM n;
            INSERT INTO decisions (id, submission_id, revision, outcome, decided_at, actor, action, because)
            SELECT id, id, 1, outcome, received_at, 'service', 'decide', '' FROM submissions;
            INSERT INTO findings (decision_id, code, effect, message, detail)
            SELECT id, 'subject.normalised', 'note', 'words', '{{}}' FROM submissions;
            INSERT INTO files (submission_id, role, name, media_type, size, sha256, facts)
            SELECT id, 'statement', 's.docx', 'x/y', 50000, hex(randomblob(32)), '{{}}' FROM submissions;
        """)  # noqa: S608
    connection.close()
    return path
