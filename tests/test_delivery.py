"""The outbox against a real SMTP server: what each answer makes of a letter, and that none goes twice."""

from datetime import timedelta
from email import message_from_bytes
from functools import partial
from typing import Any

import pytest

from statement_intake.arriving.polling import finish, poll
from statement_intake.delivery import deliver, settle_unknown
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.ledger.engine import LedgerError
from statement_intake.operations.letters import move
from statement_intake.replies.smtp import Sending, SendState
from statement_intake.replies.smtp_session import TransportError
from statement_intake.review import Correction, give_verdict
from statement_intake.workshop import Workshop
from tests.conftest import ImapAccount
from tests.house import MORNING, Flaky, House, Killed, statement


class Post:
    """A transport that gives one answer, after or before the final dot."""

    def __init__(self, answer: Sending | Exception, *, dot: bool = False) -> None:
        self.answer, self.dot, self.offered = answer, dot, 0

    def send(self, _raw: bytes, *, before_data: Any, **_envelope: object) -> Sending:  # noqa: ANN401 - a callback
        """What it was told to say."""
        self.offered += 1
        if self.dot:
            before_data()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _instead(post: Post, _real: object) -> Post:
    return post


def kenya(house: House) -> None:
    """One statement whose letter is to go."""
    house.deliver(statement())


def go(workshop: Workshop) -> int:
    """Deliver what is due."""
    return deliver(workshop.post, lambda: False)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_temporary_refusal_is_tried_again_later_with_the_same_message_id(house: House, verb: str) -> None:
    """Not at once, not forever more often: after a minute, and then it goes."""
    assert house.sink is not None
    house.sink.refusals[verb] = "450 4.2.0 come back later"
    kenya(house)
    house.round(3)
    assert house.letters == [("receipt", "deferred")]
    assert house.rows("SELECT attempts FROM letters") == [(1,)]
    house.sink.refusals.clear()
    house.clock.turn(minutes=2)
    house.round()
    assert house.letters == [("receipt", "sent")]
    assert [message_from_bytes(mail.content)["Message-ID"] for mail in house.sink.received] == [
        house.rows("SELECT message_id FROM letters")[0][0]
    ]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_permanent_refusal_fails_the_letter_for_a_person_to_see(house: House, verb: str) -> None:
    """There is no loop, and a person can release it."""
    assert house.sink is not None
    house.sink.refusals[verb] = "550 5.1.1 no such user"
    kenya(house)
    house.round()
    house.clock.turn(days=1)
    house.round()
    assert house.rows("SELECT state, attempts, response FROM letters") == [("failed", 1, "550 5.1.1 no such user")]
    house.sink.refusals.clear()
    with house.open() as workshop:
        ledger = workshop.desk.ledger
        assert move("send", ledger, house.references, everything=False, actor="officer", now=MORNING) == 1
    house.round()
    assert house.letters == [("receipt", "sent")]


def test_a_letter_deferred_for_days_fails_in_the_end(house: House) -> None:
    """RFC 5321 section 4.5.4.1; it is a matter of attempts, for a letter may have waited long before its first."""
    kenya(house)
    house.tables["replies"] = {"mode": "hold"}
    house.round()
    house.clock.turn(days=30)
    house.post["transport"] = lambda _: Post(Sending(state=SendState.DEFERRED, reply="450 later"))
    with house.open() as workshop:
        move("send", workshop.desk.ledger, [], everything=True, actor="officer", now=house.clock.now)
        began = house.clock.now
        while house.letters[0][1] in {"queued", "deferred"}:
            go(workshop)
            house.clock.turn(hours=4)
            assert house.clock.now - began < timedelta(days=8)
    assert house.clock.now - began > timedelta(days=5)
    assert house.letters == [("receipt", "failed")]


def test_a_letter_lost_after_the_dot_is_never_sent_again_by_itself(house: House) -> None:
    """Its fate is unknown, and it says so until a person decides."""
    lost = Post(Sending(state=SendState.UNKNOWN, reply="no answer in time"), dot=True)
    house.post["transport"] = lambda _: lost
    kenya(house)
    house.round(3)
    house.clock.turn(days=2)
    house.round()
    assert house.letters == [("receipt", "unknown")]
    assert lost.offered == 1


