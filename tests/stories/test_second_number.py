"""A team gives two numbers: the second is written to when the first fails, and not before; one by satellite a person rings."""

from __future__ import annotations

import make
import pytest
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from planted import look_again
from sqlalchemy import select
from world import World, code_in

from deconflict.domain.calls import calls_for
from deconflict.domain.states import AlertState
from deconflict.services import acknowledgements
from deconflict.store.alerts import Alert
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.calls import calls_by_hand
from deconflict.store.doubts import Doubt

FIRST, SECOND, SATELLITE = "+22370000095", "+22376000096", "+8821612345678"
REPLY_HOOK = "http://127.0.0.1:8000/hooks/twilio/reply"
UNREACHABLE = 30003


@pytest.fixture
def network():
    """Of its own: a phone that said STOP stays cut off."""
    with TwilioNetwork() as running:
        yield running


@pytest.fixture
def mail():
    with SmtpSink() as running:
        yield running


def asked(world: World, first: str = FIRST, second: str | None = SECOND) -> None:
    """The organisation was asked to move; nothing of the desk's is unread."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", phone=first, second=second))
    world.cimic.files(make.patrol((14.0800, -3.5120), "10 Dec 13:00-16:00"))
    world.officer.expects("URGENT")
    world.officer.takes(world.case)
    world.officer.asks(world.case, "humanitarian")
    world.ngo.expects("Dossier")


def says_stop(world: World, number: str) -> None:
    world.network.reply(number, "STOP", REPLY_HOOK)


def hears(world: World, number: str, status: str, code: int | None = None) -> None:
    """The provider says what became of the newest text to a number."""
    world.network.becomes(world.network.last_to(number), status, code)
    world.forward("10m")


def team(world: World) -> Alert:
    look_again()
    return db.session.scalars(select(Alert).where(Alert.level == "team").order_by(Alert.id)).first()


def calls(world: World) -> list[tuple[str, ...]]:
    """Of the team, the numbers that the desk's page of calls gives."""
    look_again()
    found = calls_for(calls_by_hand(db.session, world.mission.catalogue, world.now), world.officer.audience)
    return [call.numbers for call in found if call.team]


def test_a_first_number_that_works_leaves_the_second_in_peace(world: World) -> None:
    asked(world)
    world.driver_phone(FIRST).expects("appelez votre base")
    hears(world, FIRST, "delivered")
    world.forward("6h")
    world.driver_phone(SECOND).expects_nothing()
    assert calls(world) == []


def test_a_first_number_that_takes_nothing_the_second_has_the_same_word_in_the_same_turn(world: World) -> None:
    says_stop(world, FIRST)
    asked(world)
    world.driver_phone(FIRST).expects_nothing()
    text = world.driver_phone(SECOND).expects("appelez votre base")
    assert team(world).unreached_at is None
    assert calls(world) == []
    world.ngo.types_code(text)
    assert team(world).state == AlertState.ACKNOWLEDGED


def test_a_first_phone_that_is_off_the_second_rings_at_once_and_may_answer(world: World) -> None:
    asked(world)
    world.driver_phone(FIRST).expects("appelez votre base")
    hears(world, FIRST, "undelivered", UNREACHABLE)
    text = world.driver_phone(SECOND).expects("appelez votre base")
    assert acknowledgements.acknowledge_by_reply(SECOND, code_in(text).split()[1], world.now)
    assert team(world).state == AlertState.ACKNOWLEDGED


def test_where_both_fail_the_desk_has_both_to_ring(world: World) -> None:
    says_stop(world, FIRST)
    says_stop(world, SECOND)
    asked(world)
    assert team(world).unreached_at is not None
    assert calls(world) == [(FIRST, SECOND)]


def test_a_satellite_phone_is_no_second_text_but_a_number_to_ring(world: World) -> None:
    says_stop(world, FIRST)
    asked(world, second=SATELLITE)
    world.driver_phone(SATELLITE).expects_nothing()
    assert calls(world) == [(FIRST, SATELLITE)]


def test_the_satellite_phone_given_first_is_rung_last(world: World) -> None:
    asked(world, first=SATELLITE, second=SECOND)
    world.driver_phone(SECOND).expects("appelez votre base")
    world.driver_phone(SATELLITE).expects_nothing()


def test_a_first_number_at_which_somebody_else_answers_is_passed_over(world: World) -> None:
    with transaction() as session:
        doubt = Doubt(lookup=lookup_hash(FIRST), person_id=world.ngo.person_id, team=True, since=world.now)
        session.add(doubt)
    asked(world)
    world.driver_phone(FIRST).expects_nothing()
    world.driver_phone(SECOND).expects("appelez votre base")


def test_it_is_over_reaches_the_phone_that_heard_of_it(world: World) -> None:
    says_stop(world, FIRST)
    asked(world)
    world.driver_phone(SECOND).expects("appelez votre base")
    world.officer.dismisses(world.case)
    world.forward("12h")
    world.driver_phone(SECOND).expects("fin de ce dossier")


def ends(world: World) -> None:
    world.officer.dismisses(world.case)
    world.forward("12h")


def test_it_is_over_is_told_where_the_word_arrived_and_not_where_it_did_not(world: World) -> None:
    asked(world)
    world.driver_phone(FIRST).expects("appelez votre base")
    hears(world, FIRST, "undelivered", UNREACHABLE)
    world.driver_phone(SECOND).expects("appelez votre base")
    hears(world, SECOND, "delivered")
    world.read_everything()
    ends(world)
    world.driver_phone(SECOND).expects("fin de ce dossier")
    world.driver_phone(FIRST).expects_nothing()


def test_where_both_phones_were_told_both_hear_that_it_is_over(world: World) -> None:
    asked(world)
    hears(world, FIRST, "delivered")
    world.officer.asks(world.case, "humanitarian", "change_time")
    hears(world, FIRST, "undelivered", UNREACHABLE)
    world.driver_phone(SECOND).expects("appelez votre base")
    hears(world, SECOND, "delivered")
    world.read_everything()
    ends(world)
    for number in (FIRST, SECOND):
        world.driver_phone(number).expects("fin de ce dossier")


def test_the_next_word_of_the_case_goes_first_to_the_number_that_has_proved_to_work(world: World) -> None:
    asked(world)
    hears(world, FIRST, "undelivered", UNREACHABLE)
    hears(world, SECOND, "delivered")
    world.read_everything()
    world.officer.asks(world.case, "humanitarian", "change_time")
    world.driver_phone(SECOND).expects("appelez votre base")
    world.driver_phone(FIRST).expects_nothing()
    hears(world, SECOND, "undelivered", UNREACHABLE)
    world.driver_phone(FIRST).expects("appelez votre base")
