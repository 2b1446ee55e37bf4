"""How long the console's pages take over a ledger of 100,000 submissions: asked as a browser asks, from a warm service.

Run it with: .venv/bin/python -m benchmarks.console [ROWS]
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert, text

from statement_intake.console.application import build
from statement_intake.console.asked import LogQuery, address
from statement_intake.console.passwords import Passwords
from statement_intake.console.server import serve
from statement_intake.domain.people import Role
from statement_intake.domain.search import Cursor
from statement_intake.ledger.schema import decisions, findings, letters, submissions
from statement_intake.reception import console_parts
from statement_intake.settings import Settings
from statement_intake.workshop import Workshop, now, open_workshop

_BEGAN = datetime(2023, 7, 12, tzinfo=UTC)
_TRIES = 15
_BATCH = 2000
_PASSWORD = "a password for an hour"  # noqa: S105 - of a ledger that is thrown away
#: What people ask for, and what is hard: a deep page, a word that is everywhere, a filter that finds little.
_ASKED = {
    "today": "/",
    "log": "/log",
    "log, accepted": "/log?outcome=accepted",
    "log, one party": "/log?party=P017",
    "log, a reason": "/log?code=video.too_long",
    "log, a state of the letter": "/log?reply=failed",
    "log, an item that is rare": "/log?item=9",
    "log, a day": "/log?since=2023-08-01&until=2023-08-01",
    "log, sorted by party": "/log?sort=party&up=true",
    "log, a word that is rare": "/log?q=zebra",
    "log, a word that is everywhere": "/log?q=statement",
    "log, two words": "/log?q=statement+corruption",
    "rejections of a week": "/rejections?since=2023-08-01&until=2023-08-07",
    "outbox": "/outbox",
}


def main() -> None:
    """Fill a ledger, ask, and print medians in milliseconds."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        settings = Settings(ledger={"url": f"sqlite:///{root / 'ledger.db'}"}, files={"path": root / "files"})
        with open_workshop(settings) as workshop:
            _fill(workshop, rows)
            accounts = workshop.desk.ledger.accounts
            accounts.add("bench", Role.OFFICER, actor="bench", now=now(), password_hash=Passwords().make(_PASSWORD))
            served = serve(lambda port: build(console_parts(workshop, f"http://127.0.0.1:{port}")), "127.0.0.1", 0)
            try:
                _measure(served.address, rows)
            finally:
                served.stop()


def _measure(address: str, rows: int) -> None:
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=60) as client:
        token = client.get("/login").text.partition('name="token" value="')[2].partition('"')[0]
        client.post("/login", data={"name": "bench", "password": _PASSWORD, "token": token})
        asked = _ASKED | {"log, the thousandth page": _deep()}
        print(f"{rows} submissions; medians of {_TRIES} in ms, and the page's size in kB")
        for what, path in asked.items():
            times, octets = [], 0
            for _ in range(_TRIES + 1):
                began = time.perf_counter()
                answer = client.get(path)
                times.append((time.perf_counter() - began) * 1000)
                octets = len(answer.content)
                answer.raise_for_status()
            print(f"{what:34} {statistics.median(times[1:]):8.1f} {octets / 1000:8.1f}")


def _deep() -> str:
    """The address of a page far down: as if somebody had turned a thousand pages."""
    return address(LogQuery(), cursor=Cursor(value=_BEGAN + timedelta(minutes=30_000), id=30_000))


def _fill(workshop: Workshop, rows: int) -> None:
    engine = workshop.desk.ledger.engine
    for start in range(1, rows + 1, _BATCH):
        batch = list(_rows(start, min(start + _BATCH, rows + 1)))
        with engine.begin() as connection:
            connection.execute(insert(submissions), [row["submission"] for row in batch])
            connection.execute(insert(decisions), [row["decision"] for row in batch])
            connection.execute(insert(findings), [row["finding"] for row in batch])
            connection.execute(insert(letters), [row["letter"] for row in batch])
            words = text("INSERT INTO search (rowid, words) VALUES (:id, :words)")
            connection.execute(words, [row["words"] for row in batch])
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _rows(first: int, beyond: int) -> Iterator[dict[str, dict[str, Any]]]:
    chance = random.Random(first)  # noqa: S311 - the same ledger every time
    for number in range(first, beyond):
        outcome = chance.choices(("accepted", "rejected", "held"), (6, 3, 1))[0]
        party, item = chance.randrange(197), "9" if number % 5000 == 0 else str(chance.randrange(2, 6))
        received = _BEGAN + timedelta(minutes=number)
        reference = f"SI-{number:010}"
        code = {"accepted": "subject.normalised", "rejected": "video.too_long", "held": "deadline.passed"}[outcome]
        effect = {"accepted": "note", "rejected": "reject", "held": "hold"}[outcome]
        subject = f"12th EMIC statement – Country {party} {item}"
        state = "failed" if number % 1000 == 0 else "sent"
        yield {
            "submission": {
                "id": number, "reference": reference, "received_at": received, "sender": f"mission{party}@example.org",
                "subject": subject, "meeting": "emic-12", "party": f"P{party:03}", "party_name": f"Country {party:03}",
                "together_with": [], "items": [item], "kind": "video" if number % 2 else "written", "outcome": outcome,
                "standing": "current", "revision": 1, "mending": {}, "needs_person": "",
            },
            "decision": {
                "id": number, "submission_id": number, "revision": 1, "outcome": outcome, "decided_at": received,
                "actor": "service", "action": "decide", "because": "",
            },
            "finding": {
                "decision_id": number, "code": code, "effect": effect, "detail": {},
                "message": "The video lasts 187.00 s, 7.00 s more than the limit of 180 s.",
            },
            "letter": {
                "submission_id": number, "revision": 1, "kind": "receipt", "state": state, "language": "en",
                "to_address": f"mission{party}@example.org", "subject": f"Re: {subject}", "body": "Dear Sir or Madam,",
                "message_id": f"<{reference}@un.org>", "raw": b"x" * 2000, "written_at": received, "attempts": 1,
                "response": "250 ok",
            },
            "words": {
                "id": number,
                "words": f"{reference} {subject} corruption statement international cooperation "
                + " ".join(f"word{chance.randrange(20_000)}" for _ in range(120))
                + (" zebra" if number % 20_000 == 0 else ""),
            },
        }  # fmt: skip


if __name__ == "__main__":
    main()
