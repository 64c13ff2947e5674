"""Absences and ends of contracts: who is away is passed over, the deputy stands in, and after a contract nobody is written to."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from sqlalchemy import select

from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.services import absences, contracts
from deconflict.services.health import health_of
from deconflict.store.base import db, transaction
from deconflict.store.letters import Letter
from deconflict.store.people import Account, Person


def meet(world):
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))


def goes_away(world, who, by="officer", hours=48):
    actor = world.actors[who]
    return absences.note(
        actor.person_id, world.now, world.now + timedelta(hours=hours), world.actors[by].audience, world.now
    )


def unattended(world):
    db.session.rollback()
    return health_of(db.session(), world.mission, world.now).unattended


def told(world, kind):
    db.session.rollback()
    return sorted(db.session.scalars(select(Letter.person_id).where(Letter.kind == kind)))


@pytest.fixture
def joined(world):
    with transaction() as session:
        for account in session.scalars(select(Account)):
            account.joined_at = world.now
    return world


def test_while_the_duty_officer_is_away_the_deputy_is_rung(world):
    assert unattended(world) == ()
    goes_away(world, "officer")
    assert len(unattended(world)) == len(world.mission.areas)
    meet(world)
    world.deputy.expects("dossier")
    world.officer.expects_nothing()


def test_whoever_is_back_is_rung_again(world):
    absence = goes_away(world, "officer")
    absences.end(absence, world.deputy.audience, world.now)
    assert unattended(world) == ()
    meet(world)
    world.officer.expects("dossier")
    world.deputy.expects_nothing()
    with pytest.raises(LostRace):
        absences.end(absence, world.deputy.audience, world.now)


def test_an_absent_focal_point_is_passed_over(world):
    meet(world)
    goes_away(world, "ngo", by="ngo")
    world.read_everything()
    world.officer.asks(world.case, "humanitarian")
    world.ngo.expects_nothing()
    world.read_everything()


def test_nobody_notes_an_absence_elsewhere(world):
    with pytest.raises(Refused):
        goes_away(world, "ngo", by="officer")
    with pytest.raises(Refused):
        goes_away(world, "ngo", by="other_ngo")
    absence = goes_away(world, "ngo", by="ngo")
    with pytest.raises(NotFound):
        absences.end(absence, world.officer.audience, world.now)
    with pytest.raises(Refused):
        goes_away(world, "ngo", by="ngo", hours=1)


def test_after_the_end_of_a_contract_nobody_is_written_to_and_nobody_signs_in(joined):
    world = joined
    end = world.now + timedelta(hours=1)
    contracts.set_end(world.officer.person_id, end, world.deputy.audience, world.now)
    world.forward("2h")
    person = db.session.get_one(Person, world.officer.person_id)
    assert (person.active, person.account.active) == (False, False)
    assert len(unattended(world)) == len(world.mission.areas)
    world.read_everything()
    meet(world)
    world.officer.expects_nothing()
    world.read_everything()


def test_the_end_counts_before_the_scheduler_has_come_round(world):
    contracts.set_end(world.officer.person_id, world.now + timedelta(seconds=1), world.deputy.audience, world.now)
    world.now += timedelta(seconds=2)
    assert len(unattended(world)) == len(world.mission.areas)


def test_two_weeks_before_it_is_told_once_and_not_earlier(joined):
    world = joined
    contracts.set_end(world.ngo.person_id, world.now + timedelta(days=15), world.officer.audience, world.now)
    world.turn()
    assert told(world, "contract_ends") == []
    world.now += timedelta(days=2)
    world.turn()
    desk = [world.officer.person_id, world.deputy.person_id]
    assert told(world, "contract_ends") == sorted([world.ngo.person_id, *desk])
    world.now += timedelta(days=1)
    world.turn()
    assert len(told(world, "contract_ends")) == 3


def test_nobody_sets_the_end_of_his_own_nor_one_that_is_past(world):
    mine = world.officer
    with pytest.raises(Refused):
        contracts.set_end(mine.person_id, world.now + timedelta(days=1), mine.audience, world.now)
    with pytest.raises(Refused):
        contracts.set_end(world.ngo.person_id, world.now, mine.audience, world.now)
    contracts.set_end(world.ngo.person_id, None, mine.audience, world.now)
    with pytest.raises(NotFound):
        contracts.set_end(99_999, None, mine.audience, world.now)
