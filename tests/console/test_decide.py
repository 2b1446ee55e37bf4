"""Verdicts in the console: by the same way as everywhere, with the letter before the officer's eyes."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from statement_intake.operations.local_servers import SmtpSink, smtp_sink
from statement_intake.review import settle_publishing
from statement_intake.workshop import Workshop
from tests.console.conftest import Site, Visitor, add_people, hidden, site
from tests.house import MORNING, House, statement

#: Names no party, so that it is rejected.
NAMELESS = "12th EMIC statement – 4"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house in which a statement was rejected, and then one accepted; every test has its own copy."""
    root = tmp_path_factory.mktemp("prepared")
    with smtp_sink(root / "sent") as sink:
        house = House(root / "house", sink)
        house.deliver(statement(NAMELESS, party="x"))
        house.deliver(statement(), received=MORNING + timedelta(minutes=1))
        house.round()
    return house.root


@pytest.fixture
def house(prepared: Path, tmp_path: Path, smtp: SmtpSink) -> House:
    """A copy of the house."""
    shutil.copytree(prepared, tmp_path / "house")
    return House(tmp_path / "house", smtp)


@pytest.fixture
def officer(house: House) -> Iterator[tuple[Site, Visitor, Workshop]]:
    """An officer before a rejected statement and an accepted one."""
    with house.open() as workshop:
        add_people(workshop)
        with site(workshop) as served, served.visitor("otto") as visitor:
            yield served, visitor, workshop


def verdict(visitor: Visitor, reference: str, action: str, **fields: str) -> dict[str, str]:
    """What the form of a verdict would send."""
    page = visitor.get(f"/submissions/{reference}/decide?action={action}").text
    return {"csrf": hidden(page, "csrf"), "action": action, "seen": hidden(page, "seen"), **fields}


