"""Received; received, cannot comply; wrong person: on every way, and what each of them sets going."""

from __future__ import annotations

import re
from dataclasses import replace

import make
import pytest
from planted import look_again, plain, signed_in
from sqlalchemy import select
from world import code_in

from deconflict.domain import roles
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.states import AlertState
from deconflict.services import acknowledgements
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent
from deconflict.store.doubts import Doubt
from deconflict.web.own_requests import mark

NEAR_BANKASS = (14.0800, -3.5120)
DRIVER = "+22370000095"
REPLY_HOOK = "http://127.0.0.1:8000/hooks/twilio/reply"
ANSWERS = acknowledgements.ANSWERS


@pytest.fixture
def asked(world):
    """The NGO was asked to move: its focal point and its team have a text, and the desk has nothing unread."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", phone=DRIVER))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.takes(world.case)
    request = world.officer.asks(world.case, "humanitarian")
    world.officer.expects("URGENT")
    world.team = world.driver_phone(DRIVER).expects("appelez votre base")
    world.text = world.ngo.expects(world.case.humanitarian_reference)
    return request


def alert_of(actor, level="desk", purpose="request"):
    look_again()
    mine = select(Alert).where(
        Alert.person_id == actor.person_id, Alert.level == level, Alert.purpose.startswith(purpose)
    )
    return db.session.scalars(mine.order_by(Alert.id)).first()


def said():
    look_again()
    rows = db.session.scalars(select(Acknowledgement).order_by(Acknowledgement.id))
    return [(row.method, row.level, row.answer) for row in rows if row.alert.purpose.startswith("request")]


def objections():
    look_again()
    return [e.code for e in db.session.scalars(select(CaseEvent).where(CaseEvent.event == "objection"))]


# ---- the same three answers on every way ---------------------------------------------------------------------------------


def by_code(world, stranger, answer):
    return stranger.post("/k", {"code": code_in(world.text), "answer": answer}).status_code


def by_link(world, stranger, answer):
    link = re.search(r"http://127\.0\.0\.1:8000(/a/\S+)", world.ngo.mailbox.expects(world.case.humanitarian_reference))
    return stranger.post(link[1], {"answer": answer}).status_code


def in_app(world, stranger, answer):
    page = f"/requests/{world.case.humanitarian_reference}/acknowledge"
    alert = mark("alert", alert_of(world.ngo).id)
    answered = signed_in(world.app, world.ngo.person_id).post(page, {"alert": alert, "answer": answer})
    return 200 if answered.status_code == 303 else answered.status_code


def by_officer(world, stranger, answer):
    acknowledgements.acknowledge_by_relay(
        *(world.case.reference, alert_of(world.ngo).id, "desk", answer, "phone", "Awa at 07:40"),
        *(world.officer.audience, world.mission.catalogue, world.now, True),
    )
    return 200


def by_operator(world, stranger, answer):
    acknowledgements.acknowledge_by_operator(
        code_in(world.text), "desk", answer, "radio", "Awa at 07:40", True, operator(world), world.now
    )
    return 200


def by_sms(world, stranger, answer):
    key = {"received": "1", "cannot_comply": "2", "wrong_person": "9"}[answer]
    hook = world.network.reply(world.ngo.phone.address, f"Reçu {code_in(world.text)} {key}", REPLY_HOOK)
    return stranger.post(hook.path, hook.form, headers=hook.headers).status_code


def operator(world):
    """A radio operator of OCHA's: no case opens to him."""
    return replace(world.officer.audience, person_id=world.alternate.person_id, roles=frozenset({roles.RADIO_OPERATOR}))


