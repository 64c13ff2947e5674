"""A page of the desk that stays open: it asks for a mark and gets no content, and keeps nobody signed in."""

from __future__ import annotations

import re
from datetime import timedelta

import make
import pytest
import time_machine
from deskhouse import DeskHouse
from pages import words

from deconflict import IDLE

PULSE = "/desk/pulse"
BY_ITSELF = {"X-By-Itself": "1"}


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def mark_on(page):
    return re.search(r'id="live"[^>]* data-tag="(\w{20})"', page.text)[1]


def asks(house, address, mark, browser=None):
    answer = (browser or house.desk).get(address, headers=BY_ITSELF | {"If-None-Match": f'"{mark}"'})
    assert answer.data == b""
    return answer


def test_the_queue_is_as_it_was_until_something_moves(house):
    house.meet()
    mark = mark_on(house.desk.get("/desk"))
    assert asks(house, PULSE, mark).status_code == 304
    house.other_desk.post(house.url("take"), data={"round": "1"})
    answer = asks(house, PULSE, mark)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{mark_on(house.desk.get("/desk"))}"'


def test_a_clock_that_runs_out_changes_the_mark_though_nobody_did_anything(house):
    house.meet()
    mark = mark_on(house.desk.get("/desk"))
    house.now += timedelta(hours=1)
    assert asks(house, PULSE, mark).status_code == 200


def test_one_mark_answers_for_every_filter_and_for_nobody_else(house):
    house.meet()
    marks = {mark_on(house.desk.get(f"/desk{query}")) for query in ("", "?area=GAO", "?blind=1", "?apart=1")}
    assert len(marks) == 1
    assert mark_on(house.other_desk.get("/desk")) not in marks


def test_a_case_is_as_it_was_until_it_moves(house):
    notice, _plan = house.meet()
    mark = mark_on(house.desk.get(house.url()))
    pulse = house.url("pulse")
    assert asks(house, pulse, mark).status_code == 304
    house.amends(house.ngo, notice, make.distribution("Bankass", "10 Dec 08:00-14:00"))
    moved = asks(house, pulse, mark)
    assert moved.status_code == 200
    assert moved.headers["ETag"] == f'"{mark_on(house.desk.get(house.url()))}"'


def test_what_does_not_exist_for_an_officer_has_no_mark_and_moves_none(house):
    mark = mark_on(house.head_desk.get("/desk"))
    house.meet(kind="PROT_MON")
    assert asks(house, PULSE, mark, house.head_desk).status_code == 304
    assert house.head_desk.get(house.url("pulse")).status_code == 404
    assert house.desk.get("/desk/ZZZZZ/pulse").status_code == 404


@pytest.mark.parametrize("address", ["/desk", PULSE])
def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(house, address):
    """A quarter of an hour after the last press the session is over, however often the open page has asked."""
    with time_machine.travel(house.now, tick=False) as clock:
        browser = house.browser(house.colleague)
        assert browser.get("/desk").status_code == 200
        for _ in range(3):
            clock.shift(IDLE / 4)
            answer = browser.get(address, headers=BY_ITSELF)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
        clock.shift(IDLE / 4 + timedelta(seconds=2))
        assert browser.get(address, headers=BY_ITSELF).status_code == 303
        assert browser.get("/desk").status_code == 303


def test_a_press_starts_the_idle_time_again(house):
    with time_machine.travel(house.now, tick=False) as clock:
        browser = house.browser(house.colleague)
        for _ in range(4):
            clock.shift(IDLE / 2)
            assert browser.get("/desk").status_code == 200


def test_without_scripts_the_page_says_of_when_it_is_and_loads_again_as_it_was_asked_for(house):
    house.meet()
    page = house.desk.get("/desk?severity=critical")
    assert "as of Sat 7 Dec 06:00" in words(page)
    assert re.search(r'href="/desk\?severity=critical">Load it again</a>', page.text)
    for folded in ("desk-stale", "desk-ended"):
        assert re.search(rf'id="{folded}"[^>]* hidden', page.text), folded


def test_the_title_of_the_blind_list_tells_a_passer_by_nothing(house):
    house.meet()
    page = house.desk.get("/desk?blind=1").text
    assert re.search(r"<title>\s*Cases - ", page)
    assert "data-list" in page, "it is kept up to date like the other"
