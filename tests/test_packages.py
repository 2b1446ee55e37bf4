"""What technicians and interpreters get."""

import csv
import hashlib
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from statement_intake.configuration import load_knowledge
from statement_intake.domain.packing.packing import PackageKind, is_interpreted, plan, running_time
from statement_intake.domain.packing.speakers_list import OrderError, read_order
from statement_intake.domain.records import Dossier
from statement_intake.operations.purge import purge
from statement_intake.packages import PackageError, as_archive, survey, to_folder
from statement_intake.review import withdraw
from tests.house import MEETINGS, MORNING, House, statement
from tests.test_service import run

KNOWLEDGE = load_knowledge(MEETINGS)
EMIC = next(meeting for meeting in KNOWLEDGE.meetings if meeting.id == "emic-12")


def dossiers(house: House) -> list[Dossier]:
    """All submissions, as the ledger tells them."""
    with house.open() as workshop:
        log = workshop.desk.ledger.log
        return [dossier for reference in house.references if (dossier := log.dossier(reference))]


@pytest.fixture
def full(house: House) -> House:
    """A house with two statements accepted and one rejected."""
    house.deliver(statement("12th EMIC statement – Kenya 3 and 4"))
    later = statement("12th EMIC statement – Côte d’Ivoire 3", sender="mission@ci.example", party="Côte d’Ivoire")
    house.deliver(later, received=MORNING + timedelta(minutes=1))
    other = statement("12th EMIC statement – Atlantis 3", sender="mission@atlantis.example", party="Atlantis")
    house.deliver(other, received=MORNING + timedelta(minutes=2))
    house.round()
    return house


