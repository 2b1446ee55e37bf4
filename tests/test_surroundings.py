"""What is around the service fails: disks, the ledger, the clock. Nothing is lost, no mail is blamed, it goes on."""

import itertools
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from statement_intake.ledger import engine
from statement_intake.ledger.ledger import open_ledger
from statement_intake.ledger.restoring import restore
from statement_intake.operations.doctor import examine
from statement_intake.replies.smtp import Sending, SendState
from statement_intake.rounds import Rounds
from statement_intake.telling.monitor import Monitor
from tests.house import MORNING, House, statement
from tests.telling.test_watching import last_text, subjects
from tests.test_delivery import Post
from tests.test_service import environment, run

_DISK_KILOBYTES = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, for those who may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or _mount("-t", "tmpfs", "-o", f"size={_DISK_KILOBYTES}k", "none", str(folder)):
        pytest.skip("needs the right to mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["/usr/bin/umount", "-l", str(folder)], check=True)  # noqa: S603 - our own disk


def _mount(*arguments: str) -> int:
    return subprocess.run(["/usr/bin/mount", *arguments], check=False, capture_output=True).returncode  # noqa: S603 - as above


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not an octet is free."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        for size in (65536, 4096, 1):
            with pytest.raises(OSError, match="No space left"):
                stream.writelines(itertools.repeat(b"\0" * size))
    try:
        yield
    finally:
        filler.unlink()


def _as_ever(house: House) -> None:
    """The mail is decided and answered once, and nothing is held against it."""
    house.round(2)
    assert house.outcomes == [("accepted", None)]
    assert house.rows("SELECT faults FROM messages") == [(0,)]
    assert house.letters == [("receipt", "sent")]
    assert house.sink is not None
    assert len(house.sink.received) == 1


def test_a_full_disk_under_the_files_stops_the_intake_until_there_is_room(house: House, disk: Path) -> None:
    """The mail stays where it is."""
    house.tables["files"] = {"path": disk / "files"}
    house.round()
    house.deliver(statement())
    with full(disk):
        assert not house.round()
        assert house.rows("SELECT count(*) FROM messages WHERE state = 'decided'") == [(0,)]
    _as_ever(house)


def test_a_full_disk_under_the_ledger_stops_everything_until_there_is_room(house: House, disk: Path) -> None:
    """What cannot be written down does not happen: no letter leaves."""
    house.tables["ledger"] = {"url": f"sqlite:///{disk / 'ledger.db'}"}
    house.round()
    house.deliver(statement())
    with house.open() as workshop, full(disk):
        assert not Rounds(workshop, lambda: False).go()
    assert house.sink is not None
    assert house.sink.received == ()
    (house.root / "ledger.db").symlink_to(disk / "ledger.db")
    _as_ever(house)


def test_the_operators_hear_once_of_a_ledger_that_cannot_be_written_and_of_what(house: House, disk: Path) -> None:
    """That they were told cannot be written down either, and the mailbox itself is well."""
    house.tables |= {"alerts": {"operators": ("ops@un.example",)}}
    house.tables["ledger"] = {"url": f"sqlite:///{disk / 'ledger.db'}"}
    told = []
    with house.open() as workshop:
        assert Rounds(workshop, lambda: False).go()
        house.clock.turn(minutes=31)
        for _ in range(2):
            house.deliver(statement())
            with full(disk):
                for _ in range(4):
                    assert not Rounds(workshop, lambda: False).go()
                told += [last_text(house)]
                monitor = Monitor(workshop.desk.ledger, house.clock, timedelta(minutes=5))
                assert not monitor.health()[0]
            for _ in range(2):
                assert Rounds(workshop, lambda: False).go()
            house.clock.turn(minutes=31)
    assert all(
        "The last attempt said: the ledger cannot be used: database or disk is full" in " ".join(text.split())
        for text in told
    )
    staff = [subject for to, subject in subjects(house) if to == "ops@un.example"]
    assert [subject.partition(" has ")[0] for subject in staff] == [
        f"statement-intake: The mailbox {name}{news}"
        for news in ("", " works again; nothing was lost") * 2
        for name in ("copy", "main")
    ]


def test_a_full_disk_under_the_log_stops_nothing(house: House, disk: Path) -> None:
    """Lines are lost, statements are not."""
    house.deliver(statement())
    with full(disk), (disk / "filler").open("ab") as log:
        command = [sys.executable, "-m", "statement_intake", "poll"]
        assert subprocess.run(command, env=environment(house), stderr=log, check=False).returncode in {0, 120}  # noqa: S603 - our own program
    assert house.outcomes == [("accepted", None)]
    assert house.letters == [("receipt", "sent")]


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_a_service_whose_standard_error_is_closed_writes_its_log_nowhere_else(house: House, closed: str) -> None:
    """The ledger would otherwise have got its number."""
    house.deliver(statement())
    command = ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "statement_intake", "poll"]
    assert subprocess.run(command, env=environment(house), check=False).returncode == 0  # noqa: S603 - our own program
    assert house.outcomes == [("accepted", None)]
    assert house.letters == [("receipt", "sent")]


