"""A ledger is lost and comes back from a copy: nothing is lost with it, and nobody is answered twice."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from statement_intake.domain.records import FORGOTTEN
from statement_intake.ledger import migration
from statement_intake.ledger.engine import LedgerError, open_engine
from statement_intake.ledger.ledger import open_ledger
from statement_intake.ledger.restoring import restore
from tests.house import MORNING, House, statement
from tests.test_service import run

PLACES = [("main", "INBOX")]


def _lose(house: House) -> Path:
    """The ledger is gone, with all that is named like it."""
    ledger = house.root / "ledger.db"
    for file in house.root.glob("ledger.db*"):
        file.unlink()
    return ledger


def _put_back(house: House) -> int:
    return restore(house.root / "copy.db", _lose(house), PLACES, actor="anna", now=MORNING)


def _copy(house: House) -> None:
    assert run(house, "backup", str(house.root / "copy.db")).returncode == 0


def _deliver(house: House, party: str) -> None:
    house.deliver(statement(f"12th EMIC statement – {party} 4", f"mission@{party.lower()}.example", party=party))


def test_mail_that_was_answered_after_the_copy_is_decided_again_and_answered_by_a_person(house: House) -> None:
    """Its letter waits; that of mail which comes after the restoring goes by itself, as ever."""
    _deliver(house, "Kenya")
    house.round()
    _copy(house)
    _deliver(house, "Ghana")
    house.round()
    assert house.letters == [("receipt", "sent")] * 2
    assert _put_back(house) == 0
    house.round()
    assert [outcome for outcome, _ in house.outcomes] == ["accepted"] * 2
    assert house.letters == [("receipt", "sent"), ("receipt", "held")]
    _deliver(house, "Peru")
    house.round(2)
    assert house.letters == [("receipt", "sent"), ("receipt", "held"), ("receipt", "sent")]
    assert house.sink is not None
    assert [received.recipients[0].partition("@")[2] for received in house.sink.received] == [
        "kenya.example",
        "ghana.example",
        "peru.example",
    ]
    assert house.rows("SELECT actor, action FROM audit WHERE action = 'restore'") == [("anna", "restore")]


def test_a_letter_that_lies_in_sent_since_before_the_loss_stops_the_second_one(house: House) -> None:
    """An officer sends what waits without having looked; whoever wants it to go all the same says so."""
    for folder in ("cur", "new", "tmp"):
        (house.maildir() / ".Sent" / folder).mkdir(parents=True)
    house.tables = {"mailboxes": {"main": {"path": house.maildir(), "sent_folder": "Sent"}}}
    house.round()
    _copy(house)
    _deliver(house, "Ghana")
    house.round()
    assert house.sink is not None
    (house.maildir() / ".Sent" / "cur" / "1692777600.first.host:2,S").write_bytes(house.sink.received[0].content)
    _put_back(house)
    house.round()
    assert house.letters == [("receipt", "held")]
    (reference,) = house.references
    assert run(house, "outbox", "send", reference).returncode == 0
    house.round()
    assert house.letters == [("receipt", "held")]
    ((response,),) = house.rows("SELECT response FROM letters")
    assert str(response).startswith("a letter of ours that the ledger has lost has answered already: a mail of ")
    assert run(house, "outbox", "send", reference, "--although-answered").returncode == 0
    house.round()
    assert [received.recipients for received in house.sink.received] == [("mission@ghana.example",)] * 2


def test_a_letter_that_was_on_its_way_when_the_copy_was_made_waits(house: House) -> None:
    """It may have gone a moment later."""
    assert house.sink is not None
    house.sink.refusals["RCPT"] = "450 4.2.0 come back later"
    _deliver(house, "Kenya")
    house.round()
    assert house.letters == [("receipt", "deferred")]
    _copy(house)
    assert _put_back(house) == 1
    house.sink.refusals.clear()
    house.clock.turn(days=1)
    house.round()
    assert house.letters == [("receipt", "held")]
    assert house.sink.received == ()
    assert house.rows("SELECT response FROM letters") == [("restored from a copy: it may have gone since",)]


def test_mail_that_was_received_and_not_decided_when_the_copy_was_made_is_answered_by_a_person(house: House) -> None:
    """It has been decided since, as far as anybody knows."""
    _deliver(house, "Kenya")
    house.round()
    _copy(house)
    with closing(sqlite3.connect(house.root / "copy.db")) as copy, copy:
        copy.execute("UPDATE messages SET state = 'received', outcome = NULL")
        for table in ("findings", "files", "decisions", "letters"):
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above
        copy.execute("DELETE FROM submissions")
    _put_back(house)
    house.round()
    assert house.letters == [("receipt", "held")]


def test_a_mailbox_that_the_copy_has_never_looked_into_is_no_less_careful(house: House) -> None:
    """It was added to the settings after the copy."""
    house.round()
    _copy(house)
    _lose(house)
    restore(house.root / "copy.db", house.root / "ledger.db", [*PLACES, ("other", "INBOX")], actor="a", now=MORNING)
    assert set(house.rows("SELECT mailbox, uidvalidity FROM folders")) >= {("main", FORGOTTEN), ("other", FORGOTTEN)}


def test_nothing_is_put_over_a_ledger_nor_beside_the_remains_of_one(house: House) -> None:
    """SQLite would take another ledger's write-ahead log for this one's."""
    house.round()
    _copy(house)
    refused = run(house, "restore", str(house.root / "copy.db"))
    assert (refused.returncode, "move it away first" in refused.stderr) == (1, True)
    ledger = _lose(house)
    ledger.with_name("ledger.db-wal").write_bytes(b"remains")
    with pytest.raises(LedgerError, match=r"ledger\.db-wal is there"):
        restore(house.root / "copy.db", ledger, PLACES, actor="anna", now=MORNING)
    ledger.with_name("ledger.db-wal").unlink()
    done = run(house, "restore", str(house.root / "copy.db"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "restored; letters that were on their way and wait now (outbox list): 0" in done.stdout
    assert sorted(file.name for file in house.root.glob("*ledger.db*")) == ["ledger.db"]


def test_a_copy_of_an_older_version_is_brought_up_to_date_on_the_way(tmp_path: Path) -> None:
    """Disasters do not wait for the next backup after an upgrade. The copy stays what it was."""
    copy, ledger = tmp_path / "copy.db", tmp_path / "ledger.db"
    engine = open_engine(f"sqlite:///{copy}")
    command.upgrade(migration._config(engine), "0007")  # noqa: SLF001 - nobody else makes old ledgers
    engine.dispose()
    before = copy.read_bytes()
    assert restore(copy, ledger, PLACES, actor="anna", now=MORNING) == 0
    open_ledger(f"sqlite:///{ledger}").close()
    assert copy.read_bytes() == before


def test_a_copy_of_the_files_of_a_ledger_in_use_is_put_back_with_its_write_ahead_log(tmp_path: Path) -> None:
    """The last that was recorded stands there alone."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'old.db'}")
    with ledger.engine.begin() as connection:
        connection.execute(text("INSERT INTO folders (mailbox, folder, uidvalidity) VALUES ('late', 'INBOX', '7')"))
    for end in ("", "-wal"):
        (tmp_path / f"copy.db{end}").write_bytes((tmp_path / f"old.db{end}").read_bytes())
    ledger.close()
    restore(tmp_path / "copy.db", tmp_path / "ledger.db", PLACES, actor="anna", now=MORNING)
    with sqlite3.connect(tmp_path / "ledger.db") as restored:
        assert ("late", FORGOTTEN) in restored.execute("SELECT mailbox, uidvalidity FROM folders").fetchall()
    restored.close()


