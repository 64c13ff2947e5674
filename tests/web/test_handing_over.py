"""Hand-over notes: written by who leaves, read by who comes, for officers alone, and not for longer than other texts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import errors, words
from sqlalchemy import select, text

from deconflict.services.retention import keep_no_longer
from deconflict.store.base import db
from deconflict.store.notes import Note

TOLD = "4F7K2: the base calls back at noon.\nNobody answers at the second number."


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def notes(house):
    with house.app.app_context():
        return list(db.session.scalars(select(Note).order_by(Note.id)))


def hands_over(house, **more):
    return house.desk.post("/roster/notes", data={"area": "GAO", "text": TOLD} | more)


def test_the_next_reads_it_and_says_so_once(house):
    assert "to read" not in words(house.other_desk.get("/desk")).replace("notices and plans to read", "")
    assert hands_over(house).status_code == 303
    assert "1 hand-over note to read" in words(house.other_desk.get("/desk"))
    assert "hand-over note to read" not in words(house.desk.get("/desk"))
    said = words(house.other_desk.get("/roster/notes"))
    assert "Nobody answers at the second number." in said
    assert "Oumou" in said
    url = f"/roster/notes/{notes(house)[0].id}/read"
    assert house.other_desk.post(url).status_code == 303
    assert notes(house)[0].read_by_id == house.colleague.person_id
    house.head_desk.post(url)
    assert notes(house)[0].read_by_id == house.colleague.person_id
    assert "Read by Demba" in words(house.desk.get("/roster/notes"))
    assert "hand-over note to read" not in words(house.head_desk.get("/desk"))


def test_whoever_wrote_it_is_not_who_reads_it(house):
    hands_over(house)
    house.desk.post(f"/roster/notes/{notes(house)[0].id}/read")
    assert notes(house)[0].read_at is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"area": "ATLANTIS"}, "f-area"), ({"text": " "}, "f-text"), ({"text": "x" * 4001}, "f-text")],
)
def test_a_note_that_cannot_be_is_refused(house, wrong, field):
    answer = hands_over(house, **wrong)
    assert answer.status_code == 422
    assert errors(answer) == [field]
    assert notes(house) == []


def test_long_notes_are_paged_and_those_that_nobody_has_read_come_first(house):
    for n in range(12):
        house.now += timedelta(minutes=1)
        hands_over(house, text=f"Mot {n:02d} " + "é" * 3990)
    house.other_desk.post(f"/roster/notes/{notes(house)[-1].id}/read")
    page = house.desk.get("/roster/notes")
    assert len(page.data) < 100_000  # most of it letters of two bytes
    assert len(page.text) < 60_000
    assert ("Mot 10" in page.text, "Mot 11" in page.text, "Mot 00" in page.text) == (True, False, False)
    older = house.desk.get("/roster/notes?page=1")
    assert ("Mot 10" in older.text, "Mot 11" in older.text, "Mot 00" in older.text) == (False, True, True)


def test_nobody_else_reads_it_and_the_disk_holds_it_sealed(house):
    hands_over(house)
    for who in (house.ngo, house.g9):
        assert house.browser(who).get("/roster/notes").status_code == 404
        assert house.browser(who).post(f"/roster/notes/{notes(house)[0].id}/read").status_code == 404
    with house.app.app_context():
        assert "4F7K2" not in db.session.scalar(text("SELECT text FROM note"))


def test_it_goes_with_other_texts(house):
    hands_over(house)
    kept = house.mission.pack.retention["personal"]
    with house.app.app_context():
        assert keep_no_longer(house.mission, house.now + kept - timedelta(minutes=1))["notes"] == 0
        assert keep_no_longer(house.mission, house.now + kept + timedelta(minutes=1))["notes"] == 1
    assert notes(house) == []
