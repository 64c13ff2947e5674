"""A check-in that somebody at OCHA heard: on the page of the notice, and with its code at a radio."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.store.base import db, transaction
from deconflict.store.check_ins import CheckInRow
from deconflict.store.items import Item

MORNING = datetime(2019, 12, 10, 5, 50, tzinfo=UTC)
HEARD = {"how": "radio", "words": "the driver, at 05:45", "read": "yes"}


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def trip(house):
    reference = house.files(house.ngo, make.journey("Mopti", "Bankass", "10 Dec 06:00-09:00"))
    house.now = MORNING
    return reference


def rows(house):
    with house.app.app_context():
        return [(r.kind, r.stop, r.method, r.how) for r in db.session.scalars(select(CheckInRow))]


CODE = "7305"  # no part of a position, an hour or a year of these pages


def code(house, reference):
    with house.app.app_context(), transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == reference)).one()
        item.code = CODE
    return CODE


def test_an_officer_writes_it_down_on_the_page_of_the_notice(house, trip):
    page = f"/desk/items/{trip}"
    assert "The team has said nothing yet." in words(house.desk.get(page))
    steps = re.findall(r'<option value="((?:departed|arrived|delayed)-\d)"', house.desk.get(page).text)
    assert steps == ["departed-1", "delayed-1", "arrived-2", "delayed-2"]
    answer = house.desk.post(f"{page}/check-in", data={"step": "departed-1", **HEARD})
    assert answer.status_code == 303
    said = words(house.desk.get(page))
    assert "We have left: stop 1, Mopti" in said
    assert "heard and written down by OCHA, By radio: the driver, at 05:45, read back" in said
    assert rows(house) == [("departed", 1, "relay", "radio: the driver, at 05:45")]
    shown = code(house, trip)
    mine = words(house.browser(house.ngo).get(f"/notices/{trip}"))
    assert "heard and written down by OCHA" in mine
    assert "the driver" not in mine
    assert shown in mine
    assert shown not in words(house.desk.get(page))


@pytest.mark.parametrize(
    ("form", "field"),
    [({"step": "arrived-9"}, "f-step"), ({"step": ""}, "f-step"), ({"how": ""}, "f-how"), ({"words": " "}, "f-words")],
)
def test_what_is_wrong_is_said_beside_what_was_written(house, trip, form, field):
    answer = house.desk.post(f"/desk/items/{trip}/check-in", data={"step": "departed-1", **HEARD} | form)
    assert (answer.status_code, errors(answer)) == (422, [field])
    assert rows(house) == []


def test_a_plan_has_no_check_ins_and_a_sensitive_notice_none_for_who_may_not_read_it(house):
    plan = house.files(house.g9, make.patrol("Bankass", "10 Dec 10:00-12:00"))
    hidden = house.files(
        house.ngo, make.distribution("Koro", "10 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY)
    )
    house.now = MORNING
    assert "On the way" not in words(house.desk.get(f"/desk/items/{plan}"))
    for desk, reference in ((house.desk, plan), (house.head_desk, hidden)):
        answer = desk.post(f"/desk/items/{reference}/check-in", data={"step": "arrived-1", **HEARD})
        assert answer.status_code == 404
    assert house.desk.post(f"/desk/items/{hidden}/check-in", data={"step": "arrived-1", **HEARD}).status_code == 303
    assert rows(house) == [("arrived", 1, "relay", "radio: the driver, at 05:45")]


def test_a_radio_operator_needs_reference_and_code_and_hears_of_a_slip(house, trip):
    radio = house.browser(house.make_account(roles.RADIO_OPERATOR, name="Ladji", language="en"))
    form = {"code": f"{trip} {code(house, trip)}", "stop": "1", "kind": "departed", **HEARD}
    assert "/relay/check-in" in radio.get("/relay").text
    for wrong, field in (({"code": f"{trip} x"}, "f-code"), ({"stop": "2"}, "f-stop"), ({"kind": ""}, "f-stop")):
        answer = radio.post("/relay/check-in", data=form | wrong)
        assert (answer.status_code, errors(answer)) == (422, [field])
        assert "the driver, at 05:45" in answer.text
    assert radio.post("/relay/check-in", data=form).status_code == 303
    assert rows(house) == [("departed", 1, "relay", "radio: the driver, at 05:45")]


def test_the_page_for_strangers_asks_for_no_place_and_no_hour(app):
    page = app.test_client().get("/c")
    assert set(re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', page.text.partition("<main")[2])) == {
        "code",
        "stop",
    }
    assert re.findall(r'<button[^>]*value="([^"]+)"', page.text.partition("<main")[2]) == [
        "departed",
        "arrived",
        "delayed",
    ]
