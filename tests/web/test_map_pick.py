"""A point chosen on a map without scripts: pressed, moved, used, with nothing typed lost and nothing of it in an address."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import attributes, errors, fields, file, notice, patrol, send, stored, words

from deconflict.domain.coordinates import format_on_map, inside, read_position
from deconflict.domain.geodesy import distance_m
from deconflict.schemas.whereabouts import COARSEST_M
from deconflict.web.filing_form import Typed
from deconflict.web.map_frame import View
from deconflict.web.map_pick import NEAR, SIDE, WIDTHS, Sight, turned

NEW, PATROL = "/notices/new", "/plans/new/patrol"
BANKASS = (14.0700, -3.5200)
EMPTY = {"stops-1-place": "", "stops-1-position": ""}


def press(client, url, page, x, y):
    return client.post(url, data=carried(page) | {"_at.x": str(x), "_at.y": str(y)})


def look(client, url, page, what):
    return client.post(url, data=carried(page) | {"_look": what})


def carried(page) -> dict[str, str]:
    """All that the page sends but the point that is pressed."""
    return {name: value for name, value in fields(page).items() if name != "_at"}


def typed_on(page) -> dict[str, str]:
    return {name: value for name, value in fields(page).items() if not name.startswith(("_", "csrf", "next"))}


def svg_of(page) -> ET.Element:
    tag = re.search(r'<input type="image"[^>]*>', page.text)[0]
    address = attributes(tag)["src"]
    assert address.startswith("data:image/svg+xml,")
    text = unquote(address.partition(",")[2])
    assert len(text) < 25_000
    return ET.fromstring(text)


def buttons(page) -> list[str]:
    return re.findall(r'name="_look" value="(\w+)"', page.text)


def test_the_map_of_a_stop_that_is_known_opens_there(ngo):
    page = send(ngo, NEW, notice(), "map-1")
    assert page.status_code == 200
    assert "Étape 2 sur une carte" in words(page)
    assert "La croix : Bankass (commune Bankass, cercle Bankass)" in words(page)
    assert "Bankass" in {text.text for text in svg_of(page).iter("{http://www.w3.org/2000/svg}text")}
    assert "use" not in buttons(page)  # there is no pin yet


def test_a_press_puts_a_pin_which_is_told_in_words_and_becomes_the_position(app, ngo):
    page = send(ngo, NEW, notice(), "map-1")
    pinned = press(ngo, NEW, page, SIDE // 2 + 40, SIDE // 2 - 20)
    assert re.search(r"L'épingle .* (au nord-est|à l'est) de", words(pinned))
    assert "use" in buttons(pinned)
    form = look(ngo, NEW, pinned, "use")
    position = fields(form)["stops-1-position"]
    assert re.fullmatch(r"14\.\d{4}, -3\.\d{4} ±630 m", position)
    assert re.search(r"Compris : [^.]*630 m", words(form))
    reference = file(ngo, NEW, fields(form) | {"disclaimer": "2026-11"})
    place = stored(app, reference)[1].filing["stops"][1]["location"]
    assert (place["source"], place["uncertainty_m"], place["as_typed"]) == ("map", 630.0, position)
    # 40 pixels east and 20 north of the place, at 25 km across 320.
    east, north = (
        distance_m(BANKASS, (BANKASS[0], place["point"][1])),
        distance_m(BANKASS, (place["point"][0], BANKASS[1])),
    )
    assert (east, north) == (pytest.approx(3_125, abs=1_000), pytest.approx(1_562, abs=1_000))


def test_nothing_typed_is_lost_on_the_way_to_the_map_and_back(ngo):
    typed = notice(communications="76 00 00 00", overnight='chez <les soeurs> & "co"', **EMPTY)
    before = {name: value for name, value in typed.items() if not name.startswith("_")}
    page = send(ngo, NEW, typed, "map-1")
    for what in ("in", "out", "north", "east", "pin", "south", "west"):
        page = look(ngo, NEW, page, what)
    assert typed_on(page).items() >= before.items()
    form = look(ngo, NEW, page, "back")
    kept = fields(form)
    assert {name: kept.get(name) for name in before} == before
    assert (kept["_stops"], kept["_key"]) == (typed["_stops"], typed["_key"])


def test_a_stop_that_is_not_known_is_looked_for_from_the_country_down_to_a_pin(ngo):
    page = send(ngo, NEW, notice(**{"stops-0-place": ""}), "map-0")
    assert "un doigt couvre" in words(page)
    seen = []
    for _ in range(len(WIDTHS)):
        page = press(ngo, NEW, page, SIDE // 2, SIDE // 2)
        seen.append(fields(page)["_zoom"])
        if "use" in buttons(page):
            break
    assert "use" in buttons(page)
    assert seen == sorted(seen)
    assert len(seen) <= 5


def test_a_stop_after_a_known_one_is_looked_for_around_it(ngo):
    page = send(ngo, NEW, notice(**EMPTY), "map-1")
    assert "La croix : Mopti" in words(page)


def test_from_the_keyboard_the_map_takes_the_cross(ngo):
    page = send(ngo, NEW, notice(), "map-1")
    pinned = press(ngo, NEW, page, 0, 0)
    assert fields(pinned)["_pin"] == fields(page)["_centre"]
    assert fields(look(ngo, NEW, page, "pin"))["_pin"] == fields(page)["_centre"]


@pytest.mark.parametrize(
    ("what", "axis", "up"), [("north", 0, True), ("south", 0, False), ("east", 1, True), ("west", 1, False)]
)
def test_the_buttons_move_the_map_by_half_of_it(ngo, what, axis, up):
    page = send(ngo, NEW, notice(), "map-1")
    before, after = (tuple(map(float, fields(one)["_centre"].split())) for one in (page, look(ngo, NEW, page, what)))
    assert distance_m(before, after) == pytest.approx(WIDTHS[NEAR] / 2, rel=0.02)
    assert (after[axis] > before[axis]) is up


def test_a_pin_that_was_put_is_not_used_from_too_far(ngo):
    page = look(ngo, NEW, send(ngo, NEW, notice(), "map-1"), "pin")
    far = look(ngo, NEW, look(ngo, NEW, page, "out"), "out")
    assert "use" not in buttons(far)
    assert "Agrandissez" in words(far)
    still = look(ngo, NEW, far, "use")
    assert fields(still)["_pin"] == fields(page)["_pin"]
    assert "stops-1-position" not in typed_on(still)


def test_outside_the_country_there_is_no_pin(ngo):
    page = send(ngo, NEW, notice(**{"stops-1-place": "10.1200, -5.0000"}), "map-1")
    south = press(ngo, NEW, page, SIDE // 2, SIDE)
    assert "hors du pays" in words(south)
    assert "_pin" not in fields(south)


def test_a_position_in_the_field_of_the_name_gives_way_to_the_point_and_a_name_stays(ngo):
    for place, kept in (("14.0700, -3.5200", ""), ("Bankass", "Bankass")):
        page = send(ngo, NEW, notice(**{"stops-1-place": place}), "map-1")
        form = look(ngo, NEW, look(ngo, NEW, page, "pin"), "use")
        assert fields(form)["stops-1-place"] == kept
        again = send(ngo, NEW, fields(form) | {"disclaimer": "2026-11"})
        assert errors(again) == ([] if kept else ["f-stops-1-sure_unnamed"])


def test_a_point_far_from_the_place_that_was_named_is_refused_at_the_field_as_any_other(ngo):
    page = send(ngo, NEW, notice(**{"stops-1-place": "Bankass"}), "map-1")
    for what in ("out", "north", "north", "in", "pin"):
        page = look(ngo, NEW, page, what)
    form = look(ngo, NEW, page, "use")
    assert errors(send(ngo, NEW, fields(form))) == ["f-stops-1-position"]


def test_the_mission_chooses_in_the_same_way(g9):
    page = send(g9, PATROL, patrol("Bankass"), "map-0")
    form = look(g9, PATROL, look(g9, PATROL, page, "pin"), "use")
    assert fields(form)["stops-0-position"].endswith("m")
    assert send(g9, PATROL, fields(form)).status_code == 200


def test_on_the_page_that_amends_the_map_keeps_version_and_reason(ngo, other_ngo):
    reference = file(ngo, NEW, notice())
    url = f"/notices/{reference}/amend"
    form = fields(ngo.get(url)) | {"_reason": "crue"}
    page = send(ngo, url, form, "map-1")
    back = look(ngo, url, look(ngo, url, page, "pin"), "use")
    assert (fields(back)["_base"], fields(back)["_reason"]) == ("1", "crue")
    assert send(ngo, url, fields(back)).status_code == 200
    # To others this item is as missing as any.
    for asked in (form | {"_do": "map-1"}, carried(page) | {"_look": "use"}):
        asked.pop("csrf_token", None)  # a form that another account opened is refused before
        foreign, missing = (other_ngo.post(path, data=asked) for path in (url, "/notices/ZZZZZ/amend"))
        assert (foreign.status_code, missing.status_code) == (404, 404)


def test_no_place_stands_in_an_address_or_a_title_and_nothing_comes_from_elsewhere(ngo):
    page = press(ngo, NEW, send(ngo, NEW, notice(), "map-1"), 100, 100)
    title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]
    addresses = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', page.text)
    drawn = [address for address in addresses if address.startswith("data:image/svg+xml,")]
    assert len(drawn) == 1  # which no browser fetches from anywhere
    for text in (title, *(set(addresses) - set(drawn))):
        assert not re.search(r"Bankass|Mopti|14[.,]\d|-3[.,]\d|://", text)
    assert len(page.data) < 60_000
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "made_up",
    [
        {"_map": "x"}, {"_map": "99"}, {"_zoom": "77"}, {"_zoom": ""}, {"_centre": "north 1"}, {"_centre": "89.0 170.0"},
        {"_pin": "1e9 0"}, {"_pin": "50.0 50.0", "_look": "use"}, {"_at.x": "-5", "_at.y": "99999999"}, {"_look": "fly"},
    ],
)  # fmt: skip
def test_a_page_that_somebody_made_up_breaks_nothing(ngo, made_up):
    page = carried(send(ngo, NEW, notice(), "map-1"))
    answer = ngo.post(NEW, data=page | {"_look": "in"} | made_up)
    assert answer.status_code in (200, 422)
    assert "Bankass" in typed_on(answer)["stops-1-place"]
    assert "50.0" not in json.dumps(typed_on(answer))


def test_a_map_of_a_stop_that_is_not_there_is_that_of_the_last(ngo):
    assert "Étape 3" in words(send(ngo, NEW, notice(), "map-77"))


# -- figures

mali_points = st.tuples(st.floats(10.2, 25.0), st.floats(-12.2, 4.3))


@given(mali_points, st.integers(0, len(WIDTHS) - 1), st.integers(0, SIDE), st.integers(0, SIDE))
def test_what_is_pressed_is_what_is_drawn_there(centre, zoom, x, y):
    view = Sight(0, centre, zoom).view
    assert view.xy(view.latlon(x, y)) == (pytest.approx(x, abs=1e-6), pytest.approx(y, abs=1e-6))


@given(mali_points, st.integers(0, len(WIDTHS) - 1))
def test_a_point_of_the_map_is_written_so_that_it_is_read_as_itself(point, zoom):
    sight = Sight(0, point, zoom)
    read = read_position(format_on_map(point, sight.off_m))
    assert read.source == "map"
    assert read.uncertainty_m == sight.off_m >= 250
    assert distance_m(read.point, point) < 10
    assert sight.fine == (sight.off_m <= COARSEST_M)


@given(mali_points, st.lists(st.sampled_from(["in", "out", "north", "south", "east", "west", "pin"]), max_size=12))
def test_wherever_one_looks_one_stays_in_the_country(mission, point, looks):
    typed = Typed({"stops-0-place": "Mopti"}, 1, "0" * 32)
    form = {"_map": "0", "_zoom": "4", "_centre": f"{point[0]:.6f} {point[1]:.6f}"}
    for what in looks:
        sight = turned(form | {"_look": what}, typed, mission)
        assert isinstance(sight, Sight)
        assert inside(sight.centre, mission.bounds)
        form = sight.carried
    assert View.at(point, SIDE, SIDE, 1.0).xy(point) == (SIDE / 2, SIDE / 2)


@pytest.mark.parametrize(
    ("text", "source", "off_m"),
    [
        ("14.0700, -3.5200 ±250 m", "map", 250.0),
        ("14.0700, -3.5200±630m", "map", 630.0),
        ("14.0700, -3.5200 ± 12 m", "decimal", 12.0),
        ("30PUB725016 ±400 m", "map", 400.0),
    ],
)
def test_a_position_may_say_how_far_off_it_is(text, source, off_m):
    read = read_position(text)
    assert (read.source, read.uncertainty_m, read.as_typed) == (source, off_m, html.unescape(text))
