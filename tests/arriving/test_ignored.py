"""Ignored mail: listed live for an officer, and pulled in by hand."""

import json
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from statement_intake.arriving.ignored import place_of, pull_in, show_live
from statement_intake.domain.finding import Outcome
from statement_intake.review import Correction, ReviewError, give_verdict
from tests.conftest import ImapAccount
from tests.house import MORNING, SENDER, Flaky, House, believe_our_server, statement
from tests.test_forwarding import BEFORE, passed_on
from tests.test_service import run

#: What triage leaves alone: neither meeting nor statement is named, and no video comes along.
PRIVATE = "Kenya"
WHY = "The Ambassador telephoned: it is their statement"


def unrelated() -> EmailMessage:
    """A mail that says nothing of a statement, and carries one."""
    return statement(subject=PRIVATE, text="as discussed")


def ignored_house(house: House, account: ImapAccount) -> str:
    """A house that has ignored one mail on a real server; gives the mail's place."""
    house.tables["mailboxes"] = {"main": account.settings()}
    uid = account.deliver(unrelated().as_bytes(), MORNING)
    house.round()
    assert house.outcomes == [("ignored", "message.unrelated")]
    assert house.stored == set()
    return f"main/{uid}"


def pull(house: House, place: str) -> str:
    """Pull a mail in, as an officer."""
    with house.open() as workshop:
        return pull_in(place, workshop.mailboxes, workshop.desk, workshop.rules.below, actor="Officer Lee", because=WHY)


def test_ignored_mail_is_listed_live_and_the_ledger_knows_nothing_of_it(
    house: House, imap_account: ImapAccount
) -> None:
    """Sender and subject come from the server at this moment; that somebody looked is written down."""
    place = ignored_house(house, imap_account)
    with house.open() as workshop:
        (shown,) = show_live(workshop.mailboxes, workshop.desk, actor="Officer Lee")
    assert place_of(shown.mail) == place
    assert shown.headers is not None
    assert (shown.headers.sender[0].email, shown.headers.subject) == (SENDER, PRIVATE)
    assert not any(SENDER.encode() in file.read_bytes() for file in house.root.glob("ledger.db*"))
    assert house.rows("SELECT actor, action, reference FROM audit") == [("Officer Lee", "list_ignored", None)]


def test_the_listing_keeps_to_mailbox_and_date(house: House) -> None:
    """A mail that has left its mailbox is still listed, without what only the mailbox knew."""
    house.deliver(unrelated())
    gone = house.deliver(unrelated(), "copy", MORNING - timedelta(days=3))
    house.round()
    gone.unlink()
    with house.open() as workshop:

        def listed(**wanted: object) -> list[tuple[str, bool]]:
            shown = show_live(workshop.mailboxes, workshop.desk, actor="x", **wanted)  # type: ignore[arg-type]
            return [(one.mail.key.mailbox, one.headers is not None) for one in shown]

        assert listed() == [("copy", False), ("main", True)]
        assert listed(mailbox="main") == [("main", True)]
        assert listed(since=MORNING - timedelta(days=1)) == [("main", True)]
        with pytest.raises(ReviewError, match="no mailbox third"):
            listed(mailbox="third")


def test_a_mail_that_is_pulled_in_is_judged_and_waits_for_a_person(house: House, imap_account: ImapAccount) -> None:
    """It is held with all that the rules find, in its own time, and no letter is written."""
    reference = pull(house, ignored_house(house, imap_account))
    assert house.letters == []
    with house.open() as workshop:
        dossier = workshop.desk.ledger.log.dossier(reference)
    assert dossier is not None
    assert (dossier.outcome, dossier.received, dossier.sender) == (Outcome.HELD, MORNING, SENDER)
    assert [file.role for file in dossier.files] == ["statement"]
    assert [(step.actor, step.action, step.because) for step in dossier.history] == [("Officer Lee", "reopen", WHY)]
    assert [(entry.actor, entry.action) for entry in dossier.audit] == [("Officer Lee", "reopen")]
    house.round()
    assert house.outcomes[0][0] == "held"
    assert house.letters == []


