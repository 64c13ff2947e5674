"""The country's codes are another edition from one day to the next: what was filed before keeps its place, its rules and its desk."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from world import World

from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing
from deconflict.domain.geodesy import destination
from deconflict.domain.place import Place

NEW = "COD 2030"


def coded(code: str | None) -> str | None:
    return code and f"Z{code}"


def other_codes(place: Place) -> Place:
    return replace(
        place,
        pcode=f"Z{place.pcode}",
        commune=coded(place.commune),
        cercle=coded(place.cercle),
        region=coded(place.region),
        seat=coded(place.seat),
    )


def recoded(mission: Mission, *, follows: bool = True) -> Mission:
    """The same country by other codes, and its first two areas exchanged. `follows`: with a crosswalk."""
    old = mission.gazetteer
    crosswalk = {(old.edition, place.pcode): f"Z{place.pcode}" for place in old.places} if follows else {}
    first, second, *rest = mission.areas
    exchanged = (replace(first, covers=second.covers), replace(second, covers=first.covers), *rest)
    return replace(
        mission,
        gazetteer=replace(old, edition=NEW, places=tuple(map(other_codes, old.places)), crosswalk=crosswalk),
        areas=tuple(replace(area, covers=[f"Z{code}" for code in area.covers]) for area in exchanged),
        sectors=tuple(replace(each, covers=[f"Z{code}" for code in each.covers]) for each in mission.sectors),
    )


def chosen(filing: Filing, pcode: str, edition: str, away_m: float = 0.0) -> Filing:
    """With its place chosen from a list of that edition; `away_m`: where that list has it."""
    (stop,) = filing.stops
    point = destination(stop.location.point, 90.0, away_m)
    location = replace(
        stop.location, pcode=pcode, cod_version=edition, point=point, source="gazetteer", uncertainty_m=1000.0
    )
    return replace(filing, stops=(replace(stop, location=location),))


@pytest.fixture
def bankass(world: World) -> Place:
    return next(place for place in world.mission.gazetteer.named("Bankass") if place.level == "town")


def starts_with(world: World, mission: Mission) -> None:
    world.mission = world.app.extensions["mission"] = mission
    world.cycle = replace(world.cycle, mission=mission)
    world.cycle.begin(world.now)
    world.turn()


@pytest.mark.parametrize("follows", [True, False])
def test_a_settlement_is_the_same_by_its_old_code_and_by_its_new_one(world, bankass, follows):
    """Forty kilometres apart in the two lists: only the codes say that it is one settlement."""
    world.at("2019-12-07T08:00Z")
    world.ngo.files(
        chosen(
            make.distribution("Bankass", "10 Dec 09:00-15:00"), bankass.pcode, world.mission.gazetteer.edition, 40_000
        )
    )
    starts_with(world, recoded(world.mission, follows=follows))
    world.cimic.files(chosen(make.patrol("Bankass", "10 Dec 13:00-16:00"), f"Z{bankass.pcode}", NEW))
    world.turn()
    assert len(world.cases()) == (1 if follows else 0)


def test_the_same_letters_of_two_editions_are_two_places(world, bankass):
    """A code of an edition that nobody can follow is a bare position, whatever the letters mean today."""
    world.at("2019-12-07T08:00Z")
    world.ngo.files(chosen(make.distribution("Bankass", "10 Dec 09:00-15:00"), bankass.pcode, "COD 2015", 40_000))
    world.cimic.files(
        chosen(make.patrol("Bankass", "10 Dec 13:00-16:00"), bankass.pcode, world.mission.gazetteer.edition)
    )
    world.turn()
    assert world.cases() == []


def test_what_is_under_way_goes_to_the_desk_that_deals_with_its_place_now(world, bankass):
    world.at("2019-12-07T08:00Z")
    edition = world.mission.gazetteer.edition
    notice = world.ngo.files(chosen(make.distribution("Bankass", "10 Dec 09:00-15:00"), bankass.pcode, edition))
    before = world.item(notice).area
    starts_with(world, recoded(world.mission))
    after = world.mission.area_of(f"Z{bankass.pcode}")
    assert after != before
    assert world.item(notice).area == after
