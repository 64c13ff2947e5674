"""Somebody has it: by code, by link, signed in, by a relay, by SMS. What counts, for whom, and for how long."""

from __future__ import annotations

import re

import make
import pytest
from planted import look_again, plain, signed_in
from sqlalchemy import delete, select
from world import code_in

from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Level
from deconflict.domain.states import AlertState
from deconflict.services import acknowledgements
from deconflict.store.alerts import Acknowledgement, Alert, CodeLock
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.web.own_requests import mark

NEAR_BANKASS = (14.0800, -3.5120)
DRIVER = "+22370000095"
REPLY_HOOK = "http://127.0.0.1:8000/hooks/twilio/reply"


@pytest.fixture
def patrol(world):
    """Reference of a patrol that meets a distribution; the duty officer's phone has rung."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", phone=DRIVER))
    return world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))


@pytest.fixture
def asked(world, patrol):
    """The NGO was asked to move; its focal point and its team have a text. The request's id."""
    world.officer.takes(world.case)
    request = world.officer.asks(world.case, "humanitarian")
    world.officer.expects("URGENT")
    return request


def wrong(typed):
    reference, code = typed.split()
    return f"{reference} {(int(code) + 1) % 10_000:04d}"


def alert_of(actor, purpose="", level="desk"):
    look_again()
    alerts = select(Alert).where(Alert.person_id == actor.person_id, Alert.level == level).order_by(Alert.id.desc())
    return next(a for a in db.session.scalars(alerts) if a.purpose.startswith(purpose))


def said(alert):
    look_again()
    rows = select(Acknowledgement).where(Acknowledgement.alert_id == alert.id).order_by(Acknowledgement.id)
    return [(row.method, row.level, row.answer) for row in db.session.scalars(rows)]


def state_of(alert):
    look_again()
    return db.session.get_one(Alert, alert.id).state


# ---- code page -----------------------------------------------------------------------------------------------------


def test_reference_and_code_together_acknowledge_and_stop_the_ladder(world, patrol, stranger):
    typed = code_in(world.officer.expects("URGENT"))
    assert stranger.post("/k", {"code": typed}).status_code == 200
    assert said(alert_of(world.officer)) == [("code_page", "desk", "received")]
    world.forward("70m")  # without it the deputy would have been rung by now
    climbed = {alert.person_id for alert in world.alerts("desk")}  # that nobody took the case is another matter
    assert climbed == {world.officer.person_id}


def test_a_code_may_be_typed_as_people_type(world, patrol, stranger):
    reference, code = code_in(world.officer.expects("URGENT")).split()
    for written in ("{r}-1 {c}", "{r}{c}", " {low}  {c} ", "dossier {r}-1: code {c}."):
        with transaction() as session:
            session.get_one(Alert, alert_of(world.officer).id).state = AlertState.OWED
            session.execute(delete(Acknowledgement))
        stranger.post("/k", {"code": written.format(r=reference, low=reference.lower(), c=code)})
        assert state_of(alert_of(world.officer)) == AlertState.ACKNOWLEDGED, written


def test_a_wrong_code_acknowledges_nothing_and_the_deputy_hears(world, patrol, stranger):
    stranger.post("/k", {"code": wrong(code_in(world.officer.expects("URGENT")))})
    assert said(alert_of(world.officer)) == []
    world.forward("70m")
    world.deputy.expects("URGENT")


def test_five_wrong_codes_lock_the_reference_for_a_quarter_of_an_hour(world, patrol, stranger):
    typed = code_in(world.officer.expects("URGENT"))
    for _ in range(5):
        stranger.post("/k", {"code": wrong(typed)})
    stranger.post("/k", {"code": typed})
    assert state_of(alert_of(world.officer)) == AlertState.OWED
    locked = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "lock_code")).one()
    assert locked.detail == {"reference": world.case.reference}
    world.forward("16m")
    stranger.post("/k", {"code": typed})
    assert state_of(alert_of(world.officer)) == AlertState.ACKNOWLEDGED


def test_a_right_code_is_taken_after_four_wrong_ones_and_forgives_none(world, patrol, stranger):
    typed = code_in(world.officer.expects("URGENT"))
    for code in (*[wrong(typed)] * 4, typed):
        stranger.post("/k", {"code": code})
    look_again()
    lock = db.session.get_one(CodeLock, world.case.reference)
    assert (lock.failures, lock.locked_until) == (4, None)
    assert state_of(alert_of(world.officer)) == AlertState.ACKNOWLEDGED


