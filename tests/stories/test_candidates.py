"""What the matcher and the sweep look at, on both databases: everything the engine would find, compared with each and each."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rows import AT
from sqlalchemy import select
from world import World

from deconflict.domain import filed_boxes
from deconflict.domain.activity import Activity, Moment, Part, Shape, Side, Slack, Spot
from deconflict.domain.country import Mission
from deconflict.domain.geodesy import destination
from deconflict.matching import candidates
from deconflict.matching.boxes import class_ids, replace_boxes
from deconflict.matching.candidates import neighbours
from deconflict.matching.sweep import Swept
from deconflict.mission import load_mission
from deconflict.store.base import db
from deconflict.store.items import Item, PartBox, PartClass
from deconflict.store.people import Organisation, Person

PLACES = [(14.07, -3.52), (14.35, -3.61), (16.0, -0.001), (16.3, 0.002)]
BEFORE = AT - timedelta(days=400)
ITEMS = 60


@pytest.fixture(scope="module")
def mission() -> Mission:
    return load_mission(Path(__file__).parents[2] / "config" / "missions" / "mali-minusma")


def some_part(chance: random.Random, mission: Mission, side: Side) -> Part:
    """Of any kind, in or near a few places, from an hour to years, still or under way, placed well or badly."""
    kind = chance.choice(mission.catalogue.of(side))
    spot = chance.choice(PLACES)
    here = destination(spot, chance.uniform(0, 360), chance.choice([0.0, 900.0, 4_000.0, 30_000.0]))
    moving = chance.random() < 0.3
    there = destination(here, chance.uniform(0, 360), chance.choice([5_000.0, 60_000.0, 300_000.0]))
    traits = [frozenset[str](), *(g for values in mission.catalogue.traits.values() for g in values.values())]
    begins = AT + timedelta(hours=chance.choice([0, 20, 24 * 15, 24 * 80]) + chance.uniform(0, 20))
    lasts = timedelta(hours=chance.choice([1, 8, 24 * 5] if moving else [1, 8, 24 * 5, 24 * 50, 24 * 400]))
    slack = Slack(chance.choice([0.0, 3_600.0]), chance.choice([0.0, 7_200.0]))
    number = PLACES.index(spot)
    return Part(
        kind=kind.code,
        groups=kind.groups | (chance.choice(traits) if side is Side.MISSION else frozenset()),
        shape=Shape((here, there)) if moving else Shape((here,), kind.footprint_m),
        start=Moment(begins, slack, slack),
        end=Moment(begins + lasts, slack, slack),
        moving=moving,
        uncertainty_m=chance.choice([0.0, 20.0, 1_000.0, 10_000.0]),
        spot=Spot() if moving else Spot(chance.choice([None, f"PP{number}"]), chance.choice([None, f"ML{number}"])),
        commune_only=not moving and chance.random() < 0.1,
        category=kind.category,
    )


def some_items(seed: int, mission: Mission) -> list[Activity]:
    chance = random.Random(seed)
    sides = [Side.HUMANITARIAN, Side.MISSION] * (ITEMS // 2)
    return [
        Activity(id, 1, side, tuple(some_part(chance, mission, side) for _ in range(chance.choice([1, 1, 3]))))
        for id, side in enumerate(sides, start=1)
    ]


def store(items: list[Activity]) -> None:
    """Rows enough for the boxes to hang on."""
    session = db.session()
    owner, person = session.scalars(select(Organisation.id)).first(), session.scalars(select(Person.id)).first()
    session.add_all(
        Item(
            id=activity.id,
            side=activity.side,
            owner_id=owner,
            reference=f"R{activity.id}",
            key=f"key-{activity.id}",
            state="filed",
            kind="OTHER",
            level="match_only",
            area="MOPTI",
            sector="MOPTI",
            departs_at=AT,
            ends_at=AT,
            filed_by_id=person,
            filed_at=AT,
        )
        for activity in items
    )
    session.flush()
    for activity in items:
        replace_boxes(session, activity.id, activity)
    session.commit()


def judged(items: list[Activity], mission: Mission) -> set[tuple[int, int]]:
    """Each humanitarian item with each of the mission, by the rules alone."""
    ours, theirs = ([a for a in items if a.side is side] for side in (Side.HUMANITARIAN, Side.MISSION))
    pairs = itertools.product(ours, theirs)
    return {(h.id, m.id) for h, m in pairs if mission.pack.judge(h, m, now=BEFORE) is not None}


def found(items: list[Activity], mission: Mission) -> set[tuple[int, int]]:
    """By looking up every item's neighbours, which must be the same from both sides."""
    pairs = {
        side: {(a.id, other) for a in items if a.side is side for other in neighbours(db.session(), mission, a)}
        for side in (Side.HUMANITARIAN, Side.MISSION)
    }
    assert pairs[Side.HUMANITARIAN] == {(h, m) for m, h in pairs[Side.MISSION]}
    return pairs[Side.HUMANITARIAN]


