"""An officer's day in a real browser: Debian's Chromium, the console, an SMTP server."""

import csv
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from statement_intake.operations.demo.media import docx, speech, video
from statement_intake.operations.local_servers import SmtpSink, smtp_sink
from statement_intake.rounds import Rounds
from tests.console.conftest import PASSWORD, Site, add_people, site
from tests.house import MORNING, House, statement

AXE = (Path(__file__).parent / "axe-4.14.1.min.js").read_text(encoding="utf-8")
#: WCAG 2.2 A and AA, and what axe calls good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SCRIPT = "<script>window.pwned=1</script><img src=x onerror=window.pwned=2>"
#: Octets of a page with everything that it loads, but for videos and pictures of videos.
LARGEST_PAGE = 200_000
OCTETS = """performance.getEntries().filter(one => one.decodedBodySize && !one.name.includes("/videos/"))
    .reduce((sum, one) => sum + one.decodedBodySize, 0)"""


@dataclass
class Day:
    """A console that is served, the house behind it, and a browser before it."""

    house: House
    here: Site
    browser: Browser
    sink: SmtpSink
    rounds: Rounds

    @contextmanager
    def context(self, name: str | None = None, **options: Any) -> Iterator[BrowserContext]:  # noqa: ANN401 - Playwright's
        """A fresh browser, logged in as *name*."""
        context = self.browser.new_context(base_url=self.here.address, **({"viewport": DESK} | options))
        context.set_default_timeout(20_000)
        try:
            if name:
                page = context.new_page()
                log_in(page, name)
                page.close()
            yield context
        finally:
            context.close()

    def reference(self, party: str) -> str:
        """The submission of a party."""
        return str(self.house.rows(f"SELECT reference FROM submissions WHERE party = '{party}'")[0][0])  # noqa: S608


