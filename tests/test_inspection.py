"""The inspection in the whole house: after the receipt, added to the record, never a verdict, and never lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statement_intake.domain.faults import LimitExceeded, SurroundingsFault
from statement_intake.domain.finding import Outcome
from statement_intake.inspection import inspect_waiting
from statement_intake.ledger.log import Filter
from statement_intake.operations.local_servers import SmtpSink
from statement_intake.rounds import Rounds
from statement_intake.workshop import Workshop
from tests.house import Flaky, House, Killed, statement, written
from tests.reading.conftest import ffmpeg


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A video of two seconds with a sound track that holds nothing."""
    path = tmp_path_factory.mktemp("silent") / "silent.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=2"),
        *("-f", "lavfi", "-i", "anullsrc=duration=2", "-t", "2", "-preset", "ultrafast", str(path)),
    )
    return path.read_bytes()


@pytest.fixture
def house(tmp_path: Path, smtp: SmtpSink, silent: bytes) -> House:
    """A house in which a delegation's silent video has been accepted and receipted."""
    house = House(tmp_path, smtp)
    house.deliver(statement(files=(("silent.mp4", silent), ("Transcript.docx", written()))))
    house.round()
    assert house.outcomes == [("accepted", None)]
    assert house.letters == [("receipt", "sent")]
    return house


def states(house: House) -> list[tuple[Any, ...]]:
    """State, starts and faults of every inspection."""
    return house.rows("SELECT state, starts, faults FROM inspections")


def test_what_an_inspection_finds_is_added_to_the_record(house: House) -> None:
    """The outcome stays, no letter goes, and a person is asked for; the previews outlive the next start."""
    with house.open() as workshop:
        assert Rounds(workshop, lambda: False).inspect()
        (row,) = workshop.desk.ledger.log.rows(Filter())
        assert (row.outcome, row.needs_person) == (Outcome.ACCEPTED, "silent.mp4 is silent from beginning to end.")
        assert "video.silent" in row.codes
        dossier = workshop.desk.ledger.log.dossier(str(row.reference))
        assert dossier is not None
        inspection = next(file.inspection for file in dossier.files if file.role == "video")
        assert inspection is not None
        assert (inspection.state, len(inspection.previews)) == ("done", 3)
        assert [entry.action for entry in dossier.audit] == ["decide", "inspect"]
    assert house.letters == [("receipt", "sent")]
    with house.open() as workshop:
        assert all(workshop.desk.files.holds(preview) for preview in inspection.previews)
        assert workshop.desk.ledger.inspections.due(house.clock()) == []


def test_a_second_mail_with_the_same_video_is_judged_with_what_is_known(house: House, silent: bytes) -> None:
    """It is held at once, and its letter says why."""
    with house.open() as workshop:
        inspect_waiting(workshop.desk, lambda: False)
    house.deliver(statement("12th EMIC statement – Kenya 5", files=(("again.mp4", silent), ("T.docx", written("K")))))
    house.round()
    assert house.outcomes[1][0] == "held"
    assert "video.silent" in [row[0] for row in house.rows("SELECT code FROM findings")]


def test_a_process_that_dies_over_an_inspection_begins_it_anew(house: House) -> None:
    """The start is counted before it can do harm."""
    with house.open() as workshop, pytest.raises(Killed):
        inspect_waiting(with_reader(workshop, Killed()), lambda: False)
    assert states(house) == [("pending", 1, 0)]
    with house.open() as workshop:
        inspect_waiting(workshop.desk, lambda: False)
    assert states(house) == [("done", 2, 0)]


def test_a_fault_of_the_surroundings_counts_for_nothing(house: House) -> None:
    """No ffmpeg, no sandbox: it stops, and is tried again."""
    with house.open() as workshop, pytest.raises(SurroundingsFault):
        inspect_waiting(with_reader(workshop, SurroundingsFault("no sandbox")), lambda: False)
    assert states(house) == [("pending", 0, 0)]


def test_a_limit_ends_it_at_once_and_a_fault_of_ours_after_some_tries(house: House) -> None:
    """Neither says anything about the video."""
    with house.open() as workshop:
        desk = with_reader(workshop, *[ValueError("a fault of ours")] * 3)
        for _ in range(4):
            inspect_waiting(desk, lambda: False)
            house.clock.turn(hours=1)
        (row,) = workshop.desk.ledger.log.rows(Filter())
    assert states(house) == [("failed", 3, 3)]
    assert (row.outcome, row.needs_person) == (Outcome.ACCEPTED, "")


def test_a_limit_is_not_tried_again(house: House) -> None:
    """The next attempt would end alike."""
    with house.open() as workshop:
        inspect_waiting(with_reader(workshop, LimitExceeded("took longer than allowed")), lambda: False)
    assert house.rows("SELECT state, problem FROM inspections") == [("failed", "took longer than allowed")]


def test_a_wish_to_stop_is_heard_between_two_videos(house: House) -> None:
    """What waits goes on waiting."""
    with house.open() as workshop:
        inspect_waiting(workshop.desk, lambda: True)
    assert states(house) == [("pending", 0, 0)]


def with_reader(workshop: Workshop, *faults: BaseException) -> Any:  # noqa: ANN401 - a desk
    """The desk with a reader that fails so often when it is asked to inspect."""
    changes: dict[str, Any] = {"reader": Flaky(workshop.desk.reader, {"inspect": list(faults)})}
    return replace(workshop.desk, **changes)
