"""A stop chosen on a map by a finger and by keyboard alone, on a small phone in French without scripts, and the map of the whole on the
review."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_pages import enters, tabs_to
from test_sentence import distribution, press

from deconflict.web.map_frame import View

pytestmark = pytest.mark.browser

MAP = "main input[type=image]"
SIDE = 320


@pytest.fixture
def filling(visit, morning):
    """A form that is filled in but for the clause."""
    ngo = visit("ngo")
    ngo.opens("/notices/new")
    ngo.presses('main button[name="_do"][value="add"]')
    ngo.fills(distribution((morning + timedelta(days=4)).date()))
    return ngo


def hidden(visitor, name):
    return visitor.page.locator(f'main input[name="{name}"]').get_attribute("value")


def taps(visitor, x, y):
    with visitor.page.expect_navigation() as coming:
        visitor.page.locator(MAP).click(position={"x": x, "y": y})
    visitor._look(coming.value)


def point(text):
    lat, lon = map(float, text.split())
    return lat, lon


def test_a_tap_puts_the_pin_where_the_finger_was(filling):
    filling.presses('main button[value="map-1"]')
    box = filling.page.locator(MAP).bounding_box()
    assert (box["width"], box["height"]) == (SIDE, SIDE)
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    centre, wide_m = point(hidden(filling, "_centre")), 25_000
    taps(filling, 200, 80)
    expected = View.at(centre, SIDE, SIDE, wide_m / SIDE).latlon(200, 80)
    assert point(hidden(filling, "_pin")) == pytest.approx(expected, abs=wide_m / SIDE / 100_000)
    assert filling.page.url.endswith("/notices/new#map")
    filling.sees("L'épingle")
    filling.presses('main button[value="use"]')
    assert filling.page.url.endswith("/notices/new#stop-2")
    assert filling.page.locator('[name="stops-1-position"]').input_value().endswith("±630 m")
    filling.sees("connu à 630 m près")
    assert filling.page.locator('[name="vehicles"]').input_value() == "2"
    assert filling.page.locator('[name="stops-2-arrive_from"]').input_value() == "18:00"


def test_by_keyboard_alone(filling):
    filling.page.locator('[name="stops-1-place"]').focus()
    tabs_to(filling, 'button[value="map-1"]', 4)
    enters(filling)
    tabs_to(filling, 'button[value="east"]')
    enters(filling)
    tabs_to(filling, MAP)
    enters(filling)
    assert hidden(filling, "_pin") == hidden(filling, "_centre")
    tabs_to(filling, 'button[value="use"]')
    enters(filling)
    assert "±630 m" in filling.page.locator('[name="stops-1-position"]').input_value()


def test_the_map_stands_on_the_review_and_on_the_page_of_what_was_filed(filling):
    filling.page.locator('main [name="disclaimer"]').check()
    filling.page.locator('main [name="confirmed_by"]').select_option("nobody")
    press(filling, "review")
    drawn = filling.page.locator(".own-map svg")
    assert drawn.bounding_box()["width"] <= 328
    filling.sees("la route n'est pas connue ici")
    press(filling, "file")
    filling.opens("/notices/" + filling.page.locator("main .reference").inner_text().split()[0])
    assert filling.page.locator(".own-map svg").count() == 1
