"""The one transaction in which a decision becomes a fact."""

import sqlite3
import threading
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.engine.default import DefaultDialect

from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.records import Verdict
from statement_intake.ledger.engine import LedgerError
from statement_intake.ledger.log import Filter
from tests.ledger.conftest import NOON, Book, facts, key, received


def test_a_decision_is_there_as_a_whole(book: Book) -> None:
    """Decision, letter, audit entry and mark."""
    arrival = book.arrive()
    assert book.decide(arrival, "one", book.letter())
    dossier = book.ledger.log.dossier(arrival.reference)
    assert dossier is not None
    assert (dossier.outcome, dossier.revision, dossier.standing) == (Outcome.ACCEPTED, 1, "current")
    assert [letter.state for letter in dossier.letters] == ["queued"]
    assert [(entry.actor, entry.action) for entry in dossier.audit] == [("service", "decide")]
    assert [mark.outcome for mark in book.ledger.marks.pending()] == [Outcome.ACCEPTED]
    assert book.ledger.arrivals.unfinished(NOON) == []


def test_or_not_at_all(book: Book) -> None:
    """A letter that cannot be written takes everything back with it."""
    first, second = book.arrive(), book.arrive()
    letter = book.letter()
    book.decide(first, "one", letter)
    with pytest.raises(Conflict, match="could not be recorded"):
        book.decide(second, "two", letter)
    assert [row.reference for row in book.ledger.arrivals.unfinished(NOON)] == [second.reference]
    assert book.ledger.log.dossier(second.reference) is None
    assert len(list(book.ledger.log.rows(Filter()))) == 1