def test_a_verdict_about_it_writes_the_letter(house: House, imap_account: ImapAccount) -> None:
    """From here it is a submission like any other."""
    reference = pull(house, ignored_house(house, imap_account))
    with house.open() as workshop:
        give_verdict(
            "accept", reference, workshop.desk, actor="Officer Lee", because=WHY,
            correction=Correction(party="KEN", items=("4",)),
        )  # fmt: skip
    house.round()
    assert house.letters == [("receipt", "sent")]


def test_a_mail_is_pulled_in_once(house: House, imap_account: ImapAccount) -> None:
    """The second time it is no ignored mail any more."""
    place = ignored_house(house, imap_account)
    pull(house, place)
    with pytest.raises(ReviewError, match="is not known as ignored mail"):
        pull(house, place)


@pytest.mark.parametrize("place", ["main/99", "third/1", "main/", "SI-7K3M-9QWX", "main/Archive/1"])
def test_only_what_was_ignored_can_be_pulled_in(house: House, imap_account: ImapAccount, place: str) -> None:
    """The officer is told, and nothing happens."""
    ignored_house(house, imap_account)
    with (
        house.open() as workshop,
        pytest.raises(Exception, match=r"no place of a mail|not known as ignored|no folder Archive"),
    ):
        pull_in(place, workshop.mailboxes, workshop.desk, workshop.rules.below, actor="x", because="y")
    assert house.outcomes == [("ignored", "message.unrelated")]


def test_a_second_copy_points_to_the_first(house: House) -> None:
    """What it is a copy of is decided."""
    mail = statement()
    house.deliver(mail)
    copy = house.deliver(mail, "copy")
    house.round()
    with pytest.raises(ReviewError, match=f"is a copy of {house.references[0]}"):
        pull(house, f"copy/{copy.name}")


def test_a_mail_that_cannot_be_read_now_stays_ignored(house: House) -> None:
    """A fault of ours leaves nothing behind; the officer may try again."""
    path = house.deliver(unrelated())
    house.round()
    house.desk["reader"] = lambda real: Flaky(real, {"read": [OSError("no more processes")]})
    with pytest.raises(OSError, match="no more processes"):
        pull(house, f"main/{path.name}")
    assert house.outcomes == [("ignored", "message.unrelated")]
    assert house.stored == set()
    house.desk.clear()
    assert pull(house, f"main/{path.name}").startswith("SI-")


@pytest.mark.parametrize(
    "fault", [("reader", "read"), ("ignored", "take_out"), ("record", "decided")], ids=lambda fault: fault[1]
)
def test_wherever_it_fails_nothing_of_it_is_left(house: House, fault: tuple[str, str]) -> None:
    """Neither the mail nor what was decoded while it arrived nor its files: the next start may be long in coming."""
    large = statement(subject=PRIVATE, text="as discussed", files=(("notes.bin", bytes(range(256)) * 5_000),))
    path = house.deliver(large)
    house.round()
    part, verb = fault
    broken = {verb: [OSError("no more processes")]}
    if part == "reader":
        house.desk["reader"] = lambda real: Flaky(real, broken)
    else:
        house.desk["ledger"] = lambda real: Flaky(real, {}, instead={part: Flaky(getattr(real, part), broken)})
    with house.open() as workshop:
        with pytest.raises(OSError, match="no more processes"):
            pull_in(
                f"main/{path.name}", workshop.mailboxes, workshop.desk, workshop.rules.below, actor="x", because="y"
            )
        assert (house.stored, list(workshop.desk.files.incoming.iterdir())) == (set(), [])
    house.desk.clear()
    assert house.outcomes == [("ignored", "message.unrelated")]
    assert pull(house, f"main/{path.name}").startswith("SI-")


