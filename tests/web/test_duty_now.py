"""Who is on duty now is answerable for every commune; absences and ends of contracts have their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import errors, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.country import communes_of
from deconflict.store.base import db, transaction
from deconflict.store.people import Absence, Duty, Person

FORM = {"from_date": "2019-12-07", "from_time": "06:00", "until_date": "2019-12-09", "until_time": "06:00"}


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def away(house, who, browser=None, **more):
    return (browser or house.desk).post("/absences", data=FORM | {"person": str(who.person_id)} | more)


def rows(house, table):
    with house.app.app_context():
        return list(db.session.scalars(select(table).order_by(table.id)))


def test_every_commune_of_the_country_stands_under_one_area(mission):
    communes = [place.name for place in mission.gazetteer.places if place.level == "commune"]
    listed = [name for cercles in communes_of(mission).values() for names in cercles.values() for name in names]
    assert sorted(listed) == sorted(communes)
    for place in mission.gazetteer.places:
        if place.level == "commune":
            assert place.name in communes_of(mission)[mission.area_of(place.pcode)][place.cercle_name]
            break


def test_the_page_says_who_is_on_duty_and_where_nobody_is_who_is_rung(house):
    said = words(house.desk.get("/roster/now"))
    assert "Bankass" in said
    assert said.count("Duty officer: Oumou") == len(house.mission.areas)
    assert "nobody is on duty" not in said
    away(house, house.officer)
    said = words(house.desk.get("/roster/now"))
    assert said.count("nobody is on duty") == len(house.mission.areas)
    assert "Rung in its place: Timbuktu, Bamako" in said
    assert "+223" not in said
    assert house.browser(house.ngo).get("/roster/now").status_code == 404


def test_the_roster_says_when_nobody_will_be_on_duty_in_the_next_seven_days(house):
    assert "next seven days" not in words(house.desk.get("/roster"))
    away(house, house.officer, from_date="2019-12-08")
    said = words(house.desk.get("/roster"))
    assert "Nobody on duty in the next seven days" in said
    assert "Gao: Sun 8 Dec 06:00 - Mon 9 Dec 06:00" in said
    house.now += timedelta(days=1, hours=1)
    assert "Oumou absent" in words(house.desk.get("/roster"))


def test_the_command_answers_by_p_code(house):
    run = house.app.test_cli_runner().invoke
    with house.app.app_context(), transaction() as session:
        for duty in session.scalars(select(Duty)):
            duty.from_at = house.now
    town = next(place for place in house.mission.gazetteer.places if place.name == "Bankass")
    answer = run(args=["duty", town.pcode])
    assert answer.exit_code == 0, answer.output
    assert "area MOPTI" in answer.output
    assert "duty: Oumou" in answer.output
    assert "+223" not in answer.output
    with house.app.app_context(), transaction() as session:
        session.get_one(Person, house.officer.person_id).active = False
    answer = run(args=["duty", town.pcode])
    assert answer.exit_code == 1
    assert "duty: nobody" in answer.output
    assert run(args=["duty", "XX99"]).exit_code == 1


def test_each_notes_absences_of_his_own_and_of_nobody_else(house, make_account):
    ngo, g9 = house.browser(house.ngo), house.browser(house.g9)
    assert away(house, house.ngo, ngo).status_code == 303
    assert away(house, house.g9, g9).status_code == 303
    assert away(house, house.ngo, house.desk).status_code == 422
    assert away(house, house.officer, ngo).status_code == 422
    first = rows(house, Absence)[0]
    assert g9.post(f"/absences/{first.id}/end").status_code == 404
    said = words(g9.get("/absences"))
    assert "Lars" in said
    assert "Awa" not in said
    assert ngo.post(f"/absences/{first.id}/end").status_code == 303
    assert rows(house, Absence)[0].until_at <= house.now


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"person": ""}, "f-person"),
        ({"until_date": "2019-12-06"}, "f-until_date"),
        ({"until_time": ""}, "f-until_time"),
        ({"from_date": "31/02/2019"}, "f-from_date"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(house, wrong, field):
    answer = away(house, house.officer, **wrong)
    assert answer.status_code == 422
    assert errors(answer) == [field]
    assert rows(house, Absence) == []


def test_an_administrator_sets_the_last_day_of_a_contract(house, make_account):
    admin = house.browser(make_account(roles.ADMINISTRATOR, name="Admin", language="en"))
    url = f"/people/{house.ngo.person_id}"
    assert admin.post(f"{url}/contract", data={"until": "2019-12-31"}).status_code == 303
    with house.app.app_context():
        person = db.session.get_one(Person, house.ngo.person_id)
        assert person.until_at.isoformat() == "2020-01-01T00:00:00+00:00"
    assert 'value="2019-12-31"' in admin.get(url).text
    late = admin.post(f"{url}/contract", data={"until": "2019-12-01"})
    assert late.status_code == 422
    assert errors(late) == ["f-until"]
    assert admin.post(f"{url}/contract", data={"until": ""}).status_code == 303
    with house.app.app_context():
        assert db.session.get_one(Person, house.ngo.person_id).until_at is None
    assert house.desk.post(f"{url}/contract", data={"until": ""}).status_code == 404
