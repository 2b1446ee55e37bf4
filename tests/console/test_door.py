"""Who gets in, and what nobody else can make a browser do."""

import pytest

from statement_intake.workshop import Workshop
from tests.console.conftest import PASSWORD, Site, Visitor, hidden, site

PAGES = ("/", "/log")


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_before_the_login(outside: Visitor, page: str) -> None:
    """Everything but the login leads there."""
    answer = outside.get(page)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")


def test_who_has_logged_in_comes_to_the_page_that_was_asked_for(outside: Visitor) -> None:
    """And nowhere outside the console."""
    for asked, reached in (
        ("/log?q=x", "/log?q=x"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://x", "/"),
    ):
        token = hidden(outside.get("/login").text, "token")
        data = {"name": "otto", "password": PASSWORD, "token": token, "next": asked}
        assert outside.client.post("/login", data=data).headers["location"] == reached


def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(outside: Visitor) -> None:
    """Nobody learns who has an account."""
    assert outside.log_in("otto", "wrong") == outside.log_in("nobody", "wrong") == 401


def test_guessing_is_slowed_down(outside: Visitor) -> None:
    """After five failures even the right password has to wait."""
    assert [outside.log_in("otto", "wrong") for _ in range(5)] == [401] * 5
    assert outside.log_in("OTTO") == 429
    assert outside.log_in("vera") == 303


def test_a_session_that_somebody_else_has_chosen_counts_for_nothing(here: Site) -> None:
    """Session fixation: the login begins a new one."""
    with here.visitor() as victim, here.visitor() as attacker:
        for visitor in (victim, attacker):
            visitor.client.cookies.set("session", "chosen-by-the-attacker", domain="127.0.0.1")
        assert victim.log_in("otto") == 303
        assert "chosen-by-the-attacker" not in victim.client.cookies.values()
        assert victim.get("/").status_code == 200
        assert attacker.get("/").status_code == 303


def test_logging_in_again_ends_the_session_before(here: Site) -> None:
    """A token is good for one login."""
    with here.visitor("otto") as first, here.visitor() as second:
        second.client.cookies.set("session", first.client.cookies["session"])
        assert second.get("/").status_code == 200
        first.log_in("vera")
        assert second.get("/").status_code == 303


def test_another_site_cannot_make_a_browser_do_anything(outside: Visitor) -> None:
    """Neither from its own origin, nor without the token of the session (CSRF)."""
    outside.log_in("otto")
    csrf = hidden(outside.get("/").text, "csrf")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert outside.client.post("/logout", data={"csrf": csrf}, headers=headers).status_code == 403
    assert outside.client.post("/logout").status_code == 403
    assert outside.client.post("/logout", data={"csrf": "wrong"}).status_code == 403
    assert outside.get("/").status_code == 200
    assert outside.client.post("/logout", data={"csrf": csrf}).status_code == 303
    assert outside.get("/").status_code == 303


def test_a_forged_host_is_refused(outside: Visitor) -> None:
    """Whatever a proxy lets through."""
    assert outside.get("/login", Host="evil.example").status_code == 400
    assert outside.get("/login", **{"X-Forwarded-Host": "evil.example"}).status_code == 200


def test_every_answer_says_what_a_browser_may_do_with_it(outside: Visitor) -> None:
    """Nothing inline, nothing from elsewhere, in no frame, kept nowhere."""
    for answer in (outside.get("/login"), outside.get("/nowhere"), outside.get("/static/none")):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_cookies_are_bound_to_host_and_tls(workshop: Workshop) -> None:
    """`__Host-` behind TLS; on loopback without it browsers would refuse that name."""
    with site(workshop, "https://statements.example.org") as safe, safe.visitor() as visitor:
        cookie = visitor.get("/login").headers["set-cookie"]
        assert cookie.startswith("__Host-login=")
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert visitor.get("/login").headers["strict-transport-security"]
    with site(workshop) as plain, plain.visitor() as visitor:
        assert "Secure" not in visitor.get("/login").headers["set-cookie"]