def test_an_unknown_letter_that_lies_in_the_sent_folder_was_sent(house: House, imap_account: ImapAccount) -> None:
    """The evidence is looked for by Message-ID; without it the letter stays unknown."""
    settings = imap_account.settings(sent_folder="Sent").model_dump()
    house.tables["mailboxes"] = {"main": settings}
    imap_account.deliver(b"Subject: x\r\n\r\n", MORNING, "Sent")
    imap_account.deliver(statement().as_bytes(), MORNING)
    house.post["transport"] = lambda _: Post(Sending(state=SendState.UNKNOWN, reply="?"), dot=True)
    house.round()
    assert house.letters == [("receipt", "unknown")]
    raw = house.rows("SELECT raw FROM letters")[0][0]
    imap_account.deliver(raw, MORNING, "Sent")
    with house.open() as workshop:
        settle_unknown(workshop.post, workshop.mailboxes)
    assert house.letters == [("receipt", "sent")]


def test_a_server_that_cannot_be_used_blames_no_letter(house: House) -> None:
    """A refused password or a server that is down: letters stay queued, unblamed, and go as soon as it works."""
    kenya(house)
    house.deliver(statement("12th EMIC statement – Ghana 4", party="Ghana"))
    house.round()
    for answer in (
        TransportError("535 refused our account", permanent=True),
        Sending(state=SendState.DEFERRED, reply="connection refused", unreachable=True),
    ):
        down = Post(answer)
        house.post["transport"] = partial(_instead, down)
        house.deliver(statement("12th EMIC statement – Peru 4", party="Peru", text=str(answer)))
        assert not house.round(2)
        # One connection is enough to know, and the outbox then rests.
        assert down.offered == 1
        assert house.rows("SELECT state, attempts FROM letters WHERE state != 'sent'")[0] == ("queued", 0)
    house.post.clear()
    assert house.round()
    assert {state for _, state in house.letters} == {"sent"}


def test_a_fault_of_ours_with_one_letter_does_not_keep_the_others(house: House) -> None:
    """A letter that our own code cannot send is shown to a person; the next one goes."""
    house.post["transport"] = lambda real: Flaky(real, {"send": [UnicodeEncodeError("ascii", "ü", 0, 1, "bug")]})
    kenya(house)
    house.deliver(statement("12th EMIC statement – Ghana 4", party="Ghana"))
    assert house.round()
    assert [state for _, state in house.letters] == ["failed", "sent"]


@pytest.mark.parametrize(("method", "state"), [("settle", "unknown"), ("data_begins", "sent"), ("put_back", "sent")])
def test_a_ledger_that_fails_on_the_way_leaves_no_letter_stuck(house: House, method: str, state: str) -> None:
    """It was locked for a moment, and the service goes on without a restart."""
    kenya(house)
    house.desk["ledger"] = lambda real: Flaky(
        real, {}, instead={"outbox": Flaky(real.outbox, {method: [LedgerError("locked")]})}
    )
    if method == "put_back":
        house.post["transport"] = lambda real: Flaky(real, {"send": [SurroundingsFault("down")]})
    with house.open() as workshop:
        poll(workshop.mailboxes[0], workshop.desk, workshop.rules, lambda: False)
        finish(workshop.desk, lambda: False)
        with pytest.raises(LedgerError):
            go(workshop)
        go(workshop)
    assert house.letters == [("receipt", state)]
    assert house.sink is not None
    assert len(house.sink.received) == 1


@pytest.mark.parametrize(("mode", "state"), [("hold", "held"), ("off", "suppressed")])
def test_the_mode_is_stamped_when_the_decision_is_recorded(house: House, mode: str, state: str) -> None:
    """Switching to "send" later floods nobody."""
    house.tables["replies"] = {"mode": mode}
    kenya(house)
    house.round()
    house.tables.clear()
    house.round()
    assert house.letters == [("receipt", state)]
    assert house.sink is not None
    assert house.sink.received == ()


def test_letters_of_chosen_outcomes_wait(house: House) -> None:
    """hold_outcomes: a rejection waits for a person, a receipt goes."""
    house.tables["replies"] = {"mode": "send", "hold_outcomes": ["rejected"]}
    kenya(house)
    house.deliver(statement("12th EMIC statement –  4"))
    house.round()
    assert sorted(house.letters) == [("receipt", "sent"), ("rejection", "held")]


