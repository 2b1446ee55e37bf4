"""What technicians and interpreters get."""

import csv
import hashlib
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from statement_intake.packages import PackageError, plan, running_time, write
from tests.house import MORNING, House, statement
from tests.test_service import run


def dossiers(house: House) -> list[object]:
    """All submissions, as the ledger tells them."""
    with house.open() as workshop:
        return [workshop.desk.ledger.log.dossier(reference) for reference in house.references]


@pytest.fixture
def full(house: House) -> House:
    """A house with two statements accepted and one rejected."""
    house.deliver(statement("12th EMIC statement – Kenya 3 and 4"))
    later = statement("12th EMIC statement – Côte d’Ivoire 3", sender="mission@ci.example", party="Côte d’Ivoire")
    house.deliver(later, received=MORNING + timedelta(minutes=1))
    house.deliver(statement("12th EMIC statement – Atlantis 3", sender="mission@atlantis.example", party="Atlantis"))
    house.round()
    return house


def test_the_package_holds_what_is_accepted_and_proves_it(full: House, tmp_path: Path) -> None:
    """Safe numbered names, a manifest in two forms, digests that fit."""
    done = run(full, "export", "--meeting", "emic-12", str(tmp_path / "package"))
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "package" / "manifest.json").read_text())
    names = [Path(file["path"]).name.rsplit("_", 1)[0] for file in manifest["files"]]
    assert [file["path"].split("/")[1] for file in manifest["files"]] == ["item-3", "item-3", "item-4"]
    assert sorted(names) == ["001_KEN_Kenya", "001_KEN_Kenya", "002_CIV_Cote-d-Ivoire"]
    for file in manifest["files"]:
        content = (tmp_path / "package" / file["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    with (tmp_path / "package" / "manifest.csv").open(encoding="utf-8-sig") as rows:
        assert len(list(csv.DictReader(rows))) == 3
    again = run(full, "export", "--meeting", "emic-12", str(tmp_path / "package"))
    assert (again.returncode, "not empty" in again.stderr) == (1, True)


def test_what_a_delegation_asked_back_is_not_in_it(full: House) -> None:
    """A request to withdraw blocks at once."""
    with sqlite3.connect(full.root / "ledger.db") as ledger:
        ledger.execute("UPDATE submissions SET standing = 'withdrawal_requested' WHERE party = 'KEN'")
    entries = plan(filter(None, dossiers(full)))  # type: ignore[arg-type]
    assert {entry.party for entry in entries} == {"CIV"}
    assert running_time(entries) == {}


def test_a_damaged_file_makes_no_package(full: House, tmp_path: Path) -> None:
    """Nothing half is left."""
    with full.open() as workshop:
        entries = plan(filter(None, dossiers(full)))  # type: ignore[arg-type]
        path = workshop.desk.files.path(entries[0].sha256)
        path.chmod(0o600)
        path.write_bytes(b"other")
        with pytest.raises(PackageError, match="damaged"):
            write(entries, workshop.desk.files, tmp_path / "package", meeting="emic-12", made_at=MORNING)
    assert list(tmp_path.glob("*package*")) == []


def test_the_ledger_is_copied_while_it_is_in_use(full: House, tmp_path: Path) -> None:
    """A whole ledger comes out, beside a writer that is in the middle of something."""
    with sqlite3.connect(full.root / "ledger.db", isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE submissions SET subject = 'half done'")
        done = run(full, "backup", str(tmp_path / "copy.db"))
        writer.execute("ROLLBACK")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM submissions WHERE subject <> 'half done'").fetchone() == (3,)
    assert run(full, "backup", str(tmp_path / "copy.db")).returncode == 1
