"""A person's verdict: overruled, mended, attached; one at a time, and never against a letter that is leaving."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.meeting import Kind
from statement_intake.domain.records import Verdict
from statement_intake.files import FileStore
from statement_intake.operations.demo.media import video
from statement_intake.review import Correction, Reviewed, ReviewError, attach, give_verdict, withdraw
from statement_intake.workshop import Workshop
from tests.house import KENYA, Flaky, House, Killed, statement, written

#: Names a party and a statement, but no meeting.
DOUBTFUL = "Statement of Kenya, item 4"


def verdict(
    action: str, house: House, workshop: Workshop, number: int = 0, *, letter: bool = True, **correction: object
) -> Reviewed:
    """What an officer decides about a submission."""
    return give_verdict(
        action, house.references[number], workshop.desk, actor="officer", because="because I say so",
        correction=Correction.model_validate(correction), letter=letter,
    )  # fmt: skip


def test_an_officer_accepts_what_only_looked_like_a_statement(house: House) -> None:
    """Held in silence; accepted with party, item and kind it gets its receipt."""
    house.deliver(statement(DOUBTFUL))
    house.round()
    assert house.outcomes == [("held", "message.doubtful")]
    assert house.letters == []
    with house.open() as workshop:
        done = verdict("accept", house, workshop, party="KEN", items=("4",), kind=Kind.WRITTEN)
    assert done.outcome is Outcome.ACCEPTED
    house.round()
    assert house.letters == [("receipt", "sent")]
    assert house.rows("SELECT outcome, party, revision FROM submissions") == [("accepted", "KEN", 2)]
    assert house.rows("SELECT actor, action FROM audit ORDER BY id") == [("service", "decide"), ("officer", "accept")]


def test_a_mail_that_must_not_be_answered_is_not_answered_by_an_officer_either(house: House) -> None:
    """It came through a list: accepted, without a letter."""
    house.deliver(statement(List_Id="<delegates.example.org>"))
    house.round()
    assert house.outcomes == [("held", "message.no_reply")]
    with house.open() as workshop:
        assert verdict("accept", house, workshop).letter is None
    house.round()
    assert house.letters == []


def test_what_lacks_what_every_statement_needs_cannot_be_accepted(house: House) -> None:
    """The officer learns what is missing and how to add it."""
    house.deliver(statement("12th EMIC statement –  4", party="x"))
    house.round()
    with house.open() as workshop, pytest.raises(ReviewError, match="party"):
        verdict("accept", house, workshop)
    with house.open() as workshop, pytest.raises(ReviewError, match="there is no party XYZ"):
        verdict("accept", house, workshop, party="XYZ")
    assert house.rows("SELECT revision FROM submissions") == [(1,)]


def test_of_two_officers_the_second_is_told(house: House) -> None:
    """The one who looked at an older revision decides nothing."""
    house.deliver(statement())
    house.round()
    with house.open() as workshop:
        stale = workshop.desk.ledger.log.dossier(house.references[0])
        assert stale is not None
        verdict("reopen", house, workshop)
        decision, theirs = Decision(outcome=Outcome.HELD), Verdict(at=house.clock.now)
        with pytest.raises(Conflict, match="somebody else"):
            workshop.desk.ledger.verdicts.overruled(stale.id, stale.revision, decision, theirs)
    assert house.rows("SELECT revision FROM submissions") == [(2,)]


@pytest.mark.parametrize("state", ["sending", "data"])
def test_a_verdict_is_refused_while_a_letter_is_leaving(house: House, state: str) -> None:
    """In a minute it is known what became of it."""
    house.deliver(statement())
    house.tables["replies"] = {"mode": "hold"}
    house.round()
    with house.open() as workshop:
        ledger, outbox = workshop.desk.ledger, workshop.post.outbox
        letter = ledger.letters.waiting()[0]
        ledger.handling.release(letter.id, "officer", house.clock.now)
        outbox.claim(letter.id)
        if state == "data":
            outbox.data_begins(letter.id)
        with pytest.raises(Conflict, match="being sent"):
            verdict("reject", house, workshop)
    assert house.rows("SELECT revision, outcome FROM submissions") == [(1, "accepted")]


def test_reopening_sends_nothing_and_takes_the_unsent_letter_back(house: House) -> None:
    """Mended on the way: what the officer knows better stays."""
    house.tables["replies"] = {"mode": "hold"}
    house.deliver(statement())
    house.round()
    with house.open() as workshop:
        done = verdict("reopen", house, workshop, party="Ghana", items=("4", "3(b)", "3", "4"))
        assert (done.outcome, done.letter) == (Outcome.HELD, None)
    assert house.letters == [("receipt", "dropped")]
    items = '["3", "3(b)", "4"]'
    assert house.rows("SELECT party, items, outcome FROM submissions") == [("GHA", items, "held")]
    with house.open() as workshop:
        verdict("accept", house, workshop)
    assert house.rows("SELECT party, items FROM submissions") == [("GHA", items)]


def test_a_statement_that_is_withdrawn_stands_no_longer(house: House) -> None:
    """Its unsent letter is taken back, the reason is in the audit; accepting it again undoes that."""
    house.tables["replies"] = {"mode": "hold"}
    house.deliver(statement())
    house.round()
    reference = house.references[0]
    with house.open() as workshop:
        dossier = withdraw(reference, workshop.desk, actor="officer", because="their note verbale of today")
        assert (dossier.standing, dossier.outcome) == ("withdrawn", Outcome.ACCEPTED)
        assert [(step.action, step.actor) for step in dossier.audit][-1] == ("withdraw", "officer")
        assert house.letters == [("receipt", "dropped")]
        with pytest.raises(Conflict, match="withdrawn already"):
            withdraw(reference, workshop.desk, actor="officer", because="again")
        verdict("accept", house, workshop)
    assert house.rows("SELECT standing FROM submissions") == [("current",)]


def test_an_officer_can_decide_without_a_letter(house: House) -> None:
    """--no-letter."""
    house.deliver(statement())
    house.round()
    with house.open() as workshop:
        assert verdict("reject", house, workshop, letter=False).letter is None
    assert house.letters == [("receipt", "sent")]


def test_a_file_that_came_another_way_completes_a_statement(house: House, tmp_path: Path) -> None:
    """Attached, it is judged as if it had come with the mail, in the mail's time, and nobody need decide again."""
    text = "Our video: https://www.dropbox.com/s/abc/kenya.mp4?dl=0"
    house.deliver(statement(text=text, files=(("Transcript Kenya.docx", written()),)))
    house.round()
    assert house.outcomes == [("held", "video.by_link")]
    film = video(tmp_path / "kenya.mp4", 20, size="640x360")
    house.clock.turn(days=30)
    with house.open() as workshop:
        done = attach(house.references[0], film, workshop.desk, actor="officer", because="fetched")
    assert done.outcome is Outcome.ACCEPTED
    house.round()
    assert [kind for kind, _ in house.letters] == ["acknowledgement", "receipt"]
    assert house.rows("SELECT role, added_by FROM files ORDER BY role") == [
        ("transcript", None), ("video", "officer"),
    ]  # fmt: skip
    assert len(house.stored) == 3


