"""One position that two organisations give and do not call the same, movement or site: the officer reads of it, and nobody else learns
anything."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from deskhouse import DeskHouse
from pages import KEY, NOW, file, notice, same, send, site, words

from deconflict.domain import roles
from deconflict.domain.filing import Level, Location
from deconflict.mission import load_mission
from deconflict.settings import DEFAULT_MISSIONS

GAZETTEER = load_mission(DEFAULT_MISSIONS / "mali-minusma").gazetteer
HERE = (14.1012, -3.4311)
BESIDE = (14.10128, -3.4311)  # 9 m
SECTION = "One position, given by two"


def standing(name: str, point: tuple[float, float] = HERE, when: str = "10 Dec 09:00-15:00"):
    """A distribution at exactly that point, under the name of that settlement."""
    filing = make.distribution("Bankass", when)
    town = GAZETTEER.named(name)[0]
    (stop,) = (one for one in filing.stops if one.activity)
    place = Location(point, f"{point[0]}, {point[1]}", "decimal", 5.6, town.pcode, name)
    return replace(filing, stops=tuple(replace(one, location=place) if one is stop else one for one in filing.stops))


def bare(point: tuple[float, float] = HERE):
    """A distribution at that point, of which nobody has named a settlement."""
    return make.distribution(point, "10 Dec 09:00-15:00")


def stands(name: str | None, point: tuple[float, float] = HERE, called: str = "Clinic"):
    """A site at exactly that point, in that settlement or in none."""
    filing = make.site(point, name=called)
    (stop,) = filing.stops
    town = GAZETTEER.named(name)[0] if name else None
    place = replace(stop.location, pcode=town.pcode if town else None, name=name)
    return replace(filing, stops=(replace(stop, location=place),))


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
        assert SECTION in words(page)
        assert f"/desk/items/{other}" in page.text


@pytest.mark.parametrize(("name", "point"), [("Bankass", HERE), ("Koro", (14.1020, -3.4311))])
def test_one_name_or_two_positions_are_nothing_to_read(house, beta, name, point):
    mine = house.files(house.ngo, standing("Bankass"))
    house.files(beta, standing(name, point))
    assert SECTION not in words(house.desk.get(f"/desk/items/{mine}"))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (standing("Bankass"), stands("Koro")),
        (standing("Bankass"), stands(None)),
        (bare(), stands("Koro")),
        (bare(), stands(None, BESIDE)),
        (bare(), bare(BESIDE)),
        (bare(), standing("Koro", BESIDE)),
        (stands("Bankass"), stands("Koro")),
    ],
)
def test_he_reads_it_of_movements_and_of_sites_with_a_settlement_and_without(house, beta, mine, theirs):
    ours, others = house.files(house.ngo, mine), house.files(beta, theirs)
    for one, other, owner in ((ours, others, "ONG Beta"), (others, ours, "ONG Alpha")):
        page = house.desk.get(f"/desk/items/{one}", follow_redirects=True)
        section = words(page).partition(SECTION)[2]
        assert f"the very position that {owner} gives for " in section
        assert other in section


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (standing("Bankass"), stands("Bankass")),
        (stands("Bankass"), stands("Bankass")),
        (bare(), bare((14.1014, -3.4311))),  # 22 m: near is not copied
        (stands(None), stands(None, BESIDE, called="School")),  # stands there under its own heading
    ],
)
def test_one_name_or_near_is_nothing_to_read_of_a_site_either(house, beta, mine, theirs):
    ours = house.files(house.ngo, mine)
    house.files(beta, theirs)
    assert SECTION not in words(house.desk.get(f"/desk/items/{ours}", follow_redirects=True))


def test_what_is_sensitive_does_not_show_at_a_site_to_whoever_may_not_read_it(house, beta):
    ours = house.files(house.ngo, stands("Bankass"))
    house.files(beta, replace(stands("Koro"), kind="SITE_GUESTHOUSE", level=Level.MATCH_ONLY))
    assert SECTION in words(house.desk.get(f"/desk/sites/{ours}"))
    assert SECTION not in words(house.head_desk.get(f"/desk/sites/{ours}"))


def test_ones_own_items_and_what_is_over_are_nothing_to_read(house, beta):
    mine = house.files(house.ngo, standing("Bankass"))
    house.files(house.ngo, standing("Koro"))
    theirs = house.files(beta, standing("Bandiagara", when="11 Dec 09:00-15:00"))
    house.browser(beta).post(f"/notices/{theirs}/cancel", data={"reason": "x"})
    assert SECTION not in words(house.desk.get(f"/desk/items/{mine}"))


def test_whoever_files_reads_to_the_byte_what_he_would_read_without_the_other(app, ngo, other_ngo):
    app.extensions["clock"] = lambda: NOW
    form = notice(**{"stops-1-place": "Bankass", "stops-1-position": "14.0712, -3.5212"})
    before = [same(send(ngo, "/notices/new", form)), same(send(ngo, "/notices/new", form | {"persons": "six"}))]
    theirs = notice(_key=KEY[::-1], **{"stops-1-place": "", "stops-1-position": "14.0712, -3.5212"})
    theirs |= {"stops-1-place": "14.0712, -3.5212", "stops-1-position": ""}
    theirs |= {"stops-1-sure_unnamed": "14.07120, -3.52120"}
    assert send(other_ngo, "/notices/new", theirs, "file").status_code == 303
    assert [same(send(ngo, "/notices/new", form)), same(send(ngo, "/notices/new", form | {"persons": "six"}))] == before


def test_whoever_files_a_site_reads_to_the_byte_what_he_would_read_without_the_other(app, ngo, other_ngo):
    app.extensions["clock"] = lambda: NOW
    form = site(**{"stops-0-place": "Bankass", "stops-0-position": "14.0712, -3.5212"})
    pages = [(form, "/sites/new"), (form | {"radius_m": "six"}, "/sites/new")]
    before = [same(send(ngo, url, typed)) for typed, url in pages]
    theirs = notice(**{"stops-1-place": "14.0712, -3.5212", "stops-1-sure_unnamed": "14.07120, -3.52120"})
    assert send(other_ngo, "/notices/new", theirs, "file").status_code == 303
    assert send(other_ngo, "/sites/new", form | {"_key": "a" * 32, "name": "School"}, "file").status_code == 303
    assert [same(send(ngo, url, typed)) for typed, url in pages] == before
    reference = file(ngo, "/sites/new", form | {"_key": "b" * 32})
    assert SECTION not in words(ngo.get(f"/sites/{reference}"))
