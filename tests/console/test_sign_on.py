"""Logging in through an identity provider (OpenID Connect, code with PKCE): a real one, on loopback."""

from collections.abc import Iterator

import httpx
import pytest
from joserfc.jwk import RSAKey

from tests.console.conftest import Site, Visitor, site
from tests.console.provider import CLIENT, SECRET, Provider, provider
from tests.house import House


@pytest.fixture
def vouching() -> Iterator[Provider]:
    """A provider that vouches for an officer."""
    with provider() as served:
        served.person = {"sub": "u-17", "preferred_username": "Olga", "groups": ["staff", "emic-officers"]}
        yield served


@pytest.fixture
def here(house: House, vouching: Provider) -> Iterator[Site]:
    """A console that trusts the provider; there is no account."""
    roles = {"emic-readers": "viewer", "emic-officers": "officer"}
    house.tables["console"] = {
        "sign_on": {"issuer": vouching.issuer, "client_id": CLIENT, "password": SECRET, "roles": roles}
    }
    with house.open() as workshop, site(workshop) as served:
        yield served


def sign_on(visitor: Visitor) -> httpx.Response:
    """Out to the provider, and back; the console's answer."""
    leaving = visitor.get("/sign-on?next=/log")
    assert leaving.status_code == 303
    return visitor.get(back(leaving))


def back(leaving: httpx.Response) -> str:
    """The address with which the provider sends the browser back."""
    address = httpx.get(leaving.headers["location"]).headers["location"]
    return "/sign-on/back" + address.partition("/sign-on/back")[2]


def test_a_group_gives_the_role_and_the_page_asked_for_comes_next(here: Site) -> None:
    """The account is made at the first login, and follows the groups at every one."""
    with here.visitor() as visitor:
        answer = sign_on(visitor)
        assert (answer.status_code, answer.headers["location"]) == (303, "/log")
        page = visitor.get("/log").text
        assert "Olga" in page
        assert "officer" in page


def test_the_role_follows_the_groups(here: Site, vouching: Provider) -> None:
    """Who is no officer any more is none at the next login; who is in no group does not get in."""
    with here.visitor() as visitor:
        sign_on(visitor)
        vouching.person["groups"] = ["emic-readers"]
        sign_on(visitor)
        assert "viewer" in visitor.get("/log").text
        vouching.person["groups"] = ["staff"]
        refused = sign_on(visitor)
        assert (refused.status_code, "none of your groups" in refused.text) == (403, True)
    accounts = here.workshop.desk.ledger.accounts.all()
    assert [(account.name, account.subject, account.password_hash) for account in accounts] == [("Olga", "u-17", None)]


def test_people_are_known_by_their_subject_not_by_their_name(here: Site, vouching: Provider) -> None:
    """Somebody of the same name gets an account of their own."""
    with here.visitor() as first, here.visitor() as second:
        sign_on(first)
        vouching.person["sub"] = "u-18"
        sign_on(second)
    accounts = here.workshop.desk.ledger.accounts.all()
    assert [(account.name, account.subject) for account in accounts] == [("Olga", "u-17"), ("Olga (u-18)", "u-18")]


@pytest.mark.parametrize(
    "lie",
    [{"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1}, {"nonce": "another"}, {"sub": None}],
    ids=["issuer", "audience", "expired", "nonce", "nobody"],
)
def test_a_token_that_lies_opens_nothing(here: Site, vouching: Provider, lie: dict[str, object]) -> None:
    """Whatever of it is not as it has to be."""
    vouching.lies = lie
    with here.visitor() as visitor:
        assert sign_on(visitor).status_code == 403
        assert visitor.get("/").status_code == 303


def test_a_new_key_is_fetched_and_a_foreign_one_is_not_believed(here: Site, vouching: Provider) -> None:
    """Providers change their keys; a token signed with one that they do not publish is forged."""
    with here.visitor() as visitor:
        assert sign_on(visitor).status_code == 303
        vouching.key = RSAKey.generate_key(2048, {"kid": "second"}, private=True)
        assert sign_on(visitor).status_code == 303
        vouching.signing = RSAKey.generate_key(2048, {"kid": "second"}, private=True)
        assert sign_on(visitor).status_code == 403


def test_an_answer_counts_only_in_the_browser_that_asked_and_only_once(here: Site) -> None:
    """Login CSRF: an attacker's code cannot log somebody else in as the attacker."""
    with here.visitor() as attacker, here.visitor() as victim:
        stolen = back(attacker.get("/sign-on"))
        assert victim.get(stolen).status_code == 403
        victim.get("/sign-on")
        assert victim.get(stolen).status_code == 403
        assert attacker.get(stolen).status_code == 303
        assert attacker.get(stolen).status_code == 403


def test_a_provider_that_cannot_be_reached_is_said_to_be_so(here: Site, vouching: Provider) -> None:
    """And the page says nothing else."""
    vouching.issuer += "/elsewhere"
    with here.visitor() as visitor:
        assert visitor.get("/sign-on").status_code == 503
