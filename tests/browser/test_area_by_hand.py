"""An area drawn by a finger and by keyboard alone, on a small phone in French without scripts: by OCHA's officer and by the mission."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_map_by_hand import MAP, SIDE, hidden, point, taps
from test_pages import enters, tabs_to

from deconflict.domain.coordinates import read_position

pytestmark = pytest.mark.browser

DRAW = 'main button[value="draw"]'
BACK = 'main button[value="back"]'


def lines(visitor):
    return [line for line in (hidden(visitor, "points") or "").split("\n") if line]


def comes_near(visitor):
    """From Bankass, so near that a press says enough, with nothing drawn."""
    visitor.fills({"points": "14.0700, -3.5200"})
    visitor.presses(DRAW)
    while not visitor.page.locator('button[value="pin"]').count():
        visitor.presses('main button[value="in"]')
    visitor.presses('main button[value="drop-1"] >> nth=0')


def test_an_officer_draws_an_area_by_finger_and_it_is_entered_as_drawn(visit, morning):
    officer = visit("officer")
    officer.opens("/desk/areas/new")
    day = str((morning + timedelta(days=4)).date())
    officer.fills({"kind": "AVOID_AREA", "shape": "polygon", "known_from": "force"})
    officer.fills({"begins_date": day, "begins_time": "06:00", "ends_date": day, "ends_time": "18:00"})
    comes_near(officer)
    centre = point(hidden(officer, "_centre"))
    zoom = int(hidden(officer, "_zoom"))
    for x, y in ((60, 60), (260, 60), (260, 260), (60, 260)):
        taps(officer, x, y)
    assert len(lines(officer)) == 4
    assert zoom == int(hidden(officer, "_zoom"))
    officer.sees("Sommets", "Ôter le dernier")
    first = read_position(lines(officer)[0]).point
    assert first[0] > centre[0]
    assert first[1] < centre[1]
    assert officer.page.locator(MAP).bounding_box()["x"] + SIDE <= 360
    officer.presses('main .actions button[value="drop-4"]')
    assert len(lines(officer)) == 3
    taps(officer, 60, 260)
    kept = lines(officer)
    officer.presses(BACK)
    assert officer.page.locator('[name="points"]').input_value().split("\n") == kept
    assert officer.page.locator('[name="begins_time"]').input_value() == "06:00"
    officer.presses('main .actions button[name="_do"][value="review"]')
    assert officer.page.locator(".own-map svg").count() == 1
    officer.sees("La force elle-même")
    officer.presses('main button[name="_do"][value="file"]')
    officer.sees("Zone saisie")


def test_by_keyboard_alone(visit):
    desk = visit("cimic", "en")
    desk.opens("/plans/new/zone")
    desk.fills({"shape": "polygon"})
    comes_near(desk)
    tabs_to(desk, MAP)
    enters(desk)
    assert read_position(lines(desk)[0]).point == pytest.approx(point(hidden(desk, "_centre")), abs=1e-3)
    tabs_to(desk, 'button[value="east"]')
    enters(desk)
    tabs_to(desk, 'button[value="pin"]')
    enters(desk)
    assert len(lines(desk)) == 2
    tabs_to(desk, 'button[value="drop-1"]')
    enters(desk)
    assert len(lines(desk)) == 1
    tabs_to(desk, 'button[value="back"]')
    enters(desk)
    assert desk.page.locator('[name="points"]').input_value()
