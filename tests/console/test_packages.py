"""What technicians and interpreters get, from the console."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from statement_intake.domain.packing.packing import PackageKind
from statement_intake.operations.demo.media import speech
from statement_intake.review import withdraw
from tests.console.conftest import Site, add_people, hidden, site
from tests.house import MORNING, House, statement
from tests.reading.conftest import make_docx, paragraph
from tests.test_service import run


@pytest.fixture
def served(house: House) -> Iterator[Site]:
    """The console of a house that has accepted two statements on item 3."""
    house.deliver(statement("12th EMIC statement – Kenya 3"))
    ghana = statement("12th EMIC statement – Ghana 3", sender="mission@gh.example", party="Ghana")
    house.deliver(ghana, received=MORNING + timedelta(minutes=1))
    house.round()
    with house.open() as workshop:
        add_people(workshop)
        with site(workshop) as here:
            yield here


def test_the_order_is_drawn_typed_or_taken_from_a_list(served: Site) -> None:
    """And stands in the audit trail; a list that leaves a doubt changes nothing, and the page says why."""
    shelf = served.workshop.desk.ledger.shelf
    with served.visitor("otto") as otto:
        csrf = hidden(otto.get("/packages").text, "csrf")
        form = {"csrf": csrf, "meeting": "emic-12", "item": "3", "party": ["KEN", "GHA"], "position": ["2", "1"]}
        assert otto.client.post("/packages/order", data=form).headers["location"].endswith("done=order")
        assert shelf.order("emic-12") == {"3": ("GHA", "KEN")}
        for text, wanted in (
            ("item,party\n3,Kenya\n3,GHA\n", ("KEN", "GHA")),
            ("item,party\n3,Korea\n", ("KEN", "GHA")),
        ):
            files = {"speakers": ("speakers.csv", text.encode())}
            data = {"csrf": csrf, "meeting": "emic-12"}
            answer = otto.client.post("/packages/speakers", data=data, files=files)
            assert answer.status_code == 303
            assert shelf.order("emic-12") == {"3": wanted}
        assert "“Korea” is not one party" in otto.get(answer.headers["location"]).text
    entries = [entry.action for _, entry in served.workshop.desk.ledger.audit.latest(9)]
    assert entries.count("order") == 2


def test_a_package_leaves_as_an_archive_and_later_changes_are_called_out(served: Site) -> None:
    """Loudly, on the page that everybody sees."""
    with served.visitor("otto") as otto:
        answer = otto.send("/packages/hand-out", "/packages", meeting="emic-12", kind="interpreters")
        assert answer.headers["content-disposition"].startswith('attachment; filename="emic-12-interpreters-')
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            assert "manifest.json" in archive.namelist()
        assert "Nothing has changed since then." in otto.get("/packages").text
        otto.send("/packages/order", "/packages", meeting="emic-12", item="3", party="GHA", position="1")
        assert "2 changes since then." in otto.get("/packages").text


def test_a_viewer_sees_the_packages_and_hands_out_none(served: Site) -> None:
    """Nor settles an order."""
    with served.visitor("vera") as vera:
        page = vera.get("/packages").text
        assert "Speaking order" in page
        assert "<button>Hand out" not in page
        for path, fields in (
            ("/packages/hand-out", {"kind": "interpreters"}),
            ("/packages/order", {"item": "3", "party": "KEN", "position": "1"}),
        ):
            assert vera.send(path, "/packages", meeting="emic-12", **fields).status_code == 403
    assert served.workshop.desk.ledger.shelf.order("emic-12") == {}


def test_what_names_no_item_or_party_of_ours_is_refused(served: Site) -> None:
    """A form that was tampered with changes nothing."""
    with served.visitor("otto") as otto:
        for fields in ({"item": "99", "party": "KEN"}, {"item": "3", "party": "XXX"}, {"item": "3", "party": "<b>"}):
            assert (
                otto.send("/packages/order", "/packages", meeting="emic-12", position="1", **fields).status_code == 400
            )
    assert served.workshop.desk.ledger.shelf.order("emic-12") == {}


def test_statements_are_posted_from_the_console_once_their_item_was_taken_up(served: Site) -> None:
    """The archive holds clean PDFs and the page that leads to them."""
    with served.visitor("otto") as otto:
        assert "0 files" in otto.get("/packages").text.partition("For the website")[2]
        # Making the PDFs takes its time.
        otto.client.timeout = httpx.Timeout(120)
        otto.send("/packages/taken-up", "/packages", meeting="emic-12", item="3")
        answer = otto.send("/packages/hand-out", "/packages", meeting="emic-12", kind="publication")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            names = [name.partition("/")[2] for name in archive.namelist() if name.startswith("publication/")]
        assert sorted(name.rpartition("_SI-")[0] or name for name in names) == [
            "index.html",
            "item-3/001_KEN_Kenya",
            "item-3/002_GHA_Ghana",
        ]
    with served.visitor("vera") as vera:
        assert vera.send("/packages/taken-up", "/packages", meeting="emic-12", item="4").status_code == 403
    assert served.workshop.desk.ledger.shelf.taken_up("emic-12") == {"3"}


def website(page: str) -> str:
    """What the page says of the package for the website."""
    return page.partition('id="kind-publication"')[2].partition("</section>")[0]


def test_what_no_pdf_can_be_made_of_is_told_as_the_command_tells_it(house: House, tmp_path: Path) -> None:
    """Left out by name, no change for ever; and nobody is asked to settle what no word of an officer can mend."""
    # The reader takes the words of it; LibreOffice opens no document without relationships.
    bare = make_docx(tmp_path / "bare.docx", paragraph(speech(400, "Kenya"))).read_bytes()
    house.deliver(statement("12th EMIC statement – Kenya 3", files=(("Kenya.docx", bare),)))
    house.round()
    with house.open() as workshop:
        add_people(workshop)
        with site(workshop) as served, served.visitor("otto") as otto:
            otto.send("/packages/taken-up", "/packages", meeting="emic-12", item="3")
            # LibreOffice takes its time.
            otto.client.timeout = httpx.Timeout(120)
            assert otto.send("/packages/hand-out", "/packages", meeting="emic-12", kind="publication").is_success
            told = website(otto.get("/packages").text)
    assert "Nothing has changed since then." in told
    assert "1 file is left out" in told
    assert "no PDF can be made of it: the document cannot be opened" in told
    assert "It may be posted" not in told
    command = run(house, "export", "--meeting", "emic-12", "--kind", "publication", "--changes")
    assert command.returncode == 0, command.stderr
    why = "no PDF can be made of it: the document cannot be opened"
    assert command.stdout.splitlines() == [
        "publication: 0 files of 0 statements",
        f"  left out: Kenya ({house.references[0]}), Kenya.docx: {why}",
    ]


def test_a_package_of_which_all_was_withdrawn_is_handed_out_once_more(served: Site) -> None:
    """Empty as it is: else its changes were told for ever."""
    desk = served.workshop.desk
    with served.visitor("otto") as otto:
        otto.send("/packages/hand-out", "/packages", meeting="emic-12", kind="interpreters")
        for entry in desk.ledger.shelf.last("emic-12", PackageKind.INTERPRETERS).entries:  # type: ignore[union-attr]
            withdraw(entry.reference, desk, actor="Ana", because="note verbale")
        page = otto.get("/packages").text
        assert "2 changes since then." in page
        assert page.count("<button>Hand out") == 1
        otto.send("/packages/hand-out", "/packages", meeting="emic-12", kind="interpreters")
        assert "Nothing has changed since then." in otto.get("/packages").text
