"""How an officer ends a case, and what he writes down of what he heard."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, fields, words
from sqlalchemy import select

from deconflict.store.alerts import Alert
from deconflict.store.base import db


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def test_dismissing_needs_a_code_and_a_reason_and_keeps_what_was_typed(house):
    house.meet()
    without_code = house.acts("dismiss", **{"dismiss-reason": "two villages of one name"})
    assert without_code.status_code == 422
    assert errors(without_code) == ["f-dismiss-code"]
    assert fields(without_code)["dismiss-reason"] == "two villages of one name"
    without_reason = house.acts("dismiss", **{"dismiss-code": "not_same_community", "dismiss-reason": "  "})
    assert errors(without_reason) == ["f-dismiss-reason"]
    assert fields(without_reason)["dismiss-code"] == "not_same_community"
    assert house.case.state == "detected"
    both = {"dismiss-code": "not_same_community", "dismiss-reason": "two villages of one name"}
    assert house.acts("dismiss", **both).status_code == 303
    assert (house.case.state, house.case.outcome) == ("dismissed", "not_same_community")


def test_an_agreement_is_noted_and_a_critical_case_is_not_settled_by_no_change(house):
    house.meet()
    assert 'value="NO_CHANGE"' not in house.desk.get(house.url()).text
    assert house.acts("agree", **{"agree-code": "NO_CHANGE", "agree-words": "both said so"}).status_code == 422
    assert house.acts("agree", **{"agree-code": "MIL_TIME", "agree-words": "they come at 17:00"}).status_code == 303
    assert house.case.state == "agreed"
    assert "Mission: other time" in words(house.desk.get(house.url()))


def test_closing_texts_leave_at_once_when_the_officer_says_so(house):
    _notice, plan = house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    house.turn(timedelta(hours=1, minutes=5))
    house.amends(house.g9, plan, make.patrol("Koro", "10 Dec 13:00-16:00"))
    assert house.case.state == "closed"
    house.sms.sent.clear()
    house.turn()
    assert [sent.to for sent in house.sms.sent] == []
    assert "Send the closing texts now" in words(house.desk.get(house.url()))
    assert house.acts("closing").status_code == 303
    house.turn()
    assert [sent.to for sent in house.sms.sent] == ["+22370000002"]
    assert "Send the closing texts now" not in words(house.desk.get(house.url()))


def test_an_answer_heard_by_radio_is_written_down_with_level_and_way(house):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    with house.app.app_context():
        alert = db.session.scalars(select(Alert).where(Alert.side == "mission")).one()
    form = {
        "relay-alert": str(alert.id),
        "relay-level": "unit",
        "relay-answer": "received",
        "relay-how": "radio",
        "relay-words": "patrol leader, 06:40",
    }
    incomplete = house.acts("relay", **(form | {"relay-words": ""}))
    assert incomplete.status_code == 422
    assert errors(incomplete) == ["f-relay-words"]
    assert house.acts("relay", **(form | {"relay-level": ""})).status_code == 422
    assert house.acts("relay", **(form | {"relay-alert": ""})).status_code == 422
    assert house.acts("relay", **form).status_code == 303
    said = words(house.desk.get(house.url()))
    assert "Unit: Received, relayed" in said
    assert "radio: patrol leader, 06:40; Oumou" in said


def test_an_alert_of_another_case_cannot_be_relayed_here(house):
    house.meet()
    reference = house.case.reference
    house.files(house.ngo, make.distribution("Koro", "10 Dec 09:00-15:00"))
    house.files(house.g9, make.patrol("Koro", "10 Dec 13:00-16:00"))
    other = next(case for case in house.cases() if case.reference != reference)
    house.desk.post(
        f"/desk/{other.reference}/ask", data={"round": other.round, "side": "mission", "ask": "avoid_place"}
    )
    with house.app.app_context():
        alert = db.session.scalars(select(Alert).where(Alert.side == "mission")).one()
    form = {"relay-alert": alert.id, "relay-level": "desk", "relay-answer": "received", "relay-how": "phone"}
    answer = house.desk.post(f"/desk/{reference}/relay", data=form | {"relay-words": "said so"})
    assert answer.status_code == 404
