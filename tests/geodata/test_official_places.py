"""The official places of a country, once imported: searched, described, divided into communes, and judged by."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from official import EDITION

from deconflict.domain.filing import Level, Location, MissionPlan, MovementNotice, Stop, Window
from deconflict.domain.geodesy import destination, distance_m
from deconflict.domain.place import label
from deconflict.domain.presence import activity_of
from deconflict.mission import Mission, load_mission
from deconflict.schemas.whereabouts import locate
from deconflict.settings import ROOT

DAY = datetime(2019, 12, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def official(imported: Path) -> Mission:
    return load_mission(imported)


def presence(point, activity=None):
    window = Window(DAY.replace(hour=9), DAY.replace(hour=15))
    return Stop(
        Location(point, "", "gps", 20.0),
        Window(window.earliest, window.earliest),
        Window(window.latest, window.latest),
        activity,
        True,
    )


def judged(mission, ours, theirs):
    pair = []
    for number, filing in enumerate(
        (
            MovementNotice(kind="TRANSIT_STAFF", level=Level.MATCH_ONLY, stops=(presence(ours, "DIST_FOOD"),)),
            MissionPlan(
                kind="PAT_LONG", level=Level.MATCH_ONLY, stops=(presence(theirs),), aid_component="planned_cimic"
            ),
        )
    ):
        pair.append(
            activity_of(
                filing, item_id=number, version=1, catalogue=mission.catalogue, pack=mission.pack,
                gazetteer=mission.gazetteer, communes=mission.communes,
            )
        )  # fmt: skip
    found = mission.pack.judge(*pair, now=datetime(2019, 12, 1, tzinfo=UTC))
    return set() if found is None else set(found.rule_ids)


def test_every_place_of_the_files_is_there_under_its_code(official, reference):
    with (reference / "places.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(official.gazetteer.places) == len(rows) == 18_547
    for row in rows[::97]:
        place = official.gazetteer.get(row["place_id"])
        assert place is not None
        assert place.commune == (row["adm3_pcode"] or None) or place.level != "town"
        assert distance_m(place.point, (float(row["lat"]), float(row["lon"]))) < 2.0 or place.seat
    assert len(official.communes.pcodes) == 701
    assert official.gazetteer.get("ML010101").name == "Bafoulabé"  # the spelling that kept its accents
    assert official.gazetteer.get("ML010101").area_km2 == pytest.approx(1406.1, rel=0.01)
    assert official.roads is not None


def test_places_that_the_profile_alone_does_not_know_are_found_and_described(official):
    starter = load_mission(ROOT / "config/missions/mali-minusma")
    village = next(
        p
        for p in official.gazetteer.places
        if p.level == "town" and starter.gazetteer.get(p.pcode) is None and "é" in p.name
    )
    assert village in official.gazetteer.search(village.name.replace("é", "e").upper())
    near = official.gazetteer.describe(destination(village.point, 45.0, 300.0))
    assert near.place == village or near.distance_m <= 300.1
    told = locate(official, place=label(village)) if len(official.gazetteer.named(label(village))) == 1 else None
    assert told is None or (told.pcode, told.cod_version) == (village.pcode, EDITION)


def test_a_commune_rule_fires_within_an_outline_and_not_across_it(official):
    """R03b between bare positions beyond its 10 km, of which the outlines alone say that they lie in one commune."""
    west, south, east, north = official.communes.outlines["ML060501"].bounds
    inside = [
        (lat, lon)
        for lat in (south + (north - south) * n / 12 for n in range(1, 12))
        for lon in (west + (east - west) * n / 12 for n in range(1, 12))
        if official.communes.at((lat, lon)) == "ML060501"
    ]
    here, there = max(((a, b) for a in inside for b in inside), key=lambda pair: distance_m(*pair))
    apart_m = distance_m(here, there)
    assert apart_m > 15_000
    around = (destination(here, bearing, apart_m) for bearing in range(0, 360, 10))
    across = next(point for point in around if official.communes.at(point) not in ("ML060501", None))
    assert judged(official, here, there) == {"R03b"}
    assert not judged(official, here, across)
    assert not judged(replace(official, communes=None), here, there)
