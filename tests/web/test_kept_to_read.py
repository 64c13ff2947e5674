"""What a side answered and why it cancelled can still be read when it is over, by whom it concerns and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import words

REASON = "The bridge at Sokoura is down"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def asked_and_answered(house, answer):
    """The mission is asked and answers; then the officer dismisses the case. Returns the log before and after."""
    house.meet()
    house.acts("take")
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    browser, page = house.browser(house.g9), f"/requests/{house.case.mission_reference}"
    mark = re.search(r'name="request" value="([^"]+)"', browser.get(page).text)
    before = words(house.desk.get(house.url("log")))
    form = {"request": mark[1], "answer": answer, "text": "We go a week later"}
    assert browser.post(f"{page}/answer", data=form).status_code == 303
    house.turn()
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "exercise"})
    return before, words(house.desk.get(house.url("log")))


@pytest.mark.parametrize(
    ("answer", "said", "unsaid"), [("accept", "Accepted", "Declined"), ("decline", "Declined", "Accepted")]
)
def test_the_desk_reads_what_was_answered_after_the_case_has_ended(house, answer, said, unsaid):
    before, after = asked_and_answered(house, answer)
    assert said not in before
    assert f": {said} We go a week later" in after
    assert unsaid not in after


def test_owner_and_desk_read_when_and_why_it_was_cancelled_and_the_other_side_does_not(house):
    notice, plan = house.meet()
    owner = house.browser(house.ngo)
    for page in (owner.get(f"/notices/{notice}"), house.desk.get(f"/desk/items/{notice}")):
        assert "Cancelled on" not in words(page)
    assert owner.post(f"/notices/{notice}/cancel", data={"reason": REASON}).status_code == 303
    house.turn()
    for page in (owner.get(f"/notices/{notice}"), house.desk.get(f"/desk/items/{notice}")):
        assert re.search(rf"Cancelled on [^.]*: {REASON}", words(page))
    other = house.browser(house.g9)
    for url in ("/", "/plans", f"/plans/{plan}", "/requests", f"/requests/{house.case.mission_reference}"):
        assert REASON not in other.get(url).text
    assert other.get(f"/notices/{notice}").status_code == 404


def test_the_owner_reads_the_reason_for_as_long_as_what_was_typed_is_kept(house):
    notice, _plan = house.meet()
    owner = house.browser(house.ngo)
    owner.post(f"/notices/{notice}/cancel", data={"reason": REASON})
    house.now += timedelta(days=800)
    owner = house.browser(house.ngo)
    page = words(owner.get(f"/notices/{notice}"))
    assert "Cancelled on" in page
    assert REASON not in page
