"""What technicians and interpreters get, from the console."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from tests.console.conftest import Site, add_people, hidden, site
from tests.house import MORNING, House, statement


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
