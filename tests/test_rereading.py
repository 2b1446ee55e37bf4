"""What nobody could read is read when an officer opens it again, once what hindered the service is mended."""

from email.utils import format_datetime
from typing import Any

import pytest

from statement_intake.domain.faults import Conflict
from statement_intake.domain.message import Headers
from statement_intake.reading.faults import ReaderEnded
from statement_intake.review import Correction, Reviewed, ReviewError, give_verdict, join
from statement_intake.workshop import Workshop
from tests.console.conftest import add_people, hidden, site
from tests.house import KENYA, MORNING, SENDER, Flaky, House, believe_our_server, statement
from tests.test_forwarding import BEFORE, passed_on

#: What is known of a submission once its mail was read.
KNOWN = "SELECT outcome, sender, party, items, kind, revision FROM submissions"


def verdict(action: str, house: House, workshop: Workshop, number: int = 0) -> Reviewed:
    """What an officer orders."""
    return give_verdict(
        action, house.references[number], workshop.desk, actor="officer", because="the reader is mended",
        correction=Correction(),
    )  # fmt: skip


def given_up(house: House, *mails: Any) -> None:  # noqa: ANN401 - as `deliver` takes them
    """The mails come while the service has a fault, and are held for it, unread."""
    house.tables["limits"] = {"attempts": 1}
    house.desk["reader"] = lambda real: Flaky(
        real, {"read": [RuntimeError("bug")] * len(mails)}, instead={"headers": lambda _: Headers(subject=KENYA)}
    )
    for mail in mails:
        house.deliver(mail)
    for _ in range(2):
        house.round()
        house.clock.turn(hours=5)
    house.desk.clear()
    assert house.outcomes == [("held", "service.fault")] * len(mails)


def test_a_mail_that_was_given_up_is_read_when_it_is_reopened(house: House) -> None:
    """It stays held, with all that it says and brings; accepting it sends the receipt."""
    given_up(house, statement())
    assert len(house.stored) == 1
    with house.open() as workshop:
        reopened = verdict("reopen", house, workshop)
        assert (str(reopened.outcome), reopened.letter) == ("held", None)
        assert house.rows(KNOWN) == [("held", "mission@kenya.go.ke", "KEN", '["4"]', "written", 2)]
        assert len(house.stored) == 2
        assert str(verdict("accept", house, workshop).outcome) == "accepted"
    house.round()
    assert house.letters == [("receipt", "sent")]


def test_what_was_read_late_has_its_copies_like_any_other(house: House) -> None:
    """The same mail in the other mailbox gets no second decision."""
    mail = statement()
    given_up(house, mail)
    with house.open() as workshop:
        verdict("reopen", house, workshop)
    house.deliver(mail, "copy")
    house.round()
    assert house.outcomes == [("held", "service.fault"), ("ignored", "message.duplicate")]


def test_what_was_decided_as_another_mail_meanwhile_is_not_decided_twice(house: House) -> None:
    """The officer is told; nothing changes."""
    mail = statement()
    given_up(house, mail)
    house.deliver(mail, "copy")
    house.round()
    with house.open() as workshop, pytest.raises(Conflict, match="a copy"):
        verdict("reopen", house, workshop)
    assert sorted(house.rows("SELECT outcome, revision FROM submissions")) == [("accepted", 1), ("held", 1)]


def test_copies_of_one_mail_that_were_joined_unread_are_read_together(house: House) -> None:
    """Two mailboxes have it, and the officer has seen that it is the same: its file counts once."""
    mail = statement().as_bytes()
    given_up(house, b"X-Mailbox: main\r\n" + mail, b"X-Mailbox: copy\r\n" + mail)
    first, second = house.references
    with house.open() as workshop:
        join(first, second, workshop.desk, actor="officer", because="the same")
        verdict("reopen", house, workshop)
        assert str(verdict("accept", house, workshop).outcome) == "accepted"
        dossier = workshop.desk.ledger.log.dossier(first)
    assert dossier is not None
    assert ([mail.unread for mail in dossier.mails], len(dossier.files)) == ([False, False], 1)
    house.deliver(mail, "copy")
    house.round()
    assert house.outcomes[-1] == ("ignored", "message.duplicate")
    assert house.letters == [("receipt", "sent")]