def swept_pairs(mission: Mission) -> list[tuple[int, ...]]:
    return [tuple(pair) for block in Swept.read(db.session()).pairs(mission.pack) for pair in block.tolist()]


@pytest.mark.parametrize("seed", range(3))
def test_no_pair_a_rule_speaks_of_is_missed_by_the_matcher_or_the_sweep(
    world: World, mission: Mission, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    items = some_items(seed, mission)
    store(items)
    expected, looked_up = judged(items, mission), found(items, mission)
    assert expected
    assert not expected - looked_up
    swept = swept_pairs(mission)
    monkeypatch.setattr(filed_boxes, "ITEMS_AT_ONCE", 4)
    assert swept_pairs(mission) == swept
    assert swept == sorted(set(swept))
    assert set(swept) == looked_up
    assert len(looked_up) < len(items) ** 2 / 4  # it does narrow down


def test_what_reaches_over_more_squares_than_are_listed_is_looked_up_all_the_same(
    world: World, mission: Mission, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = some_items(9, mission)
    store(items)
    listed = found(items, mission)
    monkeypatch.setattr(candidates, "MOST_CELLS", 1)
    assert found(items, mission) == listed


def test_an_item_replaced_or_ended_is_found_where_it_is_now(world: World, mission: Mission) -> None:
    items = some_items(2, mission)
    store(items)
    moved = items[0]
    away = replace(
        moved, parts=tuple(replace(p, shape=Shape(((60.0, 100.0),)), moving=False, spot=Spot()) for p in moved.parts)
    )
    session = db.session()
    replace_boxes(session, moved.id, away)
    session.commit()
    assert moved.id not in {h for h, _ in swept_pairs(mission)}
    assert not neighbours(session, mission, away)
    replace_boxes(session, moved.id, None)
    session.commit()
    assert not session.scalars(select(PartBox).where(PartBox.item_id == moved.id)).all()


def test_a_patrol_does_not_look_as_far_as_the_crowd_it_travels_with(world: World, mission: Mission) -> None:
    """The reach is that of the pair of kinds: a way of the same item looks no further than the rules on ways do."""
    crowd, way = (
        next(k for k in mission.catalogue.of(Side.HUMANITARIAN) if group in k.groups) for group in ("CROWD", "MOVE")
    )
    patrol = next(k for k in mission.catalogue.of(Side.MISSION) if k.groups == frozenset({"UNIFORM"}))
    place = PLACES[0]

    def one(id: int, side: Side, kind: str, groups: frozenset[str], metres: float) -> Activity:
        moment = Moment(AT), Moment(AT + timedelta(hours=1))
        return Activity(
            id, 1, side, (Part(kind, groups, Shape((destination(place, 0.0, metres),)), *moment, False, 0.0),)
        )

    far = 4_500.0
    items = [
        one(2, Side.HUMANITARIAN, crowd.code, crowd.groups, 0.0),
        one(3, Side.HUMANITARIAN, way.code, way.groups, 0.0),
        one(4, Side.MISSION, patrol.code, patrol.groups, far),
    ]
    store(items)
    reach = mission.pack.reach({way.code, *way.groups}, {patrol.code, *patrol.groups})
    assert reach.distance_m < far < mission.pack.reach(crowd.groups, patrol.groups).distance_m
    assert neighbours(db.session(), mission, items[2]) == {2}


def test_a_class_is_written_once_however_often_it_is_filed(world: World) -> None:
    key = ("mission", "PAT_LONG UNIFORM", 0)
    first = class_ids(db.session(), [key])
    assert class_ids(db.session(), [key]) == first
    assert len(db.session.scalars(select(PartClass).where(PartClass.names == key[1])).all()) == 1
