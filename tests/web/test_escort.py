"""An escort that is agreed: by what kind of force, for its owner and OCHA's officers alone."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, fields, file, notice, send, stored, words
from planted import plain

from deconflict.domain.filing import Level
from deconflict.web.paper import FORMS, blank

NEW = "/notices/new"
BY_STATE = {"escort": "provided", "escort_by": "host_forces"}
SAID = "Escorte assurée par Les forces de l'État"


def test_who_provides_an_agreed_escort_is_asked_read_back_kept_and_amended(app, ngo):
    page = send(ngo, NEW, notice(escort="provided"))
    assert (page.status_code, errors(page)) == (422, ["f-escort_by"])
    review = send(ngo, NEW, notice(**BY_STATE))
    assert SAID in words(review)
    reference = file(ngo, NEW, notice(**BY_STATE))
    assert stored(app, reference)[1].filing["escort_by"] == "host_forces"
    assert SAID in words(ngo.get(f"/notices/{reference}"))
    amend = f"/notices/{reference}/amend"
    typed = fields(ngo.get(amend))
    assert (typed["escort"], typed["escort_by"]) == ("provided", "host_forces")
    changed = send(ngo, amend, typed | {"escort_by": "unpol"})
    assert "Police des Nations Unies" in words(changed)


def test_without_an_agreed_escort_nobody_provides_one(app, ngo):
    assert errors(send(ngo, NEW, notice(escort_by="unpol"))) == ["f-escort_by"]
    reference = file(ngo, NEW, notice(escort="requested"))
    assert "Escorte assurée par" not in words(ngo.get(f"/notices/{reference}"))
    assert stored(app, reference)[1].filing["escort_by"] == ""


def test_the_paper_form_asks_it_too(app):
    with app.test_request_context():
        (row,) = [row for row in blank(*FORMS["movement"]).after if row.boxes[0].name == "escort_by"]
    assert [box.kind for box in row.boxes] == ["letter"]
    assert len(row.options) == 4


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.mark.parametrize("level", [Level.REDACTED, Level.FULL])
def test_the_officer_reads_it_and_the_mission_never_does(house, level):
    filed = replace(make.distribution("Bankass", "10 Dec 09:00-15:00", level=level), **BY_STATE)
    reference = house.files(house.ngo, filed)
    assert "Escort provided by Forces of the State" in words(house.desk.get(f"/desk/items/{reference}"))
    house.files(house.g9, make.patrol("Bankass", "10 Dec 13:00-16:00"))
    assert house.acts("ask", side="mission", ask="avoid_place").status_code == 303
    house.turn()
    browser = house.browser(house.g9)
    told = browser.get(f"/requests/{house.case.mission_reference}")
    assert "Bankass" in words(told)
    for page in (told, browser.get("/requests"), browser.get("/")):
        assert "escort" not in plain(page).lower().replace("log_escort", "")
        assert "Forces of the State" not in page.text
