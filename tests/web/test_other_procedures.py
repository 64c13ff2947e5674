"""The list of what is not handled here, on each movement: cercles on its way by name, ticked by its owner; it stops nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import kesh
import make
import pytest
from deskhouse import DeskHouse
from pages import words
from sqlalchemy import func, select

from deconflict.domain import roles
from deconflict.domain.other_procedures import cercles_on_way, lines_of
from deconflict.store.base import db
from deconflict.store.items import DueMark, Item
from deconflict.store.other_procedures import OtherProcedureTick

HEADING = "Other procedures, not handled here"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def journey(start="Mopti", end="Douentza"):
    return make.journey(start, end, "10 Dec 06:30-12:00")


def listed(page):
    return words(page).partition(HEADING)[2].partition("Keep the ticks")[0]


def test_the_cercles_on_the_way_are_named_in_their_order_and_by_air_those_of_the_stops(mission):
    stops = journey("Bankass", "Gao").stops
    by_road = list(cercles_on_way(mission, stops, "road").values())
    assert by_road[0] == "Bankass"
    assert by_road[-1] == "Gao"
    assert "Douentza" in by_road[1:-1]
    assert len(by_road) == len(set(by_road))
    assert list(cercles_on_way(mission, stops, "air").values()) == ["Bankass", "Gao"]


def test_each_procedure_applies_as_the_profile_says(mission):
    stops = journey().stops
    codes = {mode: [line.procedure.code for line in lines_of(mission, stops, mode)] for mode in ("road", "air")}
    assert {"state", "trip"} == set(codes["road"])
    assert {"state", "trip", "unhas"} == set(codes["air"])
    assert codes["road"].count("state") == len(cercles_on_way(mission, stops, "road")) > 1


def test_another_country_has_its_own_and_one_without_has_none(tmp_path, mission):
    other = kesh.kesh(tmp_path / "kesh")
    assert [one.code for one in other.other_procedures] == ["harbour"]
    assert lines_of(replace(mission, other_procedures=()), journey().stops, "road") == []


def test_the_owner_ticks_and_takes_back_and_the_page_says_when_and_by_whom(house):
    reference = house.files(house.ngo, journey())
    own = house.browser(house.ngo)
    said = listed(own.get(f"/notices/{reference}"))
    assert "cercle Mopti" in said
    assert "cercle Douentza" in said
    assert "TRIP" in said
    assert "UNHAS" not in said
    assert "done:" not in said
    url = f"/notices/{reference}/other-procedures"
    state = next(key for key in keys(own, reference) if key.startswith("state:"))
    assert own.post(url, data={"done": [state, "trip:"]}).status_code == 303
    assert listed(own.get(f"/notices/{reference}")).count(", Awa") == 2
    own.post(url, data={"done": ["trip:"]})
    assert listed(own.get(f"/notices/{reference}")).count(", Awa") == 1
    with house.app.app_context():
        assert db.session.scalars(select(OtherProcedureTick.code)).all() == ["trip"]


def keys(browser, reference):
    page = browser.get(f"/notices/{reference}").text.partition(HEADING)[2]
    return [piece.partition('"')[0] for piece in page.split('name="done" value="')[1:]]


def test_it_stops_nothing_and_moves_nothing(house):
    reference = house.files(house.ngo, journey())
    own = house.browser(house.ngo)
    with house.app.app_context():
        before = db.session.execute(select(Item.state, Item.version).where(Item.reference == reference)).one()
    own.post(f"/notices/{reference}/other-procedures", data={"done": ["trip:", "no such:", "state:ML99", "unhas:"]})
    with house.app.app_context():
        assert db.session.execute(select(Item.state, Item.version).where(Item.reference == reference)).one() == before
        assert db.session.scalar(select(func.count()).select_from(DueMark)) == 0
        assert db.session.scalars(select(OtherProcedureTick.code)).all() == [
            "trip"
        ]  # what is not on its list is not kept


def test_nobody_but_its_owner_ticks_or_reads_it(house):
    reference = house.files(house.ngo, journey())
    own = house.browser(house.ngo)
    own.post(f"/notices/{reference}/other-procedures", data={"done": ["trip:"]})
    badenya = house.browser(house.make_account(roles.FOCAL_POINT, organisation="Association Badenya"))
    for browser in (badenya, house.browser(house.g9), house.desk):
        answer = browser.post(f"/notices/{reference}/other-procedures", data={"done": []})
        assert answer.status_code == 404
        assert browser.get(f"/notices/{reference}").status_code == 404
    assert HEADING not in words(house.desk.get(f"/desk/items/{reference}"))
    with house.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OtherProcedureTick)) == 1


def test_a_way_that_is_amended_lists_its_own_cercles_and_keeps_what_still_holds(house):
    reference = house.files(house.ngo, journey())
    own = house.browser(house.ngo)
    own.post(f"/notices/{reference}/other-procedures", data={"done": keys(own, reference)})
    house.amends(house.ngo, reference, journey("Mopti", "Bankass"))
    said = listed(own.get(f"/notices/{reference}"))
    assert "cercle Douentza" not in said
    assert "cercle Bankass" in said
    assert "done:" not in said.partition("cercle Bankass")[2].partition("TRIP")[0]
    assert "done:" in said.partition("cercle Mopti")[2].partition(", cercle ")[0]


def test_a_cancelled_one_has_no_list_and_ticks_go_with_the_exact_hours(house):
    reference = house.files(house.ngo, journey())
    own = house.browser(house.ngo)
    own.post(f"/notices/{reference}/other-procedures", data={"done": ["trip:"]})
    for _n in range(12):
        house.turn(timedelta(days=2))
    assert HEADING not in words(own.get(f"/notices/{reference}"))
    with house.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OtherProcedureTick)) == 0


def test_no_word_of_it_sounds_like_a_permission(mission):
    for one in mission.other_procedures:
        said = " ".join([*one.label.values(), *one.why.values()]).lower()
        assert not any(word in said for word in ("clear", "authoris", "autoris", "approv", "grant", "permis"))