def test_no_address_gets_more_letters_in_a_day_than_allowed(house: House) -> None:
    """A loop, or a flood, ends in the outbox; upper and lower case make no second address."""
    house.tables["limits"] = {"replies_per_sender_per_day": 2}
    senders = {"Kenya": "a@x.example", "Ghana": "A@x.example", "Peru": "a@X.example", "Chile": "b@x.example"}
    for party, sender in senders.items():
        house.deliver(statement(f"12th EMIC statement – {party} 4", sender, party=party))
    house.round()
    assert sorted(state for _, state in house.letters) == ["held", "sent", "sent", "sent"]


def test_a_flood_opens_the_breaker_which_holds_every_letter_and_says_so(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    """It closes when the flood is an hour old; what waited is released by a person."""
    house.tables["limits"] = {"replies_per_hour": 2}
    for party in ("Kenya", "Ghana", "Peru", "Chile"):
        house.deliver(statement(f"12th EMIC statement – {party} 4", f"a@{party}.example", party=party))
    house.round()
    assert sorted(state for _, state in house.letters) == ["held", "held", "sent", "sent"]
    alerts = [line for line in capfd.readouterr().out.splitlines() if "too many letters" in line]
    assert len(alerts) == 2
    house.clock.turn(hours=2)
    house.deliver(statement("12th EMIC statement – Japan 4", "a@japan.example", party="Japan"))
    house.round()
    assert house.letters[-1] == ("receipt", "sent")
    with house.open() as workshop:
        assert move("send", workshop.desk.ledger, [], everything=True, actor="o", now=house.clock.now) == 2
    house.round()
    assert {state for _, state in house.letters} == {"sent"}


def test_what_is_held_in_silence_is_listed_with_its_reason(house: House) -> None:
    """Silence is towards the sender, never towards the secretariat."""
    house.deliver(statement(Precedence="bulk"))
    house.round()
    with house.open() as workshop:
        found = workshop.desk.ledger.letters.unanswered()
    assert [(silence.to, silence.code, silence.why) for silence in found] == [
        ("mission@kenya.go.ke", "message.no_reply", "Must not be answered: Precedence says that it is bulk mail.")
    ]


def test_letters_of_an_overruled_decision_are_dropped(house: House) -> None:
    """Two letters that contradict each other never leave; not even if an old one of unknown fate is released."""
    house.tables["replies"] = {"mode": "hold"}
    kenya(house)
    house.round()
    with house.open() as workshop:
        give_verdict("reject", house.references[0], workshop.desk, actor="o", because="wrong", correction=Correction())
        assert house.letters == [("receipt", "dropped"), ("rejection", "held")]
        assert move("send", workshop.desk.ledger, house.references, everything=False, actor="o", now=MORNING) == 1
    house.round()
    assert house.letters == [("receipt", "dropped"), ("rejection", "sent")]


def test_an_old_letter_of_unknown_fate_cannot_be_released_after_a_new_verdict(house: House) -> None:
    """It may have arrived; sending it now would take back what the later letter says."""
    house.post["transport"] = lambda _: Post(Sending(state=SendState.UNKNOWN, reply="?"), dot=True)
    kenya(house)
    house.round()
    with house.open() as workshop:
        give_verdict(
            "reject", house.references[0], workshop.desk, actor="o", because="wrong", correction=Correction(),
            letter=False,
        )  # fmt: skip
        assert move("send", workshop.desk.ledger, house.references, everything=False, actor="o", now=MORNING) == 0
    assert house.letters == [("receipt", "unknown")]


def test_a_death_in_the_middle_of_sending_is_recovered_at_the_start(house: House) -> None:
    """Before the dot the letter goes again, with the same Message-ID; it was never unknown."""
    house.post["transport"] = lambda real: Flaky(real, {"send": [Killed()]})
    kenya(house)
    with pytest.raises(Killed):
        house.round()
    assert house.letters == [("receipt", "sending")]
    house.post.clear()
    house.round()
    assert house.letters == [("receipt", "sent")]
