"""What somebody filed, on one page with a map, a calendar and who has seen it: everything of his own, nothing of the other side."""

from __future__ import annotations

import re
from datetime import timedelta

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from make_rows import copies
from pages import statements, words
from planted import plain
from sqlalchemy import select
from weights import sent

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.services.taking_out import note_taken_out
from deconflict.store.base import db
from deconflict.store.cases import Request

PAGES = ("/ours", "/ours/map", "/ours/calendar", "/ours/calendar?week=2019-12-10")
PAGE_BYTES = 20_000


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def ngo(house):
    return house.browser(house.ngo)


@pytest.fixture
def g9(house):
    return house.browser(house.g9)


def test_each_side_finds_what_it_filed_in_the_list_on_the_map_and_in_the_week(house, ngo, g9):
    notice, plan = house.meet()
    for browser, own, other, whose in ((ngo, notice, plan, "notices"), (g9, plan, notice, "plans")):
        for path in ("/ours", "/ours/map", "/ours/calendar?week=2019-12-10"):
            page = browser.get(path)
            assert page.status_code == 200, page.text
            assert f'href="/{whose}/{own}"' in page.text, path
            assert other not in page.text
        assert own in re.search(r"<svg.*?</svg>", browser.get("/ours/map").text, re.DOTALL)[0]


def seen_by(browser, reference):
    page = browser.get(f"/ours/{reference}")
    assert page.status_code == 200
    return page


def test_before_a_side_is_asked_its_pages_hold_nothing_of_the_other_nor_of_the_case(house, ngo, g9):
    notice, plan = house.meet()
    house.acts("take")
    case = house.case
    hidden = {case.reference, case.humanitarian_reference, case.mission_reference, "R01a", "critical"}
    for browser, own, other, more in (
        (ngo, notice, plan, {"PAT_LONG", "Long-range", "Lars", "Oumou"}),
        (g9, plan, notice, {"DIST_FOOD", "ONG Alpha", "Awa", "Oumou"}),
    ):
        for path in (*PAGES, f"/ours/{own}"):
            text = browser.get(path).text.partition("<main")[2]
            for word in hidden | more | {other}:
                assert word not in text, (path, word)


def test_nobody_else_finds_an_item_under_these_pages(house, ngo, g9, make_account):
    notice, plan = house.meet()
    other = house.browser(make_account(roles.FOCAL_POINT, organisation="Association Badenya"))
    for browser, reference in ((g9, notice), (other, notice), (ngo, plan), (ngo, "ZZZZZ"), (house.desk, notice)):
        assert browser.get(f"/ours/{reference}").status_code == 404
    assert house.desk.get("/ours").status_code == 404
    assert notice not in other.get("/ours").text


def test_what_waits_stands_on_top_and_is_answered_with_one_press(house, ngo):
    notice, _plan = house.meet()
    assert "Nothing waits for your answer." in words(ngo.get("/ours"))
    house.acts("ask", side="humanitarian", ask="avoid_place")
    house.turn()
    page = ngo.get("/ours")
    top = page.text.partition("<table")[0]
    assert f"/requests/{house.case.humanitarian_reference}" in top
    assert "Bankass" in top
    assert f"about your {notice}" in words(page)
    forms = re.findall(r'<form method="post" action="(/requests[^"]*)">(.*?)</form>', top, re.DOTALL)
    assert [action.rpartition("/")[2] for action, _form in forms] == ["answer", "acknowledge"]
    for action, form in forms:
        hidden = dict(re.findall(r'name="(request|alert)" value="([^"]*)"', form))
        pressed = re.search(r'name="answer" value="(accept|received)"', form)[1]
        assert ngo.post(action, data=hidden | {"answer": pressed}).status_code == 303
    assert "Nothing waits for your answer." in words(ngo.get("/ours"))
    assert "accepted" in {request.state for request in requests_of(house)}


def requests_of(house):
    with house.app.app_context():
        return list(db.session.scalars(select(Request)))


def test_that_the_desk_read_it_is_told_by_function_and_version_and_never_by_name(house, ngo):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    assert "Nobody at the desk has said yet" in words(seen_by(ngo, notice))
    assert house.desk.post(f"/desk/items/{notice}/read", data={"version": "1"}).status_code == 303
    said = words(seen_by(ngo, notice))
    assert "Read at the desk version 1 CMCoord officer" in said
    assert "Oumou" not in said
    house.head_desk.post(f"/desk/items/{notice}/return", data={"version": "1", "code": "time"})
    assert "Given back to be mended version 1 Head of OCHA sub-office" in words(seen_by(ngo, notice))


def test_a_file_that_the_desk_took_out_is_told_with_its_code(house, ngo):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    later = house.files(house.ngo, make.distribution("Koro", "11 Dec 09:00-15:00"))
    with house.app.app_context():
        code = note_taken_out(
            house.officer.audience, "humanitarian", "movement", "csv", [notice], past=False, now=house.now
        )
    assert code in words(seen_by(ngo, notice))
    assert code not in words(seen_by(ngo, later))


def test_how_often_officers_open_it_changes_nothing(house, ngo):
    notice, _plan = house.meet()
    before = {path: plain(ngo.get(path)) for path in (*PAGES, f"/ours/{notice}")}
    for browser in (house.desk, house.other_desk, house.head_desk):
        browser.get(f"/desk/items/{notice}")
        browser.get(house.url())
    assert {path: plain(ngo.get(path)) for path in before} == before