def test_after_a_kill_the_service_decides_alone_in_the_end(house: House) -> None:
    """A process that died while pulling in leaves a mail that is triaged like any other, and never answered."""
    path = house.deliver(unrelated())
    house.round()
    house.desk["reader"] = lambda real: Flaky(real, {"read": [SystemExit()]})
    with house.open() as workshop:
        ignored = workshop.desk.ledger.ignored
        object.__setattr__(ignored, "put_back", lambda _mail: None)  # as if the process were gone
        with pytest.raises(SystemExit):
            pull_in(
                f"main/{path.name}", workshop.mailboxes, workshop.desk, workshop.rules.below, actor="x", because="y"
            )
    house.desk.clear()
    house.round()
    assert house.rows("SELECT state, outcome FROM messages") == [("received", None)]
    house.clock.turn(hours=2)
    house.round()
    assert house.outcomes == [("ignored", "message.unrelated")]
    assert house.letters == []


def test_the_commands_list_and_pull_in(house: House) -> None:
    """As an officer types them; a correction may be given along."""
    path = house.deliver(unrelated())
    house.round()
    place = f"main/{path.name}"
    since = ("--since", "2023-08-01")
    listed = run(house, "ignored", *since, "--json")
    assert json.loads(listed.stdout) == {
        "place": place, "received": MORNING.isoformat(), "reason": "message.unrelated", "copy_of": None,
        "sender": [SENDER], "subject": PRIVATE,
    }  # fmt: skip
    assert run(house, "ignored").stdout == ""
    line = run(house, "ignored", "--mailbox", "main", *since).stdout
    assert line.startswith(f"{place}  2023-08-23 10:00  message.unrelated")
    assert line.endswith(f"{SENDER}  {PRIVATE}\n")
    assert SENDER not in listed.stderr
    done = run(house, "reopen", place, "--because", WHY, "--party", "KEN", "--item", "4")
    (reference,) = house.references
    assert done.stdout == f"{reference}: held; no letter\n" * 2
    assert house.rows("SELECT party, items, outcome FROM submissions") == [("KEN", '["4"]', "held")]
    again = run(house, "reopen", place, "--because", WHY)
    assert (again.returncode, again.stdout) == (1, "")


@pytest.mark.parametrize(
    ("word", "submitted", "files"),
    [
        ("pass", (SENDER, BEFORE), [("statement", "Kenya.docx")]),
        ("fail", ("officer@un.org", MORNING), [("other", "Kenya.eml")]),
    ],
)
def test_whether_our_own_house_passed_it_on_is_asked_here_as_well(
    house: House, word: str, submitted: tuple[str, datetime], files: list[tuple[str, str]]
) -> None:
    """What only claims it stays shut, whoever pulls it in: sender and time of the mail within are a stranger's word."""
    believe_our_server(house)
    inner = statement(PRIVATE, text="as discussed", Received=f"from mx by un.org; {format_datetime(BEFORE)}")
    mail = passed_on(inner, "officer@un.org")
    mail["Authentication-Results"] = f"mx.un.org; dmarc={word} header.from=un.org"
    path = house.deliver(mail)
    house.round()
    assert house.outcomes == [("ignored", "message.unrelated")]
    settings = {"REPLIES__TRUSTED_AUTHSERV_ID": "mx.un.org"}
    done = run(house, "reopen", f"main/{path.name}", "--because", WHY, **settings)
    assert done.returncode == 0, done.stderr
    with house.open() as workshop:
        dossier = workshop.desk.ledger.log.dossier(house.references[0])
    assert dossier is not None
    assert (dossier.sender, dossier.received) == submitted
    assert [(file.role, file.attachment.name) for file in dossier.files] == files
    assert ("sender.forged" in {finding.code for finding in dossier.findings}) == (word == "fail")
    assert (dossier.outcome, house.letters) == (Outcome.HELD, [])
