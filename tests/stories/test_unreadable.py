"""An item that cannot be read opens a case of its own, and stops nobody else's."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from sqlalchemy import select, text, update
from world import World

from deconflict.domain.states import CaseState, MessageState
from deconflict.services.filing import mark_due
from deconflict.store.alerts import Message
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import DueMark, Item, ItemVersion
from deconflict.store.work import Heartbeat


@pytest.fixture
def broken(world: World) -> str:
    """A notice whose stored filing somebody has damaged."""
    reference = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    damages(world, reference)
    return reference


def damages(world: World, reference: str) -> None:
    with transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == reference)).one()
        session.execute(update(ItemVersion).where(ItemVersion.item_id == item.id).values(filing={"filed": "notice"}))
        mark_due(session, item, "test", world.now)


def test_it_opens_a_case_that_says_so_and_the_officer_hears(world: World, broken: str):
    world.turn()
    case = world.case
    assert (case.state, case.severity, case.eyes_only) == (CaseState.UNCHECKED, "high", True)
    assert case.mission_id is None
    world.officer.expects(case.reference)
    world.ngo.expects_nothing()
    world.cimic.expects_nothing()


def test_the_others_are_settled_all_the_same(world: World, broken: str):
    world.other_ngo.files(make.distribution("Koro", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Koro", "10 Dec 10:00-12:00"))
    found = {case.state: case for case in world.cases()}
    assert set(found) == {CaseState.UNCHECKED, CaseState.DETECTED}
    assert db.session.scalars(select(DueMark)).all() == []


def test_a_patrol_near_it_does_not_pass_in_silence(world: World, broken: str):
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    assert [case.state for case in world.cases()] == [CaseState.UNCHECKED]


def test_mended_by_its_owner_the_case_is_over_and_the_overlap_is_found(world: World, broken: str):
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    world.ngo.amends(broken, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    states = {case.pair.endswith("-"): case.state for case in world.cases()}
    assert states == {True: CaseState.CLOSED, False: CaseState.DETECTED}


def test_damaged_again_the_line_that_opens_its_case_again_carries_the_round_that_begins(world: World, broken: str):
    world.turn()
    world.ngo.amends(broken, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    damages(world, broken)
    world.turn()
    world.read_everything()
    assert [(event.event, event.round) for event in world.case.events] == [("fail", 1), ("vanish", 1), ("fail", 2)]
    assert (world.case.state, world.case.round) == (CaseState.UNCHECKED, 2)


def test_it_is_not_tried_every_second_and_the_sweep_does_not_ring_again(world: World, broken: str):
    world.turn()
    world.read_everything()
    world.forward("20m")
    assert db.session.scalars(select(Case)).one().round == 1
    world.deputy.expects_nothing()


def test_one_message_that_cannot_be_read_stops_no_other(world: World):
    """Another key, a torn page of the disk: the mail still leaves, and the failure stands where ladder and desk look."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.read_everything()
    torn, whole = (
        db.session.scalars(select(Message.id).where(Message.channel == carries)).first() for carries in ("sms", "email")
    )
    with transaction() as session:
        session.execute(update(Message).where(Message.id.in_([torn, whole])).values(state=MessageState.QUEUED))
        session.execute(text("UPDATE message SET address = 'not sealed' WHERE id = :id"), {"id": torn})
    world.turn()
    states = dict(db.session.execute(select(Message.id, Message.state)).all())
    assert (states[torn], states[whole]) == (MessageState.FAILED, MessageState.SENT)
    world.officer.mailbox.expects("")
    assert MessageState.SENDING not in states.values()


def test_an_alert_that_no_key_opens_stops_neither_its_case_nor_the_calendar(world: World):
    """Torn in the database. Its officer acts, it expires, items end and cases lapse as ever."""
    world.at("2019-12-08T08:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    with transaction() as session:
        session.execute(text("UPDATE alert SET code = 'torn'"))
        session.execute(text("UPDATE message SET address = 'torn'"))
    world.officer.takes(world.case)
    world.at("2019-12-10T17:00Z")
    world.turn()
    assert world.case.state == "lapsed"
    assert {alert.state for alert in world.alerts("desk")} <= {"superseded", "acknowledged", "expired"}
    beat = db.session.get_one(Heartbeat, "scheduler")
    assert world.now - beat.at < timedelta(minutes=1)
