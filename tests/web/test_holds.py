"""Keeping a case as evidence, ringing an owner, and what has been reduced, as the pages show and send it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import words

from deconflict.domain import roles
from deconflict.domain.filing import Level


@pytest.fixture
def house(app, mission, make_account, sign_in):
    house = DeskHouse(app, mission, make_account, sign_in)
    house.chief = house.browser(make_account(roles.OCHA_HEAD, name="Safi", language="en", function="head"))
    return house


def after(house, days):
    house.now += timedelta(days=days)
    for _turn in range(3):
        house.turn()


@pytest.mark.parametrize("what", ["case", "item"])
def test_two_people_keep_it_and_two_lift_it(house, what):
    notice, _plan = house.meet()
    url = house.url("hold") if what == "case" else f"/desk/items/{notice}/hold"
    assert url.encode() in house.desk.get(url.removesuffix("/hold")).data
    assert house.chief.post(url, data={"act": "ask", "reason": " "}).status_code == 422
    assert house.chief.post(url, data={"act": "ask", "reason": "enquiry of March"}).status_code == 303
    said = words(house.chief.get(url))
    assert "Asked by Safi : enquiry of March" in said
    assert "It stops the clocks for 7 days only, unless a second person joins." in said
    assert "I join: keep it" not in said
    assert "I join: keep it" in words(house.desk.get(url))
    refused = house.chief.post(url, data={"act": "confirm"})
    assert refused.status_code == 422
    assert "A second person at OCHA is needed: you asked for it yourself." in words(refused)
    assert house.desk.post(url, data={"act": "confirm"}).status_code == 303
    assert house.desk.post(url, data={"act": "confirm"}).status_code == 409
    assert "Joined by Oumou" in words(house.other_desk.get(url))
    assert house.desk.post(url, data={"act": "ask_lift", "reason": "x"}).status_code == 422
    assert house.chief.post(url, data={"act": "ask_lift", "reason": "enquiry over"}).status_code == 303
    assert "Until a second person agrees it is kept." in words(house.chief.get(url))
    assert house.other_desk.post(url, data={"act": "lift"}).status_code == 303
    assert "Lifted, Demba agreed" in words(house.desk.get(url))
    assert house.chief.post(url, data={"act": "purge"}).status_code == 404


def test_the_page_of_a_hold_exists_for_ocha_alone(house):
    notice, _plan = house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    for url in (house.url("hold"), f"/desk/items/{notice}/hold"):
        assert house.desk.get(url).status_code == house.chief.get(url).status_code == 200
        assert house.head_desk.get(url).status_code == 404  # a sensitive one does not exist for the sub-office
        assert house.head_desk.post(url, data={"act": "confirm"}).status_code == 404
        for party in (house.ngo, house.g9):
            assert house.browser(party).get(url).status_code in (403, 404)


def test_what_was_reduced_still_opens_everywhere_and_says_so(house):
    notice, plan = house.meet()
    assert house.acts("take").status_code == 303
    assert house.acts("ask", side="mission", ask="avoid_place").status_code == 303
    with house.app.app_context():
        reference = house.case.mission_reference
    after(house, 28)
    after(house, 2)  # a day after the case has lapsed at the latest: until then it may not have been told
    kept = "reduced to unit and week on Monday 6 January 2020"
    to_owner = "by unit and week by now"  # since when would tell him of a hold
    pages = {
        "case": house.desk.get(house.url()),
        "notice at the desk": house.desk.get(f"/desk/items/{notice}"),
        "plan at the desk": house.desk.get(f"/desk/items/{plan}"),
        "own notice": house.browser(house.ngo).get(f"/notices/{notice}"),
        "own plan": house.browser(house.g9).get(f"/plans/{plan}"),
        "own request": house.browser(house.g9).get(f"/requests/{reference}"),
    }
    for name, page in pages.items():
        assert page.status_code == 200, name
        assert words(page).count(kept) == (2 if name == "case" else 0 if name.startswith("own") else 1), name
        assert words(page).count(to_owner) == (1 if name.startswith("own") else 0), name
        assert "14.08" not in words(page)
        assert "13:00" not in words(page)
    case = words(pages["case"])
    assert "Where and when are reduced to unit and week since" in case
    assert "R01a" in case
    assert b"<svg" not in pages["case"].data
    assert "from Monday 9 December 2019, morning (06:00-12:00) to Sunday 15 December 2019" in words(
        pages["own request"]
    )
    for browser, url in (
        (house.desk, "/desk"),
        (house.desk, "/desk/ended"),
        (house.browser(house.ngo), "/notices"),
        (house.browser(house.g9), "/plans"),
        (house.browser(house.g9), "/requests"),
    ):
        assert browser.get(url).status_code == 200, url
    after(house, 800)
    assert house.desk.get(house.url()).status_code == 200
    assert house.browser(house.g9).get("/requests").status_code == 200


def test_an_officer_rings_an_owner_and_the_desk_shows_the_clock_and_the_silence(house):
    house.meet(level=Level.MATCH_ONLY, plan_level=Level.MATCH_ONLY)
    assert "Rung, no answer yet" in words(house.desk.get(house.url()))
    missing = house.acts("release", side="mission", answer="later")
    assert missing.status_code == 422
    form = {"side": "mission", "answer": "later", "release-mission-how": "rang Lars, he calls back"}
    assert house.acts("release", **form).status_code == 303
    said = words(house.desk.get(house.url()))
    assert "Noted: an answer is due by Sat 7 Dec 07:00. Nothing may be told before." in said
    for url in (house.url(), "/desk"):
        assert "Mission: rung for a one-off release, answer due in 1 h" in words(house.desk.get(url)), url
    assert "Owner rung for a one-off release: Mission , Oumou (rang Lars, he calls back)" in said
    house.turn(timedelta(minutes=61))
    for url in (house.url(), "/desk"):
        assert "no answer about a one-off release since Sat 7 Dec 06:00. Silence is no yes." in words(
            house.desk.get(url)
        ), url
    assert "Reminder: no answer about a one-off release" in words(house.desk.get(house.url()))
    assert house.acts("release", **(form | {"answer": "no"})).status_code == 303
    assert "Silence is no yes." not in words(house.desk.get("/desk"))


def test_at_the_full_level_the_officer_reads_before_it_goes_that_vehicles_are_told(house):
    house.meet(level=Level.FULL)
    shown = words(house.desk.get(house.url()))
    assert "Vehicles 2, Flag" in shown
    house.acts("take")
    house.acts("ask", side="mission", ask="avoid_place")
    with house.app.app_context():
        reference = house.case.mission_reference
    party = words(house.browser(house.g9).get(f"/requests/{reference}"))
    assert "Vehicles 2, Flag" in party
    assert "Number plates" not in party
    assert "ONG Alpha" not in party
