"""The map of a case by the hour, and the timeline: true to the plans, without script, readable aloud, and for officers alone."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import make
import pytest
from deskhouse import DeskHouse
from pages import words

from deconflict.domain.filing import Level, MissionPlan

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def roads(house):
    """A convoy to Bandiagara, and one of the mission that leaves twenty minutes after it."""
    convoy = make.journey("Mopti", "Bandiagara", "10 Dec 06:50-09:20")
    house.files(house.ngo, make.journey("Mopti", "Bandiagara", "10 Dec 06:30-09:00"))
    house.files(house.g9, MissionPlan(kind="LOG_CONVOY", level=Level.REDACTED, stops=convoy.stops))
    return house


def drawing(page, name):
    found = re.search(rf'<svg [^>]*class="{name}".*?</svg>', page.text, re.DOTALL)
    assert found, "there is no drawing"
    return ET.fromstring(found[0])


def shown(page):
    return page.text.partition('id="shown"')[2].partition("</div>")[0]


def test_the_map_opens_at_the_closest_approach_and_says_in_words_where_both_are(house):
    house.meet()
    page = house.desk.get(house.url("map"))
    said = words(page)
    assert re.search(r"Humanitarian: stays, \d+ m SW of Bankass", said)
    assert re.search(r"Mission: stays, .*of Bankass", said)
    assert "1.4 km from point to point" in said


def test_earlier_and_later_are_links_that_need_no_script(roads):
    page = roads.desk.get(roads.url("map"))
    later = re.search(r'href="([^"]*)">Later</a>', page.text)[1].replace("&amp;", "&")
    then = roads.desk.get(later)
    assert then.status_code == 200
    assert shown(then) != shown(page)
    last = int(re.search(r'max="(\d+)"', page.text)[1])
    over = words(roads.desk.get(f"{roads.url('map')}?n={last}"))
    assert re.search(r"over, ended .*Bandiagara", over)
    first = words(roads.desk.get(f"{roads.url('map')}?n=0"))
    assert "not left yet" in first
    assert "Earlier" not in first.partition("Show this moment")[2].partition("Later")[0]


@pytest.mark.parametrize("n", ["-5", "99999", "x", "", "1e9"])
def test_a_moment_that_is_none_shows_the_nearest_that_is(house, n):
    house.meet()
    assert house.desk.get(f"{house.url('map')}?n={n}").status_code == 200


def test_the_reach_of_the_worst_rule_is_drawn_around_both_and_said(house):
    house.meet()
    page = house.desk.get(house.url("map"))
    assert len(drawing(page, "map").findall(f"{SVG}circle[@class='map-reach']")) == 2
    assert "worst rule looks around what each holds, 2 km" in words(page)
    whole = house.desk.get(f"{house.url('map')}?close=0")
    assert "Only around where they are nearest" in whole.text


def test_both_markers_are_told_apart_without_colour(house):
    house.meet()
    drawn = drawing(house.desk.get(house.url("map")), "map")
    assert len(drawn.findall(f"{SVG}circle[@class='map-here']")) == 1
    assert len(drawn.findall(f"{SVG}rect[@class='map-here']")) == 1


def test_an_address_of_the_map_names_neither_place_nor_hour(roads):
    links = re.findall(r'href="(/desk/[^"]*map[^"]*)"', roads.desk.get(roads.url("map")).text)
    assert links
    assert all(re.fullmatch(r"/desk/\w{5}/map(\?(n=\d+|close=0)(&amp;(n=\d+|close=0))?)?", link) for link in links), (
        links
    )


# ---- timeline --------------------------------------------------------------------------------------------------------------


def test_the_timeline_is_told_in_words_and_marks_now_and_the_last_moment_to_reach_each(house):
    house.meet()
    page = house.desk.get(house.url())
    drawn = drawing(page, "timeline")
    assert "Timeline of both sides" in drawn.find(f"{SVG}title").text
    assert "Humanitarian: Tue 10 Dec 09:00 to Tue 10 Dec 15:00." in drawn.find(f"{SVG}desc").text
    said = words(page)
    assert "Humanitarian: last moment to reach it: Tue 10 Dec 09:00" in said
    assert "Mission: last moment to reach it: Tue 10 Dec 13:00" in said
    assert "now: " in said


def test_slack_that_was_filed_and_slack_that_is_assumed_have_textures_of_their_own(house):
    house.meet()
    drawn = drawing(house.desk.get(house.url()), "timeline")
    fills = {each.get("fill", "")[:6] for each in drawn.iter(f"{SVG}rect")}
    assert "url(#a" in fills
    texts = [each.text for each in drawn.iter(f"{SVG}text")]
    assert "Mission" in texts
    assert not [each for each in drawn.iter() if each.get("style")]


def test_a_clock_of_an_asked_side_stands_on_the_timeline(house):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    said = words(house.desk.get(house.url()))
    assert "Desk of the mission: acknowledgement due" in said
    assert "Unit: acknowledgement due" in said


def test_of_what_cannot_be_read_no_timeline_is_drawn_and_the_page_stands(house):
    notice, plan = house.meet()
    house.damage(notice)
    house.damage(plan)
    for case in house.cases():
        page = house.desk.get(f"/desk/{case.reference}")
        assert page.status_code == 200
        assert 'class="timeline"' not in page.text or "Both journeys" not in page.text


def test_neither_map_nor_timeline_exists_for_a_party_or_of_a_sensitive_case_for_the_head_of_sub_office(house):
    house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    assert house.desk.get(house.url("map")).status_code == 200
    for browser in (house.head_desk, house.browser(house.ngo), house.browser(house.g9)):
        assert browser.get(house.url("map")).status_code == 404
