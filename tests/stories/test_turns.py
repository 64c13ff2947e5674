"""Whose turn it is, when the clock of a machine is put back and when a turn fails."""

from __future__ import annotations

from datetime import timedelta

import make
from sqlalchemy import select
from world import World

from deconflict.jobs import cycle
from deconflict.services.health import health_of
from deconflict.store.base import db
from deconflict.store.work import Heartbeat, Slot, take_slot, turn

EVERY = timedelta(seconds=5)


def test_a_turn_is_taken_once(world: World):
    assert take_slot("job", EVERY, world.now)
    assert not take_slot("job", EVERY, world.now)
    assert take_slot("job", EVERY, world.now + EVERY)


def test_clocks_a_little_apart_do_not_take_each_others_turns(world: World):
    assert take_slot("job", EVERY, world.now + timedelta(seconds=20))
    assert take_slot("job", EVERY, world.now)
    assert not take_slot("job", EVERY, world.now)
    assert not take_slot("job", EVERY, world.now + timedelta(seconds=20))


def test_after_an_hour_back_the_job_goes_on_at_once(world: World):
    hours = [world.now + n * EVERY for n in range(0, 720, 30)]
    assert all(take_slot("job", EVERY, at) for at in hours)
    assert take_slot("job", EVERY, world.now)
    assert not take_slot("job", EVERY, world.now)
    db.session.rollback()
    assert list(db.session.scalars(select(Slot.slot).where(Slot.job == "job"))) == [world.now]


def test_a_turn_that_failed_is_given_back(world: World):
    for _ in range(2):
        try:
            with turn("job", EVERY, world.now) as mine:
                assert mine
                raise RuntimeError("disk")
        except RuntimeError:
            pass
    with turn("job", EVERY, world.now) as mine:
        assert mine
    with turn("job", EVERY, world.now) as mine:
        assert not mine


def test_a_scheduler_whose_ladders_fail_turns_red_although_it_runs_every_second(world: World, monkeypatch):
    world.turn()

    def broken(*_: object) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr(cycle, "escalate_due", broken)
    for _ in range(75):
        world.now += timedelta(seconds=1)
        world.cycle.run(world.now)
    assert not health_of(db.session(), world.mission, world.now).beating


def test_a_heartbeat_of_an_hour_to_come_is_no_sign_of_life(world: World):
    world.turn()
    beat = db.session.get_one(Heartbeat, "scheduler")
    assert health_of(db.session(), world.mission, beat.at).beating
    assert not health_of(db.session(), world.mission, beat.at - timedelta(hours=1)).beating


def test_after_an_hour_back_a_ladder_climbs_at_its_time(world: World):
    world.at("2019-12-08T09:00Z")
    world.forward("5m")
    world.at("2019-12-08T08:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    world.officer.expects(world.case.reference)
    world.forward("65m")
    world.deputy.expects(world.case.reference)