def test_what_the_other_side_was_told_stands_there_once_this_side_was_asked_in_the_same_round(house, ngo, g9):
    notice, plan = house.meet()
    quiet = plain(seen_by(ngo, notice))
    house.acts("ask", side="mission", ask="avoid_place")
    assert len(requests_of(house)) == 1
    assert plain(seen_by(ngo, notice)) == quiet
    assert 'class="facts"' not in seen_by(g9, plan).text  # the humanitarian side was told nothing
    house.acts("ask", side="humanitarian", ask="change_time")
    for browser, own, hidden in ((ngo, notice, plan), (g9, plan, notice)):
        page = seen_by(browser, own)
        assert page.text.count('class="facts"') == 1
        assert "Bankass" in words(page)
        assert hidden not in page.text
    assert "Not to be at this place" in words(seen_by(ngo, notice))
    assert "To change its times" in words(seen_by(g9, plan))


def test_what_was_told_in_another_round_is_not(house, ngo):
    """The patrol moved and meets the team elsewhere: what the mission is told of that would say where the patrol is now."""
    notice, plan = house.meet()
    house.acts("ask", side="humanitarian", ask="avoid_place")
    house.amends(house.g9, plan, make.patrol(NEAR_BANKASS, "10 Dec 09:00-15:30", level=Level.REDACTED))
    before = plain(seen_by(ngo, notice))
    assert house.case.round == 2
    house.acts("ask", side="mission", ask="avoid_place")
    assert [request.round for request in requests_of(house)] == [1, 2]
    assert plain(seen_by(ngo, notice)) == before


def test_long_lists_are_paged_light_and_asked_for_in_as_few_questions(house, ngo):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    few = {path: statements(house.app, ngo, path) for path in PAGES}
    copies(house.app, notice, 400)
    for path in PAGES:
        page = ngo.get(path)
        assert len(page.data) < 60_000, path
        assert sent(page.data) < PAGE_BYTES, path
        assert statements(house.app, ngo, path) <= few[path] + 2, path
    assert ngo.get("/ours").text.count('<th scope="row">') == 20
    assert ngo.get("/ours?page=20").text.count('<th scope="row">') == 1
    assert "381 more" in words(ngo.get("/ours"))


def test_who_has_filed_nothing_is_told_what_to_do(ngo, g9):
    for browser, form in ((ngo, "/notices/new"), (g9, "/plans/new")):
        for path in PAGES:
            page = browser.get(path)
            assert f'href="{form}"' in page.text.partition("<main")[2], path
            assert "<table" not in page.text


def test_the_week_names_the_half_days_rounded_outward(house, ngo):
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 11:00-19:00"))
    early = house.files(house.ngo, make.distribution("Koro", "12 Dec 02:00-03:00"))
    page = ngo.get("/ours/calendar?week=2019-12-12").text
    rows = re.findall(r'<th scope="row">(\w+ \d+ \w+).*?</th>(.*?)</tr>', page, re.DOTALL)
    held = {
        day: [bool(re.search("mono", cell)) for cell in re.findall("<td.*?</td>", cells, re.DOTALL)]
        for day, cells in rows
    }
    assert held["Tue 10 Dec"] == [True, True, True]
    assert held["Wed 11 Dec"] == [False, False, True]  # the night of the 11th goes on until six
    assert held["Thu 12 Dec"] == [False, False, False]
    assert early in page
    assert "9 to 15 December 2019" in words(ngo.get("/ours/calendar?week=2019-12-12"))


@pytest.mark.parametrize("asked", ["", "yesterday", "2019-12-01", "1066-10-14", "2099-01-01", "2019-13-40"])
def test_a_week_that_nobody_can_ask_for_is_this_one(house, ngo, asked):
    assert words(ngo.get(f"/ours/calendar?week={asked}")) == words(ngo.get("/ours/calendar"))


def test_one_that_cannot_be_read_hides_no_other(house, ngo):
    spoilt = house.files(house.ngo, make.distribution("Koro", "11 Dec 09:00-15:00"))
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.damage(spoilt)
    for path in ("/ours", "/ours/map", "/ours/calendar?week=2019-12-10"):
        said = ngo.get(path)
        assert f"{spoilt} cannot be shown" in words(said)
        assert f"/notices/{notice}" in said.text
    assert ngo.get(f"/ours/{spoilt}").status_code == 422


def test_a_sector_s_desk_finds_its_own_sector_alone(house, make_account):
    plan = house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    found = {
        sector.code: plan
        in house.browser(make_account(roles.CIMIC, organisation="Mission", scope=sector.code)).get("/ours").text
        for sector in house.mission.sectors
    }
    assert sum(found.values()) == 1


def test_what_is_over_leaves_the_page(house, ngo):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    assert notice in ngo.get("/ours").text
    house.now += timedelta(days=4)
    assert notice not in ngo.get("/ours").text


def test_titles_say_neither_place_nor_day(house, ngo):
    notice, _plan = house.meet()
    for path in (*PAGES, f"/ours/{notice}"):
        title = re.search(r"<title>(.*?)</title>", ngo.get(path).text, re.DOTALL)[1]
        assert not re.search(rf"Bankass|2019|{notice}", title)
