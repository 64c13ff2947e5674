"""Drills start by the plan of the mission: once for each hour, whoever looks, whatever became of the clock, and never at night."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from world import at_once

from deconflict.domain.country import DrillPlan
from deconflict.domain.drills import Drilled, over_time, silences
from deconflict.domain.errors import Refused
from deconflict.services import drills
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db
from deconflict.store.drills import Drill, lately, silent_numbers
from deconflict.store.people import Person
from deconflict.store.trials import Trial, to_verify
from deconflict.store.work import Slot

PLAN = DrillPlan(1, 2, time(10))  # as the mission's: Wednesdays at ten; Bamako keeps UTC
WEDNESDAY = datetime(2019, 12, 11, 10, tzinfo=UTC)
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def begun(world):
    """Two take part; the scheduler has run since Monday, so that the plan is known."""
    for who in ("ngo", "cimic"):
        drills.take_part(world.actors[who].person_id, True, world.officer.audience, world.now)
    look(world, WEDNESDAY - 2 * DAY)
    assert held() == []
    return world


def look(world, at) -> int:
    """The scheduler looks at the plan."""
    world.now = at
    return drills.start_planned(world.mission, at)


def held() -> list[tuple[datetime, int | None]]:
    db.session.rollback()
    return [(drill.at, drill.by_id) for drill in db.session.scalars(select(Drill).order_by(Drill.id))]


def count(table) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_at_its_hour_everybody_who_takes_part_gets_a_text_and_nothing_is_counted(begun):
    begun.at("2019-12-11T09:59:00Z")
    begun.turn()
    begun.all_quiet()
    begun.at("2019-12-11T10:00:00Z")
    begun.turn()
    begun.ngo.expects("Essai")
    begun.cimic.expects("Test")
    begun.officer.expects_nothing()
    assert [by for _at, by in held()] == [None]
    assert (count(Alert), count(Message)) == (0, 0)
    begun.turn(5)
    begun.all_quiet()


def test_each_week_has_one(begun):
    at, found = WEDNESDAY - HOUR, 0
    while at < WEDNESDAY + 3 * WEEK:
        found += look(begun, at) > 0
        at += 30 * MINUTE
    assert found == 3
    assert [at for at, _by in held()] == [WEDNESDAY + n * WEEK for n in range(3)]


def test_two_schedulers_start_one(begun):
    begun.now = WEDNESDAY
    at_once(begun.app, *[lambda: drills.start_planned(begun.mission, WEDNESDAY)] * 3)
    assert len(held()) == 1
    assert count(Trial) == 2


def test_after_a_restart_and_after_the_clock_was_put_back_there_is_no_second(begun):
    assert look(begun, WEDNESDAY) == 2
    assert look(begun, WEDNESDAY) == 0
    for back in (HOUR, 12 * HOUR):
        assert look(begun, WEDNESDAY - back) == 0
    for later in (0 * HOUR, HOUR, 30 * HOUR):
        assert look(begun, WEDNESDAY + later) == 0
    assert look(begun, WEDNESDAY + WEEK) == 2


def test_a_clock_that_was_a_month_ahead_stops_the_drills_of_no_month(begun):
    assert look(begun, WEDNESDAY + 4 * WEEK) == 2
    assert look(begun, WEDNESDAY + HOUR) == 0
    assert look(begun, WEDNESDAY + WEEK) == 2


def test_a_scheduler_that_was_off_over_the_hour_makes_up_for_one(begun):
    assert look(begun, WEDNESDAY + 2 * WEEK + 5 * HOUR) == 2
    assert look(begun, WEDNESDAY + 2 * WEEK + 30 * HOUR) == 0
    assert len(held()) == 1
    assert look(begun, WEDNESDAY + 3 * WEEK) == 2


def test_what_is_made_up_for_waits_for_the_morning(begun):
    late = datetime(2019, 12, 11, 23, tzinfo=UTC)
    assert look(begun, late) == 0
    assert look(begun, late + 6 * HOUR) == 0
    assert look(begun, late + 7 * HOUR) == 2


def test_a_text_of_it_that_could_not_leave_by_day_waits_for_the_morning(begun):
    begun.network.phones.expects_nothing()
    assert look(begun, datetime(2019, 12, 11, 21, 59, 50, tzinfo=UTC)) == 2
    begun.at("2019-12-11T22:00:30Z")
    begun.turn()
    begun.all_quiet()
    begun.at("2019-12-12T06:00:30Z")
    begun.turn()
    begun.ngo.expects("Essai")
    begun.cimic.expects("Test")


def test_an_officer_who_starts_one_by_night_is_at_work_and_so_it_leaves(begun):
    begun.at("2019-12-11T23:00:00Z")
    drills.start(begun.officer.audience, begun.now)
    begun.turn()
    begun.ngo.expects("Essai")
    begun.cimic.expects("Test")


def test_an_open_drill_stands_for_it(begun):
    drills.start(begun.officer.audience, WEDNESDAY - 5 * HOUR)
    assert look(begun, WEDNESDAY) == 0
    assert look(begun, WEDNESDAY + 2 * DAY) == 0
    assert [by for _at, by in held()] == [begun.officer.person_id]
    assert look(begun, WEDNESDAY + WEEK) == 2
    with pytest.raises(Refused):
        drills.start(begun.officer.audience, WEDNESDAY + WEEK + HOUR)


def test_nobody_takes_part_and_the_hour_passes(begun):
    for who in ("ngo", "cimic"):
        drills.take_part(begun.actors[who].person_id, False, begun.officer.audience, begun.now)
    assert look(begun, WEDNESDAY) == 0
    drills.take_part(begun.ngo.person_id, True, begun.officer.audience, WEDNESDAY)
    assert look(begun, WEDNESDAY + HOUR) == 0
    assert look(begun, WEDNESDAY + WEEK) == 1


def test_without_a_plan_none_starts(begun):
    world, mission = begun, replace(begun.mission, drill_plan=None)
    assert drills.start_planned(mission, WEDNESDAY) == 0
    assert held() == []
    assert world.mission.drill_plan == PLAN


def test_a_plan_that_is_new_begins_with_its_next_hour(world):
    drills.take_part(world.ngo.person_id, True, world.officer.audience, world.now)
    assert look(world, WEDNESDAY + HOUR) == 0
    assert look(world, WEDNESDAY + WEEK) == 1


def test_the_hour_that_was_taken_is_kept_whatever_the_calendar_forgets(begun):
    assert look(begun, WEDNESDAY) == 2
    begun.now = WEDNESDAY + 5 * DAY
    begun.turn()
    db.session.rollback()
    assert db.session.scalars(select(Slot.slot).where(Slot.job == "drill")).all() == [WEDNESDAY]
    begun.read_everything()


def test_two_drills_without_an_answer_bring_a_number_to_the_desk(begun):
    for n in range(2):
        look(begun, WEDNESDAY + n * WEEK)
        begun.turn()
        begun.read_everything()
    (one,) = {drill.id for drill in db.session.scalars(select(Drill).order_by(Drill.id).limit(1))}
    answered = db.session.scalars(
        select(Trial).where(Trial.drill_id == one, Trial.person_id == begun.cimic.person_id)
    ).one()
    answered.answered_at = WEDNESDAY
    db.session.commit()
    now = WEDNESDAY + WEEK + 2 * DAY
    silent = silent_numbers(db.session(), now)
    mine = {begun.actors[who].person_id: who for who in ("ngo", "cimic")}
    said = {
        mine[c.person_id]: silent.get(c.id)
        for p in mine
        for c in db.session.get_one(Person, p).contacts
        if c.carries == "sms"
    }
    assert said == {"ngo": 2, "cimic": 1}
    marked = [
        fact.person for fact in to_verify(db.session(), [id for id, n in silent.items() if n >= 2], 99) if fact.silent
    ]
    assert marked == ["ngo"]
    history = over_time([texts for _drill, texts in lately(db.session(), begun.mission, 5)])
    assert [(row.operator, row.came_back) for row in history] == [("70", ((0, 2), (1, 2)))]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([(7, 2, False)], {7: 1}),
        ([(7, 2, False), (7, 1, False)], {7: 2}),
        ([(7, 2, False), (7, 1, True), (7, 0, False)], {7: 1}),
        ([(7, 2, True), (7, 1, False)], {}),
        ([(7, 4, False), (7, 2, False)], {7: 1}),  # the last is open
        ([], {}),
    ],
)
def test_silence_is_counted_back_from_the_last_drill_that_is_over(texts, expected):
    rows = [(id, WEDNESDAY + week * WEEK, said, None) for id, week, said in texts]
    assert silences(rows, WEDNESDAY + 4 * WEEK + HOUR) == expected


def test_a_number_verified_since_is_not_silent():
    assert silences([(7, WEDNESDAY, False, WEDNESDAY + HOUR)], WEDNESDAY + WEEK) == {}


@pytest.mark.parametrize("weeks", [1, 2, 5])
def test_the_hours_of_a_plan_are_so_many_weeks_apart(mission, weeks):
    plan, at = DrillPlan(weeks, 6, time(7, 30)), WEDNESDAY
    for _ in range(20):
        after = plan.next(mission.zone, at)
        assert plan.last(mission.zone, at) <= at < after
        assert after - plan.last(mission.zone, at) == weeks * WEEK
        assert (after.weekday(), after.hour, after.minute) == (6, 7, 30)
        assert plan.last(mission.zone, after) == after
        at = after


def test_operators_come_side_by_side_over_time():
    text = Drilled("A", "ONG", "Alpha", "", "sent", True)
    found = over_time([[text, replace(text, answered=False)], [replace(text, operator="Beta")]])
    assert [(row.operator, row.came_back) for row in found] == [("Alpha", ((1, 2), None)), ("Beta", (None, (1, 1)))]
