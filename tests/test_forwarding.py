"""Mail that was passed on, through the whole service: whose statement it is, whom the letter reaches, and when."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from statement_intake.building import build_correspondent, build_knowledge, build_reader
from statement_intake.operations.check import Checker, check_one
from tests.house import MORNING, SENDER, House, statement

BEFORE = MORNING - timedelta(days=3)


def passed_on(inner: EmailMessage, sender: str, subject: str = "Fwd: please see") -> EmailMessage:
    """*inner*, attached to a mail from *sender*."""
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = sender, "uncac@un.org", subject
    outer["Message-ID"] = f"<outer-{inner['Message-ID'][1:]}"
    outer.set_content("FYI")
    outer.add_attachment(inner)
    return outer


def test_an_embassy_is_answered_for_what_its_capital_wrote(house: House) -> None:
    """The letter goes to who handed it in, and only the files of the inner mail are kept."""
    house.deliver(passed_on(statement(sender="capital@justice.go.ke"), "embassy@kenya.go.ke"))
    house.round()
    assert house.outcomes == [("accepted", None)]
    assert house.letters == [("receipt", "sent")]
    assert house.sink is not None
    assert [letter.recipients for letter in house.sink.received] == [("embassy@kenya.go.ke",)]
    assert house.rows("SELECT party, sender, role FROM submissions JOIN files ON submission_id = submissions.id") == [
        ("KEN", "embassy@kenya.go.ke", "statement")
    ]


def test_what_an_officer_passes_on_is_the_delegations_and_its_letter_waits(house: House) -> None:
    """Sender and time are the inner mail's; nobody outside hears of it before an officer has looked."""
    trace = f"from mx by un.org; {BEFORE:%a, %d %b %Y %H:%M:%S} +0000"
    house.deliver(passed_on(statement(Received=trace), "officer@un.org", "FW: for EMIC"))
    house.round()
    assert house.outcomes == [("accepted", None)]
    assert house.letters == [("receipt", "held")]
    assert house.rows("SELECT to_address, response FROM letters") == [(SENDER, "passed on by officer@un.org")]
    assert house.rows("SELECT sender, received_at FROM submissions")[0][0] == SENDER
    assert str(house.rows("SELECT received_at FROM submissions")[0][0]).startswith(f"{BEFORE:%Y-%m-%d %H:%M}")


def test_what_came_directly_and_through_an_officer_counts_once(house: House) -> None:
    """Nobody is answered twice."""
    mail = statement()
    house.deliver(mail)
    house.round()
    house.deliver(passed_on(mail, "officer@un.org", "FW: for EMIC"))
    house.round()
    assert house.outcomes == [("accepted", None), ("ignored", "message.duplicate")]
    assert house.letters == [("receipt", "sent")]


def test_what_only_claims_to_come_from_our_own_house_is_opened_by_nobody(house: House, tmp_path: Path) -> None:
    """Not by the service, not by `check`: else a stranger could hand in anybody's statement as an officer's word."""
    house.tables["replies"] = {"mode": "send", "trusted_authserv_id": "mx.un.org"}
    mail = passed_on(statement(), "officer@un.org", "FW: 12th EMIC statement – Kenya 4")
    mail["Authentication-Results"] = "mx.un.org; dmarc=fail header.from=un.org"
    house.deliver(mail)
    house.round()
    (tmp_path / "mail.eml").write_bytes(mail.as_bytes())
    settings = house.settings
    knowledge = build_knowledge(settings)
    correspondent = build_correspondent(settings, knowledge, mode="send")
    reader = build_reader(settings)
    checked = check_one(tmp_path / "mail.eml", Checker(knowledge, reader, correspondent, 1_000_000, MORNING))
    reader.close()
    assert checked.headers.sender[0].email == "officer@un.org"
    assert house.rows("SELECT sender FROM submissions") == [("officer@un.org",)]
    assert (
        house.outcomes
        == [(str(checked.decision.outcome), checked.decision.findings[0].code)]
        == [("held", "message.doubtful")]
    )
    assert house.letters == []