def log_in(page: Page, name: str) -> None:
    """As a person does."""
    page.goto("/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven seconds too long; and a short one whose metadata is markup."""
    folder = tmp_path_factory.mktemp("media")
    video(folder / "long.mp4", 187)
    video(folder / "plain.mp4", 20)
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg
    tags = ["-metadata", f"title={SCRIPT}", "-metadata:s:v", f"handler_name={SCRIPT}"]
    arguments = ["-v", "error", "-i", str(folder / "plain.mp4"), "-c", "copy", *tags, str(folder / "hostile.mp4")]
    subprocess.run([ffmpeg, *arguments], check=True)  # noqa: S603 - our own ffmpeg and arguments
    return folder


@pytest.fixture(scope="module")
def day(media: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Yesterday four statements came, one of them hostile; today the officer sits down."""
    root = tmp_path_factory.mktemp("day")
    with smtp_sink(root / "sent") as sink, sync_playwright() as playwright:
        house = House(root / "house", sink)
        house.tables["console"] = {"undo_seconds": 60}
        brazil = (("Brazil.mp4", (media / "long.mp4").read_bytes()), ("Transcript.docx", docx(speech(320, "Brazil"))))
        hostile = (
            (f"{SCRIPT}.mp4", (media / "hostile.mp4").read_bytes()),
            (f"transcript {SCRIPT}.docx", docx(SCRIPT + "\n\n" + speech(60, "Ghana"))),
        )
        arabic = "يشرفني أن أتقدم إليكم ببيان وفد بلادي في إطار البند ٤ من جدول الأعمال."
        for number, mail in enumerate(
            [
                statement("12th EMIC statement – Brazil 3", sender="missao@itamaraty.gov.br", files=brazil),
                statement(),
                statement("12th EMIC statement – Egypt 4", sender="mission@mfa.gov.eg", text=arabic, party="مصر"),
                statement(
                    f"12th EMIC statement – Ghana 4 {SCRIPT}", sender=f'"{SCRIPT}" <m@mfa.gov.gh>', files=hostile
                ),
                statement("12th EMIC statement –  4", sender="someone@mfa.gov.mt", party="x"),
            ]
        ):
            house.deliver(mail, received=MORNING + timedelta(hours=number))
        house.round()
        house.clock.turn(hours=25)
        with house.open() as workshop:
            add_people(workshop)
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
            with site(workshop) as here:
                yield Day(house, here, browser, sink, Rounds(workshop, lambda: False))
            browser.close()


def plain_text(raw: bytes) -> str:
    """What a letter says."""
    body = message_from_bytes(raw, _class=EmailMessage, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_an_officers_day(day: Day, tmp_path: Path) -> None:
    """Log in, find yesterday's rejections, watch the video, overrule with an edited letter, see it arrive, export."""
    with day.context("otto") as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="Log", exact=True).click()
        page.get_by_label("rejected").check()
        page.get_by_label("From").fill("2023-08-23")
        page.get_by_label("To", exact=True).fill("2023-08-23")
        expect(page).to_have_url(re.compile(r"/log\?outcome=rejected&since=2023-08-23&until=2023-08-23$"))
        expect(page.get_by_text("2 submissions")).to_be_visible()
        page.get_by_role("link", name=day.reference("BRA")).click()
        expect(page.get_by_role("heading", name="Brazil, item 3")).to_be_visible()
        watch(page)
        expect(page.get_by_text("lasts 187.00 s, 7.00 s more than the limit")).to_be_visible()

        page.get_by_role("link", name="Accept", exact=True).click()
        page.get_by_label("Reason").fill("The chair has granted ten seconds.")
        page.get_by_role("button", name="Show the letter").click()
        letter = page.get_by_role("textbox", name="Letter")
        expect(letter).to_have_value(re.compile("received and accepted"))
        letter.fill("Dear Ambassador,\n\nthe chair has granted ten seconds: your statement is accepted.")
        before = len(day.sink.received)
        page.get_by_role("button", name="Accept").click()
        expect(page.get_by_text("It is accepted.")).to_be_visible()
        expect(page.get_by_role("button", name="Take the verdict back")).to_be_visible()
        day.rounds.go()
        assert len(day.sink.received) == before
        day.house.clock.turn(seconds=61)
        day.rounds.go()
        assert [list(sent.recipients) for sent in day.sink.received[before:]] == [["missao@itamaraty.gov.br"]]
        assert plain_text(day.sink.received[-1].content).startswith("Dear Ambassador,\n\nthe chair has granted ten")

        page.goto("/log?party=BRA")
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        download.value.save_as(tmp_path / "log.csv")
        with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as file:
            assert [(row["party"], row["outcome"], row["letter"]) for row in csv.DictReader(file)] == [
                ("BRA", "accepted", "sent")
            ]


def watch(page: Page) -> None:
    """Play, and jump to near the end; the server hands the video out in pieces."""
    page.evaluate("() => { const v = document.querySelector('video'); v.muted = true; return v.play(); }")
    until(page, "document.querySelector('video').currentTime > 0.2")
    assert 186.5 < page.evaluate("document.querySelector('video').duration") < 187.5
    page.evaluate("document.querySelector('video').currentTime = 180")
    until(page, "(v => v.currentTime >= 180 && !v.seeking)(document.querySelector('video'))")
    ask = "fetch(document.querySelector('video').src, {headers: {Range: 'bytes=100-199'}})"
    assert page.evaluate(f"{ask}.then(async a => [a.status, (await a.blob()).size])") == [206, 100]


def until(page: Page, expression: str) -> None:
    """Wait. Playwright's own way evaluates text in the page, which the page's policy forbids."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never: {expression}")


def test_a_viewer_is_refused(day: Day) -> None:
    """Reads everything, is offered nothing, and gets nowhere by typing addresses."""
    with day.context("vera") as context:
        page = context.new_page()
        page.goto(f"/submissions/{day.reference('KEN')}")
        expect(page.get_by_role("heading", name="Kenya, item 4")).to_be_visible()
        expect(page.get_by_role("link", name="Reject", exact=True)).to_have_count(0)
        answer = page.goto(f"/submissions/{day.reference('KEN')}/decide?action=reject")
        assert answer is not None
        assert answer.status == 403
        expect(page.get_by_text("This is for officers; you are here as viewer.")).to_be_visible()


def pages_of(day: Day) -> list[str]:
    """Every page there is, with every kind of submission."""
    references = [row[0] for row in day.house.rows("SELECT reference FROM submissions ORDER BY id")]
    one = f"/submissions/{references[1]}"
    forms = [f"{one}/decide?action={action}" for action in ("accept", "reject", "reopen", "ask", "correct")]
    return [
        "/", "/log", "/log?q=nothing+of+the+kind", "/log?kind=video&sort=party&up=true", "/rejections", "/outbox",
        "/outbox/1", "/coverage", "/packages", "/people", "/account", "/nowhere", f"{one}/attach", f"{one}/withdraw",
        *forms, *(f"/submissions/{reference}" for reference in references),
    ]  # fmt: skip


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_is_for_everybody(day: Day, viewport: dict[str, int]) -> None:
    """axe-core finds nothing, nothing sticks out on a narrow screen, no page is large, no policy is broken."""
    problems: list[str] = []
    narrow = viewport is PHONE
    with day.context("anna", viewport=viewport) as context:
        page = context.new_page()
        page.on("console", lambda said: problems.append(f"{page.url}: {said.text}") if is_trouble(said.text) else None)
        for path in pages_of(day):
            octets = visit(page, path)
            # The narrow page is the same but for its layout; what depends on that shows on a few.
            if not narrow or path in {"/", "/log", "/outbox/1", "/people"}:
                problems += faults_of(page, path)
            if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
                problems.append(f"{path}: sticks out")
            if not 0 < octets <= LARGEST_PAGE:
                problems.append(f"{path}: {octets} octets")
        context.clear_cookies()
        page.goto("/login")
        problems += faults_of(page, "/login")
    assert problems == []


def faults_of(page: Page, path: str) -> list[str]:
    """What axe-core finds."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{path}: {one['id']}: {one['nodes'][0]['html'][:200]}: {one['nodes'][0]['failureSummary'][:200]}"
        for one in found["violations"]
    ]


