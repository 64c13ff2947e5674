"""Everything ahead, for the desk: what both sides filed by half-day, and for nobody else."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from make_rows import copies
from pages import statements, words
from sqlalchemy import select
from weights import sent

from deconflict.domain import roles
from deconflict.domain.activity import OPEN_END
from deconflict.domain.filing import Level, MissionPlan, Stop
from deconflict.domain.zone import POLYGON, Zone
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.web.ahead import IN_ONE_CELL
from deconflict.web.ahead_map import FEW

DAY = "/desk/ahead?day=2019-12-10"
WEEK = "/desk/ahead/week?day=2019-12-09"  # the first of its seven days
PAGE_BYTES = 20_000


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def table(page):
    """Rows of the page's table as lists of words, by the name of their place."""
    rows = re.findall(r'<tr[^>]*><th scope="row">(.*?)</th>(.*?)</tr>', page.text, re.DOTALL)
    plain = [
        [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<td.*?</td>", cells, re.DOTALL)]
        for _n, cells in rows
    ]
    return {
        re.sub(r"<[^>]+>", " ", name).split("(")[0].strip(): cells
        for (name, _c), cells in zip(rows, plain, strict=True)
    }


def drawn(page):
    found = re.search(r"<svg.*?</svg>", page.text, re.DOTALL)
    return found[0] if found else ""


def test_both_sides_stand_on_the_map_of_a_day_and_in_its_table_linked_to_their_pages(house):
    notice, plan = house.meet()
    page = house.desk.get(DAY)
    assert page.status_code == 200
    for reference in (notice, plan):
        assert page.text.count(f'href="/desk/items/{reference}"') == 2
        assert reference in drawn(page)
    assert "Humanitarian: 1. Mission: 1. Both sides in 1 place." in words(page)
    assert "both sides" in words(page)


def test_a_half_day_holds_what_is_there_in_it_alone(house):
    notice, plan = house.meet()
    for half, there in (("morning", {notice}), ("afternoon", {notice, plan}), ("night", set())):
        page = house.desk.get(f"{DAY}&half={half}").text.partition("<main")[2]
        assert {reference for reference in (notice, plan) if reference in page} == there, half


def test_a_week_counts_each_side_by_half_day_and_frames_where_both_are(house):
    house.meet()
    page = house.desk.get(WEEK)
    (cells,) = table(page).values()
    assert len(cells) == 22
    assert [" ".join(cell) for cell in cells[3:6]] == ["H1", "H1 M1", ""]
    assert page.text.count('<td class="both">') == 1
    link = re.search(r'<td class="both"><a href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert link.startswith("/desk/ahead?day=2019-12-10")
    assert "half=afternoon" in link
    assert house.desk.get(urljoin(WEEK, link)).status_code == 200


def test_the_busiest_place_stands_first_and_one_item_counts_once(house):
    house.files(house.ngo, make.distribution("Koro", "10 Dec 09:00-15:00"))
    house.meet()
    assert list(table(house.desk.get(WEEK))) == ["Bankass", "Koro"]


def test_layers_kinds_and_areas_keep_what_they_name(house):
    notice, plan = house.meet()
    far = house.files(house.g9, make.patrol("Kidal", "10 Dec 13:00-16:00"))
    for asked, there in (
        ("", {notice, plan, far}),
        ("&layer=movement", {notice}),
        ("&layer=patrol", {plan, far}),
        ("&layer=site&layer=avoid", set()),
        ("&kind=DIST_FOOD", {notice}),
        ("&area=MOPTI", {notice, plan}),
        ("&area=KIDAL&layer=patrol", {far}),
        ("&area=NOWHERE&kind=NONE&layer=none&half=noon", {notice, plan, far}),
    ):
        page = house.desk.get(DAY + asked).text.partition("<main")[2]
        assert {reference for reference in (notice, plan, far) if reference in page} == there, asked


def test_an_officer_of_an_area_begins_with_it_and_the_head_of_office_with_all(house, make_account):
    far = house.files(house.g9, make.patrol("Kidal", "10 Dec 13:00-16:00"))
    of_mopti = house.browser(make_account(roles.CMCOORD, scope="MOPTI"))
    assert far not in of_mopti.get(DAY).text
    assert far in of_mopti.get(f"{DAY}&area=all").text
    assert far in house.browser(make_account(roles.OCHA_HEAD, scope="MOPTI")).get(DAY).text


def test_what_is_sensitive_is_on_no_map_and_in_no_number_of_whoever_may_not_see_it(house):
    empty = [words(house.head_desk.get(path)) for path in (DAY, WEEK)]
    notice = house.files(
        house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY)
    )
    assert [words(house.head_desk.get(path)) for path in (DAY, WEEK)] == empty
    assert notice in house.desk.get(DAY).text
    assert "H1" in words(house.desk.get(WEEK))


@pytest.mark.parametrize("role", sorted(roles.ALL - roles.OFFICERS))
def test_nobody_else_has_these_pages(house, make_account, role):
    browser = house.browser(make_account(role))
    assert [browser.get(path).status_code for path in (DAY, WEEK)] == [404, 404]


def test_that_somebody_looked_is_written_down_with_what_was_named(house):
    notice, plan = house.meet()
    house.desk.get(f"{DAY}&half=afternoon")
    house.desk.get(WEEK)
    with house.app.app_context():
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.noun == "ahead").order_by(AuditEntry.id)).all()
        ids = {row.reference: row.id for row in db.session.scalars(select(Item))}
        said = [(entry.actor_id, entry.detail) for entry in entries]
    officer = house.officer.person_id
    day, week = (detail for _by, detail in said)
    assert {by for by, _detail in said} == {officer}
    assert (day["day"], day["half"], sorted(day["ids"])) == (
        "2019-12-10",
        "afternoon",
        sorted([ids[notice], ids[plan]]),
    )
    assert week["ids"] == []


