"""The weekly drill: a test text to everybody who takes part, what came back by operator and area, and never an alert."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import words
from sqlalchemy import func, select

from deconflict.domain import roles
from deconflict.domain.drills import Drilled, lines, operator_of
from deconflict.domain.sms import forbidden
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db
from deconflict.store.people import Person
from deconflict.store.trials import Trial


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def takes_part(house, who, browser=None, part="yes"):
    return (browser or house.desk).post(f"/numbers/people/{who.person_id}/drill", data={"part": part})


def count(house, table):
    with house.app.app_context():
        return db.session.scalar(select(func.count()).select_from(table))


def test_each_who_takes_part_gets_one_text_and_nobody_else(house):
    takes_part(house, house.ngo)
    takes_part(house, house.g9)
    takes_part(house, house.g9, part="no")
    house.turn()
    house.mail.sent.clear()  # officers were told by letter what waits for them anyway
    assert house.desk.post("/drills").status_code == 303
    house.turn()
    assert [sent.to for sent in house.sms.sent] == ["+22370000001"]
    assert house.mail.sent == []
    assert count(house, Alert) == count(house, Message) == 0


def test_the_result_is_told_by_operator_and_area(house, client):
    for who in (house.ngo, house.officer):
        takes_part(house, who)
    house.desk.post("/drills")
    house.turn()
    said = words(house.desk.get("/drills"))
    assert "70 no area 2 2 0 0" in said
    assert "Awa, ONG Alpha" in said
    text = next(sent.text for sent in house.sms.sent if sent.to == "+22370000001")
    reference, code = re.search(r"Test (\w{5}),.* Code (\d{4})", text).groups()
    assert forbidden(text, known=(reference, code)) == []
    client.post("/k", data={"code": f"{reference} {code}"})
    said = words(house.desk.get("/drills"))
    assert "70 no area 2 2 1 0" in said
    assert "Awa, ONG Alpha" not in said
    assert "+223" not in said


def test_there_is_one_a_day_at_most_and_none_without_people(house):
    house.desk.post("/drills")
    assert "Nobody takes part" in words(house.desk.get("/drills"))
    assert count(house, Trial) == 0
    takes_part(house, house.ngo)
    house.desk.post("/drills")
    house.other_desk.post("/drills")
    assert "There was a drill" in words(house.other_desk.get("/drills"))
    assert count(house, Trial) == 1
    house.now += timedelta(days=1)
    house.desk.post("/drills")
    assert count(house, Trial) == 2


def test_only_officers_start_and_read_it_and_each_chooses_among_his_own(house, make_account):
    other = house.browser(make_account(roles.FOCAL_POINT, organisation="Association Badenya", language="en"))
    for browser in (house.browser(house.ngo), house.browser(house.g9)):
        assert browser.get("/drills").status_code == 404
        assert browser.post("/drills").status_code == 404
    assert takes_part(house, house.ngo, other).status_code == 404
    assert takes_part(house, house.ngo, house.browser(house.ngo)).status_code == 303
    with house.app.app_context():
        assert db.session.get_one(Person, house.ngo.person_id).drilled
    assert "Awa" not in words(other.get("/numbers"))


def test_operators_by_their_longest_prefix(mission):
    operators = {"Alpha": ("7",), "Beta": ("76",)}
    for number, operator in (
        ("+22370000001", "Alpha"),
        ("+22376000001", "Beta"),
        ("+22366000001", "66"),
        ("+33612345678", ""),
    ):
        assert operator_of(number, mission.phone_plan, operators) == operator


def test_where_least_came_back_comes_first():
    text = Drilled("A", "ONG", "Alpha", "", "sent", True)
    found = lines([text, text, replace(text, operator="Beta", answered=False), replace(text, operator="Beta")])
    assert [(line.operator, line.total, line.answered) for line in found] == [("Beta", 2, 1), ("Alpha", 2, 2)]


def test_the_page_says_when_the_next_starts_by_itself_and_what_the_last_ones_gave(house):
    assert "The next one starts by itself Wed 11 Dec 10:00" in words(house.desk.get("/drills"))
    takes_part(house, house.ngo)
    house.turn()
    for _ in range(2):
        house.now = house.mission.drill_plan.next(house.mission.zone, house.now)
        house.turn()
    said = words(house.desk.get("/drills"))
    assert "The next one starts by itself Wed 25 Dec 10:00" in said
    assert "What came back by itself, Wed 18 Dec 10:00" in said
    assert re.search(r"The last drills .* 70 no area 0 of 1 0 of 1", said)
    assert "no answer to two drills" not in words(house.desk.get("/numbers"))
    house.now += timedelta(days=2)
    assert "no answer to two drills" in words(house.desk.get("/numbers"))
    assert "did not answer the last drill" in words(house.desk.get("/numbers"))