def test_one_locked_reference_locks_no_other(world, asked, stranger):
    desk, party = world.case.reference, code_in(world.ngo.expects(world.case.humanitarian_reference))
    for _ in range(5):
        stranger.post("/k", {"code": f"{desk} 0000"})
    stranger.post("/k", {"code": party})
    assert state_of(alert_of(world.ngo)) == AlertState.ACKNOWLEDGED


def test_each_code_is_one_person_s_and_of_one_reference(world, asked, stranger):
    reference = world.case.humanitarian_reference
    team, focal = world.driver_phone(DRIVER).expects(reference), world.ngo.expects(reference)
    assert code_in(team) != code_in(focal)
    stranger.post("/k", {"code": code_in(team)})
    assert said(alert_of(world.ngo, level="team")) == [("code_page", "team", "received")]
    assert state_of(alert_of(world.ngo)) == AlertState.OWED
    code_of_focal = code_in(focal).split()[1]
    stranger.post("/k", {"code": f"{world.case.mission_reference} {code_of_focal}"})
    stranger.post("/k", {"code": f"{world.case.reference} {code_of_focal}"})
    assert state_of(alert_of(world.ngo)) == AlertState.OWED


def test_the_page_says_the_same_whatever_happened(world, patrol, stranger):
    typed = code_in(world.officer.expects("URGENT"))
    tries = ["", "?", "4F7K2", "ZZZZZ 0000", "'; drop table --", wrong(typed), typed, typed]
    tries += [wrong(typed)] * 5 + [typed]  # locked by now
    answers = [stranger.post("/k", {"code": code}) for code in tries] + [stranger.post("/k")]
    assert len({(a.status_code, plain(a), tuple(sorted(a.headers.keys()))) for a in answers}) == 1
    assert typed.split()[0] not in answers[0].text


# ---- e-mail link -----------------------------------------------------------------------------------------------------


def link_in(mail):
    return re.search(r"http://127\.0\.0\.1:8000(/a/\S+)", mail)[1]


def test_opening_the_link_says_nothing_and_pressing_its_button_does(world, patrol, stranger):
    link = link_in(world.officer.mailbox.expects(world.case.reference))
    for _ in range(2):  # a mail program looks, then the person
        assert stranger.get(link).status_code == 200
    assert state_of(alert_of(world.officer)) == AlertState.OWED
    stranger.post(link)
    stranger.post(link)
    assert said(alert_of(world.officer)) == [("email_link", "desk", "received")]


def test_a_link_nobody_was_sent_looks_and_answers_like_a_real_one(world, patrol, stranger):
    real = link_in(world.officer.mailbox.expects(world.case.reference))
    made_up = "/a/" + "x" * (len(real) - 3)
    for ask in (stranger.get, stranger.post):
        ours, theirs = ask(real), ask(made_up)
        assert ours.status_code == theirs.status_code == 200
        assert plain(ours).replace(real, made_up) == plain(theirs)
        assert sorted(ours.headers.keys()) == sorted(theirs.headers.keys())


def test_a_link_stands_in_e_mails_only_and_never_in_a_text(world, asked, stranger):
    texts = [text for phone in world.network.phones.all() for text in phone.texts]
    assert texts
    assert not any("/a/" in text or "http" in text for text in texts)


# ---- signed in -------------------------------------------------------------------------------------------------------


def test_signed_in_only_the_person_it_was_for(world, asked):
    alert = alert_of(world.ngo, "request")
    for other in (world.other_ngo, world.alternate, world.cimic, world.officer, world.ocha_head):
        with pytest.raises(NotFound):
            acknowledgements.acknowledge_in_app(alert.id, other.audience, world.now)
    assert state_of(alert) == AlertState.OWED
    acknowledgements.acknowledge_in_app(alert.id, world.ngo.audience, world.now)
    assert said(alert) == [("in_app", "desk", "received")]


def test_a_focal_point_s_click_is_not_the_team_s_word(world, asked):
    team = alert_of(world.ngo, level="team")
    with pytest.raises(NotFound):
        acknowledgements.acknowledge_in_app(team.id, world.ngo.audience, world.now)
    with pytest.raises(NotFound):
        acknowledgements.acknowledge_in_app(10_000, world.ngo.audience, world.now)
    assert state_of(team) == AlertState.OWED