def test_the_package_holds_what_is_accepted_and_proves_it(full: House, tmp_path: Path) -> None:
    """Safe numbered names, a manifest in two forms, digests that fit."""
    done = run(full, "export", "--meeting", "emic-12", str(tmp_path / "package"), "--kind", "interpreters")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "package" / "manifest.json").read_text())
    names = [Path(file["path"]).name.rsplit("_", 1)[0] for file in manifest["files"]]
    assert [file["path"].split("/")[1] for file in manifest["files"]] == ["item-3", "item-3", "item-4"]
    assert sorted(names) == ["001_KEN_Kenya", "001_KEN_Kenya", "002_CIV_Cote-d-Ivoire"]
    assert {file["path"].split("/")[2] for file in manifest["files"]} == {"en"}
    for file in manifest["files"]:
        content = (tmp_path / "package" / file["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    with (tmp_path / "package" / "manifest.csv").open(encoding="utf-8-sig") as rows:
        assert len(list(csv.DictReader(rows))) == 3
    again = run(full, "export", "--meeting", "emic-12", str(tmp_path / "package"), "--kind", "interpreters")
    assert (again.returncode, "not empty" in again.stderr) == (1, True)


def test_what_a_delegation_asked_back_is_not_in_it(full: House) -> None:
    """A request to withdraw blocks at once."""
    full.change("UPDATE submissions SET standing = 'withdrawal_requested' WHERE party = 'KEN'")
    entries = plan(PackageKind.INTERPRETERS, dossiers(full), {}, is_interpreted)
    assert {entry.party for entry in entries} == {"CIV"}
    assert running_time(entries) == {}


def test_a_damaged_file_makes_no_package(full: House, tmp_path: Path) -> None:
    """Nothing half is left in a folder, nothing is remembered, and an archive that broke off does not open."""
    kinds = (PackageKind.INTERPRETERS,)
    with full.open() as workshop:
        desk = workshop.desk
        path = desk.files.path(survey(EMIC, kinds, desk)[0].entries[0].sha256)
        path.chmod(0o600)
        path.write_bytes(b"other")
        with pytest.raises(PackageError, match="damaged"):
            to_folder(EMIC, kinds, desk, tmp_path / "package", actor="Ana")
        assert list(tmp_path.glob("*package*")) == []
        assert desk.ledger.shelf.last("emic-12", PackageKind.INTERPRETERS) is None
        begun = bytearray()
        with pytest.raises(PackageError, match="damaged"):
            begun.extend(b"".join(as_archive(EMIC, PackageKind.INTERPRETERS, desk, actor="Ana")))
        path.unlink()
        with pytest.raises(PackageError, match="not in the store"):
            as_archive(EMIC, PackageKind.INTERPRETERS, desk, actor="Ana")


def test_an_archive_is_the_same_package(full: House, tmp_path: Path) -> None:
    """The same names, the same content, the same manifest; and it is remembered."""
    with full.open() as workshop:
        desk = workshop.desk
        archive = b"".join(as_archive(EMIC, PackageKind.INTERPRETERS, desk, actor="Ana"))
        to_folder(EMIC, (PackageKind.INTERPRETERS,), desk, tmp_path / "package", actor="Ana")
        frozen = desk.ledger.shelf.last("emic-12", PackageKind.INTERPRETERS)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        packed = {name: opened.read(name) for name in opened.namelist()}
    folder = tmp_path / "package"
    assert packed == {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert frozen is not None
    assert (frozen.id, len(frozen.entries)) == (2, 3)


def test_the_list_of_speakers_settles_the_order(full: House, tmp_path: Path) -> None:
    """By names or codes; who is not on it follows in the order of arrival."""
    speakers = tmp_path / "speakers.csv"
    speakers.write_text("Item,Party\n3,Côte d’Ivoire\n3,KEN\n", encoding="utf-8")
    done = run(full, "order", "--meeting", "emic-12", str(speakers))
    assert (done.returncode, done.stdout) == (0, "item 3: CIV KEN\n")
    run(full, "export", "--meeting", "emic-12", str(tmp_path / "package"), "--kind", "interpreters")
    manifest = json.loads((tmp_path / "package" / "manifest.json").read_text())
    assert [(file["item"], file["number"], file["party"]) for file in manifest["files"]] == [
        ("3", 1, "CIV"), ("3", 2, "KEN"), ("4", 1, "KEN"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("item;party\n3;Kenya\n", "line 1: there is no column item, party"),
        ("item,party\n9,Kenya\n", "line 2: the agenda has no item “9”"),
        ("item,party\n3,Kenya\n3,Korea\n", "line 3: “Korea” is not one party"),
    ],
)
def test_a_list_of_speakers_that_leaves_a_doubt_is_refused(content: str, complaint: str) -> None:
    """With the line; nothing of it counts."""
    with pytest.raises(OrderError, match=re.escape(complaint)):
        read_order(content.splitlines(), EMIC, KNOWLEDGE.parties)


def test_what_changes_after_a_package_was_handed_out_is_called_out(full: House, tmp_path: Path) -> None:
    """Withdrawn, new and moved: a technician who copied the videos yesterday has to know."""
    kinds = (PackageKind.INTERPRETERS,)
    with full.open() as workshop:
        to_folder(EMIC, kinds, workshop.desk, tmp_path / "package", actor="Ana")
        assert survey(EMIC, kinds, workshop.desk)[0].changes == ()
        withdraw(full.references[0], workshop.desk, actor="Ana", because="note verbale")
    late = statement("12th EMIC statement – Ghana 4", sender="mission@gh.example", party="Ghana")
    full.deliver(late, received=MORNING + timedelta(minutes=3))
    full.round()
    kenya, ivory, *_, ghana = full.references
    done = run(full, "export", "--meeting", "emic-12", "--kind", "interpreters", "--changes")
    assert done.returncode == 1
    assert "CHANGED since it was handed out on 2023-08-23 08:00 UTC" in done.stdout
    assert sorted(line.strip() for line in done.stdout.splitlines()[2:]) == sorted(
        [
            f"item 3: Kenya ({kenya}): no longer to be used, was 1",
            f"item 3: Côte d'Ivoire ({ivory}): moved from 2 to 1",
            f"item 4: Ghana ({ghana}): new, at 1",
            f"item 4: Kenya ({kenya}): no longer to be used, was 1",
        ]
    )


def test_the_ledger_is_copied_while_it_is_in_use(full: House, tmp_path: Path) -> None:
    """A whole ledger comes out, beside a writer that is in the middle of something."""
    with closing(sqlite3.connect(full.root / "ledger.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE submissions SET subject = 'half done'")
        done = run(full, "backup", str(tmp_path / "copy.db"))
        writer.execute("ROLLBACK")
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM submissions WHERE subject <> 'half done'").fetchone() == (3,)
    assert run(full, "backup", str(tmp_path / "copy.db")).returncode == 1


def test_a_video_that_a_person_has_to_look_at_is_not_played(full: House) -> None:
    """Until somebody has: then it is in the package again."""
    full.change(
        "UPDATE files SET role = 'video'",
        "UPDATE submissions SET needs_person = 'It is silent.' WHERE party = 'KEN'",
    )
    with full.open() as workshop:
        packed = survey(EMIC, (PackageKind.PLAY_OUT,), workshop.desk)[0]
    assert {entry.party for entry in packed.entries} == {"CIV"}
    assert [one.why for one in packed.blocked] == ["a person has to look at it first: It is silent."]


@pytest.mark.parametrize("kinds", [(PackageKind.INTERPRETERS,), tuple(PackageKind)])
def test_what_was_let_go_of_is_left_out_by_name_and_what_is_lost_is_said(
    full: House, tmp_path: Path, kinds: tuple[PackageKind, ...]
) -> None:
    """By retention, years later; and where a ledger from before that was put back without its files."""
    full.clock.turn(days=800)
    with full.open() as workshop:
        desk = workshop.desk
        before = survey(EMIC, kinds, desk)[-1].entries
        lost = desk.files.path(before[0].original or before[0].sha256)
        lost.rename(tmp_path / "lost")
        with pytest.raises(PackageError, match=f"the file {lost.name} of {before[0].reference} is not in the store"):
            to_folder(EMIC, kinds, desk, tmp_path / "package", actor="Ana")
        list(purge(desk, actor="Ana", because="retention"))
        packed = to_folder(EMIC, kinds, desk, tmp_path / "package", actor="Ana")[-1]
    assert packed.entries == ()
    assert [(one.name, one.why) for one in packed.blocked] == [
        (entry.name, "its time is over, and it was let go of (purge)") for entry in before
    ]
    assert "let go of (purge): files, mail" in run(full, "show", before[0].reference).stdout