def test_a_restored_ledger_is_on_the_disk_and_so_is_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that found no ledger after a power cut would make an empty one, and answer everybody again."""
    copy, ledger = tmp_path / "copy.db", tmp_path / "ledger.db"
    open_ledger(f"sqlite:///{copy}").close()
    synced: list[tuple[str, bool]] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, ledger.exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    restore(copy, ledger, PLACES, actor="anna", now=MORNING)
    assert synced == [(".ledger.db.growing", False), (tmp_path.name, True)]


@pytest.mark.parametrize("table", [None, "moz_places"])
def test_a_database_of_another_program_is_not_put_back(tmp_path: Path, table: str | None) -> None:
    """Nor an empty file, which is a database, too: nobody would know that everything is gone."""
    (tmp_path / "copy.db").touch()
    if table is not None:
        with sqlite3.connect(tmp_path / "copy.db") as copy:
            copy.execute(f"CREATE TABLE {table} (id)")
        copy.close()
    with pytest.raises(LedgerError, match="is no copy of a ledger"):
        restore(tmp_path / "copy.db", tmp_path / "ledger.db", PLACES, actor="anna", now=MORNING)
    assert [file.name for file in tmp_path.iterdir()] == ["copy.db"]


def test_a_copy_of_a_newer_version_is_refused_by_its_name(tmp_path: Path) -> None:
    """The file that was growing means nothing to an administrator."""
    copy = tmp_path / "copy.db"
    open_ledger(f"sqlite:///{copy}").close()
    with sqlite3.connect(copy) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(LedgerError, match=r"^the ledger \S+/copy\.db was made by a newer version"):
        restore(copy, tmp_path / "ledger.db", PLACES, actor="anna", now=MORNING)
    assert [file.name for file in tmp_path.iterdir() if "growing" in file.name] == []


@pytest.mark.parametrize(("content", "told"), [(b"no database" * 100, "not a database"), (None, "is no file")])
def test_what_is_no_copy_is_not_put_back(tmp_path: Path, content: bytes | None, told: str) -> None:
    """Nothing is left of the attempt."""
    copy = tmp_path / "copy.db"
    if content:
        copy.write_bytes(content)
    with pytest.raises(LedgerError, match=told):
        restore(copy, tmp_path / "deep" / "ledger.db", PLACES, actor="anna", now=MORNING)
    assert list((tmp_path).rglob("*ledger*")) == []
