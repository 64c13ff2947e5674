"""A call to an owner for a one-off release is on a clock, and silence is told, never taken for a yes (RUL-8)."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from sqlalchemy import select, update

from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.filing import Level
from deconflict.services import people, releases
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.cases import ReleaseAsk
from deconflict.store.items import ItemVersion


@pytest.fixture
def both_keep_it(world):
    """A critical case of a pair that releases nothing, taken by the officer a day before."""
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.MATCH_ONLY))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00", level=Level.MATCH_ONLY))
    world.officer.takes(world.case)
    world.read_everything()
    assert (world.case.severity, world.case.released) == ("critical", [])
    return world


def rings(world, side="mission", who=None):
    who = who or world.officer
    case = world.case
    how = "rang their desk, they call back"
    due_at = releases.ask_release(case.reference, case.round, side, how, who.audience, world.mission, world.now)
    world.turn()
    return due_at


def jump(world, minutes):
    """So much later, without the turns on the way."""
    world.now += timedelta(minutes=minutes)
    world.turn()


def calls(world):
    db.session.rollback()
    return list(db.session.scalars(select(ReleaseAsk).order_by(ReleaseAsk.id)))


def history(world):
    return [(event.event, event.code) for event in world.case.events if event.event.startswith("release")]


def told(world):
    return [a.person.name for a in world.alerts("release")]


def test_the_clock_is_that_of_the_severity_and_shorter_when_departure_is_near(both_keep_it):
    world = both_keep_it
    at = world.now
    assert rings(world) - at == timedelta(hours=1)
    world.at("2019-12-10T08:30:00Z")
    near = world.now
    assert rings(world, "humanitarian") - near == timedelta(minutes=15)


def test_at_the_deadline_the_officer_hears_and_then_the_head_of_the_sub_office(both_keep_it):
    world = both_keep_it
    rings(world)
    jump(world, 55)
    assert told(world) == []
    world.all_quiet()
    jump(world, 10)
    assert told(world) == ["officer"]
    world.officer.expects("ossiers")
    assert calls(world)[0].state == "silent"
    assert world.case.released == []
    jump(world, 300)
    assert told(world)[-2:] == ["sub_office_head", "ocha_head"]
    assert history(world) == [("release_asked", "mission"), ("release_silent", "mission")]
    world.read_everything()


def test_silence_never_lets_the_other_side_be_asked(both_keep_it):
    world = both_keep_it
    rings(world)
    jump(world, 120)
    with pytest.raises(Refused, match="released nothing"):
        world.officer.asks(world.case, "humanitarian")
    world.read_everything()


@pytest.mark.parametrize(("granted", "state", "released"), [(True, "released", ["mission"]), (False, "refused", [])])
def test_an_answer_ends_the_clock_whatever_it_is(both_keep_it, granted, state, released):
    world = both_keep_it
    rings(world)
    jump(world, 30)
    world.officer.notes_release(world.case, "mission", granted)
    jump(world, 180)
    assert [call.state for call in calls(world)] == [state]
    assert world.case.released == released
    assert told(world) == []
    assert calls(world)[0].answered_at is not None
    world.read_everything()


def test_an_answer_that_comes_after_the_clock_counts_and_the_ladder_ends(both_keep_it):
    world = both_keep_it
    rings(world)
    jump(world, 65)
    assert told(world) == ["officer"]
    world.officer.notes_release(world.case, "mission", granted=True)
    jump(world, 180)
    assert told(world) == ["officer"]
    assert calls(world)[0].state == "released"
    assert world.officer.asks(world.case, "humanitarian")
    world.read_everything()


def test_an_officer_who_acknowledges_is_left_to_it(both_keep_it):
    world = both_keep_it
    rings(world)
    jump(world, 65)
    world.officer.types_code(world.officer.expects("ossiers"))
    jump(world, 20)
    assert told(world) == ["officer"]
    world.read_everything()


def test_who_rang_and_left_is_not_waited_for(both_keep_it):
    world = both_keep_it
    rings(world)
    people.deactivate(world.ocha_head.audience, world.officer.person_id, now=world.now)
    world.leaves_duty("officer")
    jump(world, 65)
    assert told(world)[0] == "deputy"
    world.read_everything()


def test_pressed_twice_it_is_one_call_and_a_new_round_rings_anew(both_keep_it):
    world = both_keep_it
    first = rings(world)
    assert rings(world) == first
    assert len(calls(world)) == 1
    world.cimic.amends(
        world.case.mission.reference, make.patrol("Bankass", "10 Dec 12:00-16:00", level=Level.MATCH_ONLY)
    )
    jump(world, 120)
    assert calls(world)[0].state == "asked"
    assert told(world) == []
    rings(world)
    assert [call.round for call in calls(world)] == [1, 2]
    world.read_everything()


def test_a_call_is_on_record_with_who_made_it(both_keep_it):
    world = both_keep_it
    rings(world)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "ask_release")).one()
    assert (entry.actor_id, entry.detail) == (world.officer.person_id, {"round": 1, "side": "mission"})


def test_what_may_not_be_rung_for(both_keep_it):
    world = both_keep_it
    case = world.case

    def ring(side="mission", how="rang", who=world.officer, round_=case.round):
        releases.ask_release(case.reference, round_, side, how, who.audience, world.mission, world.now)

    for wrong in ({"side": "ocha"}, {"how": " "}):
        with pytest.raises(Refused):
            ring(**wrong)
    with pytest.raises(LostRace):
        ring(round_=7)
    with pytest.raises(LostRace):
        ring(who=world.deputy)
    for outsider in (world.ngo, world.cimic):
        with pytest.raises(NotFound):
            ring(who=outsider)
    assert calls(world) == []


def test_nobody_is_rung_for_a_sensitive_notice(world):
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00", level=Level.MATCH_ONLY))
    with pytest.raises(Refused, match="sensitive"):
        rings(world, "humanitarian")
    world.read_everything()


def test_of_what_cannot_be_read_nothing_is_released_and_that_is_said(both_keep_it):
    world = both_keep_it
    case = world.case
    with transaction() as session:
        spoilt = update(ItemVersion).where(ItemVersion.item_id == case.mission_id)
        session.execute(spoilt.values(filing={"filed": "plan"}))
    with pytest.raises(Refused, match="cannot be read"):
        rings(world)
    for granted in (True, False):
        with pytest.raises(Refused, match="cannot be read"):
            world.officer.notes_release(case, "mission", granted)
    assert calls(world) == []
    world.officer.notes_release(case, "humanitarian")
    assert world.case.released == ["humanitarian"]