def test_the_loser_of_a_race_is_a_duplicate(book: Book) -> None:
    """Content identity is unique in the transaction itself: of many at once, one decides."""
    arrivals = [book.arrive(f"box{number}") for number in range(8)]
    letters = [book.letter() for _ in arrivals]
    won: list[bool] = []
    threads = [
        threading.Thread(target=lambda one=one, letter=letter: won.append(book.decide(one, "same", letter)))
        for one, letter in zip(arrivals, letters, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    assert book.ledger.arrivals.counts() == {"accepted": 1, "ignored": 7}
    assert book.ledger.letters.counts() == {"queued": 1}
    dossier = book.ledger.log.dossier(next(one.reference for one, win in zip(arrivals, won, strict=True) if win))
    rows = list(book.ledger.log.rows(Filter()))
    assert len(rows) == 1
    assert dossier is None or len(dossier.messages) == 8


def test_a_message_is_decided_once(book: Book) -> None:
    """Whoever comes again with the same message changes nothing."""
    arrival = book.arrive()
    book.decide(arrival, "one", book.letter())
    with pytest.raises(Conflict):
        book.decide(arrival.model_copy(update={"reference": "SI-9999-9999"}), "other")
    assert len(list(book.ledger.log.rows(Filter()))) == 1


def test_of_many_officers_at_once_one_overrules(book: Book) -> None:
    """Compare-and-swap on the revision; letters are unique by submission and revision."""
    arrival = book.arrive()
    book.decide(arrival, "one", book.letter())
    conflicts: list[str] = []

    def overrule() -> None:
        try:
            book.overrule(1, 1, book.letter())
        except Conflict as conflict:
            conflicts.append(str(conflict))

    threads = [threading.Thread(target=overrule) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(conflicts) == 5
    assert book.ledger.letters.counts() == {"dropped": 1, "queued": 1}
    dossier = book.ledger.log.dossier(arrival.reference)
    assert dossier is not None
    assert [past.revision for past in dossier.history] == [1, 2]


def test_a_verdict_and_a_delivery_exclude_each_other(book: Book) -> None:
    """Whichever takes the letter first wins, and the other is told: never a letter of an overruled decision."""
    for _ in range(20):
        arrival = book.arrive()
        book.decide(arrival, arrival.reference, book.letter())
        letter = book.ledger.letters.of(arrival.reference)[0]
        submission = next(iter(book.ledger.log.dossier(arrival.reference).__dict__.values()))
        claimed: list[bool] = []
        sender = threading.Thread(target=lambda: claimed.append(book.ledger.outbox.claim(letter.id)))  # noqa: B023
        sender.start()
        try:
            book.overrule(submission, 1)
            overruled = True
        except Conflict:
            overruled = False
        sender.join()
        assert claimed == [not overruled]


def test_mail_that_is_not_ours_keeps_no_more_than_key_date_and_reason(book: Book) -> None:
    """Neither its reference nor its digest."""
    arrival = book.arrive()
    book.ledger.arrivals.fault(arrival.id, "ValueError: From: whistle@blower.example", NOON)
    book.ledger.record.not_ours(arrival, "message.unrelated")
    row = next(book.ledger.log.rows(Filter(outcomes=(Outcome.IGNORED,))))
    assert (row.reference, row.sender, row.subject, row.codes) == (None, None, None, ("message.unrelated",))
    assert book.ledger.contents.unreferred([arrival.raw_sha256]) == {arrival.raw_sha256}
    assert b"whistle" not in book.ledger.engine.raw_connection().driver_connection.serialize()  # type: ignore[union-attr]


def test_a_key_is_unique_for_ever(book: Book) -> None:
    """A second row for the same message is refused, whatever came first."""
    arrival = book.arrive()
    assert book.ledger.arrivals.receive([received(8, arrival.key)]) == set()
    book.ledger.arrivals.ignore([(key("77"), NOON, "message.unrelated")])
    come = [received(8, arrival.key), received(9, key("77")), received(10, key("79")), received(11, key("80"))]
    assert book.ledger.arrivals.receive(come) == {key("79"), key("80")}
    assert book.ledger.arrivals.unknown("main", "INBOX", "1", ["77", "78", arrival.key.uid], NOON) == ["78"]
    assert book.ledger.arrivals.unknown("main", "INBOX", "2", ["77"], NOON) == ["77"]


def test_a_mark_that_was_overtaken_by_a_verdict_is_made_again(book: Book) -> None:
    """The service marks the old outcome just when an officer records a new one."""
    book.decide(book.arrive(), "one")
    pending = book.ledger.marks.pending()[0]
    book.overrule(1, 1)
    book.ledger.marks.settle(pending, done=True)
    assert [mark.outcome for mark in book.ledger.marks.pending()] == [Outcome.REJECTED]


def test_the_same_message_id_is_noted(book: Book) -> None:
    """Another content is another submission; the same sender's second letter waits."""
    for identity, sender in (("one", "a@x.example"), ("two", "b@x.example"), ("three", "a@x.example")):
        letter = book.letter(to=sender)
        assert book.decide(book.arrive(), identity, letter, message=facts(sender, "<same@x.example>"))
    assert [letter.state for letter in book.ledger.letters.waiting()] == ["queued", "queued", "held"]


def test_a_moment_without_a_time_zone_is_a_fault_of_ours(book: Book) -> None:
    """It would mean something else on another machine."""
    with pytest.raises(Exception, match="without a time zone"):
        book.ledger.record.decided(
            book.arrive(), facts(), "x", Decision(outcome=Outcome.HELD), Verdict(at=datetime(2023, 8, 23)),  # noqa: DTZ001
            answers=None, mark=False,
        )  # fmt: skip


def test_a_verdict_about_what_was_withdrawn_meanwhile_is_refused(book: Book) -> None:
    """The officer saw it stand; it does not stand any more."""
    arrival = book.arrive()
    book.decide(arrival, "one")
    dossier = book.ledger.log.dossier(arrival.reference)
    assert dossier is not None
    verdicts = book.ledger.verdicts
    verdicts.withdrawn(dossier.id, dossier.revision, Verdict(actor="a", action="withdraw", because="asked", at=NOON))
    late = Verdict(actor="b", action="accept", because="fine", at=NOON)
    with pytest.raises(Conflict):
        verdicts.overruled(dossier.id, dossier.revision, Decision(outcome=Outcome.ACCEPTED), late, dossier.standing)


def test_a_commit_that_fails_leaves_nothing_open(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one that had written nor one that had only read: the connection can be used on."""
    commit: Any = DefaultDialect.do_commit
    for failing in (book.arrive, book.ledger.arrivals.counts):
        faults: list[Exception] = [sqlite3.OperationalError("disk I/O error")]

        def broken(dialect: DefaultDialect, connection: Any, faults: list[Exception] = faults) -> None:  # noqa: ANN401 - the driver's
            if faults:
                raise faults.pop()
            commit(dialect, connection)

        monkeypatch.setattr(DefaultDialect, "do_commit", broken)
        with pytest.raises(LedgerError):
            failing()
        assert book.arrive()
        assert book.ledger.arrivals.counts()
