"""A convoy goes where its road goes. The same journeys are met or not met as the map of the mission gains roads and loses them."""

from __future__ import annotations

from dataclasses import replace

import make
from sqlalchemy import func, select
from world import World

from deconflict.domain.judgement import Judgement
from deconflict.domain.roads import Roads
from deconflict.jobs.cycle import Cycle
from deconflict.matching.recompute import differences, recompute
from deconflict.store.base import db
from deconflict.store.items import PartBox

MOPTI, DOUENTZA = make.PLACES["Mopti"][0], make.PLACES["Douentza"][0]
BEND = (14.2000, -3.2000)  # 60 km south of the straight line from Mopti to Douentza
ROADS = Roads(((MOPTI, BEND), (BEND, DOUENTZA)))


def scheduler(world: World, roads: Roads | None) -> Cycle:
    """One that is started anew with this map."""
    new = replace(world.cycle, mission=replace(world.mission, roads=roads), worker=f"{id(roads)}")
    new.begin(world.now)
    return new


def test_what_the_road_leads_by_is_met_once_the_map_has_the_road(world):
    world.at("2019-12-09T06:00Z")
    world.ngo.files(make.journey("Mopti", "Douentza", "10 Dec 07:00-13:00"))
    halt = make.presence(BEND, "10 Dec 09:00-11:00", "JOINT_OP")
    world.cimic.files(replace(make.patrol(BEND, "10 Dec 09:00-11:00"), stops=halt))
    assert world.cases() == []
    new = scheduler(world, ROADS)
    new.run(world.now)
    assert world.case.severity == "critical"
    world.officer.expects("URGENT", world.case.reference)
    world.officer.mailbox.expects(world.case.reference)
    assert differences(Judgement.from_json(world.case.judgement), recompute(db.session, new.mission, world.case)) == []
    without = scheduler(world, None)
    without.run(world.now)
    assert world.case.state == "closed"
    world.read_everything()


def test_a_long_road_of_many_corners_is_looked_up_in_few_boxes(world):
    world.at("2019-12-09T06:00Z")
    winding = tuple((14.5 + n / 500, -4.2 + n / 200 + (n % 2) / 300) for n in range(251))
    world.mission = replace(world.mission, roads=Roads((winding,)))
    world.cycle = replace(world.cycle, mission=world.mission)
    world.cycle.begin(world.now)
    first, last = winding[0], winding[-1]
    stops = make.journey("Mopti", "Douentza", "10 Dec 07:00-13:00")
    here, there = (replace(stop, location=make.fix(at)) for stop, at in zip(stops.stops, (first, last), strict=True))
    world.ngo.files(replace(stops, stops=(here, there)))
    assert db.session.scalar(select(func.count()).select_from(PartBox)) < 20
