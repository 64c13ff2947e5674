"""An area drawn corner after corner on the server's own map, without scripts: nothing typed is lost, and what is drawn is what is filed."""

from __future__ import annotations

import html
import re

import pytest
from pages import NOW, errors, fields, file, send, words
from test_map_pick import carried, look, press, svg_of
from test_plan_sheets import area, stored

from deconflict.domain import roles
from deconflict.domain.coordinates import read_position
from deconflict.domain.zone import MOST_POINTS
from deconflict.schemas.whereabouts import locate
from deconflict.web import draw_area
from deconflict.web.map_pick import SIDE

ZONE, OURS = "/plans/new/zone", "/desk/areas/new"
BANKASS = "14.0700, -3.5200"
CORNERS = ((100, 100), (220, 100), (220, 220), (100, 220))


@pytest.fixture
def people(app, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW
    return {
        ZONE: sign_in(app.test_client(), make_account(roles.CIMIC, organisation="Mission", language="en")),
        OURS: sign_in(app.test_client(), make_account(roles.CMCOORD, language="en")),
    }


def typed(**more):
    return area(**{"points": "", **more})


def drawn(client, url, form, *presses):
    page = send(client, url, form, "draw")
    for x, y in presses:
        page = press(client, url, page, x, y)
    return page


def near_bankass(client, url, form):
    """The map from so near that a press says enough."""
    page = send(client, url, form | {"points": BANKASS}, "draw")
    while 'value="pin"' not in page.text:
        page = look(client, url, page, "in")
    return look(client, url, page, "drop-1")


def points(page):
    return [line for line in whole(page)["points"].split("\n") if line]


def whole(page):
    """All that the page sends, its lines too where they stand open."""
    area = re.search(r'<textarea[^>]*name="points"[^>]*>([^<]*)</textarea>', page.text)
    return fields(page) | ({"points": html.unescape(area[1]).strip()} if area else {})


@pytest.mark.parametrize("url", [ZONE, OURS])
def test_four_presses_are_an_area_that_is_filed_as_drawn(app, people, url):
    client = people[url]
    form = typed(known_from="force") if url == OURS else typed()
    page = near_bankass(client, url, form)
    for n, (x, y) in enumerate(CORNERS, 1):
        page = press(client, url, page, x, y)
        assert len(points(page)) == n
    assert re.search(r"area of [\d.]+ km², in the middle (Bankass|\d)", words(page))
    assert all(f'<li value="{n}">' in page.text for n in (1, 2, 3, 4))
    back = look(client, url, page, "back")
    kept = whole(back)
    assert kept["points"].split("\n") == points(page)
    assert {name: kept[name] for name in ("begins_time", "ends_date", "ends_time", "_key")} == {
        name: form[name] for name in ("begins_time", "ends_date", "ends_time", "_key")
    }
    done = send(client, url, fields(send(client, url, kept)), "file")
    reference = done.location.split("/")[-2]
    _item, filing = stored(app, reference)
    corners = [stop["location"] for stop in filing["stops"]]
    assert [place["as_typed"] for place in corners] == points(page)
    assert {place["source"] for place in corners} == {"map"}
    (south, west), (north, east) = (min(p["point"] for p in corners), max(p["point"] for p in corners))
    assert south < 14.07 < north
    assert west < -3.52 < east


def test_of_more_lines_than_may_stand_only_so_many_are_looked_for(people, monkeypatch):
    looked = []

    def counted(*args, **more):
        looked.append(more)
        return locate(*args, **more)

    monkeypatch.setattr(draw_area, "locate", counted)
    many = "\n".join(f"nulle part {n}" for n in range(300))
    page = send(people[ZONE], ZONE, typed(points=many), "draw")
    assert page.status_code == 200
    assert len(looked) <= 2 * MOST_POINTS
    assert "nulle part 299" in whole(page)["points"]


def test_one_is_taken_out_again_the_last_or_another(people):
    page = near_bankass(people[ZONE], ZONE, typed())
    for x, y in CORNERS[:3]:
        page = press(people[ZONE], ZONE, page, x, y)
    first, second, third = points(page)
    assert points(look(people[ZONE], ZONE, page, "drop-3")) == [first, second]
    assert points(look(people[ZONE], ZONE, page, "drop-2")) == [first, third]
    assert points(look(people[ZONE], ZONE, page, "drop-99")) == [first, second, third]


def test_from_afar_a_press_comes_closer_and_puts_nothing(people):
    page = drawn(people[ZONE], ZONE, typed(), (160, 160))
    assert points(page) == []
    assert int(fields(page)["_zoom"]) > int(fields(send(people[ZONE], ZONE, typed(), "draw"))["_zoom"])
    assert "Nothing is drawn yet" in words(page)


def test_from_the_keyboard_the_cross_is_taken(people):
    page = near_bankass(people[ZONE], ZONE, typed())
    by_map, by_button = press(people[ZONE], ZONE, page, 0, 0), look(people[ZONE], ZONE, page, "pin")
    assert points(by_map) == points(by_button)
    assert read_position(points(by_map)[0]).point == pytest.approx((14.07, -3.52), abs=1e-3)


def test_a_border_that_crosses_itself_is_told_while_it_is_drawn(people):
    page = near_bankass(people[ZONE], ZONE, typed())
    for n in (0, 2, 1, 3):
        page = press(people[ZONE], ZONE, page, *CORNERS[n])
    assert "crosses or touches itself" in words(page)
    assert "area of" not in words(page)


def test_what_is_drawn_stands_on_the_map_by_its_numbers_and_what_was_typed_too(people):
    page = send(people[ZONE], ZONE, area(), "draw")
    numbers = {text.text for text in svg_of(page).iter("{http://www.w3.org/2000/svg}text")}
    assert {"1", "2", "3", "4"} <= numbers
    assert len(points(page)) == 4
    unread = send(people[ZONE], ZONE, area(points="nowhere at all\n" + BANKASS), "draw")
    assert "The map cannot show this line" in words(unread)
    assert len(points(unread)) == 2
    assert points(look(people[ZONE], ZONE, unread, "back")) == ["nowhere at all", BANKASS]


def test_a_press_on_a_village_is_its_name_and_files_so(app, people):
    form = typed(shape="villages")
    page = near_bankass(people[ZONE], ZONE, form)
    page = press(people[ZONE], ZONE, page, SIDE // 2, SIDE // 2)
    assert points(page) == ["Bankass"]
    _item, filing = stored(app, file(people[ZONE], ZONE, whole(look(people[ZONE], ZONE, page, "back"))))
    assert filing["stops"][0]["location"]["source"] == "gazetteer"
    far = drawn(people[ZONE], ZONE, form | {"points": "22.1234, -2.9876"})
    while 'value="pin"' not in far.text:
        far = look(people[ZONE], ZONE, far, "in")
    missed = press(people[ZONE], ZONE, far, 160, 160)
    assert "No village of the list is so near" in words(missed)
    assert len(points(missed)) == 1


def test_a_line_says_that_it_wants_a_width(people):
    page = near_bankass(people[ZONE], ZONE, typed(shape="corridor"))
    for x, y in CORNERS[:2]:
        page = press(people[ZONE], ZONE, page, x, y)
    assert "Give its width on the form" in words(page)
    wide = send(people[ZONE], ZONE, whole(look(people[ZONE], ZONE, page, "back")) | {"half_width_km": "2"}, "draw")
    assert "2 km on either side" in words(wide)
    assert "Give its width" not in words(wide)


def test_no_more_corners_than_the_form_takes(people):
    page = near_bankass(people[ZONE], ZONE, typed())
    full = carried(page) | {"points": "\n".join(f"14.{n:04d}, -3.5200" for n in range(700, 700 + MOST_POINTS))}
    more = people[ZONE].post(ZONE, data=full | {"_at.x": "10", "_at.y": "10"})
    assert "At most 40 lines" in words(more)
    assert len(points(more)) == MOST_POINTS


def test_where_nothing_was_chosen_an_area_is_drawn_and_the_form_says_so(people):
    page = send(people[ZONE], ZONE, typed(shape=""), "draw")
    assert 'name="shape" value="polygon"' in page.text
    assert 'name="shape" value="polygon" checked' in look(people[ZONE], ZONE, page, "back").text


@pytest.mark.parametrize(
    "broken", [{"_zoom": "99"}, {"_centre": "here"}, {"_centre": "99 999"}, {"_at.x": "x"}, {"_look": "<b>"}]
)
def test_a_page_that_somebody_made_up_does_no_harm(people, broken):
    page = near_bankass(people[ZONE], ZONE, typed())
    answer = people[ZONE].post(ZONE, data=carried(page) | {"_at.x": "5", "_at.y": "5"} | broken)
    assert answer.status_code in (200, 422)
    assert "<b>" not in answer.text


def test_nothing_that_is_looked_at_stands_in_an_address(people):
    page = drawn(people[ZONE], ZONE, area(), (160, 160))
    body = page.text.partition("<main")[2]
    assert not re.search(r'(?:href|action)="[^"]*(?:14\.|30P)', body)
    assert errors(look(people[ZONE], ZONE, page, "back")) == []
