"""An officer says that an alert has reached him; and what no message tells, he is told to tell himself."""

from __future__ import annotations

import re

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.store.alerts import Alert
from deconflict.store.base import db

NUMBERS = {"mission": "+22370000002", "humanitarian": "+22370000001"}


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def acknowledged(house):
    """(who, how) for every acknowledgement there is."""
    with house.app.app_context():
        alerts = db.session.scalars(select(Alert).order_by(Alert.id)).all()
        return [(alert.person_id, said.method) for alert in alerts for said in alert.acknowledgements]


def boxed(page):
    """What stands in warnings."""
    boxes = re.findall(r'<div class="flash warning">.*?</div>', page.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", " ".join(boxes)).split())


def test_an_officer_says_that_his_alert_reached_him_and_takes_nothing_by_it(house):
    house.meet()
    hold = house.case.hold_until
    for page in ("/desk", house.url()):
        assert f'action="{house.url("have")}"' in house.desk.get(page).text
    answer = house.acts("have")
    assert (answer.status_code, answer.location) == (303, house.url())
    assert acknowledged(house) == [(house.officer.person_id, "in_app")]
    case = house.case
    assert (case.state, case.owner_id, case.hold_until) == ("detected", None, hold)
    for page in ("/desk", house.url()):
        assert house.url("have") not in house.desk.get(page).text
    house.acts("have")
    assert len(acknowledged(house)) == 1


def test_an_alert_is_acknowledged_by_whom_it_was_for_and_by_nobody_else(house):
    house.meet()
    assert house.url("have") not in house.other_desk.get("/desk").text
    assert house.url("have") not in house.other_desk.get(house.url()).text
    assert house.acts("have", house.other_desk).status_code == 303
    assert acknowledged(house) == []


def test_nobody_acknowledges_on_a_case_that_does_not_exist_for_him(house):
    house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    assert house.acts("have", house.head_desk).status_code == 404
    assert house.acts("have", house.browser(house.make_account(roles.CIMIC))).status_code == 404
    assert acknowledged(house) == []


@pytest.mark.parametrize("side", ["mission", "humanitarian"])
def test_where_no_message_leaves_the_officer_reads_whom_to_call(house, side):
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00", kind="MEDEVAC"))
    assert house.case.severity == "info"
    query = {"round": house.case.round, "side": side, f"ask-{side}": "call_desk"}
    (other,) = set(NUMBERS) - {side}
    shown = boxed(house.desk.get(house.url("ask"), query_string=query))
    assert NUMBERS[side] in shown
    assert NUMBERS[other] not in shown
    sent = len(house.sms.sent)
    assert house.acts("ask", side=side, ask="call_desk").status_code == 303
    house.turn()
    assert len(house.sms.sent) == sent
    told = boxed(house.desk.get(house.url()))
    assert "Tell it yourself" in told
    assert NUMBERS[side] in told
    assert "call it" in words(house.desk.get("/desk"))


def test_where_a_message_left_nothing_of_the_kind_is_said(house):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    assert "Tell it yourself" not in words(house.desk.get(house.url()))
    assert "call it" not in words(house.desk.get("/desk"))


def test_a_newer_request_leaves_the_older_one_to_the_log(house):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.acts("ask", side="mission", ask="change_time")
    asked = re.findall(r'<div class="ask">.*?</div>', house.desk.get(house.url()).text, re.DOTALL)
    assert len(asked) == 1
    assert "Change the times" in asked[0]
    log = words(house.desk.get(house.url("log")))
    assert "Mission: Change the times Waits for an answer" in log
    assert "Mission: Avoid the place during these half-days Replaced by a newer one" in log