def test_on_the_page_of_its_requests_the_button_is_the_person_s_own(world, asked, stranger):
    page = f"/requests/{world.case.humanitarian_reference}"
    ours = {"alert": mark("alert", alert_of(world.ngo, "request").id)}
    assert signed_in(world.app, world.other_ngo.person_id).post(f"{page}/acknowledge", ours).status_code == 404
    assert signed_in(world.app, world.cimic.person_id).post(f"{page}/acknowledge", ours).status_code == 404
    assert state_of(alert_of(world.ngo, "request")) == AlertState.OWED
    assert signed_in(world.app, world.ngo.person_id).post(f"{page}/acknowledge", ours).status_code == 303
    assert state_of(alert_of(world.ngo, "request")) == AlertState.ACKNOWLEDGED


# ---- relayed -----------------------------------------------------------------------------------------------------------


def relays(world, alert, level="desk", answer="received", how="phone", words="Awa at 07:40", by=None, case=None):
    reference = (case or world.case).reference
    audience = (by or world.officer).audience
    catalogue = world.mission.catalogue
    acknowledgements.acknowledge_by_relay(
        reference, alert.id, level, answer, how, words, audience, catalogue, world.now
    )


def test_an_officer_writes_down_who_has_it_and_how_he_heard_it(world, asked):
    alert = alert_of(world.ngo, "request")
    relays(world, alert, "desk", how="radio", words="  base Alpha at 07:40 ")
    relays(world, alert, "team", words="the driver called back")
    assert said(alert) == [("relay", "desk", "received"), ("relay", "team", "received")]
    rows = db.session.scalars(select(Acknowledgement).where(Acknowledgement.alert_id == alert.id)).all()
    assert [row.how for row in rows] == ["radio: base Alpha at 07:40", "phone: the driver called back"]
    assert {row.recorded_by_id for row in rows} == {world.officer.person_id}


def test_a_relay_without_who_and_how_is_refused(world, asked):
    alert = alert_of(world.ngo, "request")
    for more in ({"words": "  "}, {"level": "company"}, {"answer": "approved"}, {"how": "pigeon"}, {"how": ""}):
        with pytest.raises(Refused):
            relays(world, alert, **more)
    assert state_of(alert) == AlertState.OWED


