"""What was called in is matched like any other, and entered once however often it is pressed; what is kept of the call goes too."""

from __future__ import annotations

import make
import pytest
from sqlalchemy import select
from world import at_once

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.domain.on_behalf import Back, Call, Way
from deconflict.jobs.retention import run_retention
from deconflict.services import on_behalf
from deconflict.store.base import db
from deconflict.store.on_behalf import OnBehalf

NEAR_BANKASS = (14.0800, -3.5120)


@pytest.fixture
def radio(world):
    world._person("radio", world.officer.audience.organisation_id, "support", {roles.RADIO_OPERATOR})
    world.at("2019-12-07T06:00Z")
    return world.radio


def call(world, **more):
    facts = {"caller_id": None, "way": Way.PHONE, "called_at": world.now, "back": Back.OTHER, "number": "+22370000077"}
    return Call(**(facts | more))


def enters(world, radio, key="k" * 32, level=Level.MATCH_ONLY, **more):
    owner = world.ngo.audience.organisation_id
    what = make.distribution("Bankass", "10 Dec 09:00-15:00", level=level)
    return on_behalf.enter(what, call(world, **more), key, radio.audience, owner, world.mission, world.now).reference


def rows():
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(OnBehalf).order_by(OnBehalf.id)))


def test_what_was_called_in_meets_a_plan_like_any_other(world, radio):
    reference = enters(world, radio)
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    assert world.case.humanitarian_id == world.item(reference).id
    assert world.case.humanitarian.owner_id == world.ngo.audience.organisation_id
    world.officer.expects("")
    radio.expects_nothing()


def test_pressed_twice_at_once_it_is_entered_once(world, radio):
    found = []
    at_once(world.app, *[lambda: found.append(enters(world, radio))] * 2)
    assert len(set(found)) == 1
    assert [(row.act, row.version) for row in rows()] == [("file", 1)]


def test_the_number_that_was_called_back_goes_with_what_was_exact(world, radio):
    enters(world, radio)
    assert rows()[0].number == "+22370000077"
    world.at("2020-01-20T06:00Z")
    world.turn()
    for _ in range(3):
        run_retention(world.mission, world.now)
    assert [(row.number, row.way) for row in rows()] == [(None, "phone")]
