"""The staff is told by real mail, once of each thing."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from tests.house import MORNING, House, statement

ALERTS = {"operators": ("ops@un.example",)}
OFFICE = {"duty_officer": "Ana Pérez", "duty_address": "ana@un.example"}


def subjects(house: House) -> list[tuple[str, str]]:
    """To whom and with which subject every mail left."""
    assert house.sink is not None
    mails = [message_from_bytes(mail.content, policy=default) for mail in house.sink.received]
    return [(str(mail["To"]), str(mail["Subject"])) for mail in mails]


def test_the_operators_hear_once_of_a_silent_mailbox_and_once_of_its_return(house: House) -> None:
    """However many rounds go by, and over restarts of the service."""
    away = house.root / "away"
    house.tables = {"mailboxes": {"main": {"path": house.maildir()}, "copy": {"path": away}}, "alerts": ALERTS}
    house.round()
    assert subjects(house) == []
    house.clock.turn(minutes=31)
    house.round(2)
    house.round()
    silent = ("ops@un.example", "statement-intake: The mailbox copy has not been reached so far")
    assert subjects(house) == [silent]
    for part in ("cur", "new"):
        (away / part).mkdir(parents=True)
    house.round(2)
    back = ("ops@un.example", "statement-intake: The mailbox copy works again; nothing was lost")
    assert subjects(house) == [silent, back]


def test_the_duty_officer_is_told_by_name_of_what_waits_too_long(house: House) -> None:
    """In one mail, however many statements; and once."""
    house.tables = {"office": OFFICE}
    house.deliver(statement("12th EMIC statement – Korea 4", text="one"))
    house.deliver(statement("12th EMIC statement – Congo 4", text="two"))
    house.round()
    before = len(subjects(house))
    house.clock.now = MORNING + timedelta(days=2)
    house.round(2)
    assert subjects(house)[before:] == [("Ana Pérez <ana@un.example>", "2 statements waiting for a person")]
    assert house.sink is not None
    text = message_from_bytes(house.sink.received[-1].content, policy=default).get_content()
    assert text.splitlines()[:2] == ["Dear Ana Pérez,", ""]
    for reference in house.references:
        assert reference in text


def test_the_secretariat_reads_in_the_morning_what_came(house: House) -> None:
    """Also that nothing came; once a day."""
    house.tables = {"digest": {"to": ("secretariat@un.example",)}}
    house.clock.now = MORNING.replace(hour=7)
    house.round(2)
    house.deliver(statement(), received=house.clock.now)
    house.clock.now += timedelta(days=1)
    house.round(2)
    assert [line for line in subjects(house) if "secretariat" in line[0]] == [
        ("secretariat@un.example", "Statements, 23 August 2023: 0 accepted, 0 rejected, 0 waiting"),
        ("secretariat@un.example", "Statements, 24 August 2023: 1 accepted, 0 rejected, 0 waiting"),
    ]


def test_mail_to_the_staff_is_no_statement_even_where_it_comes_to_the_mailbox_itself(house: House) -> None:
    """Its words are those of statements; it is marked as automatic, and ignored."""
    house.tables = {"digest": {"to": ("uncac@un.org",)}}
    house.round()
    assert house.sink is not None
    house.deliver(house.sink.received[-1].content)
    house.round()
    assert house.outcomes == [("ignored", "message.automatic")]


def test_an_alert_that_cannot_leave_is_told_later(house: House, tmp_path: Path) -> None:
    """A mail server that is away must not make the service believe that somebody knows."""
    real = house.sink
    house.tables = {"mailboxes": {"main": {"path": tmp_path / "away"}}, "alerts": ALERTS}
    house.sink = None
    house.round()
    house.clock.turn(minutes=31)
    house.round()
    house.sink = real
    house.round()
    assert len(subjects(house)) == 1


def test_the_breaker_is_told_to_operators_and_duty_officer_once_and_its_end_once(house: House) -> None:
    """Over restarts of the service; letters that wait are counted, and mail to the staff is no letter."""
    house.tables = {"alerts": ALERTS, "office": OFFICE, "limits": {"replies_per_hour": 2}}
    for party in ("Kenya", "Ghana", "Peru", "Chile"):
        house.deliver(statement(f"12th EMIC statement – {party} 4", f"a@{party}.example", party=party))
    house.round(2)
    house.round()
    staff = ("ops@un.example", "Ana Pérez <ana@un.example>")
    stopped = [(person, "statement-intake: Letters do not go by themselves any more") for person in staff]
    assert subjects(house)[2:] == stopped
    assert house.sink is not None
    text = " ".join(message_from_bytes(house.sink.received[-1].content, policy=default).get_content().split())
    assert "replies_per_hour allows, 2, were written" in text
    assert "2 letters wait for a person" in text
    house.clock.turn(minutes=59)
    house.round()
    assert len(subjects(house)) == 4
    house.clock.turn(minutes=1)
    house.round(2)
    house.round()
    again = [(person, "statement-intake: Letters go by themselves again") for person in staff]
    assert subjects(house)[4:] == again


def test_the_digest_names_who_on_the_list_of_speakers_has_sent_nothing(house: House) -> None:
    """Not who was received, waits or was spoken for; no item that was taken up; nobody, where there is no list."""
    house.tables = {"digest": {"to": ("secretariat@un.example",)}}
    house.clock.now = MORNING.replace(hour=4)
    house.deliver(statement("12th EMIC statement – Kenya 4"), received=house.clock.now)
    house.deliver(statement("12th EMIC statement – Ghana 3", "a@ghana.example", party="Ghana"))
    house.round()
    with house.open() as workshop:
        shelf = workshop.desk.ledger.shelf
        for item, codes in {"3": ("FRA", "GHA"), "4": ("GAB", "KEN", "PER"), "2": ("CHL",)}.items():
            shelf.settle_order("emic-12", item, codes, "o", house.clock.now)
        shelf.take_up("emic-12", ["2"], "o", house.clock.now)
    house.clock.now = MORNING.replace(hour=7)
    house.round()
    assert house.sink is not None
    text = message_from_bytes(house.sink.received[-1].content, policy=default).get_content().replace("\r\n", "\n")
    assert (
        "On the list of speakers, none received:\n  12th EMIC, item 3: France\n  12th EMIC, item 4: Gabon, Peru\n"
    ) in text
