"""Silence is never consent and never success: whoever has said something and then nothing rings the desk again."""

from __future__ import annotations

import make
import pytest
from sqlalchemy import select, update
from world import World

from deconflict.domain.states import AlertState, CaseState
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, transaction
from deconflict.store.cases import CaseEvent
from deconflict.store.people import Contact, Duty

QUIET_LATER = "2h"  # more than a critical case's clock for looking, less than half of the time to its start


@pytest.fixture
def asked(world: World) -> World:
    """A critical case two days ahead; the officer has it and has asked the mission."""
    world.at("2019-12-08T07:30Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    world.officer.takes(world.case)
    world.asked = world.officer.asks(world.case, "mission")
    world.request_text = world.cimic.expects()
    world.read_everything()
    return world


def rung(world: World) -> list[Alert]:
    return world.alerts("idle")


# ---- after a request -------------------------------------------------------------------------------------------------


def test_a_no_rings_the_desk_at_once(asked: World):
    asked.cimic.answers(asked.asked, "decline", "we cannot")
    asked.officer.expects(asked.case.reference)


def test_an_acknowledgement_without_an_answer_rings_the_desk_after_the_hour_of_looking(asked: World):
    asked.cimic.types_code(asked.request_text)
    asked.forward("45m")
    assert rung(asked) == []
    asked.forward("30m")
    asked.officer.expects(asked.case.reference)
    asked.deputy.expects_nothing()


def test_a_yes_that_moves_nothing_rings_the_desk_at_half_of_the_time_left(asked: World):
    asked.cimic.answers(asked.asked, "accept", "we go a week later")
    asked.forward(QUIET_LATER)
    assert rung(asked) == []
    asked.forward("1d")
    assert rung(asked)
    asked.officer.expects(asked.case.reference)


def test_a_yes_that_moves_the_plan_rings_nobody_again(asked: World):
    asked.cimic.answers(asked.asked, "accept", "we go a week later")
    asked.cimic.amends(asked.case.mission.reference, make.patrol("Bankass", "17 Dec 10:00-12:00"))
    asked.forward("1d")
    assert asked.case.state == CaseState.CLOSED
    assert rung(asked) == []


def test_an_agreement_that_moves_nothing_rings_the_desk_too(asked: World):
    asked.officer.agrees(asked.case, "MIL_TIME")
    asked.forward(QUIET_LATER)
    assert rung(asked) == []
    asked.forward("1d")
    assert rung(asked)


def test_while_the_asked_side_s_own_ladder_climbs_the_desk_is_not_rung_for_silence(asked: World):
    """Its focal point says nothing: its alternates are tried first, and the ladder itself comes to OCHA."""
    asked.forward("55m")
    assert rung(asked) == []


def test_an_officer_who_says_he_has_it_and_does_nothing_is_rung_again_and_again(asked: World):
    asked.cimic.answers(asked.asked, "decline", "we cannot")
    asked.officer.types_code(asked.officer.expects())
    asked.forward("70m")
    asked.officer.expects(asked.case.reference)
    assert len({alert.purpose for alert in rung(asked)}) == 2


# ---- who can be reached ----------------------------------------------------------------------------------------------


def test_a_duty_officer_whom_no_message_can_reach_does_not_keep_the_word_from_the_next(world: World):
    world.at("2019-12-08T07:30Z")
    with transaction() as session:
        session.execute(
            update(Contact).where(Contact.person_id == world.officer.person_id).values(unreachable_at=world.now)
        )
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    world.officer.expects_nothing()
    world.deputy.expects(world.case.reference)
    waiting = [alert for alert in world.alerts("desk") if alert.person_id == world.officer.person_id]
    assert {alert.state for alert in waiting} == {AlertState.OWED}  # it stands on the desk's pages


def test_a_duty_officer_who_can_be_reached_is_rung_alone(world: World):
    world.at("2019-12-08T07:30Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    world.officer.expects(world.case.reference)
    world.deputy.expects_nothing()


def test_whoever_stands_on_two_steps_is_written_to_once_when_all_are_rung(world: World):
    """A late filing rings the whole desk at once; the duty officer is the deputy too."""
    world.at("2019-12-08T07:30Z")
    with transaction() as session:
        session.execute(update(Duty).where(Duty.step == "deputy").values(person_id=world.officer.person_id))
    world.cimic.files(make.patrol("Bankass", "8 Dec 12:00-14:00"))
    world.ngo.files(make.distribution("Bankass", "8 Dec 11:00-15:00"))
    world.forward("30m")
    db.session.rollback()
    texts = select(Message).join(Alert).where(Alert.person_id == world.officer.person_id, Message.channel == "sms")
    by_ring: dict[object, int] = {}
    for message in db.session.scalars(texts):
        key = (message.alert.purpose, message.queued_at)
        by_ring[key] = by_ring.get(key, 0) + 1
    assert by_ring
    assert set(by_ring.values()) == {1}
    # Nor is he, for that, somebody whom nothing reaches.
    assert db.session.scalars(select(Alert).where(Alert.unreached_at.is_not(None))).all() == []
    assert "unreached" not in {event.event for event in world.case.events}


# ---- when it changes or ends -----------------------------------------------------------------------------------------


def test_milder_but_on_another_day_is_a_new_matter_for_everybody(asked: World):
    """What was agreed was about other hours."""
    asked.officer.agrees(asked.case, "MIL_TIME")
    asked.read_everything()
    before = asked.case.round
    plan = asked.case.mission.reference
    asked.cimic.amends(plan, make.patrol("Bankass", "11 Dec 17:00-18:00"))
    assert asked.case.round == before + 1
    assert asked.case.state == CaseState.TAKEN
    assert [alert.person_id for alert in asked.alerts("desk") if alert.round == before + 1] == [asked.officer.person_id]


def test_at_night_a_closing_text_wakes_nobody_who_is_not_at_work(world: World):
    world.at("2019-12-08T07:30Z")
    reference = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    world.forward("3h")  # nobody answers: the deputy has been rung as well
    world.at("2019-12-09T02:00Z")
    world.turn()
    world.read_everything()
    world.ngo.cancels(reference)
    world.deputy.expects_nothing()
    world.officer.expects(world.case.reference)  # on duty for a critical case: at work
    closed = db.session.scalars(select(CaseEvent).where(CaseEvent.event == "overtake")).one()
    assert closed.at.hour == 2
    world.at("2019-12-09T06:05Z")
    world.turn()
    world.deputy.expects(world.case.reference)