def is_trouble(said: str) -> bool:
    """A page that is not there says so in the console, too; that is no trouble."""
    return "404" not in said


def visit(page: Page, path: str) -> int:
    """Load a page; the octets of what it is made of."""
    page.goto(path)
    # The document's own account: what the page before it still asked for is not in it.
    return int(page.evaluate(OCTETS))


def test_a_hostile_mail_stays_text_everywhere(day: Day) -> None:
    """Script in subject, name, file name, transcript and the video's tags: seen, never run."""
    reference = day.reference("GHA")
    with day.context("otto") as context:
        page = context.new_page()
        page.on("dialog", lambda _: pytest.fail("a script ran"))
        for path in (
            "/", "/log", "/log?q=script", f"/submissions/{reference}", "/outbox", "/rejections", "/coverage",
            f"/submissions/{reference}/decide?action=reject", f"/submissions/{reference}/attach",
        ):  # fmt: skip
            page.goto(path)
            assert (
                page.evaluate("window.pwned === undefined && document.querySelectorAll('script:not([src])').length")
                == 0
            )
        page.goto(f"/submissions/{reference}")
        expect(page.get_by_text("window.pwned=1").first).to_be_visible()
        page.goto(f"/submissions/{reference}/decide?action=reject")
        page.get_by_label("Reason").fill(SCRIPT)
        page.get_by_role("button", name="Show the letter").click()
        expect(page.get_by_role("heading", name="Before it is decided")).to_be_visible()
        assert page.evaluate("window.pwned") is None


def test_reading_needs_no_javascript(day: Day) -> None:
    """Log in, filter, read a submission, with scripts switched off."""
    with day.context("vera", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/log")
        page.get_by_label("accepted").check()
        page.get_by_role("button", name="Show").click()
        assert "outcome=accepted" in page.url
        page.get_by_role("link", name=day.reference("KEN")).click()
        expect(page.get_by_text("Please find attached our statement.")).to_be_visible()


def test_everything_is_reached_by_the_keyboard(day: Day) -> None:
    """The first step leads past the bar; "/" leads to the search; a filter works without a mouse."""
    with day.context("vera") as context:
        page = context.new_page()
        page.goto("/log")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="To the content")).to_be_focused()
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
        page.keyboard.type("itamaraty")
        expect(page.get_by_text("1 submission", exact=True)).to_be_visible()
        assert "q=itamaraty" in page.url


def test_arabic_runs_from_right_to_left(day: Day) -> None:
    """Text in its own direction, within a page in English."""
    with day.context("vera") as context:
        page = context.new_page()
        page.goto(f"/submissions/{day.reference('EGY')}")
        text = page.get_by_role("region", name="Text of the mail")
        assert text.evaluate("element => getComputedStyle(element).direction") == "rtl"
        assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"


def test_a_speaker_is_drawn_to_another_place(day: Day) -> None:
    """With the mouse; the numbers follow, and what is saved is what is seen."""
    shelf = day.here.workshop.desk.ledger.shelf
    shelf.settle_order("emic-12", "4", ("KEN", "EGY", "GHA"), "test", MORNING)
    with day.context("otto") as context:
        page = context.new_page()
        page.goto("/packages")
        speakers = page.locator("form", has=page.locator('input[name="item"][value="4"]')).last
        speakers.locator("li").nth(2).drag_to(speakers.locator("li").nth(0), target_position={"x": 100, "y": 3})
        assert [place.input_value() for place in speakers.locator("input[name=position]").all()] == ["1", "2", "3"]
        speakers.get_by_role("button", name="Save this order").click()
        expect(page.get_by_text("The order is settled.")).to_be_visible()
    assert shelf.order("emic-12")["4"] == ("GHA", "KEN", "EGY")
