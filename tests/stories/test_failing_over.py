"""A phone that will not ring: the next number, the next way, the next person, and the desk knows (C6)."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import Fault, TwilioNetwork
from outbox import messages, number_of
from sqlalchemy import select

from deconflict.channels.twilio_voice import TwilioVoice
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.calls import Why, calls_for
from deconflict.domain.states import AlertState, MessageState
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.calls import calls_by_hand
from deconflict.store.cases import CaseEvent
from deconflict.store.people import Contact, Person

OFFICER = Audience(1, 1, "ocha", frozenset({roles.CMCOORD}), None, "fr")
NEAR_BANKASS = (14.0800, -3.5120)
NO_SUCH_NUMBER, OPTED_OUT, NOT_THERE = 21211, 21610, 30003


@pytest.fixture
def network():
    """Of its own: phones that said STOP stay cut off."""
    with TwilioNetwork() as running:
        yield running


@pytest.fixture
def mail():
    with SmtpSink() as running:
        yield running


def calls(app, now, audience=OFFICER):
    db.session.rollback()
    db.session.expire_all()
    return calls_for(calls_by_hand(db.session, app.extensions["mission"].catalogue, now), audience)


def rings(outbox):
    """A telephone provider beside the texts."""
    settings = replace(outbox.app.extensions["settings"], twilio_voice_from="+22370000098")
    outbox.channels["twilio_voice"] = TwilioVoice(settings, timeout_s=5)


def more_numbers(count):
    """Of the only person: numbers after his first."""
    with transaction() as session:
        person = session.scalars(select(Person)).one()
        for n in range(1, count + 1):
            number = number_of(9_000_000 + n)
            session.add(
                Contact(person_id=person.id, carries="sms", address=number, lookup=lookup_hash(number), position=10 + n)
            )


def went(outbox):
    """(what, to which number or mailbox) in order."""
    texts = [("call" if sent.is_call else "sms", sent.to) for sent in outbox.network.sent]
    return [*texts, *(("email", str(mail["To"])) for mail in outbox.sink.mails)]


@pytest.mark.parametrize("code", [NO_SUCH_NUMBER, OPTED_OUT, 21614])
def test_a_number_refused_for_good_the_next_one_is_tried_in_the_same_turn_and_it_never_again(outbox, code):
    outbox.owe()
    more_numbers(2)
    outbox.network.breaks(Fault.ERROR, status=400, code=code)
    outbox.turn()
    assert went(outbox) == [("sms", number_of(9_000_001))]
    outbox.forward(3600, step_s=60)
    assert went(outbox) == [("sms", number_of(9_000_001))]
    first = db.session.scalars(select(Contact).where(Contact.position == 0)).one()
    assert first.unreachable_at is not None
    assert calls(outbox.app, outbox.now) == []


def test_after_the_last_number_a_call_and_after_the_call_a_mail(outbox):
    outbox.owe(1, "sms", "email")
    rings(outbox)
    with transaction() as session:
        session.delete(session.scalars(select(Message).where(Message.channel == "email")).one())
    outbox.turn()
    (text,) = messages()
    outbox.hears(text, "failed", "filtered")
    outbox.turn()
    number, mailbox = text.address, "p1001000@people.example"
    assert went(outbox) == [("sms", number), ("call", number)]
    call = messages()[-1]
    outbox.hears(call, "failed", "unreachable")
    outbox.turn()
    assert went(outbox) == [("sms", number), ("call", number), ("email", mailbox)]
    assert [call.why for call in calls(outbox.app, outbox.now)] == [Why.NO_PHONE], "a mail is no phone that rings"
    outbox.all_is_well()


def test_a_number_that_does_not_exist_is_not_rung_either(outbox):
    (alert_id,) = outbox.owe()
    rings(outbox)
    outbox.network.breaks(Fault.ERROR, status=400, code=NO_SUCH_NUMBER)
    outbox.turn()
    assert went(outbox) == []
    (call,) = calls(outbox.app, outbox.now)
    assert (call.alert_id, call.why, call.numbers) == (alert_id, Why.UNREACHED, (number_of(1_001_000),))
    assert db.session.get_one(Alert, alert_id).unreached_at == outbox.now


def test_nobody_is_rung_for_what_is_not_grave(outbox):
    outbox.owe()
    rings(outbox)
    with transaction() as session:
        session.scalars(select(Message)).one().urgency = 2
    outbox.network.breaks(Fault.ERROR, status=400, code=30004)
    outbox.turn()
    assert went(outbox) == []


def test_a_phone_that_is_off_is_tried_again_over_hours_and_another_way_at_once(outbox):
    outbox.owe(1, "sms", "email")
    outbox.turn()
    first = next(message for message in messages() if message.channel == "sms")
    outbox.hears(first, "failed", "unreachable")
    assert [call.why for call in calls(outbox.app, outbox.now)] == [Why.NO_PHONE], "the desk knows at once"
    outbox.forward(15 * 60)
    assert [what for what, _ in went(outbox)] == ["sms", "email"]
    outbox.forward(30 * 60, step_s=30)
    assert [what for what, _ in went(outbox)] == ["sms", "sms", "email"]
    again = messages()[-1]
    assert (again.attempt, again.address) == (2, first.address)
    outbox.hears(again, "delivered")
    assert calls(outbox.app, outbox.now) == []
    outbox.forward(5 * 3600, step_s=300)
    assert len(went(outbox)) == 3
    outbox.all_is_well()


def test_who_has_said_that_he_has_it_is_not_tried_again(outbox):
    outbox.owe()
    outbox.turn()
    outbox.hears(messages()[0], "failed", "unreachable")
    with transaction() as session:
        session.scalars(select(Alert)).one().state = AlertState.ACKNOWLEDGED
    outbox.forward(2 * 3600, step_s=60)
    assert len(went(outbox)) == 1
    assert [message.state for message in messages()] == [MessageState.FAILED, MessageState.WITHDRAWN]
    assert calls(outbox.app, outbox.now) == []


# ---- the next person -------------------------------------------------------------------------------------------------------


def cut_off(world, *names):
    """Their phones have said STOP to the provider, and their mailboxes are gone."""
    for name in names:
        actor = world.actors[name]
        world.network.reply(actor.phone.address, "STOP", "http://127.0.0.1:8000/hooks/twilio/reply")
        with transaction() as session:
            for contact in session.scalars(select(Contact).where(Contact.person_id == actor.person_id)):
                if contact.carries == "email":
                    session.delete(contact)


def events(world, name):
    db.session.rollback()
    return [row.code for row in db.session.scalars(select(CaseEvent).where(CaseEvent.event == name))]


def met(world):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))


def test_a_duty_officer_whom_nothing_reaches_the_deputy_hears_at_once(world):
    cut_off(world, "officer")
    met(world)
    world.turn()
    world.deputy.expects("URGENT")
    assert events(world, "unreached") == ["ocha:officer"]
    (call,) = calls(world.app, world.now)
    assert (call.person, call.why, call.numbers) == ("officer", Why.UNREACHED, (world.officer.phone.address,))
    world.all_quiet()
    world.forward("10m")
    world.all_quiet()


def test_one_after_the_other_up_to_the_head_of_office(world):
    cut_off(world, "officer", "deputy", "sub_office_head")
    met(world)
    for _ in range(4):
        world.turn()
    world.ocha_head.expects("URGENT")
    assert sorted(events(world, "unreached")) == ["ocha:head", "ocha:officer", "ocha:officer"]


def test_somebody_without_any_address_is_one_too(world):
    with transaction() as session:
        for contact in session.scalars(select(Contact).where(Contact.person_id == world.officer.person_id)):
            session.delete(contact)
    met(world)
    world.deputy.expects("URGENT")
    assert events(world, "unreached") == ["ocha:officer"]
    assert [call.numbers for call in calls(world.app, world.now)] == [()]


def test_a_party_that_cannot_be_reached_is_a_safety_event(world):
    """The ladder's next person hears at once, the case says so, and the officer is rung to call."""
    cut_off(world, "ngo")
    met(world)
    world.officer.expects("URGENT")
    world.forward("16m")  # nobody acted: the owners hear by themselves
    world.turn()
    world.alternate.expects("connectez-vous")
    assert events(world, "unreached") == ["humanitarian:focal_point"]
    world.officer.expects("Connectez-vous")
    (call,) = calls(world.app, world.now)
    assert (call.side, call.person, call.numbers) == ("humanitarian", "ngo", (world.ngo.phone.address,))
    assert call.case == world.case.reference
    purposes = set(db.session.scalars(select(Alert.purpose)))
    assert "unreached:humanitarian" in purposes


