"""The log in the console: filtered and sorted by its address, searched, paged by keys, taken out as tables."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from statement_intake.console.export import COLUMNS
from statement_intake.domain.search import Order, Search
from tests.console.conftest import Site, Visitor, add_people, site
from tests.house import MORNING, House, statement

#: A subject and a sender's name that are markup and a formula, and a file name that turns the reading order.
HOSTILE = "<script>alert(1)</script> 12th EMIC statement – Kenya 4"
FORMULA = '=HYPERLINK("https://evil.example","12th EMIC statement – Ghana 4")'


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A console over some statements; every test only reads."""
    house = House(tmp_path_factory.mktemp("log"))
    mails = [
        statement(),
        statement("12th EMIC statement – Ghana 4", sender="mission@mfa.gov.gh", party="Ghana"),
        statement("12th EMIC statement –  4", sender="someone@mfa.gov.mt", party="x", text="about zebras"),
        statement(HOSTILE, sender='"<b>Mallory</b>" <m@kenya.go.ke>', text="<img src=x onerror=alert(2)>"),
        statement(FORMULA, sender="f@mfa.gov.gh", party="Ghana"),
        statement("12th EMIC statement – China 3", sender="a@mfa.gov.cn", party="中国", text="中华人民共和国代表团"),
    ]
    for number, mail in enumerate(mails):
        house.deliver(mail, received=MORNING + timedelta(hours=number))
    house.round()
    house.clock.turn(hours=10)
    with house.open() as workshop:
        add_people(workshop)
        with site(workshop) as served:
            yield served


@pytest.fixture
def viewer(here: Site) -> Iterator[Visitor]:
    """Somebody who only reads."""
    with here.visitor("vera") as visitor:
        yield visitor


def found(viewer: Visitor, query: str) -> list[str]:
    """The senders of what the log's API finds, in its order."""
    answer = viewer.get(f"/api/submissions?{query}")
    assert answer.status_code == 200, answer.text
    return [row["sender"].partition("@")[0] for row in answer.json()["submissions"]]


@pytest.mark.parametrize(
    ("query", "senders"),
    [
        ("", ["a", "f", "m", "someone", "mission", "mission"]),
        ("up=true&sort=received&outcome=accepted&kind=written", ["mission", "mission", "a"]),
        ("q=zebras", ["someone"]),
        ("q=ZEBR", ["someone"]),
        ("q=中华人民", ["a"]),
        ("q=Ghana mission", ["mission"]),
        ("q=%22 OR %2A NEAR(", []),
        ("code=subject.party_missing", ["someone"]),
        ("party=CHN", ["a"]),
        ("item=3", ["a"]),
        ("since=2023-08-24", []),
        ("since=2023-08-23&until=2023-08-23&party=CHN", ["a"]),
        ("reply=none&party=CHN", []),
        ("standing=withdrawn", []),
    ],
)
def test_every_filter_is_a_part_of_the_address(viewer: Visitor, query: str, senders: list[str]) -> None:
    """And the API mirrors it."""
    assert found(viewer, query) == senders


def test_pages_are_keyed_by_their_rows(here: Site) -> None:
    """Forwards and backwards every row stands on one page, in each order."""
    search = here.workshop.desk.ledger.search
    for order in Order:
        for descending in (True, False):
            asked = Search(order=order, descending=descending)
            pages = [search.page(asked, 2)]
            while cursor := pages[-1].after:
                pages.append(search.page(asked.model_copy(update={"cursor": cursor}), 2))
            forwards = [[row.reference for row in page.rows] for page in pages]
            assert sorted(map(len, forwards)) == [2, 2, 2]
            assert len({reference for page in forwards for reference in page}) == 6
            while cursor := pages[-1].before:
                pages.append(search.page(asked.model_copy(update={"cursor": cursor}), 2))
            backwards = [[row.reference for row in page.rows] for page in pages[3:]]
            assert backwards == forwards[1::-1]


def test_what_came_by_mail_stays_text(viewer: Visitor) -> None:
    """Markup in subject, name and body is shown, not obeyed; on every page that shows it."""
    reference = viewer.get("/api/submissions?q=script").json()["submissions"][0]["reference"]
    for page in ("/", "/log", "/log?q=script", "/rejections", f"/submissions/{reference}"):
        text = viewer.get(page).text
        assert "<script>alert" not in text
        assert "<b>Mallory" not in text
        assert "onerror=alert(2)>" not in text
    assert "&lt;script&gt;alert(1)" in viewer.get(f"/submissions/{reference}").text
    assert "&lt;img src=x" in viewer.get(f"/submissions/{reference}").text


def test_no_cell_of_an_export_is_a_formula(viewer: Visitor, tmp_path: Path) -> None:
    """CSV and XLSX hold what the log shows, as text."""
    lines = list(csv.reader(io.StringIO(viewer.get("/log.csv").text.removeprefix("\ufeff"))))
    assert lines[0] == list(COLUMNS)
    assert len(lines) == 7
    assert [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))] == []
    assert any(cell.startswith("'=HYPERLINK(") for line in lines for cell in line)
    book = tmp_path / "log.xlsx"
    book.write_bytes(viewer.get("/log.xlsx").content)
    sheet = zipfile.ZipFile(book).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(" in sheet
    assert sheet.count("<row ") == 7


def test_an_export_stays_in_the_audit(here: Site, viewer: Visitor) -> None:
    """Who took out what."""
    viewer.get("/log.csv?party=CHN")
    _, entry = here.workshop.desk.ledger.audit.latest(1)[0]
    assert (entry.actor, entry.action) == ("vera", "export")
    assert entry.detail == {"form": "csv", "query": {"party": "CHN"}}


def test_a_malformed_address_is_refused_in_words(viewer: Visitor) -> None:
    """Neither a fault nor everything."""
    for query in ("page=x", "since=yesterday", "outcome=perhaps", "sort=subject", "since=9999-12-31&until=9999-12-31"):
        assert viewer.get(f"/log?{query}").status_code in {400, 422}


def test_the_rejections_of_a_period_are_one_report(viewer: Visitor) -> None:
    """With reasons and how often each was given."""
    page = viewer.get("/rejections?since=2023-08-23&until=2023-08-23").text
    assert "1 rejection" in page
    assert "subject.party_missing" in page
    assert "0 rejections" in viewer.get("/rejections?since=2023-08-24").text


def test_the_api_only_reads_and_only_for_who_may(here: Site, viewer: Visitor) -> None:
    """With a session or a token; described by OpenAPI."""
    with here.visitor() as nobody:
        assert nobody.get("/api/submissions").status_code == 401
        assert nobody.get("/api/submissions", Authorization="Bearer nonsense").status_code == 401
        ledger = here.workshop.desk.ledger
        account = ledger.accounts.named("vera")
        assert account is not None
        ledger.sessions.begin("a-token", "", account, now=here.workshop.desk.clock(), how="token")
        assert nobody.get("/api/submissions", Authorization="Bearer a-token").json()["count"] == 6
        nobody.client.cookies.set("session", "a-token")
        assert nobody.get("/").status_code == 303
    assert viewer.client.post("/api/submissions").status_code == 405
    described = viewer.get("/api/openapi.json").json()
    assert set(described["paths"]) == {"/submissions", "/submissions/{reference}"}
    reference = viewer.get("/api/submissions").json()["submissions"][0]["reference"]
    assert viewer.get(f"/api/submissions/{reference}").json()["reference"] == reference
    assert viewer.get("/api/submissions/SI-0000-0000").status_code == 404