def test_a_file_that_cannot_be_attached_says_why(house: House, tmp_path: Path) -> None:
    """A limit of the reader is the officer's to hear, not a traceback."""
    house.deliver(statement())
    house.round()
    house.tables["reader"] = {"output_megabytes": 1}
    (tmp_path / "large.mp4").write_bytes(bytes(3_000_000))
    with house.open() as workshop, pytest.raises(ReviewError, match=r"large\.mp4 cannot be read"):
        attach(house.references[0], tmp_path / "large.mp4", workshop.desk, actor="o", because="x")
    assert house.rows("SELECT revision FROM submissions") == [(1,)]


def test_a_start_of_the_service_does_not_sweep_away_what_an_officer_is_adding(house: House, tmp_path: Path) -> None:
    """The file is in the store, and its row is not there yet."""
    house.deliver(statement())
    house.round()
    (tmp_path / "annex.txt").write_text("An annex of some words.\n" * 20, encoding="utf-8")

    class Meanwhile:
        """The service starts just before the verdict is recorded."""

        def __init__(self, real: object) -> None:
            self._real = real

        def overruled(self, *arguments: object, **named: object) -> None:
            """Start, then record."""
            with house.open():
                pass
            self._real.overruled(*arguments, **named)  # type: ignore[attr-defined]

    with house.open() as workshop:
        ledger: Any = Flaky(workshop.desk.ledger, {}, instead={"verdicts": Meanwhile(workshop.desk.ledger.verdicts)})
        desk = replace(workshop.desk, ledger=ledger)
        attach(house.references[0], tmp_path / "annex.txt", desk, actor="officer", because="annex")
    digests = {row[0] for row in house.rows("SELECT sha256 FROM files")}
    assert len(digests) == 2
    assert digests <= house.stored


