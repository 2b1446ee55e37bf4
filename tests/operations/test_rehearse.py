"""A rehearsal tells what would happen, and leaves no trace."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import LogRow
from statement_intake.ledger.log import Filter
from statement_intake.operations.compare import differences
from statement_intake.operations.rehearse import Rehearsed, rehearsal, rehearse, summary
from statement_intake.review import Correction, give_verdict
from tests.house import MEETINGS, MORNING, House, statement
from tests.test_service import run

KOREA = "12th EMIC statement – Korea 4"
UNRELATED = b"From: a@b.example\r\nTo: uncac@un.org\r\nSubject: Lunch\r\n\r\nAt noon?\r\n"


def rehearsed(house: House, folder: Path) -> Rehearsed:
    """A rehearsal over the house's mailboxes, below *folder*."""
    folder.mkdir()
    with rehearsal(house.settings, folder) as workshop:
        return rehearse(workshop, lambda: False)


def told(rows: tuple[LogRow, ...]) -> list[tuple[str, str | None, str | None]]:
    """Outcome, party and letter of each row."""
    return [(str(row.outcome), row.party, row.reply) for row in rows]


def test_a_rehearsal_decides_as_the_service_will(tmp_path: Path) -> None:
    """Duplicates, limits and unrelated mail included: the rows are those of a real run."""
    house = House(tmp_path, tables={"limits": {"replies_per_sender_per_day": 1}})
    same = statement()
    mails = [
        same,
        statement("12th EMIC statement – Kenya 99"),
        statement(KOREA, sender="a@mission.example"),
    ]
    for minute, mail in enumerate(mails):
        house.deliver(mail, received=MORNING + timedelta(minutes=minute))
    house.deliver(UNRELATED)
    house.deliver(same, "copy", MORNING + timedelta(hours=1))
    before = rehearsed(house, tmp_path / "aside")
    assert told(before.rows) == [
        ("accepted", "KEN", "queued"),
        ("held", "KEN", "held"),
        ("held", None, "queued"),
        ("ignored", None, None),
        ("ignored", None, None),
    ]
    assert list(summary(before)) == [
        "3 statements or what may be one:",
        "      2  held",
        "      1  accepted",
        "Why they would not be accepted at once:",
        "      1  subject.item_unknown",
        "      1  subject.party_ambiguous",
        'With mode = "send" 2 letters would go at once, 1 would wait.',
        "2 messages would be left alone:",
        "      1  message.unrelated",
        "      1  message.duplicate",
    ]
    house.round()
    with house.open() as workshop:
        rows = workshop.desk.ledger.log.rows(Filter(outcomes=tuple(Outcome)))
        assert [(row.outcome, row.codes) for row in rows] == [(row.outcome, row.codes) for row in before.rows]


def test_a_rehearsal_leaves_no_trace(tmp_path: Path) -> None:
    """Neither ledger nor store nor mailbox of the service know of it."""
    house = House(tmp_path)
    path = house.deliver(statement())
    rehearsed(house, tmp_path / "aside")
    assert path.exists()
    assert not (tmp_path / "ledger.db").exists()
    assert not (tmp_path / "files").exists()


def test_a_mailbox_that_cannot_be_reached_hides_no_other(tmp_path: Path) -> None:
    """What can be looked through is rehearsed, and the rest is named."""
    house = House(tmp_path)
    house.tables = {"mailboxes": {"main": {"path": house.maildir()}, "gone": {"path": tmp_path / "nowhere"}}}
    house.deliver(statement())
    result = rehearsed(house, tmp_path / "aside")
    assert told(result.rows) == [("accepted", "KEN", "queued")]
    assert [problem.partition(":")[0] for problem in result.unreachable] == ["gone"]
    assert list(summary(result))[-1].startswith("Not looked through: gone: ")


def test_with_unchanged_rules_no_past_decision_differs(tmp_path: Path) -> None:
    """Neither the service's own, nor one that an officer has overruled."""
    house = House(tmp_path)
    for subject in ("12th EMIC statement – Kenya 4", "12th EMIC statement – Atlantis 4", KOREA):
        house.deliver(statement(subject))
    house.round()
    with house.open() as workshop:
        correction = Correction(party="KOR")
        give_verdict(
            "accept", house.references[-1], workshop.desk, actor="Ana", because="by telephone", correction=correction
        )
        assert list(differences(workshop.desk)) == []


def test_a_changed_limit_shows_every_decision_that_would_differ(tmp_path: Path) -> None:
    """With the outcome then and today, and with what an officer has settled marked as such."""
    house = House(tmp_path)
    house.deliver(statement("12th EMIC statement – Kenya 4"))
    house.deliver(statement("12th EMIC statement – Ghana 4", party="Ghana"))
    house.round()
    kenya, ghana = house.references
    meetings = changed_meetings(tmp_path)
    with house.open() as workshop:
        give_verdict("reject", ghana, workshop.desk, actor="Ana", because="another meeting", correction=Correction())
    house.tables = {"meetings": {"path": meetings}}
    with house.open() as workshop:
        assert [difference.told for difference in differences(workshop.desk)] == [
            f"{kenya}  outcome: accepted -> held; +subject.item_unknown",
            f"{ghana}  outcome: accepted -> held; +subject.item_unknown  (an officer has decided: that stands)",
        ]


def test_a_limit_that_changes_no_outcome_shows_where_a_letter_that_waits_names_it(tmp_path: Path) -> None:
    """The delegation would be told of one that is none any more."""
    house = House(tmp_path)
    shutil.copytree(MEETINGS, tmp_path / "meetings")
    house.tables = {"meetings": {"path": tmp_path / "meetings"}, "replies": {"mode": "hold"}}
    house.deliver(statement(), received=MORNING + timedelta(days=30))
    house.round()
    file = tmp_path / "meetings" / "emic-12.toml"
    was = file.read_text(encoding="utf-8")
    # The 6th was a Wednesday.
    file.write_text(was.replace("open_until = 2023-09-15", "open_until = 2023-09-06"), encoding="utf-8")
    with house.open() as workshop:
        (difference,) = differences(workshop.desk)
    assert difference.then == difference.today
    assert difference.told.startswith(f"{house.references[0]}  deadline.passed: ")


def test_the_command_prints_a_line_for_every_message_and_keeps_nothing(house: House, tmp_path: Path) -> None:
    """Unless it is told where: then the rehearsal's own ledger can be looked into."""
    house.deliver(statement())
    house.maildir("copy")
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run(house, "rehearse", "--json")
    assert (done.returncode, [json.loads(line)["outcome"] for line in done.stdout.splitlines()]) == (0, ["accepted"])
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert run(house, "rehearse", "--keep", str(tmp_path / "kept")).returncode == 0
    assert (tmp_path / "kept" / "ledger.db").exists()
    assert run(house, "rehearse", "--keep", str(tmp_path / "kept")).returncode == 2


def test_the_command_compares_with_the_ledger(house: House) -> None:
    """Exit 1 where past decisions differ, so that a script can ask."""
    house.deliver(statement())
    house.round()
    done = run(house, "rehearse", "--against-ledger")
    assert (done.returncode, done.stdout) == (0, "no past decision would differ today\n")


def changed_meetings(folder: Path) -> Path:
    """The meeting's file as it is, without its agenda item 4."""
    changed = folder / "meetings"
    changed.mkdir()
    for file in MEETINGS.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        (changed / file.name).write_text(text.replace('number = "4"', 'number = "44"'), encoding="utf-8")
    return changed
