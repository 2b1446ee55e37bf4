"""What is old goes; that it was here, and what became of it, stays."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statement_intake.configuration import load_knowledge
from statement_intake.domain.retention import Stage, due
from statement_intake.operations.purge import find, purge
from statement_intake.review import Correction, ReviewError, give_verdict
from tests.house import MEETINGS, MORNING, Flaky, House, statement, written
from tests.test_service import run

#: The meeting ended on 8 September 2023: days count from the midnight after it.
ENDED = datetime(2023, 9, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "stages"),
    [(364, ()), (365, ("mail",)), (730, ("mail", "files")), (3650, ("mail", "files", "record"))],
)
def test_the_days_count_from_the_end_of_the_meeting(days: int, stages: tuple[str, ...]) -> None:
    """With the stated defaults: a year, two years, ten years."""
    meeting = load_knowledge(MEETINGS).meeting("emic-12")
    assert due(meeting, MORNING, frozenset(), ENDED + timedelta(days=days)) == stages
    assert due(meeting, MORNING, frozenset(Stage), ENDED + timedelta(days=days)) == ()


def test_what_belongs_to_no_meeting_counts_from_its_receipt() -> None:
    """And what came long after a meeting does, too."""
    assert due(None, MORNING, frozenset(), MORNING + timedelta(days=364)) == ()
    assert due(None, MORNING, frozenset(), MORNING + timedelta(days=365)) == (Stage.MAIL,)
    meeting = load_knowledge(MEETINGS).meeting("emic-12")
    late = MORNING + timedelta(days=700)
    assert due(meeting, late, frozenset(), late + timedelta(days=364)) == ()


def everything(house: House) -> str:
    """All text of the ledger, the search index included."""
    tables = ("messages", "submissions", "findings", "files", "letters", "decisions", "audit", "search")
    return "\n".join(str(row) for table in tables for row in house.rows(f"SELECT * FROM {table}"))  # noqa: S608 - ours


def test_content_goes_and_the_outcome_stays(house: House) -> None:
    """In three stages; the same mail is still known as decided afterwards, and what is purged is not judged again."""
    mail = statement(text="A word that only the mail says: Ruwenzori.", sender="secretary@kenya.go.ke")
    house.deliver(mail)
    house.round()
    (reference,) = house.references
    with house.open() as workshop:
        desk = workshop.desk
        house.clock.now = MORNING + timedelta(days=400)
        assert [(one.reference, one.stages) for one in find(desk)] == [(reference, (Stage.MAIL,))]
        assert "Ruwenzori" in everything(house)
        assert [files for _, files in purge(desk, actor="Ana", because="retention")] == [1]
        assert "Ruwenzori" not in everything(house)
        assert len(house.stored) == 1
        house.clock.now = MORNING + timedelta(days=800)
        assert [files for _, files in purge(desk, actor="Ana", because="retention")] == [1]
        assert house.stored == set()
        assert "secretary@kenya.go.ke" in everything(house)
        house.clock.now = MORNING + timedelta(days=3700)
        list(purge(desk, actor="Ana", because="retention"))
        assert "kenya.go.ke" not in everything(house)
        assert list(purge(desk, actor="Ana", because="retention")) == []
        dossier = desk.ledger.log.dossier(reference)
        assert dossier is not None
        assert (str(dossier.outcome), dossier.party, dossier.items) == ("accepted", "KEN", ("4",))
        assert dossier.purged == ("files", "mail", "record")
        assert [entry.action for entry in dossier.audit].count("purge") == 3
        with pytest.raises(ReviewError, match="was purged"):
            give_verdict("reject", reference, desk, actor="Ana", because="x", correction=Correction())
    house.deliver(mail, "copy", MORNING)
    house.round()
    assert house.references == [reference]
    assert house.outcomes[-1] == ("ignored", "message.duplicate")


def test_a_file_that_another_submission_keeps_stays(house: House) -> None:
    """Only for as long as somebody keeps it."""
    content = (("statement.docx", written()),)
    house.deliver(statement(files=content))
    house.deliver(
        statement("12th EMIC statement – Ghana 4", sender="a@gh.example", files=content),
        received=MORNING + timedelta(days=700),
    )
    house.clock.now = MORNING + timedelta(days=701)
    house.round()
    with house.open() as workshop:
        house.clock.now = MORNING + timedelta(days=800)
        list(purge(workshop.desk, actor="Ana", because="retention"))
        assert len(house.stored) == 2
        house.clock.now = MORNING + timedelta(days=2000)
        list(purge(workshop.desk, actor="Ana", because="retention"))
        assert house.stored == set()


def test_a_file_that_comes_again_just_as_its_last_row_lets_go_stays(house: House) -> None:
    """The service has brought it into the store, and is about to write down whose it is."""
    content = (("statement.docx", written()),)
    house.deliver(statement(files=content))
    house.round()
    again = MORNING + timedelta(days=1000)
    house.deliver(statement("12th EMIC statement – Ghana 4", sender="a@gh.example", files=content), received=again)
    house.clock.now = again
    with house.open() as workshop:
        letting_go = threading.Thread(target=lambda: list(purge(workshop.desk, actor="Ana", because="retention")))

    def adopt(path: Path, sha256: str) -> None:
        workshop.desk.files.adopt(path, sha256)
        if letting_go.ident is None:
            letting_go.start()
            while not house.rows("SELECT id FROM audit WHERE action = 'purge'"):
                pass
            letting_go.join(0.5)

    house.desk["files"] = lambda real: Flaky(real, {}, instead={"adopt": adopt})
    house.round()
    letting_go.join()
    kept = {row[0] for row in house.rows("SELECT sha256 FROM files WHERE kept")}
    assert len(kept) == 1
    assert kept <= house.stored


def test_a_letter_that_waits_keeps_its_record(house: House) -> None:
    """Nothing goes from under somebody's hands."""
    house.tables = {"replies": {"mode": "hold"}}
    house.deliver(statement())
    house.round()
    with house.open() as workshop:
        house.clock.now = MORNING + timedelta(days=9000)
        list(purge(workshop.desk, actor="Ana", because="retention"))
        assert [one.stages for one in find(workshop.desk)] == [(Stage.RECORD,)]
    assert "mission@kenya.go.ke" in everything(house)


def test_the_command_only_tells_unless_it_is_told_to_do_it(house: House) -> None:
    """What would go is listed first; with --do it goes."""
    house.deliver(statement(), received=MORNING)
    house.round()
    told = run(house, "purge", "--because", "retention")
    assert told.stdout.splitlines()[-1] == "1 submission; nothing was done"
    done = run(house, "purge", "--because", "retention", "--do")
    assert done.stdout.splitlines()[-1].startswith("1 submission, ")
    assert done.stdout.startswith(house.references[0])
