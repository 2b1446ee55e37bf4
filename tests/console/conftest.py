"""A console over a house: asked by a client without a screen, or served for a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

import httpx
import pytest

from statement_intake.console.application import build
from statement_intake.console.passwords import Passwords
from statement_intake.console.server import serve
from statement_intake.domain.people import Role
from statement_intake.reception import console_parts
from statement_intake.workshop import Workshop
from tests.house import House

PASSWORD = "correct horse battery staple"


@dataclass
class Visitor:
    """Somebody with a browser without a screen."""

    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A page."""
        return self.client.get(path, headers=headers)

    def log_in(self, name: str, password: str = PASSWORD) -> int:
        """Fill in the login; the status of the answer."""
        token = hidden(self.client.get("/login").text, "token")
        return self.client.post("/login", data={"name": name, "password": password, "token": token}).status_code

    def send(self, path: str, page: str, **fields: str) -> httpx.Response:
        """Send a form of *page*, with its token."""
        csrf = hidden(self.client.get(page).text, "csrf")
        return self.client.post(path, data={"csrf": csrf} | fields)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


@cache
def hashed() -> str:
    """The hash of everybody's password; making one takes its time."""
    return Passwords().make(PASSWORD)


def add_people(workshop: Workshop) -> None:
    """One of each role."""
    for name, role in (("vera", Role.VIEWER), ("otto", Role.OFFICER), ("anna", Role.ADMINISTRATOR)):
        workshop.desk.ledger.accounts.add(name, role, actor="test", now=workshop.desk.clock(), password_hash=hashed())


@dataclass
class Site:
    """A console that is served."""

    workshop: Workshop
    #: Where it answers, and what browsers call it.
    address: str
    origin: str

    @contextmanager
    def visitor(self, name: str | None = None) -> Iterator[Visitor]:
        """Somebody who comes with an empty browser, and logs in if there is a *name*."""
        headers = {"Origin": self.origin, "Host": self.origin.partition("://")[2]}
        with httpx.Client(base_url=self.address, headers=headers) as client:
            visitor = Visitor(client)
            if name:
                assert visitor.log_in(name) == 303
            yield visitor


@contextmanager
def site(workshop: Workshop, origin: str | None = None) -> Iterator[Site]:
    """The console of a house, on a port of its own."""
    parts = console_parts(workshop, origin or "http://127.0.0.1")
    served = serve(lambda port: build(replace(parts, origin=origin or f"http://127.0.0.1:{port}")), "127.0.0.1", 0)
    try:
        yield Site(workshop, served.address, origin or served.address)
    finally:
        served.stop()


@pytest.fixture
def workshop(house: House) -> Iterator[Workshop]:
    """A house with people in it."""
    with house.open() as opened:
        add_people(opened)
        yield opened


@pytest.fixture
def here(workshop: Workshop) -> Iterator[Site]:
    """The console over an empty ledger, served on loopback."""
    with site(workshop) as served:
        yield served


@pytest.fixture
def outside(here: Site) -> Iterator[Visitor]:
    """Somebody who has not logged in."""
    with here.visitor() as visitor:
        yield visitor