WAYS = {
    "code_page": by_code,
    "email_link": by_link,
    "in_app": in_app,
    "relay": by_officer,
    "relay ": by_operator,
    "sms": by_sms,
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("way", WAYS)
def test_each_answer_is_taken_on_each_way(world, asked, stranger, way, answer):
    assert WAYS[way](world, stranger, answer) == 200
    assert said() == [(way.strip(), "desk", answer)]
    owed = AlertState.OWED if answer == "wrong_person" else AlertState.ACKNOWLEDGED
    assert alert_of(world.ngo).state == owed


def test_what_is_no_answer_says_nothing_and_the_page_looks_the_same(world, asked, stranger):
    typed = code_in(world.text)
    known = stranger.post("/k", {"code": typed, "answer": "yes"})
    assert said() == []
    assert plain(known) == plain(stranger.post("/k", {"code": typed, "answer": "cannot_comply"}))
    link = re.search(r"(/a/\S+)", world.ngo.mailbox.expects("/a/"))[1]
    assert plain(stranger.post(link, {"answer": "x"})) == plain(stranger.post(link, {"answer": "received"}))
    assert in_app(world, stranger, "approved") >= 400
    assert said() == [("code_page", "desk", "cannot_comply"), ("email_link", "desk", "received")]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("{c}", "received"),
        ("OK {r} {c}", "received"),
        ("Reçu : {c} !", "received"),
        ("{c} RECU", "received"),
        ("oui, {r} - {c}", "received"),
        ("{r}-2 {c}", "received"),
        ("{r}-9 {c}.", "received"),
        ("{c} 1", "received"),
        ("2, {r} {c}", "cannot_comply"),
        ("{c} (9)", "wrong_person"),
        ("{c} vers 2:30", "received"),
        ("{c} dans 20 min", "received"),
    ],
)
def test_a_key_beside_the_code_counts_and_a_counter_or_an_hour_does_not(world, asked, stranger, words, answer):
    reference, code = code_in(world.text).split()
    hook = world.network.reply(world.ngo.phone.address, words.format(r=reference, c=code), REPLY_HOOK)
    stranger.post(hook.path, hook.form, headers=hook.headers)
    assert said() == [("sms", "desk", answer)]


# ---- cannot comply ---------------------------------------------------------------------------------------------------------


def test_cannot_comply_stands_in_the_case_and_rings_the_desk(world, asked, stranger):
    by_code(world, stranger, "cannot_comply")
    world.turn()
    assert objections() == ["humanitarian:focal_point"]
    text = world.officer.expects("attend votre décision")
    assert world.case.reference in text
    for word in ("Alpha", "Bankass", "+223"):
        assert word not in text
    world.turn()
    assert objections() == ["humanitarian:focal_point"]
    world.officer.expects_nothing()
    world.cimic.expects_nothing()
    world.alternate.expects_nothing()


def test_nobody_at_the_desk_answers_and_the_next_is_rung(world, asked, stranger):
    by_code(world, stranger, "cannot_comply")
    world.turn()
    world.officer.expects("attend votre décision")
    world.forward("70m")
    world.deputy.expects("attend votre décision")


def test_an_officer_s_act_settles_it_and_a_second_answer_rings_again(world, asked, stranger):
    by_code(world, stranger, "cannot_comply")
    world.turn()
    world.officer.expects("attend votre décision")
    world.officer.agrees(world.case, "MIL_TIME")
    world.forward("70m")
    world.deputy.expects_nothing()
    stranger.post("/k", {"code": code_in(world.team), "answer": "cannot_comply"})
    world.turn()
    assert objections() == ["humanitarian:focal_point", "humanitarian:team"]
    world.officer.expects("attend votre décision")


def test_received_rings_nobody(world, asked, stranger):
    by_code(world, stranger, "received")
    world.turn()
    assert objections() == []
    world.officer.expects_nothing()


def test_what_an_officer_wrote_down_himself_the_desk_knows(world, asked, stranger):
    by_officer(world, stranger, "cannot_comply")
    world.turn()
    assert objections() == ["humanitarian:focal_point"]
    world.officer.expects_nothing()


def test_what_a_radio_operator_wrote_down_rings_the_desk(world, asked, stranger):
    by_operator(world, stranger, "cannot_comply")
    world.turn()
    world.officer.expects("attend votre décision")


