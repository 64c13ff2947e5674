"""Calls as an officer writes them down, a change that is asked by phone, a risk that the head accepts: on the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, fields, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.store.base import db
from deconflict.store.cases import Request
from deconflict.store.contacted import Contacted


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def rows(house, table):
    with house.app.app_context():
        return list(db.session.scalars(select(table).order_by(table.id)))


def whom(page, side, form="call"):
    """The first number that the page offers of this side."""
    options = re.search(rf'name="{form}-whom".*?</select>', page.text, re.DOTALL)[0]
    return re.search(rf'value="({side}:[0-9-]+)"', options)[1]


def soon(house):
    """Two hours before the last moment to reach them."""
    house.now = house.case.starts_at - timedelta(hours=2)
    house.turn()


def preview(house, side="mission"):
    return house.desk.get(f"{house.url('ask')}?round={house.case.round}&side={side}&ask-{side}=change_time")


def test_a_call_is_written_down_from_the_case_page_and_counted_there(house):
    house.meet()
    page = house.desk.get(house.url())
    form = {"call-whom": whom(page, "mission"), "call-outcome": "no_answer", "call-words": "twice"}
    assert house.acts("call", **form).status_code == 303
    said = words(house.desk.get(house.url()))
    assert "Mission: 1 call, 0 reached" in said
    assert "Called: Mission, No answer" in said


def test_what_is_wrong_with_a_call_is_said_beside_it_and_what_was_typed_stays(house):
    house.meet()
    page = house.acts("call", **{"call-outcome": "no_answer", "call-read": "yes", "call-words": "twice"})
    assert page.status_code == 422
    assert errors(page)
    assert fields(page)["call-words"] == "twice"
    assert rows(house, Contacted) == []


def test_the_officers_colleagues_may_and_nobody_else(house):
    house.meet()
    name = whom(house.desk.get(house.url()), "humanitarian")
    form = {"call-whom": name, "call-outcome": "call_back"}
    for who in (house.ngo, house.g9):
        assert house.acts("call", house.browser(who), **form).status_code == 404
    assert house.acts("call", house.other_desk, **form).status_code == 303


def test_close_to_the_start_the_page_before_it_leaves_is_a_call(house):
    house.meet()
    soon(house)
    page = preview(house)
    assert "Call first: it starts soon" in words(page)
    typed = fields(page)
    refused = house.desk.post(house.url("ask"), data=typed)
    assert refused.status_code == 422
    assert errors(refused) == ["f-ask-whom"]
    assert rows(house, Request) == []
    reached = {"ask-whom": whom(page, "mission", "ask"), "ask-outcome": "reached", "ask-words": "Lars"}
    assert house.desk.post(house.url("ask"), data=typed | reached).status_code == 422
    assert house.desk.post(house.url("ask"), data=typed | reached | {"ask-read": "yes"}).status_code == 303
    (request,) = rows(house, Request)
    assert [call.request_id for call in rows(house, Contacted)] == [request.id]


def test_far_from_the_start_there_is_no_call_on_it(house):
    house.meet()
    assert "Call first" not in words(preview(house))


def test_only_the_head_of_ocha_is_offered_to_accept_a_risk(house):
    house.meet()
    head = house.browser(house.make_account(roles.OCHA_HEAD, name="Hélène", language="en", function="head"))
    for somebody in (house.desk, house.head_desk):
        assert "Accept the risk" not in words(somebody.get(house.url()))
        assert house.acts("risk", somebody).status_code == 404
    assert "Accept the risk" in words(head.get(house.url()))
    wrong = house.acts("risk", head, **{"risk-office": "dhc", "risk-reason": "the only day"})
    assert wrong.status_code == 422
    assert fields(wrong)["risk-reason"] == "the only day"
    right = {"risk-office": "dhc", "risk-name": "the Deputy", "risk-reason": "the only day", "risk-until": "6"}
    assert house.acts("risk", head, **right).status_code == 303
    said = words(house.desk.get(house.url()))
    assert "Risk accepted until" in said
    assert "the Deputy" in said
    for who in (house.ngo, house.g9):
        assert "the Deputy" not in house.browser(who).get("/requests").text


TOO_MUCH = "2e Cie, 24 pax, ind. LION 21"


def test_what_is_never_stored_is_refused_in_the_words_of_a_request_that_cannot_wait(house):
    """HIGH, of distinction: it would wait for its hour."""
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.files(house.g9, make.patrol((14.1050, -3.5350), "10 Dec 18:00-20:00"))
    page = preview(house)
    refused = house.desk.post(house.url("ask"), data=fields(page) | {"ask-now": TOO_MUCH})
    assert refused.status_code == 422
    assert errors(refused) == ["f-ask-now"]
    assert fields(refused)["ask-now"] == TOO_MUCH
    assert house.desk.post(house.url("ask"), data=fields(page)).status_code == 303
    (request,) = rows(house, Request)
    assert request.leaves_at > request.made_at
    waits = house.acts("send-now", side="mission", **{"send-mission-why": TOO_MUCH})
    assert waits.status_code == 422
    assert fields(waits)["send-mission-why"] == TOO_MUCH
    assert house.acts("send-now", side="mission", **{"send-mission-why": "they leave"}).status_code == 303


def test_nor_in_a_call_by_which_a_change_is_asked_nor_in_a_note_after_the_fact(house):
    house.meet()
    soon(house)
    page = preview(house)
    call = {"ask-whom": whom(page, "mission", "ask"), "ask-outcome": "reached", "ask-read": "yes"}
    refused = house.desk.post(house.url("ask"), data=fields(page) | call | {"ask-words": TOO_MUCH})
    assert refused.status_code == 422
    assert errors(refused) == ["f-ask-words"]
    house.now = house.case.ends_at + timedelta(minutes=5)
    house.turn()
    note = {"happened": "both", "seen": "nothing", "lesson": "other", "words": TOO_MUCH}
    refused = house.acts("after-action", **note)
    assert refused.status_code == 422
    assert errors(refused) == ["f-words"]
