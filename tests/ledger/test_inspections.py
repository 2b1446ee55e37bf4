"""What is found of a video after the decision is added to the record; it never changes what was decided."""

from datetime import timedelta

from statement_intake.domain.decision import Decision
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.inspection import Inspection, Measurements
from statement_intake.domain.message import Attachment, Category, VideoFacts
from statement_intake.domain.records import Arrival, Verdict
from statement_intake.domain.submission import Role, Submission, SubmittedFile
from statement_intake.ledger.log import Filter
from tests.ledger.conftest import LATE, NOON, Book, facts

VIDEO = "f" * 64
DONE = Inspection(
    video=VIDEO,
    state="done",
    measurements=Measurements(seconds=2, pictures=50, silent=True),
    contact_sheet="a" * 64,
    waveform="b" * 64,
    proxy=None,
    inspected_at=NOON,
)


def judge(attachment: Attachment) -> tuple[Finding, ...]:
    """A silent video, and one piece of advice."""
    return (
        Finding(code="video.silent", effect=Effect.HOLD, message=f"{attachment.name} is silent."),
        Finding(code="video.portrait", effect=Effect.NOTE, message="Upright."),
    )


def accepted(*, readable: bool = True) -> Decision:
    """An accepted video."""
    video = Attachment(
        name="a.mp4", media_type="video/mp4", category=Category.VIDEO, size=3, sha256=VIDEO,
        video=VideoFacts(readable=readable, seconds=2),
    )  # fmt: skip
    submission = Submission(files=(SubmittedFile(role=Role.VIDEO, attachment=video),))
    return Decision(outcome=Outcome.ACCEPTED, findings=(LATE,), submission=submission)


def decide(book: Book, *, readable: bool = True) -> Arrival:
    """Record an accepted video."""
    arrival = book.arrive()
    book.ledger.record.decided(
        arrival, facts(), arrival.reference, accepted(readable=readable), Verdict(at=NOON), answers=None, mark=False
    )
    return arrival


def test_a_video_waits_for_its_inspection_once_however_often_it_comes(book: Book) -> None:
    """One video in two submissions is inspected once; one that cannot be played never."""
    assert book.ledger.inspections.of(VIDEO) is None
    decide(book, readable=False)
    assert book.ledger.inspections.due(NOON) == []
    decide(book)
    decide(book)
    assert [(one.video, one.starts) for one in book.ledger.inspections.due(NOON)] == [(VIDEO, 0)]
    waiting = book.ledger.inspections.of(VIDEO)
    assert waiting is not None
    assert waiting.state == "pending"


def test_what_is_found_stands_with_every_submission_of_the_video(book: Book) -> None:
    """As findings, an entry in the history, and the wish for a person; outcome and letters stay."""
    arrivals = [decide(book), decide(book)]
    book.ledger.inspections.done(DONE, NOON, judge)
    assert book.ledger.inspections.of(VIDEO) == DONE
    assert book.ledger.inspections.due(NOON) == []
    rows = list(book.ledger.log.rows(Filter()))
    assert [(row.outcome, row.needs_person, row.reply) for row in rows] == [
        (Outcome.ACCEPTED, "a.mp4 is silent.", None)
    ] * 2
    dossier = book.ledger.log.dossier(arrivals[1].reference)
    assert dossier is not None
    assert [found.code for found in dossier.history[0].findings] == [
        "deadline.passed",
        "video.silent",
        "video.portrait",
    ]
    assert dossier.audit[-1].action == "inspect"
    assert dossier.audit[-1].detail["findings"] == ["video.silent", "video.portrait"]
    assert dossier.files[0].inspection == DONE


def test_an_inspection_that_is_recorded_twice_counts_once(book: Book) -> None:
    """A second process, or one that was killed between its work and its record."""
    arrival = decide(book)
    book.ledger.inspections.done(DONE, NOON, judge)
    book.ledger.inspections.done(DONE.model_copy(update={"proxy": "c" * 64}), NOON, judge)
    book.ledger.inspections.failed(VIDEO, "too late", NOON)
    assert book.ledger.inspections.of(VIDEO) == DONE
    dossier = book.ledger.log.dossier(arrival.reference)
    assert dossier is not None
    assert len(dossier.history[0].findings) == 3
    assert [entry.action for entry in dossier.audit] == ["decide", "inspect"]


def test_an_officers_verdict_ends_the_need_for_a_person(book: Book) -> None:
    """Whatever the verdict is."""
    decide(book)
    book.ledger.inspections.done(DONE, NOON, judge)
    book.overrule(1, 1)
    assert next(book.ledger.log.rows(Filter())).needs_person == ""


def test_previews_are_kept_by_the_ledger(book: Book) -> None:
    """What a start sweeps away is never one of them."""
    decide(book)
    book.ledger.inspections.done(DONE, NOON, judge)
    assert book.ledger.contents.unreferred([VIDEO, "a" * 64, "b" * 64, "c" * 64]) == {"c" * 64}


def test_a_fault_waits_and_a_failure_is_no_verdict(book: Book) -> None:
    """It is told in the history, and that is all."""
    arrival = decide(book)
    inspections = book.ledger.inspections
    inspections.begin(VIDEO)
    inspections.fault(VIDEO, "no memory", NOON + timedelta(minutes=1))
    assert inspections.due(NOON) == []
    assert [(one.starts, one.faults) for one in inspections.due(NOON + timedelta(minutes=1))] == [(1, 1)]
    inspections.begin(VIDEO)
    inspections.interrupted(VIDEO)
    assert [one.starts for one in inspections.due(NOON + timedelta(minutes=1))] == [1]
    inspections.failed(VIDEO, "no memory", NOON)
    kept = inspections.of(VIDEO)
    assert kept is not None
    assert (kept.state, kept.problem, inspections.due(NOON + timedelta(days=9))) == ("failed", "no memory", [])
    dossier = book.ledger.log.dossier(arrival.reference)
    assert dossier is not None
    assert (dossier.outcome, dossier.needs_person) == (Outcome.ACCEPTED, "")
    assert dossier.audit[-1].detail["failed"] == "no memory"


def test_what_was_measured_is_known_of_a_video_that_comes_again(book: Book) -> None:
    """A later submission is judged with it at once."""
    decide(book)
    book.ledger.inspections.done(DONE, NOON, judge)
    assert book.ledger.inspections.measured([VIDEO, "0" * 64]) == {VIDEO: DONE.measurements}
