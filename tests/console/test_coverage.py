"""Who has sent what, at a glance."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.console.conftest import add_people, site
from tests.house import MORNING, House, statement


@pytest.fixture
def page(house: House) -> Iterator[Callable[[str], str]]:
    """Pages of a house into which a State, a group and an unknown party have written, as a viewer sees them."""
    mails = [
        statement("12th EMIC statement – Kenya 3 and 4"),
        statement("12th EMIC statement – European Union 3", sender="mission@eu.example", party="European Union"),
        statement("12th EMIC statement – Atlantis 4", sender="mission@at.example", party="Atlantis"),
    ]
    for minute, mail in enumerate(mails):
        house.deliver(mail, received=MORNING + timedelta(minutes=minute))
    house.round()
    with house.open() as workshop:
        add_people(workshop)
        with site(workshop) as served, served.visitor("vera") as visitor:
            yield lambda path: visitor.get(path).text


def cells(page: str, party: str) -> list[str]:
    """The words of a party's cells, "" where it has sent nothing."""
    row = page.partition(f'<th scope="row">{party}</th>')[2].partition("</tr>")[0]
    return [part.partition('class="unseen">')[2].partition("<")[0] for part in row.split("<td")[1:]]


def test_the_matrix_tells_what_there_is_of_every_state(page: Callable[[str], str]) -> None:
    """Its own statements, those of its group, and nothing; and the figures of each item."""
    shown = page("/coverage")
    assert cells(shown, "Kenya") == ["", "", "accepted", "accepted", "", ""]
    assert cells(shown, "Austria") == ["", "", "covered by another", "", "", ""]
    assert cells(shown, "European Union") == ["", "", "accepted", "", "", ""]
    assert cells(shown, "Norway") == [""] * 6
    assert shown.count('<th scope="row">') == 197 + 1 + 6
    assert "Arrivals per day" in shown
    assert len(shown.encode()) < 200_000


def test_a_view_shows_whom_nothing_came_from(page: Callable[[str], str]) -> None:
    """By regional group and by state; the address says which."""
    shown = page("/coverage?region=weog&state=covered")
    assert cells(shown, "Austria") == ["", "", "covered by another", "", "", ""]
    for other in ("Kenya", "Norway", "Poland"):
        assert f'<th scope="row">{other}</th>' not in shown


def test_an_address_that_names_no_meeting_of_ours_is_answered_as_such(page: Callable[[str], str]) -> None:
    """Not with a fault."""
    assert "There is no such meeting." in page("/coverage?meeting=nothing")