def test_a_folder_of_the_store_that_is_closed_to_the_service_is_named_by_the_doctor(house: House, disk: Path) -> None:
    """All above it may be as it should: whoever puts a backup back forgets what lies below."""
    house.tables["files"] = {"path": disk.parent}
    assert _mount("-o", "remount,ro", str(disk)) == 0
    files = next(found for found in examine(house.settings) if found.check == "files")
    assert (files.state, files.message.partition(" (")[0]) == ("problem", f"{disk} cannot be written to")


def test_a_read_only_disk_is_a_sentence_and_later_no_trouble(house: House, disk: Path) -> None:
    """Nothing is decided that could not be written down."""
    house.tables = {"ledger": {"url": f"sqlite:///{disk / 'ledger.db'}"}, "files": {"path": disk / "files"}}
    house.round()
    house.deliver(statement())
    places = {"LEDGER__URL": f"sqlite:///{disk / 'ledger.db'}", "FILES__PATH": str(disk / "files")}
    assert _mount("-o", "remount,ro", str(disk)) == 0
    refused = run(house, "poll", **places)
    assert _mount("-o", "remount,rw", str(disk)) == 0
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert refused.stderr
    (house.root / "ledger.db").symlink_to(disk / "ledger.db")
    _as_ever(house)


def test_a_copy_of_the_ledger_in_a_read_only_place_is_put_back(tmp_path: Path, disk: Path) -> None:
    """A snapshot, say. SQLite by itself would make files beside it first."""
    open_ledger(f"sqlite:///{disk / 'copy.db'}").close()
    assert _mount("-o", "remount,ro", str(disk)) == 0
    assert restore(disk / "copy.db", tmp_path / "ledger.db", [("main", "INBOX")], actor="anna", now=MORNING) == 0
    open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}").close()


@pytest.mark.parametrize(("held", "works"), [(0.2, True), (3.0, False)])
def test_a_locked_ledger_is_waited_for_and_given_up_for_this_round(
    house: House, monkeypatch: pytest.MonkeyPatch, held: float, works: bool,  # noqa: FBT001 - an outcome
) -> None:  # fmt: skip
    """Patience, scaled: a minute in earnest, a second here."""
    house.round()
    house.deliver(statement())
    monkeypatch.setattr(engine, "_BUSY_TIMEOUT_MS", 1000)
    other = sqlite3.connect(house.root / "ledger.db", isolation_level=None, check_same_thread=False)
    with house.open() as workshop:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(held, lambda: other.execute("ROLLBACK"))
        release.start()
        assert Rounds(workshop, lambda: False).go() is works
        release.join()
    other.close()
    _as_ever(house)


def test_a_damaged_page_is_refused_at_the_start_with_the_cure(house: House) -> None:
    """Before anything is read from it, or written to it."""
    house.deliver(statement())
    house.round()
    assert run(house, "backup", str(house.root / "copy.db")).returncode == 0
    ledger = house.root / "ledger.db"
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'letters'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with ledger.open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(b"\xff" * size)
    before = ledger.read_bytes()
    for command in ("run", "poll", "log"):
        refused = run(house, command)
        assert refused.returncode == 1
        assert "is damaged" in refused.stderr
        assert "restore it from a backup" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert ledger.read_bytes() == before
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (house.root / name).unlink(missing_ok=True)
    (house.root / "copy.db").rename(ledger)
    house.round()
    assert house.letters == [("receipt", "sent")]


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_jumps_a_day_delays_nothing_for_a_day_and_changes_no_time_of_receipt(
    house: House, days: int
) -> None:
    """A letter that was put off while the clock was wrong is due when it is right again."""
    house.deliver(statement())
    later = Sending(state=SendState.DEFERRED, reply="450 later")
    house.post["transport"] = lambda _: Post(later)
    house.clock.turn(days=days)
    house.round()
    assert house.letters == [("receipt", "deferred")]
    house.post.clear()
    house.clock.turn(days=-days, minutes=2)
    _as_ever(house)
    assert house.rows("SELECT received_at FROM messages") == [(f"{MORNING:%Y-%m-%d %H:%M:%S}.000000",)]
    house.clock.turn(days=days)
    _as_ever(house)


def test_two_instances_with_one_ledger_decide_and_answer_once(house: House) -> None:
    """Even if the lock were not there: on another machine, over a shared disk."""
    for party in ("Kenya", "Ghana", "Peru"):
        house.deliver(statement(f"12th EMIC statement – {party} 4", f"a@{party}.example", party=party))
    house.tables["schedule"] = {"poll_seconds": 1}
    with house.open() as one, house.open() as other:
        threads = [threading.Thread(target=Rounds(workshop, lambda: False).go) for workshop in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    until = time.monotonic() + 30
    while time.monotonic() < until and not all(state in {"sent", "unknown"} for _, state in house.letters):
        house.round()
    assert [outcome for outcome, _ in house.outcomes] == ["accepted"] * 3
    assert house.rows("SELECT count(*) FROM decisions") == [(3,)]
    assert len(house.letters) == 3
    assert house.sink is not None
    assert len(house.sink.received) <= 3
