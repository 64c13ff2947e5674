"""What may wait does: at night also what failed elsewhere or an outage kept, and by day the fourth text to one person. Danger
never waits, and neither does what would be useless afterwards."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from planted import Visitor, look_again, tell_the_time
from sqlalchemy import select, update

from deconflict.domain.states import MessageState
from deconflict.services import cases
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case

SECOND = "+22370000068"
TOWNS = ("Bankass", "Bandiagara", "Koro", "Douentza", "Mopti")


def ask(world, town, severity="high", harm="distinction", hours="09:00-15:00"):
    """OCHA asks an organisation; the case is of this severity and harm when it does."""
    before = {case.id for case in world.cases()}
    world.ngo.files(make.distribution(town, f"10 Dec {hours}"))
    world.cimic.files(make.patrol(town, "10 Dec 10:00-12:00"))
    (case,) = [case for case in world.cases() if case.id not in before]
    world.officer.takes(case)
    with transaction() as session:
        session.execute(update(Case).where(Case.id == case.id).values(severity=severity, harm=harm))
    case = next(one for one in world.cases() if one.id == case.id)
    world.officer.asks(case, "humanitarian", why_now="it is for tonight")
    return case


def newest(actor, channel="sms"):
    look_again()
    mine = select(Message).join(Alert).where(Alert.person_id == actor.person_id, Message.channel == channel)
    return db.session.scalars(mine.order_by(Message.id.desc())).first()


# ---- at night ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def evening(world, monkeypatch):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    world.at("2019-12-07T21:50Z")
    world.ngo.also_has(SECOND)
    return world


def fails(world, number):
    """The provider says at 22:30 that it did not arrive."""
    world.at("2019-12-07T22:30Z")
    (hook,) = world.network.receipts(world.network.last_to(number), "undelivered", code=30003)
    assert Visitor(world.app).post(hook.path, hook.form, headers=hook.headers).status_code == 200
    world.turn()


def test_what_failed_in_the_evening_goes_to_the_next_number_in_the_morning(evening):
    case = ask(evening, "Bankass")
    evening.ngo.expects(case.humanitarian_reference)
    fails(evening, evening.ngo.phone.address)
    evening.network.phone(SECOND).expects_nothing()
    evening.at("2019-12-08T05:50Z")
    evening.turn()
    evening.network.phone(SECOND).expects_nothing()
    evening.at("2019-12-08T06:01Z")
    evening.turn()
    evening.network.phone(SECOND).expects(case.humanitarian_reference)


def test_danger_that_failed_goes_to_the_next_number_at_once(evening):
    case = ask(evening, "Bankass", "critical", "danger")
    evening.ngo.expects(case.humanitarian_reference)
    fails(evening, evening.ngo.phone.address)
    evening.network.phone(SECOND).expects(case.humanitarian_reference)


def test_what_an_outage_kept_into_the_night_waits_for_the_morning(evening, monkeypatch):
    with monkeypatch.context() as out:
        out.setattr(type(evening.cycle), "_send", lambda self, clock, mail=None: 0)
        case = ask(evening, "Bankass")
        with transaction() as session:
            session.execute(update(Message).values(send_after=evening.now, due_at=evening.now))
    evening.at("2019-12-07T23:30Z")
    evening.turn()
    evening.ngo.expects_nothing()
    assert newest(evening.ngo).due_at == newest(evening.ngo).send_after
    evening.at("2019-12-08T06:01Z")
    evening.turn()
    evening.ngo.expects(case.humanitarian_reference)


def test_a_closing_text_an_officer_sends_at_night_leaves(evening):
    case = ask(evening, "Bankass")
    evening.read_everything()
    evening.officer.dismisses(case)
    evening.at("2019-12-07T23:30Z")
    cases.tell_closing_now(case.reference, evening.officer.audience, evening.mission.catalogue, evening.now)
    evening.turn()
    evening.ngo.expects("fin de ce dossier")


# ---- enough for a day -----------------------------------------------------------------------------------------------------


@pytest.fixture
def morning(world):
    world.at("2019-12-06T08:00Z")
    return world


def test_the_fourth_text_of_a_day_waits_for_the_morning_and_its_mail_does_not(morning):
    asked = [ask(morning, town) for town in TOWNS[:4]]
    for case in asked[:3]:
        morning.ngo.expects(case.humanitarian_reference)
    morning.ngo.expects_nothing()
    waiting = newest(morning.ngo)
    assert waiting.state == MessageState.QUEUED
    assert waiting.send_after.isoformat() == "2019-12-07T06:00:00+00:00"
    assert newest(morning.ngo, "email").state == MessageState.SENT


def test_the_next_morning_it_leaves(morning):
    asked = [ask(morning, town) for town in TOWNS[:4]]
    morning.read_everything()
    morning.at("2019-12-07T06:01Z")
    morning.turn()
    texts = "".join(morning.ngo.phone.unread)
    assert asked[3].humanitarian_reference in texts


def test_danger_and_what_is_critical_are_neither_held_nor_counted(morning):
    for town in TOWNS[:3]:
        ask(morning, town)
    for town, (severity, harm) in zip(TOWNS[3:], (("high", "danger"), ("critical", "distinction")), strict=True):
        morning.read_everything()
        case = ask(morning, town, severity, harm)
        morning.ngo.expects(case.humanitarian_reference)


def test_those_that_were_not_counted_leave_room_for_three_others(morning):
    ask(morning, TOWNS[0], "critical", "danger")
    ask(morning, TOWNS[1], "high", "danger")
    morning.read_everything()
    for town in TOWNS[2:]:
        case = ask(morning, town)
        morning.ngo.expects(case.humanitarian_reference)


def test_what_would_be_useless_tomorrow_leaves_today(morning):
    for town in TOWNS[:3]:
        ask(morning, town)
    morning.read_everything()
    with transaction() as session:
        session.execute(update(Alert).values(useful_until=morning.now + timedelta(days=9)))
    case = ask(morning, TOWNS[3])
    morning.ngo.expects_nothing()
    with transaction() as session:
        soon = morning.now + timedelta(hours=5)
        session.execute(update(Alert).where(Alert.case_id == case.id).values(useful_until=soon))
        session.execute(update(Message).where(Message.state == MessageState.QUEUED).values(send_after=morning.now))
    morning.turn()
    morning.ngo.expects(case.humanitarian_reference)


def test_the_desk_is_not_capped(morning):
    for town in TOWNS:
        morning.ngo.files(make.distribution(town, "10 Dec 09:00-15:00"))
        morning.cimic.files(make.patrol(town, "10 Dec 10:00-12:00"))
        morning.officer.expects("dossier")
