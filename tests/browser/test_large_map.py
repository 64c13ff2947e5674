"""The large map, asked for: pins that are dragged, a press that adds a stop, a list that leads and follows, and the same page without
scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from test_sentence import distribution

pytestmark = pytest.mark.browser

WHOLE_BYTES = 260_000  # outside the budget of pages, and loaded by who asked for it
PIN = "#large-map .pin"


def filled(visitor, morning):
    visitor.opens("/notices/new")
    visitor.presses('main button[name="_do"][value="add"]')
    visitor.fills(distribution((morning + timedelta(days=4)).date()))
    visitor.presses('main button[value="large"]')
    weighs = [each for each in visitor.wrong if "weighs" in each]
    assert all(int(re.search(r"weighs (\d+)", each)[1]) < WHOLE_BYTES for each in weighs)
    visitor.wrong = [each for each in visitor.wrong if each not in weighs]
    return visitor


@pytest.fixture
def large(visit, morning):
    ngo = filled(visit("ngo", scripts=True), morning)
    ngo.page.locator(PIN).first.wait_for()
    ngo.page.locator("#large-map .town").first.wait_for()  # lines and towns have come
    return ngo


def value(visitor, name):
    return visitor.page.locator(f'[name="{name}"]').input_value()


def drag(visitor, pin, dx, dy):
    box = visitor.page.locator(PIN).nth(pin).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()
    visitor.page.mouse.move(x + dx / 2, y + dy / 2, steps=4)
    visitor.page.mouse.move(x + dx, y + dy, steps=4)
    visitor.page.mouse.up()


def drag_with_a_finger(visitor, pin, dx, dy):
    box = visitor.page.locator(PIN).nth(pin).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen = visitor.page.context.new_cdp_session(visitor.page)

    def touches(what, *points):
        screen.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": [{"x": a, "y": b} for a, b in points]})

    touches("touchStart", (x, y))
    for step in range(1, 9):
        touches("touchMove", (x + dx * step / 8, y + dy * step / 8))
    touches("touchEnd")


def test_with_fingers_a_pin_is_dragged_and_a_tap_adds_a_stop(visit, morning):
    ngo = filled(visit("ngo", scripts=True, fingers=True), morning)
    ngo.page.locator(PIN).first.wait_for()
    for _ in range(4):
        ngo.page.locator(".leaflet-control-zoom-in").tap()
        ngo.page.wait_for_timeout(350)
        ngo.page.locator('[name="stops-1-place"]').focus()
        ngo.page.wait_for_timeout(350)
    ngo.page.locator(PIN).nth(1).scroll_into_view_if_needed()
    drag_with_a_finger(ngo, 1, 70, -60)
    assert re.fullmatch(r"14\.\d{4}, -3\.\d{4} ±\d+ m", value(ngo, "stops-1-position"))
    box = ngo.page.locator("#large-map").bounding_box()
    ngo.page.touchscreen.tap(box["x"] + 60, box["y"] + box["height"] - 60)
    ngo.page.locator("#stop-4").wait_for()
    assert value(ngo, "stops-3-position").endswith(" m")
    assert ngo.page.locator(PIN).count() == 4
    assert ngo.page.locator(PIN).first.bounding_box()["width"] >= 24  # for a thumb
    ngo.presses('main .actions button[value="change"]')
    assert value(ngo, "stops-3-position").endswith(" m")


def closer(visitor, times):
    for _ in range(times):
        visitor.page.locator(".leaflet-control-zoom-in").click()
        visitor.page.wait_for_timeout(350)


def said(visitor):
    return visitor.page.locator("#map-said").inner_text()


def test_the_stops_are_drawn_with_lines_and_towns_of_our_own(large):
    assert large.page.locator(PIN).all_inner_texts() == ["1", "2", "3"]
    assert large.page.locator("#large-map path").count() >= 2
    assert (
        "Djenné" in " ".join(large.page.locator("#large-map .town").all_inner_texts())
        or large.page.locator(".town").count() > 5
    )
    assert large.page.evaluate("() => document.scrollingElement.scrollWidth") <= 360


def test_a_pin_that_is_dragged_is_written_into_the_list_and_the_name_it_left_is_taken_out(large):
    for _ in range(3):
        closer(large, 1)
        large.page.locator('[name="stops-1-place"]').focus()  # which brings its pin into sight
        large.page.wait_for_timeout(350)
    large.page.locator(PIN).nth(1).scroll_into_view_if_needed()
    drag(large, 1, 90, -70)
    position = value(large, "stops-1-position")
    assert re.fullmatch(r"14\.\d{4}, -3\.\d{4} ±\d+ m", position)
    assert value(large, "stops-1-place") == ""
    assert "Bankass" in said(large)
    large.presses('main .actions button[value="change"]')
    assert value(large, "stops-1-position") == position
    assert (value(large, "stops-0-place"), value(large, "vehicles")) == ("Mopti", "2")
    large.sees("Compris")


def test_from_too_far_a_drag_writes_nothing_and_the_map_comes_closer(large):
    large.page.locator(".leaflet-control-zoom-out").click()
    large.page.wait_for_timeout(350)
    drag(large, 1, 30, 30)
    assert value(large, "stops-1-position") == ""
    assert "s'est agrandie" in said(large)


def test_a_press_adds_a_stop_which_the_form_keeps(large):
    closer(large, 4)
    large.page.locator("#large-map").click(position={"x": 60, "y": 300})
    assert large.page.locator("#stops fieldset").count() == 4
    position = value(large, "stops-3-position")
    assert position.endswith(" m")
    assert large.page.locator(PIN).count() == 4
    field = large.page.locator('[name="stops-3-place"]')
    assert field.get_attribute("role") == "combobox"  # places are offered in it too
    assert large.page.locator("#stop-4 legend").inner_text() == "Étape 4"
    large.presses('main .actions button[value="change"]')
    assert value(large, "stops-3-position") == position


def test_what_is_written_into_the_list_moves_the_pin(large):
    large.page.locator('[name="stops-2-position"]').fill("15.0000, -3.0000")
    large.page.locator('[name="stops-2-place"]').focus()
    where = "() => [...document.querySelectorAll('#large-map .pin')].map((e) => e.getBoundingClientRect().x)"
    before = large.page.evaluate(where)
    large.page.locator('[name="stops-2-place"]').fill("")
    large.page.locator('[name="stops-2-place"]').press_sequentially("gossi")
    large.page.locator("#stop-3 ul.places li").first.click()
    large.page.locator('[name="stops-2-position"]').fill("")
    large.page.locator('[name="stops-1-place"]').focus()
    large.page.wait_for_timeout(300)
    assert large.page.evaluate(where) != before
    large.page.locator('[name="stops-1-position"]').fill("30PUB725016")
    large.page.locator('[name="stops-0-place"]').focus()
    assert "ne peut pas montrer" in said(large)


def test_a_pin_leads_to_its_fields_by_keyboard(large):
    large.page.locator(PIN).nth(1).focus()
    assert large.page.locator(PIN).nth(1).get_attribute("title") == "Étape 2"
    large.page.keyboard.press("Enter")
    assert large.page.evaluate("() => document.activeElement.name") == "stops-1-position"


def test_nothing_is_asked_of_anybody_else_and_no_address_says_where(large):
    asked = large.page.evaluate("() => performance.getEntriesByType('resource').map((e) => e.name)")
    assert {"/map/base"} <= {address.removeprefix(large.url) for address in asked}
    for address in asked:
        assert address.startswith(large.url)
        assert not re.search(r"Mopti|Bankass|14\.|-3\.", address.removeprefix(large.url))


def test_without_scripts_the_list_works_and_nothing_typed_is_lost(visit, morning):
    ngo = filled(visit("ngo"), morning)
    ngo.sees("La liste fonctionne sans elle")
    ngo.page.locator('[name="stops-1-place"]').fill("Koro")
    ngo.presses('main button[value="large-add"]')
    assert ngo.page.locator("#stops fieldset").count() == 4
    ngo.wrong = [each for each in ngo.wrong if "weighs" not in each]
    ngo.presses('main .actions button[value="change"]')
    assert (value(ngo, "stops-1-place"), value(ngo, "persons")) == ("Koro", "6")
    assert ngo.page.locator('[name="stops-3-place"]').count() == 1
