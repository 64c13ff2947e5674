"""Aid outside QIPs through the pages: reported, looked into, raised, answered, closed, in both languages; each role reads what is his."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.close_out import Answer
from deconflict.domain.procedures import Noun
from deconflict.services import close_outs
from deconflict.store.base import db
from deconflict.store.procedures import Procedure

FORM = {
    **{"aid-place": "Gossi", "day": "2019-12-06", "kind": "food", "giver": "troops", "source": "seen"},
    **{"needs": "no", "consulted": "unknown", "consequence": "tension", "description": "Des sacs depuis un camion"},
    "_key": "7" * 32,
}


@pytest.fixture
def house(app, mission, make_account, sign_in):
    found = DeskHouse(app, mission, make_account, sign_in)
    app.config.update(SECOND_FACTOR_REQUIRED=False)
    found.hum, found.mil = found.browser(found.ngo), found.browser(found.g9)
    found.boss = found.browser(make_account(roles.OCHA_HEAD, name="Fanta", language="en", function="head"))
    found.hc = found.browser(make_account(roles.HC_OFFICE, name="Hawa", language="en", function="support"))
    return found


def row(house):
    with house.app.app_context():
        mine = select(Procedure).where(Procedure.noun == Noun.AID_REPORT)
        return db.session.scalars(mine.order_by(Procedure.id.desc())).first()


def reported(house, browser=None, **more):
    answer = (browser or house.hum).post("/aid-reports/new", data=FORM | more)
    assert answer.status_code == 303, answer.text
    return answer.location


def act(house, do, browser=None, **more):
    found = row(house)
    where = f"/aid-reports/{found.reference}"
    answer = (browser or house.desk).post(f"{where}/act", data={"do": do, "version": str(found.version), **more})
    house.turn()
    return answer


def verified(house):
    reported(house)
    act(house, "take")
    act(house, "source", **{"source-kind": "authority"})
    assert act(house, "verify").status_code == 303
    return f"/aid-reports/{row(house).reference}"


def test_from_the_report_to_the_end_each_sees_where_it_stands(house):
    house.files(house.ngo, make.distribution("Gossi", "15 Dec 09:00-15:00"))
    own = reported(house)
    page = words(house.hum.get(own))
    assert "Reported" in page
    assert "Des sacs depuis un camion" in page
    assert house.mil.get(f"/aid-reports/{row(house).reference}").status_code == 404
    file = f"/aid-reports/{row(house).reference}"
    assert "Awa, ONG Alpha" in words(house.desk.get(file))
    head = words(house.head_desk.get(file))
    assert "Des sacs" in head
    assert "Awa" not in head
    assert "Own staff saw it" not in head
    act(house, "take")
    assert "Two sources that do not depend" in words(_followed(house, act(house, "verify")))
    act(house, "source", **{"source-kind": "authority"})
    act(house, "verify")
    assert house.case.judgement["hits"][0]["rule_id"] == "R15"
    seen = words(house.desk.get(file))
    assert "looked for until Fri 20 Dec 2019" in seen
    act(house, "raise", house.head_desk)
    mission = words(house.mil.get(file))
    assert "Raised with the mission" in mission
    assert "What must be done" not in mission
    for never in ("Des sacs", "Awa", "ONG Alpha", "Tension", "Troops", "Local authorities", "Write down a source"):
        assert never not in mission
    letters = words(house.mil.get(f"{file}/letters"))
    assert "This letter accuses nobody" in letters
    assert "Cette lettre n'accuse personne" in letters
    answer = act(
        house, "respond", house.mil, **{"response-code": "will_plan", "response-words": "Une fiche sera saisie"}
    )
    assert answer.status_code == 303
    assert "Will be planned" in words(house.desk.get(file))
    assert "Une fiche sera saisie" in words(house.head_desk.get(file))
    act(house, "close", house.boss)
    assert "Closed" in words(house.hum.get(own))
    assert row(house).state == "closed"


def _followed(house, answer):
    return answer if answer.status_code != 303 else house.desk.get(answer.location)


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(house):
    answer = house.hum.post("/aid-reports/new", data={"aid-place": "Nulle-Part-Wexo", "day": "2031-01-01", "_key": "x"})
    assert answer.status_code == 422
    assert errors(answer) == ["f-aid-place", "f-day", "f-kind", "f-source", "f-needs", "f-consulted", "f-consequence"]
    assert 'value="Nulle-Part-Wexo"' in answer.text
    again = house.hum.post("/aid-reports/new", data=FORM | {"description": "remis à 350 ménages"})
    assert (again.status_code, errors(again)) == (422, ["f-description"])
    assert row(house) is None


def test_several_places_of_one_name_are_named_to_choose_from(house):
    towns = [place for place in house.mission.gazetteer.places if place.level == "town"]
    names = [place.name for place in towns]
    twice = next(name for name in names if names.count(name) > 1)
    answer = house.hum.post("/aid-reports/new", data=FORM | {"aid-place": twice})
    assert (answer.status_code, errors(answer)) == (422, ["f-aid-place"])
    one = house.mission.gazetteer.written(next(place for place in towns if place.name == twice))
    assert house.hum.post("/aid-reports/new", data=FORM | {"aid-place": one}).status_code == 303


def test_the_mission_declares_itself_and_is_asked_for_no_source(house):
    page = house.mil.get("/aid-reports/new")
    assert 'name="source"' not in page.text
    assert house.mil.post("/aid-reports/new", data=FORM).status_code == 422  # a field that its form does not have
    form = {name: value for name, value in FORM.items() if name != "source"}
    answer = house.mil.post("/aid-reports/new", data=form)
    assert answer.location == f"/aid-reports/{row(house).reference}"
    assert "self-declared" in words(house.mil.get(answer.location))
    assert "not kept any more, or the mission itself" in words(house.desk.get(answer.location))
    assert house.hum.get(answer.location).status_code == 404


def test_the_desk_s_page_of_plans_that_are_over_leads_to_the_report(house):
    plan = house.files(house.g9, make.patrol("Koro", "6 Dec 10:00-11:00"))
    with house.app.app_context():
        said = Answer(True, "food", 0, planned=False)
        close_outs.close_out(plan, said, "", house.g9.audience, house.mission, house.now)
    page = house.desk.get("/desk/close-outs")
    assert f'href="/aid-reports/{row(house).reference}"' in page.text
    assert house.desk.get(f"/aid-reports/{row(house).reference}").status_code == 200


def test_the_pack_counts_by_quarter_and_place_and_names_nobody(house):
    verified(house)
    act(house, "raise")
    act(house, "respond", house.mil, **{"response-code": "explained"})
    desk, hc = (words(browser.get("/aid-reports/pack")) for browser in (house.desk, house.hc))
    for page in (desk, hc):
        assert "Quarter 4 of 2019" in page
        assert "Food 1 1 1" in page
        for never in ("Awa", "ONG Alpha", "Gossi Gossi", row(house).reference, "Troops"):
            assert never not in page
    assert "Cercle" in desk
    assert "Cercle" not in hc
    assert house.mil.get("/aid-reports/pack").status_code == 404
    act(house, "shown_wrong")
    assert "Nothing was verified yet" in words(house.hc.get("/aid-reports/pack"))


def test_the_item_of_a_verified_report_is_no_area_of_ocha_s(house):
    verified(house)
    with house.app.app_context():
        from deconflict.store.items import Item

        reference = db.session.get_one(Item, row(house).item_id).reference
    assert reference not in house.desk.get("/desk/areas").text
    for page in ("", "/amend", "/cancel", "/filed"):
        assert house.desk.get(f"/desk/areas/{reference}{page}").status_code == 404
    shown = house.desk.get(f"/desk/items/{reference}")
    assert shown.status_code == 200
    assert "/desk/areas/" not in shown.text.split("<main")[1]


def test_in_french_it_reads_french(house):
    file = verified(house)
    act(house, "raise")
    french = house.browser(house.make_account(roles.CMCOORD, name="Issa", language="fr"))
    page = words(french.get(file))
    assert "Portée à l'attention de la mission" in page
    assert "Pour le chargé CMCoord seul" in page
    assert "Aide hors QIP par trimestre" in words(french.get("/aid-reports/pack"))


def test_pages_stay_small(house):
    file = verified(house)
    act(house, "raise")
    for page in (file, f"{file}/letters", "/aid-reports", "/aid-reports/new", "/aid-reports/pack"):
        assert len(house.desk.get(page).data) < 40_000


def test_the_clock_counts_a_report_nobody_looks_into_as_late(house):
    reported(house)
    assert "Tell the CMCoord officers by letter" in words(house.desk.get("/aid-reports"))
    house.turn(timedelta(days=4))
    page = words(house.desk.get("/aid-reports"))
    assert "Begin to verify" in page
    assert "late" not in page
    house.turn(timedelta(days=14))
    assert "late" in words(house.desk.get("/aid-reports"))


def test_only_whoever_may_report_is_offered_the_form(house):
    for browser, offered in ((house.hum, True), (house.mil, True), (house.desk, True), (house.boss, False)):
        assert ('href="/aid-reports/new"' in browser.get("/aid-reports").text) is offered
        assert (browser.get("/aid-reports/new").status_code == 200) is offered