def test_of_a_case_that_is_over_the_answer_is_kept_and_rings_nobody(world, asked, stranger):
    world.officer.dismisses(world.case)
    by_code(world, stranger, "cannot_comply")
    world.turn()
    assert objections() == ["humanitarian:focal_point"]
    assert world.alerts("objection") == []


def test_a_duty_officer_who_cannot_is_passed_over_at_once(world, stranger):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    text = world.officer.expects("URGENT")
    stranger.post("/k", {"code": code_in(text), "answer": "cannot_comply"})
    assert alert_of(world.officer, purpose="desk").state == AlertState.OWED  # the ladder goes on
    world.turn()
    world.deputy.expects("URGENT")
    world.sub_office_head.expects_nothing()


# ---- wrong person ------------------------------------------------------------------------------------------------------------


def test_wrong_person_doubts_the_number_it_was_said_at(world, asked, stranger):
    by_code(world, stranger, "wrong_person")
    look_again()
    assert len(db.session.scalars(select(Doubt)).all()) == 1
    world.forward("70m")
    world.alternate.expects(world.case.humanitarian_reference)


def test_received_doubts_nothing(world, asked, stranger):
    by_code(world, stranger, "received")
    assert db.session.scalars(select(Doubt)).all() == []


# ---- a relay through somebody who opens no case --------------------------------------------------------------------------------


def writes(world, typed, level="team", answer="received", how="radio", words="Awa at 07:40", by=None):
    acknowledgements.acknowledge_by_operator(typed, level, answer, how, words, True, by or operator(world), world.now)


def test_an_operator_writes_down_who_how_and_that_it_was_read_back(world, asked):
    writes(world, code_in(world.team))
    look_again()
    row = db.session.scalars(select(Acknowledgement).where(Acknowledgement.method == "relay")).one()
    assert (row.level, row.how, row.read_back, row.recorded_by_id) == (
        *("team", "radio: Awa at 07:40", True),
        world.alternate.person_id,
    )
    assert alert_of(world.ngo, "team").state == AlertState.ACKNOWLEDGED
    assert alert_of(world.ngo).state == AlertState.OWED


def test_an_operator_is_told_of_a_wrong_code_and_five_lock_the_reference(world, asked):
    reference, code = code_in(world.team).split()
    for _ in range(5):
        with pytest.raises(Refused):
            writes(world, f"{reference} {(int(code) + 1) % 10_000:04d}")
    with pytest.raises(Refused):
        writes(world, code_in(world.team))
    assert alert_of(world.ngo, "team").state == AlertState.OWED
    with pytest.raises(Refused):
        writes(world, "what was it")


def test_a_relay_without_who_is_refused_and_of_a_party_not_taken(world, asked):
    for more in ({"words": " "}, {"level": "x"}, {"answer": "x"}, {"how": "x"}):
        with pytest.raises(Refused):
            writes(world, code_in(world.team), **more)
    for party in (world.ngo, world.cimic, world.other_ngo):
        with pytest.raises(NotFound):
            writes(world, code_in(world.team), by=party.audience)
    assert said() == []


def test_the_operator_s_page_names_nobody_and_writes_it_down(world, asked, stranger):
    who = signed_in(world.app, world.officer.person_id)
    form = {
        "code": code_in(world.team),
        "level": "team",
        "answer": "received",
        "how": "radio",
        "words": "",
        "read": "yes",
    }
    refused = who.post("/relay", form)
    assert refused.status_code == 422
    assert code_in(world.team) in refused.text
    assert who.post("/relay", form | {"words": "Awa at 07:40"}).status_code == 303
    assert said() == [("relay", "team", "received")]
    page = plain(who.get("/relay"))
    for word in ("Alpha", "Bankass", world.case.reference, DRIVER):
        assert word not in page
    assert signed_in(world.app, world.ngo.person_id).get("/relay").status_code == 404
