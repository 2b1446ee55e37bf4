"""What the first page of the day shows."""

from tests.console.conftest import add_people, site
from tests.house import House, statement


def seen(house: House) -> str:
    """The page, as a viewer sees it."""
    with house.open() as workshop:
        if not workshop.desk.ledger.accounts.any():
            add_people(workshop)
        with site(workshop) as served, served.visitor("vera") as visitor:
            return visitor.get("/").text


def test_what_is_decided_and_yet_to_be_looked_at_is_on_it(house: House) -> None:
    """An accepted video that turned out to be silent needs a person as much as one that is held."""
    house.deliver(statement())
    house.round()
    assert "Decided, but to be looked at" not in seen(house)
    house.change("UPDATE submissions SET needs_person = 'The video is wholly silent.'")
    page = seen(house)
    assert "Decided, but to be looked at" in page
    assert "The video is wholly silent." in page


def test_it_says_where_nothing_but_limits_protects(house: House) -> None:
    """In plain words, as doctor and the log do."""
    assert "unsandboxed" not in seen(house)
    house.tables = {"reader": {"sandbox": "limits"}}
    assert "Mail is read unsandboxed" in seen(house)