def test_only_officers_relay_and_only_in_the_case_it_is_about(world, asked):
    alert = alert_of(world.ngo, "request")
    for party in (world.ngo, world.other_ngo, world.cimic):
        with pytest.raises(NotFound):
            relays(world, alert, by=party)
    first = world.case
    world.other_ngo.files(make.distribution("Koro", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Koro", "10 Dec 10:00-12:00"))
    (other,) = [case for case in world.cases() if case.id != first.id]
    with pytest.raises(NotFound):
        relays(world, alert, case=other)
    assert state_of(alert) == AlertState.OWED


def test_wrong_person_is_written_down_and_does_not_stop_the_ladder(world, asked):
    alert = alert_of(world.ngo, "request")
    relays(world, alert, answer="wrong_person")
    assert said(alert) == [("relay", "desk", "wrong_person")]
    assert state_of(alert) == AlertState.OWED
    world.forward("70m")
    world.alternate.expects(world.case.humanitarian_reference)


def test_cannot_comply_stops_the_ladder_and_stands_on_the_record(world, asked):
    alert = alert_of(world.ngo, "request")
    relays(world, alert, answer="cannot_comply")
    world.read_everything()
    world.forward("4h")
    world.alternate.expects_nothing()
    assert said(alert) == [("relay", "desk", "cannot_comply")]


def test_a_desk_that_knows_is_not_a_team_that_knows(world, asked):
    relays(world, alert_of(world.ngo, "request"))
    assert state_of(alert_of(world.ngo, level="team")) == AlertState.OWED


# ---- by SMS, where a gateway carries replies ------------------------------------------------------------------------------


def replies(world, stranger, number, text):
    hook = world.network.reply(number, text, REPLY_HOOK)
    return stranger.post(hook.path, hook.form, headers=hook.headers).status_code


def test_a_reply_with_the_code_from_the_phone_that_got_it(world, asked, stranger):
    typed = code_in(world.driver_phone(DRIVER).expects(world.case.humanitarian_reference))
    assert replies(world, stranger, DRIVER, f"bien reçu {typed}") == 200
    assert said(alert_of(world.ngo, level="team")) == [("sms", "team", "received")]
    assert state_of(alert_of(world.ngo)) == AlertState.OWED


def test_a_reply_without_the_code_acknowledges_nothing(world, asked, stranger):
    for text in ("OK", "", "oui 12", "bien reçu", "14305"):
        assert replies(world, stranger, DRIVER, text) == 200
    assert state_of(alert_of(world.ngo, level="team")) == AlertState.OWED


def test_another_phone_with_the_right_code_and_the_right_phone_with_another_code(world, asked, stranger):
    reference = world.case.humanitarian_reference
    team, focal = (code_in(phone.expects(reference)) for phone in (world.driver_phone(DRIVER), world.ngo.phone))
    assert replies(world, stranger, "+22370000077", team) == 200
    assert replies(world, stranger, DRIVER, focal) == 200
    assert replies(world, stranger, DRIVER, wrong(team)) == 200
    look_again()
    assert db.session.scalars(select(Acknowledgement).where(Acknowledgement.method == "sms")).all() == []


def test_trying_codes_by_text_finds_nothing_and_locks_the_reference_like_the_page(world, asked, stranger):
    typed = code_in(world.driver_phone(DRIVER).expects(world.case.humanitarian_reference))
    code = int(typed.split()[1])
    everything = " ".join(f"{(code + more) % 10_000:04d}" for more in range(-150, 150))
    assert replies(world, stranger, DRIVER, everything) == 200
    for more in range(1, 6):
        replies(world, stranger, DRIVER, f"{(code + more) % 10_000:04d}")
    replies(world, stranger, DRIVER, typed)
    stranger.post("/k", {"code": typed})
    assert state_of(alert_of(world.ngo, level="team")) == AlertState.OWED
    world.forward("16m")
    replies(world, stranger, DRIVER, typed)
    assert said(alert_of(world.ngo, level="team")) == [("sms", "team", "received")]


def test_a_forged_reply_is_turned_away(world, asked, stranger):
    typed = code_in(world.driver_phone(DRIVER).expects(world.case.humanitarian_reference))
    hook = world.network.reply(DRIVER, typed, REPLY_HOOK)
    for bad in (hook.forged(), hook.unsigned()):
        assert stranger.post(bad.path, bad.form, headers=bad.headers).status_code == 403
    assert state_of(alert_of(world.ngo, level="team")) == AlertState.OWED


# ---- rounds ----------------------------------------------------------------------------------------------------------------


def test_what_was_acknowledged_of_one_round_does_not_stop_the_next(world, patrol, stranger):
    stranger.post("/k", {"code": code_in(world.officer.expects("URGENT"))})
    world.cimic.amends(patrol, make.patrol(NEAR_BANKASS, "10 Dec 10:00-12:00"))
    assert world.case.round == 2
    first, second = (a for a in world.alerts("desk") if a.person_id == world.officer.person_id)
    assert [(a.round, a.state) for a in (first, second)] == [(1, "acknowledged"), (2, "owed")]
    world.officer.expects("URGENT")
    world.forward("70m")
    world.deputy.expects("URGENT")


def test_the_code_of_an_older_text_does_not_acknowledge_the_newer(world, patrol, stranger):
    old = code_in(world.officer.expects("URGENT"))
    world.cimic.amends(patrol, make.patrol(NEAR_BANKASS, "10 Dec 10:00-12:00"))
    stranger.post("/k", {"code": old})
    assert state_of(alert_of(world.officer)) == AlertState.OWED
    world.forward("6m")  # the same words again wait a little: the plan may be amended once more
    new = code_in(world.officer.expects("URGENT"))
    assert new != old
    stranger.post("/k", {"code": new})
    assert state_of(alert_of(world.officer)) == AlertState.ACKNOWLEDGED


def test_delivered_is_not_acknowledged(world, patrol, stranger):
    for hook in world.network.receipts(world.network.last_to(world.officer.phone.address), "sent", "delivered"):
        assert stranger.post(hook.path, hook.form, headers=hook.headers).status_code == 200
    assert state_of(alert_of(world.officer)) == AlertState.OWED
    world.forward("70m")
    world.deputy.expects("URGENT")


def test_an_answer_to_a_request_counts_as_that_desk_s_word(world, asked):
    world.ngo.answers(asked, "accept", "we move")
    assert state_of(alert_of(world.ngo, "request")) == AlertState.ACKNOWLEDGED
    world.read_everything()
    world.forward("4h")
    world.alternate.expects_nothing()


def test_a_match_only_notice_is_acknowledged_like_any_other(world, stranger):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.MATCH_ONLY))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.forward("20m")  # nobody acts: the minimal alert
    stranger.post("/k", {"code": code_in(world.ngo.expects(world.case.humanitarian_reference))})
    assert state_of(alert_of(world.ngo, "minimal")) == AlertState.ACKNOWLEDGED