def test_each_mail_that_is_read_late_has_the_word_about_its_own_sender(house: House) -> None:
    """What was joined with a forged mail is no forgery, nor the other way round."""
    believe_our_server(house)
    mails = [
        statement(sender=f"mission@{domain}", Authentication_Results=f"mx.un.org; dmarc={word} header.from={domain}")
        for domain, word in (("kenya.go.ke", "pass"), ("evil.example", "fail"))
    ]
    given_up(house, *mails)
    first, second = house.references
    with house.open() as workshop:
        join(first, second, workshop.desk, actor="officer", because="they look alike")
        verdict("reopen", house, workshop)
    assert sorted(house.rows("SELECT sender, authentication FROM messages")) == [
        ("mission@evil.example", "fail"),
        ("mission@kenya.go.ke", "pass"),
    ]


def test_what_our_own_house_passed_on_is_the_inner_mails_and_what_only_claims_it_stays_shut(house: House) -> None:
    """Sender and time, as if it had been read when it came."""
    believe_our_server(house)
    mails = []
    for word in ("pass", "fail"):
        inner = statement(text=f"Our statement ({word}).", Received=f"from mx by un.org; {format_datetime(BEFORE)}")
        mail = passed_on(inner, "officer@un.org", f"FW: {KENYA}")
        mail["Authentication-Results"] = f"mx.un.org; dmarc={word} header.from=un.org"
        mails.append(mail)
    given_up(house, *mails)
    with house.open() as workshop:
        for number in range(2):
            verdict("reopen", house, workshop, number)
        found = [workshop.desk.ledger.log.dossier(reference) for reference in house.references]
    # Both were received at the same moment, so neither comes first.
    assert {one.sender: (one.received, [file.role for file in one.files]) for one in found if one} == {
        SENDER: (BEFORE, ["statement"]),
        "officer@un.org": (MORNING, ["other"]),
    }
    assert house.letters == []


def test_what_turns_out_to_be_none_of_ours_is_left_as_it_was(house: House) -> None:
    """Its text stays out of the ledger, and its files out of the store, as of all other people's mail."""
    mail = statement("About my superior", "citizen@example.org", text="He takes bribes, and here is the proof.")
    given_up(house, mail)
    with house.open() as workshop, pytest.raises(ReviewError, match=r"none of ours \(message.unrelated\)"):
        verdict("reopen", house, workshop)
    assert len(house.stored) == 1
    assert house.rows("SELECT outcome, revision FROM submissions") == [("held", 1)]
    assert "bribes" not in str(house.rows("SELECT facts FROM messages"))


@pytest.mark.parametrize("trouble", [ReaderEnded("took longer than 60 s"), RuntimeError("the same bug")], ids=repr)
def test_what_still_cannot_be_read_stays_as_it_is(house: House, trouble: Exception) -> None:
    """Held, and no letter; it is tried each time that somebody opens it, and is no slip of theirs."""
    given_up(house, statement())
    house.desk["reader"] = lambda real: Flaky(real, {"read": [trouble]})
    with house.open() as workshop:
        assert str(verdict("reopen", house, workshop).outcome) == "held"
        assert len(house.stored) == 1
        verdict("reopen", house, workshop)
    assert (len(house.stored), house.letters) == (2, [])


def test_who_would_accept_what_nobody_has_read_is_told_to_reopen_it(house: House) -> None:
    """Its file lies in the mail itself."""
    given_up(house, statement())
    with house.open() as workshop, pytest.raises(ReviewError, match=r"reopen SI-"):
        verdict("accept", house, workshop)


def test_an_officer_reopens_it_on_its_page(house: House) -> None:
    """Held as it is, it can be opened again as long as it is unread."""
    given_up(house, statement())
    page = f"/submissions/{house.references[0]}"
    reopen = f"{page}/decide?action=reopen"
    with house.open() as workshop:
        add_people(workshop)
        with site(workshop) as served, served.visitor("otto") as visitor:
            assert reopen in visitor.get(page).text
            form = visitor.get(reopen).text
            order = {
                "csrf": hidden(form, "csrf"),
                "seen": hidden(form, "seen"),
                "action": "reopen",
                "because": "mended",
            }
            assert visitor.client.post(f"{page}/decide", data=order).status_code == 303
            shown = visitor.get(page).text
    assert reopen not in shown
    assert "Kenya.docx" in shown
