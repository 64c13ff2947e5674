"""What must not leave any more, or must again: taken back while it is claimed, amended again and again, meant for somebody who has
left, for a phone that said stop and then start."""

from __future__ import annotations

import threading

import make
import pytest
from planted import look_again
from sqlalchemy import select

from deconflict.domain.audience import Audience
from deconflict.domain.states import AlertState, MessageState
from deconflict.services import cases, people, sending
from deconflict.services.sending import claim
from deconflict.store.alerts import Alert, Message
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.letters import Letter
from deconflict.store.people import Contact

BASE = "http://127.0.0.1:8000"
NEAR_BANKASS = (14.0800, -3.5120)
SECOND = "+22370000068"
REPLY_HOOK = f"{BASE}/hooks/twilio/reply"


@pytest.fixture
def patrol(world):
    """Reference of a patrol that meets a distribution; the duty officer's phone has rung."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    return world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))


@pytest.fixture
def provider(world, provider):
    yield provider
    for actor in world.actors.values():  # other stories have the same numbers
        world.network.reply(actor.phone.address, "START", REPLY_HOOK)


def texts_to(actor, state=None):
    look_again()
    mine = select(Message).join(Alert).where(Alert.person_id == actor.person_id, Message.channel == "sms")
    found = db.session.scalars(mine.order_by(Message.id)).all()
    return [m for m in found if state is None or m.state == state]


# ---- taken back while somebody claims it -------------------------------------------------------------------------------


@pytest.fixture
def queued(world, monkeypatch):
    """An open case whose first text has not left: the scheduler decided, and has not sent yet."""
    world.at("2019-12-07T06:00Z")
    with monkeypatch.context() as still:
        still.setattr(type(world.cycle), "_send", lambda self, clock: 0)
        world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
        world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    assert [m.state for m in texts_to(world.officer)] == [MessageState.QUEUED]
    return world


def dismissed(world):
    seen = world.case.reference, world.case.round
    by, mission, now = world.ocha_head.audience, world.mission, world.now
    db.session.rollback()

    def run():
        with world.app.app_context():
            cases.dismiss(*seen, "not_same_community", "two villages", by, mission, now)
            db.session.remove()

    return threading.Thread(target=run)


def test_taken_back_while_it_is_claimed_it_leaves_and_its_reader_is_told_that_it_is_over(queued, monkeypatch):
    other, read = dismissed(queued), sending.facts

    def meanwhile(session, ids):
        """The messages are locked, and nothing of them is read."""
        if not other.ident:
            other.start()
            other.join(1.0)
        return read(session, ids)

    monkeypatch.setattr(sending, "facts", meanwhile)
    tickets = claim(queued.cycle.channels, BASE, "w:1", queued.now)
    other.join(30)
    assert [t.channel.carries for t in tickets]
    for message in texts_to(queued.officer)[:1]:
        assert message.state == MessageState.SENDING
        assert message.alert.state == AlertState.SUPERSEDED
    assert [alert.text for alert in queued.alerts("closing") if alert.person_id == queued.officer.person_id] == [
        "officer_closed"
    ]


def test_taken_back_before_it_is_claimed_it_does_not_leave_and_nothing_is_over(queued):
    before = dismissed(queued)
    before.start()
    before.join(30)
    assert claim(queued.cycle.channels, BASE, "w:1", queued.now) == []
    queued.turn()
    assert [m.state for m in texts_to(queued.officer)] == [MessageState.WITHDRAWN]
    assert queued.alerts("closing") == []
    queued.all_quiet()


# ---- amended again and again ---------------------------------------------------------------------------------------------


def amend(world, patrol, hour):
    world.cimic.amends(patrol, make.patrol(NEAR_BANKASS, f"10 Dec {hour:02d}:00-{hour + 2:02d}:00"))


def test_a_flood_of_amendments_gives_one_more_text_with_the_newest_words(world, patrol):
    first = world.officer.expects("URGENT")
    for hour in (10, 11, 12, 13, 10, 11):
        amend(world, patrol, hour)
    assert world.case.round == 7
    world.officer.expects_nothing()
    world.forward("6m")
    newest = world.officer.expects(f"{world.case.reference}-7")
    assert newest != first
    world.officer.expects_nothing()
    assert len(texts_to(world.officer, MessageState.WITHDRAWN)) == 5
    assert [a.round for a in world.alerts("desk") if a.state == AlertState.OWED and a.step == "first"] == [7]


def test_whoever_has_answered_hears_of_the_next_change_at_once(world, patrol):
    world.officer.types_code(world.officer.expects("URGENT"))
    amend(world, patrol, 10)
    world.officer.expects(f"{world.case.reference}-2")


def test_graver_words_do_not_wait_and_the_ladder_s_clock_does_not_either(world):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    patrol = world.cimic.files(make.patrol((14.1050, -3.5350), "10 Dec 17:00-19:00"))
    assert world.case.severity == "high"
    world.officer.expects("Dossier")
    amend(world, patrol, 13)
    assert world.case.severity == "critical"
    world.officer.expects("URGENT")
    began = world.case.round_at
    world.forward("70m")
    world.deputy.expects("URGENT")
    assert began == world.case.round_at


# ---- whoever has left ------------------------------------------------------------------------------------------------------


def leaves(world, actor):
    by = Audience(
        world.ocha_head.person_id,
        world.ocha_head.audience.organisation_id,
        "ocha",
        world.ocha_head.audience.roles,
        None,
        "en",
    )
    people.deactivate(by, actor.person_id, now=world.now)


def test_whoever_is_deactivated_gets_nothing_that_waits_and_the_next_step_is_taken(queued):
    leaves(queued, queued.officer)
    queued.turn()
    queued.officer.expects_nothing()
    queued.officer.mailbox.expects_nothing()
    assert {m.error for m in texts_to(queued.officer)} == {"gone"}
    queued.deputy.expects("URGENT")


def test_whoever_has_left_is_not_told_that_it_is_over_and_the_others_are(world, patrol):
    world.forward("70m")
    world.read_everything()
    leaves(world, world.officer)
    world.ocha_head.dismisses(world.case)
    world.forward("5m")
    world.officer.expects_nothing()
    world.deputy.expects("fin de ce dossier")


def test_a_team_is_told_though_the_focal_point_who_answers_for_it_has_left(world):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", phone="+22370000095"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.takes(world.case)
    world.officer.asks(world.case, "humanitarian")
    world.driver_phone("+22370000095").expects(world.case.humanitarian_reference)
    leaves(world, world.ngo)
    world.read_everything()
    world.ocha_head.dismisses(world.case)
    world.at("2019-12-07T12:00Z")  # the fixed hour at which parties hear
    world.turn()
    world.ngo.expects_nothing()
    world.driver_phone("+22370000095").expects("fin de ce dossier")


# ---- stop, and start ---------------------------------------------------------------------------------------------------------


def says(world, provider, number, text):
    hook = world.network.reply(number, text, REPLY_HOOK)
    assert provider.post(hook.path, hook.form, headers=hook.headers).status_code == 200
    look_again()


def contact(number):
    look_again()
    return db.session.scalars(select(Contact).where(Contact.lookup == lookup_hash(number))).one()


def joined(*actors):
    with transaction() as session:
        for actor in actors:
            account = (
                session.scalars(select(Contact).where(Contact.person_id == actor.person_id)).first().person.account
            )
            account.joined_at = actor.world.now


def test_a_phone_that_says_stop_is_told_of_by_mail_to_its_owner_and_the_officers(world, provider, patrol):
    joined(world.ngo, world.officer, world.deputy)
    says(world, provider, world.ngo.phone.address, "STOP")
    told = {letter.person_id for letter in db.session.scalars(select(Letter).where(Letter.kind == "number_stopped"))}
    assert told == {world.ngo.person_id, world.officer.person_id, world.deputy.person_id}
    says(world, provider, world.ngo.phone.address, "stop")  # twice is one incident
    assert len(db.session.scalars(select(Letter).where(Letter.kind == "number_stopped")).all()) == 3
    world.turn()
    mail = world.ngo.mailbox.expects("START")
    assert world.ngo.phone.address not in mail
    assert "Alpha" not in mail


def test_start_makes_the_phone_reachable_and_what_is_still_owed_leaves(world, provider, patrol):
    world.officer.expects("URGENT")
    for actor in (world.deputy, world.officer):
        says(world, provider, actor.phone.address, "STOP")
        with transaction() as session:
            for row in session.scalars(select(Contact).where(Contact.person_id == actor.person_id)):
                row.unreachable_at = world.now
    world.cimic.amends(patrol, make.patrol(NEAR_BANKASS, "10 Dec 10:00-12:00"))
    world.forward("70m")
    world.officer.expects_nothing()
    says(world, provider, world.officer.phone.address, "START")
    assert contact(world.officer.phone.address).unreachable_at is None
    assert [e.verb for e in db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "opt_in"))] == ["opt_in"]
    world.turn()
    world.officer.expects("URGENT")


def test_start_of_a_phone_that_never_stopped_or_of_a_stranger_s_changes_nothing(world, provider, patrol):
    before = len(texts_to(world.officer))
    says(world, provider, world.officer.phone.address, "START")
    says(world, provider, "+22370000099", "START")
    world.turn()
    assert len(texts_to(world.officer)) == before
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "opt_in")).all() == []


def test_start_of_whoever_has_left_brings_nothing_back(world, provider, patrol):
    says(world, provider, world.ngo.phone.address, "STOP")
    leaves(world, world.ngo)
    says(world, provider, world.ngo.phone.address, "START")
    world.turn()
    world.ngo.expects_nothing()