def test_once_a_round_the_officer_is_rung_about_a_side_and_the_next_when_he_does_not_answer(world):
    cut_off(world, "ngo", "alternate")
    met(world)
    world.officer.expects("URGENT")
    world.forward("16m")
    for _ in range(3):
        world.turn()
    assert sorted(events(world, "unreached")) == ["humanitarian:alternate", "humanitarian:focal_point"]
    assert [(alert.person_id, alert.purpose) for alert in world.alerts("unreached")] == [
        (world.officer.person_id, "unreached:humanitarian")
    ]
    world.forward("70m")
    assert world.deputy.person_id in {alert.person_id for alert in world.alerts("unreached")}


def test_when_nobody_at_the_desk_can_be_reached_the_other_hubs_are_rung(world):
    cut_off(world, "officer", "deputy", "sub_office_head", "ocha_head")
    met(world)
    for _ in range(5):
        world.turn()
    assert {alert.purpose for alert in world.alerts("")} == {"desk", "unreached:ocha"}
    assert len(events(world, "unreached")) == 4
    world.forward("5m")
    assert len(events(world, "unreached")) == 4


def test_who_answered_another_alert_of_the_case_needs_no_call(world):
    cut_off(world, "ngo")
    met(world)
    world.forward("16m")
    assert [call.person for call in calls(world.app, world.now)] == ["ngo"]
    with transaction() as session:
        old = session.scalars(
            select(Alert).where(Alert.person_id == world.ngo.person_id, Alert.level == "desk")
        ).first()
        kept = [c.key for c in Alert.__table__.columns if c.key not in ("id", "step", "link", "state", "unreached_at")]
        again = Alert(**{name: getattr(old, name) for name in kept}, step="again", link="x", state="acknowledged")
        session.add(again)
    assert calls(world.app, world.now) == []


def test_numbers_of_a_sensitive_case_are_for_those_who_read_it(world):
    cut_off(world, "officer")
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.turn()
    assert len(calls(world.app, world.now)) == 1
    assert len(calls(world.app, world.now, world.ocha_head.audience)) == 1
    for name in ("sub_office_head", "ngo", "cimic", "other_ngo"):
        assert calls(world.app, world.now, world.actors[name].audience) == []