def test_an_attachment_that_was_never_recorded_is_swept_at_the_next_start(house: House, tmp_path: Path) -> None:
    """The officer's terminal was closed in between."""
    house.deliver(statement())
    house.round()
    (tmp_path / "annex.txt").write_text("An annex of some words.\n" * 20, encoding="utf-8")
    house.desk["ledger"] = lambda real: Flaky(
        real, {}, instead={"verdicts": Flaky(real.verdicts, {"overruled": [Killed()]})}
    )
    with house.open() as workshop, pytest.raises(Killed):
        attach(house.references[0], tmp_path / "annex.txt", workshop.desk, actor="o", because="x")
    assert len(house.stored) == 3
    house.desk.clear()
    house.round()
    assert len(house.stored) == 2


def versions(house: House) -> list[tuple[str, str, str | None]]:
    """Outcome, standing and successor of every submission."""
    return [tuple(row) for row in house.rows("SELECT outcome, standing, superseded_by FROM submissions ORDER BY id")]


def test_a_second_version_replaces_the_first_for_as_long_as_it_is_accepted(house: House, tmp_path: Path) -> None:
    """Accepted, by a rule or by an officer, it supersedes; taken back, the one before stands again."""
    film = video(tmp_path / "kenya.mp4", 20, size="640x360").read_bytes()
    files = (("kenya.mp4", film), ("Transcript Kenya.docx", written()))
    house.deliver(statement(files=files))
    house.round()
    first = house.rows("SELECT message_id FROM letters")[0][0]
    house.deliver(statement(f"Re: {KENYA}", text="Please replace our video.", files=files, In_Reply_To=first))
    house.round()
    new = house.references[1]
    assert versions(house) == [("accepted", "superseded", new), ("accepted", "current", None)]
    with house.open() as workshop:
        verdict("reject", house, workshop, 1)
        assert versions(house) == [("accepted", "current", None), ("rejected", "current", None)]
        verdict("accept", house, workshop, 1)
        assert versions(house) == [("accepted", "superseded", new), ("accepted", "current", None)]


def test_a_request_to_withdraw_blocks_the_statement_at_once(house: House) -> None:
    """Without an answer by a robot; an officer who accepts it anyway lifts the block."""
    house.deliver(statement())
    house.round()
    first = house.rows("SELECT message_id FROM letters")[0][0]
    text = "We wish to withdraw our statement."
    house.deliver(statement(f"Withdrawal: {KENYA}", text=text, files=(), In_Reply_To=first))
    house.round()
    assert house.outcomes[1] == ("held", "message.withdrawal")
    assert versions(house)[0] == ("accepted", "withdrawal_requested", None)
    assert house.letters == [("receipt", "sent")]
    with house.open() as workshop:
        verdict("accept", house, workshop)
    assert versions(house)[0] == ("accepted", "current", None)


def test_a_stranger_who_asks_to_withdraw_blocks_nothing(house: House) -> None:
    """It is held in an officer's sight, and the statement stands."""
    house.deliver(statement())
    house.round()
    house.deliver(statement(f"Withdrawal: {KENYA}", "x@elsewhere.example", "Please withdraw it.", files=()))
    house.round()
    assert house.outcomes[1] == ("held", "message.withdrawal")
    assert versions(house)[0] == ("accepted", "current", None)


def test_a_store_that_somebody_is_adding_to_is_not_swept(tmp_path: Path) -> None:
    """The next start does it."""
    store = FileStore(tmp_path)
    store.put(iter([b"orphan"]), most=100)
    with store.adding():
        assert store.sweep(lambda digests: digests) is None
    assert store.sweep(lambda digests: digests) == 1
