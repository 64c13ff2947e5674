"""Static sites at the desk: the lists, one site, taking, verifying, giving back, settling."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.filing import Level
from deconflict.domain.geodesy import destination
from deconflict.services import filing
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.sites import SitePair

HERE = (14.1500, -3.6000)


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def beta(make_account):
    return make_account(roles.FOCAL_POINT, name="Binta", organisation="ONG Beta", phone="+22370000009", language="en")


def act(house, reference, name, browser=None, version=1, **form):
    return (browser or house.desk).post(f"/desk/sites/{reference}/{name}", data={"version": str(version)} | form)


def state(house, reference):
    with house.app.app_context():
        return db.session.scalars(select(Item.state).where(Item.reference == reference)).one()


def pair(house):
    house.turn(timedelta(minutes=2))
    with house.app.app_context():
        return db.session.scalars(select(SitePair)).one()


def test_an_officer_takes_and_verifies_with_a_method(house):
    reference = house.files(house.ngo, make.site(HERE, name="Camp des acacias"))
    page = words(house.desk.get(f"/desk/sites/{reference}"))
    for said in ("Camp des acacias", "ONG Alpha", "never verified", "The position in words"):
        assert said in page
    assert "f-method" in errors(act(house, reference, "take", method="guess"))
    assert act(house, reference, "take", method="imagery").status_code == 303
    assert act(house, reference, "verify", method="imagery").status_code == 303
    assert state(house, reference) == "verified"
    page = words(house.desk.get(f"/desk/sites/{reference}"))
    assert "Verified by Oumou: Satellite image" in page


def test_the_lists_say_what_waits_and_how_long(house):
    first = house.files(house.ngo, make.site(HERE, name="Camp des acacias"))
    house.now += timedelta(days=8)
    second = house.files(house.ngo, make.site("Koro", name="Autre"))
    page = house.desk.get("/desk/sites").text
    assert page.index(first) < page.index(second)
    assert page.count("an answer is late") == 1
    for code in ("doubt", "due", "stale", "returned", "suspended", "verified", "gone", "nothing-of-the-kind"):
        answer = house.desk.get(f"/desk/sites?list={code}")
        assert answer.status_code == 200
        assert (first in answer.text) is (code == "nothing-of-the-kind")
    act(house, first, "return", code="place")
    assert first in house.desk.get("/desk/sites?list=returned").text
    act(house, second, "suspend", why="occupied")
    assert second in house.desk.get("/desk/sites?list=suspended").text


def test_a_site_is_not_among_the_movements_to_read_and_its_item_page_leads_to_its_own(house):
    reference = house.files(house.ngo, make.site(HERE))
    assert reference not in house.desk.get("/desk/items").text
    answer = house.desk.get(f"/desk/items/{reference}")
    assert (answer.status_code, answer.location) == (303, f"/desk/sites/{reference}")
    assert house.desk.post("/desk/find", data={"find": reference}).status_code == 303
    notice, _plan = house.meet()
    assert house.desk.get(f"/desk/sites/{notice}").status_code == 404
    assert act(house, notice, "take", method="gps").status_code == 404
    assert house.desk.post(f"/desk/items/{reference}/read", data={"version": "1"}).status_code in (303, 409)
    assert state(house, reference) == "site_submitted"


def test_whoever_entered_it_is_told_why_another_verifies_it(house):
    own = house.officer.audience
    entered = Audience(own.person_id, house.ngo.audience.organisation_id, "humanitarian", frozenset({roles.SUBMITTER}))
    with house.app.app_context():
        filed = filing.file_item(make.site(HERE), entered, "own", house.mission, house.now)
    page = house.desk.get(f"/desk/sites/{filed.reference}")
    assert "another officer verifies it" in words(page)
    assert f"/desk/sites/{filed.reference}/take" not in page.text
    answer = act(house, filed.reference, "take", method="gps")
    assert answer.status_code == 422
    assert "another officer verifies it" in words(answer)
    assert act(house, filed.reference, "take", house.other_desk, method="gps").status_code == 303


def test_an_act_on_a_version_that_is_no_longer_current_does_nothing(house):
    reference = house.files(house.ngo, make.site(HERE))
    house.amends(house.ngo, reference, make.site("Koro"))
    answer = act(house, reference, "take", method="gps")
    assert answer.status_code == 409
    assert state(house, reference) == "site_submitted"


def test_two_under_two_names_are_settled_on_either_page(house, beta):
    mine = house.files(house.ngo, make.site(HERE, name="École A"))
    theirs = house.files(beta, make.site(destination(HERE, 90.0, 150.0), name="Bâtiment B"))
    found = pair(house)
    for one, other, name in ((mine, theirs, "Bâtiment B"), (theirs, mine, "École A")):
        page = house.desk.get(f"/desk/sites/{one}")
        assert "Perhaps one site under two names" in words(page)
        assert name in words(page)
        assert other in page.text
    assert mine in house.desk.get("/desk/sites?list=doubt").text
    versions = {"pair": str(found.id), "first": "1", "second": "1"}
    assert "f-outcome" in errors(act(house, mine, "settle", **versions))
    assert act(house, mine, "settle", outcome="second_wrong", **versions).status_code == 303
    assert (state(house, mine), state(house, theirs)) == ("site_submitted", "site_returned")
    assert act(house, mine, "settle", outcome="same_site", **versions).status_code == 409


def test_sites_within_a_kilometre_are_shown_whoevers_they_are(house, beta):
    mine = house.files(house.ngo, make.site(HERE, name="École A"))
    house.files(beta, make.site(destination(HERE, 90.0, 900.0), name="Bâtiment B"))
    house.files(beta, make.site(destination(HERE, 90.0, 1_100.0), name="Loin"))
    page = words(house.desk.get(f"/desk/sites/{mine}"))
    assert "Bâtiment B" in page
    assert "Loin" not in page


def test_a_guesthouse_exists_for_the_coordination_officer_and_not_for_the_head_of_the_sub_office(house, beta):
    site = make.site(HERE, name="Maison", kind="SITE_GUESTHOUSE", level=Level.MATCH_ONLY)
    secret = house.files(house.ngo, site)
    beside = house.files(beta, make.site(destination(HERE, 90.0, 100.0), name="Bureau", kind="SITE_OFFICE"))
    house.turn(timedelta(minutes=2))
    assert "Maison" in words(house.desk.get(f"/desk/sites/{beside}"))
    for address in ("/desk/sites", "/desk/sites?list=doubt", f"/desk/sites/{beside}"):
        page = house.head_desk.get(address)
        assert page.status_code == 200
        assert "Maison" not in words(page)
        assert secret not in page.text
    assert house.head_desk.get(f"/desk/sites/{secret}").status_code == 404
    for name in ("take", "verify", "return", "suspend", "resume", "settle"):
        assert act(house, secret, name, house.head_desk, method="gps").status_code == 404
    assert state(house, secret) == "site_submitted"


def test_the_case_page_says_why_nothing_of_an_unverified_site_may_be_told(house):
    reference = house.files(house.ngo, make.site(HERE))
    house.files(house.g9, make.patrol(destination(HERE, 90.0, 900.0), "10 Dec 10:00-12:00", kind="TOB"))
    page = house.desk.get(house.url())
    assert "not verified" in words(page)
    assert "ask-mission" not in page.text
    assert act(house, reference, "take", method="gps").status_code == 303
    assert act(house, reference, "verify", method="gps").status_code == 303
    page = house.desk.get(house.url())
    assert "ask-mission" in page.text
    assert "2200" not in page.text


def test_the_mission_finds_no_page_of_sites(house):
    reference = house.files(house.ngo, make.site(HERE, name="Camp des acacias"))
    browser = house.browser(house.g9)
    for address in ("/sites", f"/sites/{reference}", "/desk/sites", f"/desk/sites/{reference}", "/plans", "/"):
        page = browser.get(address)
        assert "acacias" not in page.text
        assert reference not in page.text


def test_a_site_that_cannot_be_read_hides_no_other(house):
    reference = house.files(house.ngo, make.site(HERE))
    other = house.files(house.ngo, make.site("Koro", name="Autre"))
    house.damage(reference)
    page = house.desk.get("/desk/sites")
    assert page.status_code == 200
    assert reference in page.text
    assert other in page.text
    assert house.desk.get(f"/desk/sites/{reference}").status_code == 200
    owner = house.browser(house.ngo).get("/sites")
    assert owner.status_code == 200
    assert other in owner.text
    assert house.desk.get(f"/desk/sites/{other}").status_code == 200
    assert len(house.cases()) == 1  # somebody must look


def test_a_word_of_the_owner_on_an_old_verification_brings_it_back_to_the_desk(house):
    reference = house.files(house.ngo, make.site(HERE))
    act(house, reference, "take", method="gps")
    act(house, reference, "verify", method="gps")
    house.desk.get("/desk/sites")  # what the two acts said stands over one page
    assert reference not in house.desk.get("/desk/sites").text
    with house.app.app_context(), transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == reference)).one()
        item.site.verified_at = house.now - timedelta(days=60)
    house.browser(house.ngo).post(f"/sites/{reference}/confirm", data={"version": "1"})
    assert reference in house.desk.get("/desk/sites").text


def test_versions_show_what_changed(house):
    site = make.site(HERE)
    reference = house.files(house.ngo, site)
    house.amends(house.ngo, reference, replace(site, radius_m=444))
    page = words(house.desk.get(f"/desk/sites/{reference}"))
    assert "444 m" in page
    assert "100 m" in page


def test_the_owner_of_a_site_that_is_asked_is_led_to_the_site(house):
    reference = house.files(house.ngo, make.site(HERE))
    house.files(house.g9, make.patrol(destination(HERE, 90.0, 900.0), "10 Dec 10:00-12:00", kind="TOB"))
    house.acts("take")
    assert house.acts("ask", side="humanitarian", ask="call_desk").status_code == 303
    house.turn()
    page = house.browser(house.ngo).get(f"/requests/{house.case.humanitarian_reference}")
    assert page.status_code == 200
    assert f"/sites/{reference}/amend" in page.text
    assert "2200" not in page.text