def test_an_edited_letter_goes_after_the_undo_window(house: House, officer: tuple[Site, Visitor, Workshop]) -> None:
    """Accepted with a correction, in the officer's words; not before the minute is over."""
    _, visitor, workshop = officer
    reference = house.references[0]
    form = verdict(visitor, reference, "accept", because="by telephone", party="Kenya", items="4", kind="written")
    page = visitor.client.post(f"/submissions/{reference}/decide/letter", data=form).text
    assert "Your statement has been received and accepted" in page
    assert house.rows("SELECT revision FROM submissions WHERE id = 1") == [(1,)]
    form |= {"subject": "Re: yours", "body": "Dear Ambassador,\n\nall is well.", "going": "go"}
    answer = visitor.client.post(f"/submissions/{reference}/decide", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/submissions/{reference}?done=accept")
    assert house.rows("SELECT outcome, party FROM submissions WHERE id = 1") == [("accepted", "KEN")]
    sent = len(house.sink.received) if house.sink else 0
    house.round()
    assert house.sink is not None
    assert len(house.sink.received) == sent
    house.clock.turn(seconds=61)
    house.round()
    letter = house.sink.received[-1].content
    assert len(house.sink.received) == sent + 1
    assert b"Subject: Re: yours" in letter
    assert b"all is well." in letter
    assert workshop.desk.ledger.log.dossier(reference) is not None


def test_a_verdict_is_taken_back_while_its_letter_waits(house: House, officer: tuple[Site, Visitor, Workshop]) -> None:
    """The letter does not go, and a person has to decide again."""
    _, visitor, _ = officer
    reference = house.references[1]
    form = verdict(visitor, reference, "reject", because="the wrong meeting", going="go")
    assert visitor.client.post(f"/submissions/{reference}/decide", data=form).status_code == 303
    answer = visitor.send(f"/submissions/{reference}/undo", f"/submissions/{reference}", seen="2")
    assert answer.headers["location"].endswith("?done=undo")
    house.clock.turn(minutes=5)
    house.round()
    assert house.letters[-1] == ("rejection", "dropped")
    assert house.rows("SELECT outcome, revision FROM submissions WHERE id = 2") == [("held", 3)]


def test_of_two_officers_the_second_is_told(house: House, officer: tuple[Site, Visitor, Workshop]) -> None:
    """Whoever looked at an older revision decides nothing."""
    _, visitor, _ = officer
    reference = house.references[1]
    first = verdict(visitor, reference, "reject", because="no", going="never")
    second = verdict(visitor, reference, "reopen", because="hm")
    assert visitor.client.post(f"/submissions/{reference}/decide", data=first).status_code == 303
    late = visitor.client.post(f"/submissions/{reference}/decide", data=second)
    assert late.status_code == 409
    assert "otto has decided about" in late.text
    assert house.rows("SELECT outcome, revision FROM submissions WHERE id = 2") == [("rejected", 2)]


def test_a_verdict_needs_a_reason_and_what_every_statement_needs(
    house: House, officer: tuple[Site, Visitor, Workshop]
) -> None:
    """Nothing is decided without; the officer learns what is missing."""
    _, visitor, _ = officer
    reference = house.references[0]
    for form, said in (
        (verdict(visitor, reference, "accept", because=" "), "A reason is needed"),
        (verdict(visitor, reference, "accept", because="yes"), "this is missing: party"),
        (verdict(visitor, reference, "accept", because="yes", party="Narnia"), "there is no party Narnia"),
        (verdict(visitor, reference, "accept", because="yes", items="x"), "is no agenda item"),
    ):
        answer = visitor.client.post(f"/submissions/{reference}/decide/letter", data=form)
        assert (answer.status_code, said in answer.text) == (422, True)
    empty = verdict(visitor, reference, "reject", because="")
    assert visitor.client.post(f"/submissions/{reference}/decide", data=empty).status_code == 400
    assert house.rows("SELECT revision FROM submissions WHERE id = 1") == [(1,)]


def test_asking_for_a_part_keeps_it_open_and_writes(house: House, officer: tuple[Site, Visitor, Workshop]) -> None:
    """The delegation reads the officer's words in its letter."""
    _, visitor, _ = officer
    reference = house.references[0]
    form = verdict(visitor, reference, "ask", because="Please send the annex, too.", going="wait")
    assert visitor.client.post(f"/submissions/{reference}/decide", data=form).status_code == 303
    assert house.letters[-1] == ("acknowledgement", "held")
    assert "Please send the annex, too." in house.rows("SELECT body FROM letters ORDER BY id DESC LIMIT 1")[0][0]


def test_withdrawing_and_attaching_ask_for_a_reason(house: House, officer: tuple[Site, Visitor, Workshop]) -> None:
    """Then they do what the commands do."""
    _, visitor, _ = officer
    reference = house.references[1]
    page = f"/submissions/{reference}/withdraw"
    assert visitor.send(page, page, seen="1").status_code == 422
    assert visitor.send(page, page, seen="1", because="note verbale of today").status_code == 303
    assert house.rows("SELECT standing FROM submissions WHERE id = 2") == [("withdrawn",)]
    page = f"/submissions/{reference}/attach"
    csrf = hidden(visitor.get(page).text, "csrf")
    data = {"csrf": csrf, "seen": "1", "because": "by messenger", "going": "never"}
    files = {"file": ("../../annex.txt", b"Mr. Chair, this is our annex. " * 30)}
    assert visitor.client.post(page, data=data, files=files).status_code == 303
    assert house.rows("SELECT name, added_by FROM files WHERE added_by IS NOT NULL") == [("annex.txt", "otto")]


def test_a_viewer_reads_and_decides_nothing(house: House, officer: tuple[Site, Visitor, Workshop]) -> None:
    """Neither the form nor the verdict."""
    served, visitor, _ = officer
    reference = house.references[1]
    form = verdict(visitor, reference, "reject", because="no", going="never")
    with served.visitor("vera") as viewer:
        page = viewer.get(f"/submissions/{reference}")
        assert page.status_code == 200
        assert "/decide" not in page.text
        assert viewer.get(f"/submissions/{reference}/decide?action=reject").status_code == 403
        stolen = form | {"csrf": hidden(page.text, "csrf")}
        for path in ("decide", "decide/letter", "undo", "withdraw"):
            assert viewer.client.post(f"/submissions/{reference}/{path}", data=stolen).status_code == 403
    assert house.rows("SELECT revision FROM submissions WHERE id = 2") == [(1,)]


def test_only_files_of_the_submission_are_handed_out_and_never_as_a_page(
    house: House, officer: tuple[Site, Visitor, Workshop]
) -> None:
    """Another one's digest is as good as none (IDOR); what is handed out runs nowhere."""
    _, visitor, _ = officer
    (mine,), (theirs,) = house.rows("SELECT sha256 FROM files ORDER BY submission_id")
    answer = visitor.get(f"/submissions/{house.references[0]}/files/{mine}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    other = house.references[0] if mine != theirs else "SI-0000-0000"
    assert visitor.get(f"/submissions/{other}/files/{theirs}").status_code == 404
    assert visitor.get(f"/submissions/{house.references[0]}/files/..%2f..%2fledger.db").status_code == 404
    mail = visitor.get(f"/submissions/{house.references[0]}/mail")
    assert (mail.status_code, mail.headers["content-type"]) == (200, "application/octet-stream")


def test_two_mails_become_one_submission(house: House, officer: tuple[Site, Visitor, Workshop]) -> None:
    """The mails of the other belong to this one, in the time of the earlier; the other's number leads here."""
    _, visitor, workshop = officer
    given, kept = house.references
    page = f"/submissions/{kept}/join"
    assert visitor.send(page, page, seen="1", other=given).status_code == 422
    itself = visitor.send(page, page, seen="1", because="x", other=kept)
    assert (itself.status_code, "joined to itself" in itself.text) == (422, True)
    assert visitor.send(page, page, seen="1", because="one statement", other=given, going="never").status_code == 303
    assert house.rows("SELECT reference, standing, superseded_by, revision FROM submissions ORDER BY id") == [
        (given, "superseded", kept, 1),
        (kept, "current", None, 2),
    ]
    assert house.rows("SELECT DISTINCT submission_id FROM messages") == [(2,)]
    dossier = workshop.desk.ledger.log.dossier(kept)
    assert dossier is not None
    assert (len(dossier.mails), dossier.outcome, dossier.received) == (2, "accepted", MORNING)
    for reference in house.references:
        assert visitor.get(f"/submissions/{reference}").status_code == 200
    assert "Further mail of" in visitor.get(f"/submissions/{kept}").text
    again = visitor.send(page, page, seen="2", because="again", other=given)
    assert (again.status_code, "only submissions that stand" in again.text) == (422, True)
    reopened = verdict(visitor, kept, "reopen", because="hm")
    assert visitor.client.post(f"/submissions/{kept}/decide", data=reopened).status_code == 303
    assert house.rows("SELECT standing FROM submissions ORDER BY id") == [("superseded",), ("current",)]


def test_an_officer_chooses_the_text_among_several_languages(
    house: House, officer: tuple[Site, Visitor, Workshop]
) -> None:
    """The chosen document is the statement, the other one is kept beside it; a later look remembers that."""
    _, visitor, _ = officer
    reference = house.references[1]
    page = f"/submissions/{reference}/attach"
    data = {"csrf": hidden(visitor.get(page).text, "csrf"), "seen": "1", "because": "in French", "going": "never"}
    french = ("discours.txt", ("Monsieur le Président, ma délégation vous remercie. " * 40).encode())
    assert visitor.client.post(page, data=data, files={"file": french}).status_code == 303
    documents = house.rows("SELECT name, role, sha256 FROM files WHERE replaced IS NULL AND submission_id = 2")
    digests = {name: digest for name, _, digest in documents}
    assert "The document that counts as the text" in visitor.get(f"/submissions/{reference}/decide?action=correct").text
    for name in ("discours.txt", "Kenya.docx"):
        form = verdict(visitor, reference, "correct", because="the original", main=digests[name], going="never")
        assert visitor.client.post(f"/submissions/{reference}/decide", data=form).status_code == 303
        roles = dict(house.rows("SELECT name, role FROM files WHERE replaced IS NULL AND submission_id = 2"))
        assert roles == {one: "statement" if one == name else "other" for one in digests}


@pytest.mark.parametrize("agreed", [True, False])
def test_a_statement_of_which_it_was_settled_whether_it_is_posted_has_its_page(
    house: House, officer: tuple[Site, Visitor, Workshop], agreed: bool,  # noqa: FBT001 - an answer
) -> None:  # fmt: skip
    """It stands among what officers have corrected, as the only word there that is neither text nor a list."""
    _, visitor, workshop = officer
    settle_publishing(house.references[1], workshop.desk, agreed=agreed, actor="Ana", because="they called")
    page = visitor.get(f"/submissions/{house.references[1]}")
    assert page.status_code == 200
    assert f"publish: {agreed}" in page.text
