"""A step on which everyone must acknowledge (`everyone = true` in sop.toml): one who does is not enough."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest

from deconflict.domain.severity import Severity


def requires_everyone(world, severity, audience, step_id):
    """From now on, on this step of this ladder."""
    pack = world.mission.pack
    ladder = pack.ladder(severity, audience)
    steps = tuple(replace(step, everyone=step.id == step_id) for step in ladder.steps)
    ladders = pack.ladders | {(severity, audience): replace(ladder, steps=steps)}
    world.mission = replace(world.mission, pack=replace(pack, ladders=ladders))
    world.app.extensions["mission"] = world.mission
    world.cycle = replace(world.cycle, mission=world.mission)


def climbed(world):
    """The steps of the desk's own ladder. What rings beside it, since nobody acts, is another matter."""
    return {alert.step for alert in world.alerts("desk")}


@pytest.fixture
def rung(world):
    """A critical case whose duty officer and deputy are both told, with half of the hour gone."""

    def ring(everyone):
        world.at("2019-12-07T06:00Z")
        if everyone:
            requires_everyone(world, Severity.CRITICAL, "ocha", "deputy")
        world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
        world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
        world.officer.expects("URGENT")
        world.forward("65m")
        reminder, other = world.officer.expects("RAPPEL"), world.deputy.expects("URGENT")
        return reminder, other

    return ring


def test_the_first_who_acknowledges_stops_the_ladder_where_nothing_else_is_said(world, rung):
    _reminder, other = rung(everyone=False)
    world.deputy.types_code(other)
    world.forward("65m")
    assert climbed(world) == {"first", "deputy"}


def test_where_everyone_must_the_ladder_climbs_on_until_the_last_has_it(world, rung):
    _reminder, other = rung(everyone=True)
    world.deputy.types_code(other)
    world.forward("65m")
    assert "suboffice" in climbed(world)


def test_and_stops_when_everyone_has_it(world, rung):
    reminder, other = rung(everyone=True)
    world.deputy.types_code(other)
    world.officer.types_code(reminder)
    world.forward("65m")
    assert climbed(world) == {"first", "deputy"}


def test_who_said_so_on_an_earlier_step_has_said_it_for_this_one(world):
    world.at("2019-12-07T06:00Z")
    requires_everyone(world, Severity.CRITICAL, "ocha", "deputy")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    first = world.officer.expects("URGENT")
    world.forward("65m")
    world.officer.expects("RAPPEL")
    world.officer.types_code(first)
    world.deputy.types_code(world.deputy.expects("URGENT"))
    world.forward("65m")
    assert climbed(world) == {"first", "deputy"}
