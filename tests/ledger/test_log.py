"""What the ledger tells."""

from datetime import timedelta

from statement_intake.domain.finding import Outcome
from statement_intake.ledger.log import Filter
from tests.ledger.conftest import LATE, NOON, Book, key


def test_the_log_tells_submissions_and_other_mail_only_where_it_is_asked_for(book: Book) -> None:
    """Other people's mail by its reason, nothing more."""
    book.decide(book.arrive(), "one", book.letter())
    book.decide(book.arrive("copy"), "one", book.letter())
    book.ledger.arrivals.ignore([(key("99"), NOON, "message.unrelated")])
    assert [row.outcome for row in book.ledger.log.rows(Filter())] == [Outcome.ACCEPTED]
    ignored = list(book.ledger.log.rows(Filter(outcomes=(Outcome.IGNORED,))))
    assert sorted(row.codes[0] for row in ignored) == ["message.duplicate", "message.unrelated"]
    assert {(row.sender, row.subject, row.reference) for row in ignored} == {(None, None, None)}
    assert list(book.ledger.log.rows(Filter(since=NOON + timedelta(seconds=1)))) == []


def test_a_dossier_knows_every_copy_and_every_step(book: Book) -> None:
    """Found by its reference in any case."""
    arrival = book.arrive()
    book.decide(arrival, "one", book.letter())
    book.decide(book.arrive("copy"), "one")
    book.overrule(1, 1, book.letter())
    dossier = book.ledger.log.dossier(f" {arrival.reference.lower()} ")
    assert dossier is not None
    assert [copy.mailbox for copy in dossier.messages] == ["main", "copy"]
    assert [(past.actor, past.outcome) for past in dossier.history] == [
        ("service", Outcome.ACCEPTED), ("officer", Outcome.REJECTED),
    ]  # fmt: skip
    assert dossier.history[1].findings == (LATE,)
    assert [letter.state for letter in dossier.letters] == ["dropped", "queued"]
    row = next(book.ledger.log.rows(Filter()))
    assert (row.outcome, row.codes, row.reply) == (Outcome.REJECTED, ("deadline.passed",), "queued")


def test_of_an_unknown_reference_there_is_nothing(book: Book) -> None:
    """No guess."""
    assert book.ledger.log.dossier("SI-9999-9999") is None
    assert book.ledger.log.submission("SI-9999-9999") is None
