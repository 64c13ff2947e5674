"""Filings as the desk reads them."""

from __future__ import annotations

import make
import pytest
from deskhouse import DeskHouse
from pages import words


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def test_new_filings_are_listed_read_and_gone(house):
    notice, plan = house.meet()
    said = words(house.desk.get("/desk/items"))
    assert notice in said
    assert plan in said
    answer = house.desk.post(f"/desk/items/{notice}/read", data={"version": "1"})
    assert answer.status_code == 303
    unread = house.desk.get("/desk/items").text
    assert f"/desk/items/{notice}" not in unread
    assert f"/desk/items/{plan}" in unread


def test_a_late_filing_is_flagged(house):
    house.files(house.ngo, make.distribution("Bankass", "7 Dec 18:00-20:00"))
    assert "Filed late" in words(house.desk.get("/desk/items"))


def test_reading_an_old_version_answers_with_the_new_one(house):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.amends(house.ngo, notice, make.distribution("Koro", "10 Dec 09:00-15:00"), "the road is cut")
    answer = house.desk.post(f"/desk/items/{notice}/read", data={"version": "1"})
    assert answer.status_code == 409
    said = words(answer)
    for piece in ("Somebody else acted", "version 2", "the road is cut", "Koro, commune Koro"):
        assert piece in said, piece


def test_a_filing_is_given_back_with_a_reason_code_that_its_owner_reads(house):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    assert house.desk.post(f"/desk/items/{notice}/return", data={"version": "1"}).status_code == 422
    answer = house.desk.post(f"/desk/items/{notice}/return", data={"version": "1", "code": "time"})
    assert answer.status_code == 303
    assert "A date or time is missing or looks wrong." in words(house.browser(house.ngo).get(f"/notices/{notice}"))
