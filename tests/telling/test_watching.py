"""The staff is told by real mail, once of each thing."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from statement_intake.review import Correction, give_verdict
from tests.conftest import ImapAccount
from tests.house import MORNING, SENDER, House, statement

ALERTS = {"operators": ("ops@un.example",)}
OFFICE = {"duty_officer": "Ana Pérez", "duty_address": "ana@un.example"}


def subjects(house: House) -> list[tuple[str, str]]:
    """To whom and with which subject every mail left."""
    assert house.sink is not None
    mails = [message_from_bytes(mail.content, policy=default) for mail in house.sink.received]
    return [(str(mail["To"]), str(mail["Subject"])) for mail in mails]


def last_text(house: House) -> str:
    """The text of the mail that left last."""
    assert house.sink is not None
    content = message_from_bytes(house.sink.received[-1].content, policy=default).get_content()
    return str(content).replace("\r\n", "\n")


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
    house.deliver(statement("12th EMIC statement – Congo 4", text="two"), received=MORNING + timedelta(seconds=1))
    house.round()
    before = len(subjects(house))
    house.clock.now = MORNING + timedelta(days=2)
    house.round(2)
    assert subjects(house)[before:] == [("Ana Pérez <ana@un.example>", "2 statements waiting for a person")]
    assert house.sink is not None
    first, second = house.references
    assert (
        last_text(house)
        == f"""Dear Ana Pérez,

These statements wait for a decision that only a person can take. The
console shows what there is to know, and so does: statement-intake log
--outcome held

{first}  party not understood, item 4
    Waits since Wednesday, 23 August 2023, 10:00 (CEST).
    It is not certain who speaks: “Korea” may be Republic of Korea or
    Democratic People's Republic of Korea.

{second}  party not understood, item 4
    Waits since Wednesday, 23 August 2023, 10:00 (CEST).
    It is not certain who speaks: “Congo” may be Congo or Democratic
    Republic of the Congo.
"""
    )


def test_the_duty_officer_is_told_of_what_waits_shortly_before_its_deadline(house: House) -> None:
    """Once, however fresh it is."""
    house.tables = {"office": OFFICE}
    deadline = datetime(2023, 9, 15, 21, 59, 59, tzinfo=UTC)
    house.clock.now = deadline - timedelta(hours=2)
    house.deliver(statement("12th EMIC statement – Korea 4"), received=house.clock.now)
    house.round(2)
    house.round()
    told = [line for line in subjects(house) if "ana@" in line[0]]
    assert told == [("Ana Pérez <ana@un.example>", "1 statement waiting for a person, near the deadline")]
    assert "    The deadline is Friday, 15 September 2023, 23:59 (CEST).\n" in last_text(house)


def test_the_operators_read_why_an_imap_mailbox_is_silent(house: House, imap_account: ImapAccount) -> None:
    """What its server says, without the password; and once that it works again, and what came meanwhile is answered."""
    works = imap_account.settings().model_dump(exclude_unset=True)
    house.tables = {"mailboxes": {"main": works}, "alerts": ALERTS}
    house.round()
    house.tables["mailboxes"] = {"main": works | {"password": "no-longer-right"}}
    imap_account.deliver(statement().as_bytes(), MORNING)
    house.round()
    house.clock.turn(minutes=31)
    house.round(2)
    assert subjects(house) == [
        ("ops@un.example", "statement-intake: The mailbox main has not been reached since 2023-08-23 08:00 UTC")
    ]
    text = " ".join(last_text(house).split())
    assert "could not sign in: [AUTHENTICATIONFAILED] Authentication failed." in text
    assert text.endswith("Mail waits where it is. The service goes on trying, and writes again when the mailbox works.")
    assert "no-longer-right" not in text
    house.tables["mailboxes"] = {"main": works}
    house.round(2)
    assert [to for to, _ in subjects(house)[1:]] == [SENDER, "ops@un.example"]
    assert last_text(house) == "The mailbox main works again; nothing was lost.\n"


def test_the_operators_are_told_once_before_a_secret_ends_and_once_after_it(house: House) -> None:
    """Over restarts of the service, and by mail that needs no secret to leave."""
    application = {"token_url": "https://login.example/t", "client_id": "c", "secret": "s3cret", "warn_days": 14}
    house.tables = {"alerts": ALERTS, "oauth2": application | {"secret_expires": date(2023, 9, 30)}}
    texts: list[str] = []
    for day in (
        MORNING,
        *(datetime(2023, 9, day, 9, tzinfo=UTC) for day in (16, 17, 30)),
        datetime(2023, 10, 1, tzinfo=UTC),
    ):
        house.clock.now = day
        house.round()
        texts.append(last_text(house) if len(subjects(house)) > sum(map(bool, texts)) else "")
    before = (
        "The secret of [oauth2] expires on 2023-09-30. After that day mail is neither\n"
        "received nor sent: put in a new one before.\n"
    )
    after = "The secret of [oauth2] expired on 2023-09-30. Mail is neither received nor\nsent: put in a new one.\n"
    assert texts == ["", before, "", "", after]


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


def test_the_secretariat_reads_of_what_came_late_and_of_what_was_mended(house: House) -> None:
    """From a mailbox that was away when the last digest went; and once a rejection has become an acceptance."""
    house.tables = {"digest": {"to": ("secretariat@un.example",)}}
    house.clock.now = MORNING.replace(hour=7)
    house.round()
    house.deliver(statement("12th EMIC statement – 4"), received=house.clock.now - timedelta(hours=9))
    house.clock.turn(hours=1)
    house.round()
    house.clock.turn(days=1)
    house.round()
    with house.open() as workshop:
        mended = Correction(party="KEN")
        give_verdict("accept", house.references[0], workshop.desk, actor="Ana", because="called", correction=mended)
    house.clock.turn(days=1)
    house.round()
    assert [subject.partition(": ")[2] for to, subject in subjects(house) if "secretariat" in to] == [
        "0 accepted, 0 rejected, 0 waiting",
        "0 accepted, 1 rejected, 0 waiting",
        "1 accepted, 0 rejected, 0 waiting",
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
