"""The queue asks the database the same few questions however many cases are open."""

from __future__ import annotations

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import statements

from deconflict.services import filing

# The person; of all open cases a light row, who is waited for, whose they are; of those on the page the rest: requests, items and
# versions, last moves, who was told; what is late, what is to be read.
BUDGET = 28


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def fill(house, first, last):
    """So many distributions in Bankass, of a few kinds each: all meet one patrol."""
    with house.app.app_context():
        for n in range(first, last):
            what = make.distribution("Bankass", f"10 Dec 09:{n:02d}-15:00")
            filing.file_item(what, house.ngo.audience, f"n{n}", house.mission, house.now)
    house.turn()


@pytest.mark.parametrize("address", ["/desk", "/desk?blind=1", "/desk/ended", "/desk/items"])
def test_a_list_of_the_desk_costs_no_more_statements_with_25_cases_than_with_5(house, address):
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    fill(house, 0, 5)
    few = statements(house.app, house.desk, address)
    fill(house, 5, 25)
    assert len(house.cases()) == 25
    many = statements(house.app, house.desk, address)
    assert many == few
    assert many <= BUDGET