def test_many_are_numbers_on_the_map_and_more_than_fit_are_said(house):
    notice, _plan = house.meet()
    copies(house.app, notice, 400)
    page = house.desk.get(DAY)
    assert notice not in drawn(page)
    assert ">401<" in drawn(page)
    assert f"and {401 - IN_ONE_CELL} more" in words(page)
    for path in (DAY, WEEK, f"{DAY}&half=morning"):
        answer = house.desk.get(path)
        assert len(answer.data) < 60_000
        assert sent(answer.data) < PAGE_BYTES
        assert statements(house.app, house.desk, path) < 15
    assert FEW < 400


def test_what_moves_between_its_stops_is_named_as_on_its_way(house):
    away = house.files(house.ngo, make.journey("Mopti", "Bankass", "10 Dec 08:00-20:00"))
    page = words(house.desk.get(f"{DAY}&half=afternoon"))
    assert away in page.partition("On the way")[2]


def test_sites_stand_on_every_day_and_are_told_apart(house):
    site = house.files(house.ngo, make.site(NEAR_BANKASS, name="Camp"))
    page = house.desk.get(DAY)
    assert f'href="/desk/sites/{site}"' in page.text
    assert "and 1 site" in words(page)
    assert 'class="map-sites"' in drawn(page)
    assert house.desk.get(f"{DAY}&layer=movement").text.count(site) == 0


def test_one_that_cannot_be_read_is_named_and_hides_no_other(house):
    notice, plan = house.meet()
    house.damage(plan)
    page = words(house.desk.get(DAY))
    assert notice in page
    assert "Cannot be read: call the owner." in page.partition(plan)[2]
    house.damage(notice)  # whatever it was, it may have been sensitive
    assert notice not in house.head_desk.get(DAY).text


def test_what_is_over_or_cancelled_is_not_ahead(house):
    notice, _plan = house.meet()
    house.ngo_browser = house.browser(house.ngo)
    house.ngo_browser.post(f"/notices/{notice}/cancel", data={"reason": "the road is cut"})
    assert notice not in house.desk.get(DAY).text


@pytest.mark.parametrize("asked", ["", "2019-12-01", "tomorrow", "3000-01-01", "2019-99-99"])
def test_a_day_that_nobody_can_ask_for_is_today(house, asked):
    assert words(house.desk.get(f"/desk/ahead?day={asked}")) == words(house.desk.get("/desk/ahead"))
    assert "Saturday 7 December 2019" in words(house.desk.get(f"/desk/ahead?day={asked}"))


def test_the_slider_chooses_the_same_day_and_keeps_what_else_was_asked(house):
    notice, plan = house.meet()
    page = house.desk.get("/desk/ahead?n=3&area=all&layer=patrol")
    assert "Tuesday 10 December 2019" in words(page)
    assert plan in page.text
    assert notice not in page.text
    slider = re.search(r"<form[^>]*data-moments.*?</form>", page.text, re.DOTALL)[0]
    assert 'value="3" aria-valuetext="Tuesday 10 December 2019"' in slider
    assert 'name="layer" value="patrol"' in slider
    for wrong in ("-1", "x", "99999", "367"):
        assert "Saturday 7 December 2019" in words(house.desk.get(f"/desk/ahead?n={wrong}"))


def test_titles_and_addresses_say_no_place(house):
    house.meet()
    for path in (DAY, WEEK):
        page = house.desk.get(path)
        title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]
        links = " ".join(re.findall(r'(?:href|action|src)="([^"]*)"', page.text))
        for planted in ("Bankass", "Alpha", "14.0", "3.51", "ML05"):
            assert planted not in title
            assert planted not in links


def test_paper_carries_numbers_and_neither_side_s_places(house):
    """RUL-14: what is not in a block for the screen is what a printer gets."""
    notice, plan = house.meet()
    for path in (DAY, WEEK):
        body = house.desk.get(path).text.partition("<main")[2]
        printed = body.partition('<div class="screen">')[0]
        for word in ("Bankass", notice, plan, "<svg"):
            assert word not in printed
        assert "Both sides in" in printed


def test_an_area_is_drawn_and_counted_for_as_long_as_it_holds(house):
    corners = [(14.0, -3.6), (14.2, -3.6), (14.2, -3.4), (14.0, -3.4)]
    begins, _end = make.span("10 Dec 06:00-07:00")
    stops = [Stop(make.fix(point)) for point in corners]
    stops[0] = replace(stops[0], arrive=make.exactly(begins), depart=make.exactly(OPEN_END))
    area = MissionPlan(kind="RANGE", level=Level.REDACTED, stops=tuple(stops), zone=Zone(POLYGON))
    reference = house.files(house.g9, area)
    page = house.desk.get(DAY)
    assert reference in drawn(page)
    assert reference in house.desk.get(f"{DAY}&layer=avoid").text
    assert reference in house.browser(house.g9).get("/ours/map").text
    (cells,) = table(house.desk.get(WEEK)).values()
    assert ["".join(cell) for cell in cells[:21]] == [""] * 3 + ["M1"] * 18
