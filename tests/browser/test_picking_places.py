"""A place picked from the list while one types, on a small phone in French: by keyboard, by tap, and with the network gone."""

from __future__ import annotations

import pytest
from visitor import audit

pytestmark = pytest.mark.browser

FIELD = "#f-stops-1-place"
LIST = "ul.places"


@pytest.fixture
def form(visit):
    """The form of a movement, with scripts."""
    ngo = visit("ngo", scripts=True)
    ngo.opens("/notices/new")
    return ngo


def types(visitor, words, field=FIELD):
    visitor.page.locator(field).press_sequentially(words)


def shown(visitor, field=FIELD):
    return visitor.page.locator(f"{field} ~ {LIST}")


def chosen(visitor, field=FIELD):
    return visitor.page.locator(field).input_value()


def active(visitor, field=FIELD):
    """What is said of the option that the keys are on."""
    option = visitor.page.locator(field).get_attribute("aria-activedescendant")
    assert option
    found = visitor.page.locator(f"#{option}")
    assert found.get_attribute("aria-selected") == "true"
    return found.inner_text()


def test_by_keyboard(form, house):
    types(form, "koro")
    shown(form).wait_for()
    first = active(form)
    assert first.startswith("Koro")
    assert "cercle Koro" in first
    status = form.page.locator(f"{FIELD} ~ [role=status]").inner_text()
    assert status.split()[1] == "lieux"
    assert form.page.locator(FIELD).get_attribute("aria-expanded") == "true"
    options = shown(form).locator("li").all_inner_texts()
    assert int(status.split()[0]) == len(options)
    form.page.keyboard.press("ArrowDown")
    assert active(form) == options[1]
    form.page.keyboard.press("End")
    assert active(form) == options[-1]
    form.page.keyboard.press("ArrowDown")
    assert active(form) == options[0]
    form.page.keyboard.press("ArrowUp")
    form.page.keyboard.press("Home")
    form.page.keyboard.press("Enter")
    assert chosen(form).startswith("Koro (commune Koro")
    assert not shown(form).is_visible()
    assert form.page.url.endswith("/notices/new")  # Enter chose and sent nothing
    assert form.page.locator(".errors").count() == 0
    assert form.page.locator(FIELD).get_attribute("aria-activedescendant") is None


def test_escape_leaves_what_was_typed(form):
    types(form, "koro")
    shown(form).wait_for()
    form.page.keyboard.press("Escape")
    assert not shown(form).is_visible()
    assert chosen(form) == "koro"
    form.page.keyboard.press("ArrowDown")
    shown(form).wait_for()
    form.page.keyboard.press("Tab")
    assert not shown(form).is_visible()
    assert chosen(form) == "koro"


def test_by_tap_within_the_small_screen(form):
    types(form, "bankas")
    option = shown(form).locator("li").first
    option.wait_for()
    box = option.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert box["height"] >= 44
    assert form.page.evaluate("() => document.scrollingElement.scrollWidth") <= 360
    option.click()
    assert chosen(form) == "Bankass (commune Bankass, cercle Bankass)"
    assert form.page.evaluate("() => document.activeElement.id") == FIELD[1:]


def test_a_position_is_not_searched_for(form):
    asked = []
    form.page.on("request", lambda request: asked.append(request.url))
    types(form, "14.0712, -3.5210")
    form.page.wait_for_timeout(400)
    assert asked == []


def test_on_a_dead_network_the_field_is_a_plain_field(form):
    form.page.route("**/places/search", lambda route: route.abort())
    types(form, "Bankass")
    form.page.wait_for_timeout(500)
    assert not shown(form).is_visible()
    assert chosen(form) == "Bankass"
    form.wrong = [each for each in form.wrong if "ERR_FAILED" not in each]  # what the browser says of the cut itself


def test_what_is_typed_stands_in_no_address(form):
    asked = []
    form.page.on("request", lambda request: asked.append(request))
    types(form, "Bankass")
    shown(form).wait_for()
    assert asked
    for request in asked:
        assert request.method == "POST"
        assert "ankas" not in request.url


def sent_back(visitor):
    """Sends the form, which comes back with what is to be mended; the page is looked at all the same."""
    with visitor.page.expect_navigation() as coming:
        visitor.page.locator('main .actions button[value="review"]').click()
    assert coming.value.status == 422
    visitor.wrong = [each for each in visitor.wrong if "status of 422" not in each]
    assert visitor.page.evaluate(audit()) == []


def test_without_scripts_the_same_place_is_a_choice(visit):
    ngo = visit("ngo")
    ngo.opens("/notices/new")
    ngo.fills({"stops-0-place": "Mopti", "stops-1-place": "Bamba"})
    sent_back(ngo)
    ngo.sees("à vol d'oiseau", "région Gao")
    nearest = ngo.page.locator('label[for="pick-1-1"]')
    assert "commune Bamba (cercle Koro)" in nearest.inner_text()
    nearest.click()
    sent_back(ngo)
    assert chosen(ngo) == "commune Bamba (cercle Koro)"
