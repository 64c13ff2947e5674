"""Who is on duty where, and what the page says where nobody is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, fields, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.people import Duty, Person
from deconflict.store.queries import on_duty

FORM = {"area": "GAO", "step": "deputy", "from_date": "2019-12-07", "from_time": "06:00"}


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def shifts(house, **where):
    with house.app.app_context():
        return list(db.session.scalars(select(Duty).filter_by(**where).order_by(Duty.id)))


def put_on(house, who, **more):
    return house.desk.post("/roster", data=FORM | {"person": str(who.person_id)} | more)


def test_every_area_and_step_is_shown_with_who_stands_there(house):
    said = words(house.desk.get("/roster"))
    for area in house.mission.areas:
        assert area.name["en"] in said
    assert said.count("Oumou until replaced") == len(house.mission.areas)
    assert said.count("Nobody") >= 3 * len(house.mission.areas)


def test_an_area_without_a_duty_officer_is_first_and_red(house):
    (gao,) = shifts(house, area="GAO", step="duty")
    house.desk.post(f"/roster/{gao.id}/end")
    page = house.desk.get("/roster")
    headings = re.findall(r'<h2 id="area-(\w+)"', page.text)
    assert headings[0] == "GAO"
    assert set(headings) == {area.code for area in house.mission.areas}
    warning = re.search(r'<p class="flash warning" role="alert">(.*?)<', page.text)
    assert "Gao: nobody is on duty" in warning[1]


def test_somebody_put_on_is_alerted_from_then_on(house):
    assert put_on(house, house.colleague, area="MOPTI", step="duty").status_code == 303
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.files(house.g9, make.patrol("Bankass", "10 Dec 13:00-16:00"))
    assert {sent.to for sent in house.sms.sent} == {"+22370000003", "+22370000004"}


def test_a_shift_begins_at_its_hour_on_the_clock_of_the_mission_and_ends_at_its_hour(house):
    put_on(
        house, house.colleague, from_date="08/12/2019", from_time="7:30", until_date="2019-12-09", until_time="06:00"
    )
    (shift,) = shifts(house, area="GAO", step="deputy")
    assert (shift.from_at, shift.until_at) == (
        datetime(2019, 12, 8, 7, 30, tzinfo=UTC),
        datetime(2019, 12, 9, 6, tzinfo=UTC),
    )
    said = words(house.desk.get("/roster"))
    assert "Demba from Sun 8 Dec 07:30 until Mon 9 Dec 06:00" in said
    with house.app.app_context():
        names = [
            [person.name for person in on_duty(db.session, "GAO", "deputy", at)]
            for at in (shift.from_at - timedelta(seconds=1), shift.from_at, shift.until_at)
        ]
    assert names == [[], ["Demba"], []]


def test_a_gap_to_come_is_announced(house):
    put_on(house, house.colleague, until_date="2019-12-08", until_time="18:00")
    assert "Nobody from Sun 8 Dec 18:00 (in 1 d 12 h)" in words(house.desk.get("/roster"))


def test_ending_a_shift_keeps_its_row_and_leaves_a_trace(house):
    (gao,) = shifts(house, area="GAO", step="duty")
    house.now += timedelta(hours=2)
    assert house.desk.post(f"/roster/{gao.id}/end").status_code == 303
    (ended,) = shifts(house, area="GAO", step="duty")
    assert ended.until_at == house.now
    with house.app.app_context():
        traces = db.session.scalars(select(AuditEntry).where(AuditEntry.noun == "duty")).all()
    assert [(t.verb, t.noun_id, t.actor_id) for t in traces] == [("end", gao.id, house.officer.person_id)]


def test_ending_a_shift_twice_says_so_and_changes_nothing(house):
    (gao,) = shifts(house, area="GAO", step="duty")
    house.desk.post(f"/roster/{gao.id}/end")
    first = shifts(house, area="GAO", step="duty")[0].until_at
    house.now += timedelta(hours=1)
    house.other_desk.post(f"/roster/{gao.id}/end")
    assert shifts(house, area="GAO", step="duty")[0].until_at == first
    assert "Somebody else acted" in words(house.other_desk.get("/roster"))
    assert house.desk.post("/roster/9999/end").status_code == 404


def test_a_shift_taken_back_before_it_begins_never_begins(house):
    put_on(house, house.colleague, from_date="2019-12-08")
    (shift,) = shifts(house, area="GAO", step="deputy")
    house.desk.post(f"/roster/{shift.id}/end")
    assert "Demba from" not in words(house.desk.get("/roster"))
    with house.app.app_context():
        assert on_duty(db.session, "GAO", "deputy", shift.from_at + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"area": "ATLANTIS"}, "f-area"),
        ({"step": "cook"}, "f-step"),
        ({"person": ""}, "f-person"),
        ({"person": "99999"}, "f-person"),
        ({"from_date": "31/02/2019"}, "f-from_date"),
        ({"from_time": "25:00"}, "f-from_time"),
        ({"until_date": "2019-12-08"}, "f-until_time"),
        ({"until_time": "08:00"}, "f-until_date"),
        ({"until_date": "2019-12-06", "until_time": "08:00"}, "f-until_date"),
    ],
)
def test_a_shift_that_cannot_be_is_refused_with_everything_kept(house, wrong, field):
    answer = put_on(house, house.colleague, **wrong)
    assert answer.status_code == 422
    assert errors(answer) == [field]
    kept = fields(answer)
    assert kept["from_date"] == wrong.get("from_date", FORM["from_date"])
    assert shifts(house, area="GAO", step="deputy") == []


def test_only_people_who_can_open_a_case_may_stand_there(house):
    clerk = house.make_account(roles.AUDITOR, name="Clerk", language="en")
    options = re.search(r'<select id="f-person".*?</select>', house.desk.get("/roster").text, re.DOTALL)[0]
    for name, offered in (("Oumou", True), ("Fatou", True), ("Clerk", False), ("Awa", False), ("Lars", False)):
        assert (name in options) is offered, name
    for nobody in (clerk, house.ngo, house.g9):
        assert put_on(house, nobody).status_code == 422
    with house.app.app_context(), transaction() as session:
        session.get_one(Person, house.colleague.person_id).active = False
    assert put_on(house, house.colleague).status_code == 422


def test_nobody_stands_twice_on_one_step_at_one_time(house):
    assert put_on(house, house.colleague, until_date="2019-12-08", until_time="06:00").status_code == 303
    again = put_on(house, house.colleague)
    assert again.status_code == 422
    assert errors(again) == ["f-person"]
    later = put_on(house, house.colleague, from_date="2019-12-08")
    assert later.status_code == 303


def test_an_officer_without_a_number_for_texts_is_marked(house):
    put_on(house, house.head)
    assert re.search(r"Fatou until replaced\s+no number for texts", words(house.desk.get("/roster")))
