"""Who sends, in the whole house: forged results, forged delegates, several senders; and what the record says of it."""

import json
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from statement_intake.operations.show import dossier_json, print_dossier
from statement_intake.settings.places import MeetingsSettings
from tests.house import KENYA, MEETINGS, SENDER, House, statement, written
from tests.reading import packed


@pytest.fixture
def guarded(house: House) -> House:
    """A house whose mail server authenticates, and which knows its delegates."""
    delegates = house.root / "delegates.csv"
    delegates.write_text(f"party,name,e-mail\nKenya,A. Delegate,{SENDER}\n", encoding="utf-8")
    house.tables["replies"] = {"mode": "send", "trusted_authserv_id": "mx.un.org"}
    house.tables["meetings"] = {"path": MEETINGS, "delegates_file": delegates}
    return house


def with_results(*results: str, subject: str = KENYA) -> EmailMessage:
    """A statement under these Authentication-Results, topmost first, above what else its header says."""
    mail = statement(subject)
    for result in reversed(results):
        mail._headers.insert(0, ("Authentication-Results", result))  # type: ignore[attr-defined]  # noqa: SLF001
    return mail


def states(house: House) -> list[tuple[str, str]]:
    """State and authentication of each submission's sender, as `show --json` tells them."""
    with house.open() as workshop:
        dossiers = [workshop.desk.ledger.log.dossier(reference) for reference in house.references]
        told = [json.loads(dossier_json(dossier))["history"][-1]["sender"] for dossier in dossiers if dossier]
    return [(sender["state"], sender["authentication"]) for sender in told]


FORGED = "mx.un.org; dmarc=pass header.from=kenya.go.ke"
NOTHING = "mx.un.org; spf=none; dkim=none; dmarc=none"


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ((FORGED,), ("verified_delegate", "pass")),
        ((NOTHING, FORGED), ("known_not_authenticated", "unknown")),
        ((), ("known_not_authenticated", "unknown")),
        (("mx.evil.example; dmarc=pass", FORGED), ("known_not_authenticated", "unknown")),
        (("  mx.un.org.evil.example ; dmarc=pass",), ("known_not_authenticated", "unknown")),
    ],
)
def test_fault_13_a_forged_result_below_the_real_one_proves_nothing(
    guarded: House, results: tuple[str, ...], state: tuple[str, str]
) -> None:
    """A sender can write any Authentication-Results but the topmost."""
    guarded.deliver(with_results(*results))
    guarded.round()
    assert states(guarded) == [state]


def test_an_address_that_spells_an_encoded_word_says_nothing_for_our_server(guarded: House) -> None:
    """The envelope address is the sender's own choice, and our server quotes it."""
    chosen = b"=?utf-8?q?x=3Bdkim=3Dpass_header.d=3Dkenya.go.ke=3B?=@evil.example"
    result = b"Authentication-Results: mx.un.org; spf=pass smtp.mailfrom=" + chosen + b"; dmarc=none\n"
    guarded.deliver(result + statement(KENYA).as_bytes())
    guarded.round()
    assert states(guarded) == [("known_not_authenticated", "unknown")]


def test_fault_14_a_delegate_whose_address_is_forged_gets_no_answer(guarded: House) -> None:
    """No backscatter: the answer would go to somebody who has written nothing. A person looks."""
    guarded.deliver(with_results("mx.un.org; dmarc=fail (p=none) header.from=kenya.go.ke"))
    guarded.round()
    assert guarded.outcomes == [("held", "sender.forged")]
    assert guarded.letters == []
    assert states(guarded) == [("known_not_authenticated", "fail")]


@pytest.mark.parametrize("fields", [("a@x.example, mission@kenya.go.ke",), ("a@x.example", SENDER)])
def test_fault_15_of_several_senders_none_is_believed(guarded: House, fields: tuple[str, ...]) -> None:
    """Two mailboxes in one From field, or two From fields: nobody is answered, and a person looks."""
    mail = with_results(FORGED)
    del mail["From"]
    for field in fields:
        mail._headers.append(("From", field))  # type: ignore[attr-defined]  # noqa: SLF001
    guarded.deliver(mail.as_bytes())
    guarded.round()
    assert guarded.outcomes == [("held", "message.no_reply")]
    assert states(guarded) == [("unknown", "unknown")]


def test_the_record_says_what_was_known_in_words(guarded: House) -> None:
    """With the literal domain; a known address is never shown as more than that."""
    guarded.deliver(with_results(NOTHING))
    guarded.deliver(with_results("mx.un.org; dkim=pass header.d=go.ke", subject="12th EMIC statement – Ghana 4"))
    guarded.round()
    said = StringIO()
    with guarded.open() as workshop:
        for reference in guarded.references:
            dossier = workshop.desk.ledger.log.dossier(reference)
            assert dossier is not None
            print_dossier(dossier, Console(file=said, width=200), "Europe/Vienna")
    assert (
        f"from: {SENDER} (known address, not authenticated; authentication: unknown, domain kenya.go.ke)"
        in said.getvalue()
    )
    assert f"from: {SENDER} (unknown; authentication: pass, domain kenya.go.ke)" in said.getvalue()


def test_a_delegates_mail_in_an_outlook_file_is_read_although_its_subject_says_nothing(guarded: House) -> None:
    """Who is registered for a party is known before the first statement; a stranger's mail like it stays unread."""
    inner = packed.msg({"Kenya.docx": written()}, KENYA, "Please find attached.", sender=SENDER)
    for sender in (SENDER, "somebody@x.example"):
        guarded.deliver(statement("Fw: as discussed", sender=sender, files=(("Kenya.msg", inner),)))
    guarded.round()
    assert sorted(guarded.outcomes) == [("accepted", None), ("ignored", "message.unrelated")]


def test_the_list_of_delegates_has_a_usual_place(tmp_path: Path) -> None:
    """Beside the folder of the meetings; naming it is needed elsewhere only."""
    usual, other = tmp_path / "delegates.csv", tmp_path / "other.csv"
    assert MeetingsSettings(path=tmp_path / "meetings").delegates is None
    usual.touch()
    assert MeetingsSettings(path=tmp_path / "meetings").delegates == usual
    assert MeetingsSettings(path=tmp_path / "meetings", delegates_file=other).delegates == other
