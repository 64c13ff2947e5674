"""One position under two names, of two organisations: the officer reads of it, and nobody else learns anything."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from deskhouse import DeskHouse
from pages import KEY, NOW, notice, same, send, words

from deconflict.domain import roles
from deconflict.domain.filing import Location
from deconflict.mission import load_mission
from deconflict.settings import DEFAULT_MISSIONS

GAZETTEER = load_mission(DEFAULT_MISSIONS / "mali-minusma").gazetteer
HERE = (14.1012, -3.4311)


def standing(name: str, point: tuple[float, float] = HERE, when: str = "10 Dec 09:00-15:00"):
    """A distribution at exactly that point, under the name of that settlement."""
    filing = make.distribution("Bankass", when)
    town = GAZETTEER.named(name)[0]
    (stop,) = (one for one in filing.stops if one.activity)
    place = Location(point, f"{point[0]}, {point[1]}", "decimal", 5.6, town.pcode, name)
    return replace(filing, stops=tuple(replace(one, location=place) if one is stop else one for one in filing.stops))


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def beta(make_account):
    return make_account(roles.FOCAL_POINT, name="Binta", organisation="ONG Beta", phone="+22370000009", language="en")


def test_the_officer_reads_at_either_item_that_two_give_one_position_two_names(house, beta):
    mine = house.files(house.ngo, standing("Bankass"))
    theirs = house.files(beta, standing("Koro"))
    for one, other in ((mine, theirs), (theirs, mine)):
        page = house.desk.get(f"/desk/items/{one}")
        assert "One position, two names" in words(page)
        assert f"/desk/items/{other}" in page.text


@pytest.mark.parametrize(("name", "point"), [("Bankass", HERE), ("Koro", (14.1020, -3.4311))])
def test_one_name_or_two_positions_are_nothing_to_read(house, beta, name, point):
    mine = house.files(house.ngo, standing("Bankass"))
    house.files(beta, standing(name, point))
    assert "One position, two names" not in words(house.desk.get(f"/desk/items/{mine}"))


def test_ones_own_items_and_what_is_over_are_nothing_to_read(house, beta):
    mine = house.files(house.ngo, standing("Bankass"))
    house.files(house.ngo, standing("Koro"))
    theirs = house.files(beta, standing("Bandiagara", when="11 Dec 09:00-15:00"))
    house.browser(beta).post(f"/notices/{theirs}/cancel", data={"reason": "x"})
    assert "One position, two names" not in words(house.desk.get(f"/desk/items/{mine}"))


def test_whoever_files_reads_to_the_byte_what_he_would_read_without_the_other(app, ngo, other_ngo):
    app.extensions["clock"] = lambda: NOW
    form = notice(**{"stops-1-place": "Bankass", "stops-1-position": "14.0712, -3.5212"})
    before = [same(send(ngo, "/notices/new", form)), same(send(ngo, "/notices/new", form | {"persons": "six"}))]
    theirs = notice(_key=KEY[::-1], **{"stops-1-place": "", "stops-1-position": "14.0712, -3.5212"})
    theirs |= {"stops-1-place": "14.0712, -3.5212", "stops-1-position": ""}
    theirs |= {"stops-1-sure_unnamed": "14.07120, -3.52120"}
    assert send(other_ngo, "/notices/new", theirs, "file").status_code == 303
    assert [same(send(ngo, "/notices/new", form)), same(send(ngo, "/notices/new", form | {"persons": "six"}))] == before
