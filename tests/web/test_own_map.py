"""The map of one's own filing on the review and on its page, and the same in words beside it."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta

import pytest
from pages import NOW, file, notice, patrol, send, window, words

from deconflict.domain.activity import Side
from deconflict.domain.filing import Location, Stop, Window
from deconflict.domain.geodesy import distance_m
from deconflict.domain.roads import Roads
from deconflict.web.desk_map import _around
from deconflict.web.map_words import MapShape
from deconflict.web.own_map import own_map, stretches_of

NEW = "/notices/new"
MOST_BYTES = 25_000
SVG = "{http://www.w3.org/2000/svg}"


def drawing(page) -> ET.Element:
    found = re.findall(r"<svg.*?</svg>", page.text, re.DOTALL)
    assert len(found) == 1
    assert len(found[0].encode()) < MOST_BYTES
    return ET.fromstring(found[0])


def texts(svg: ET.Element) -> set[str]:
    return {text.text or "" for text in svg.iter(f"{SVG}text")}


def beside(page) -> list[str]:
    """The list next to the drawing, a line each."""
    part = page.text.partition('class="own-map"')[2].partition("</section>")[0]
    items = re.findall(r"<li[^>]*>(.*?)</li>", part, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", item)).split()) for item in items]


def twelve() -> dict[str, str]:
    """As long a journey as one may file, over half the country."""
    places = [
        "Bamako",
        "Ségou",
        "San",
        "Mopti",
        "Douentza",
        "Gossi",
        "Gao",
        "Ansongo",
        "Ménaka",
        "Kidal",
        "Tessalit",
        "Gao",
    ]
    form = notice(_stops="12")
    for n, place in enumerate(places):
        day = f"2026-12-{10 + n}"
        form |= {f"stops-{n}-place": place, f"stops-{n}-activity": ""}
        form |= window(f"stops-{n}-arrive", "04:00", "06:00", day) if n else {}
        form |= window(f"stops-{n}-depart", "09:00", "10:00", day) if n < 11 else {}
    return form


def test_the_review_shows_the_stops_by_number_and_says_the_same_beside(ngo):
    page = send(ngo, NEW, notice())
    assert {"1, 3", "2", "Humanitaire"} <= texts(drawing(page))
    first, second, third = beside(page)
    assert first.startswith("Mopti (commune Mopti, cercle Mopti)")
    assert re.search(r"ligne droite de \d+ km : la route n'est pas connue ici, jusqu'à \d,\d km", first)
    assert second.startswith("Bankass (commune Bankass")
    assert "ligne droite" not in third


def test_the_read_page_of_what_was_filed_shows_the_same_map(ngo):
    review = send(ngo, NEW, notice())
    reference = file(ngo, NEW, notice())
    page = ngo.get(f"/notices/{reference}")
    assert texts(drawing(page)) == texts(drawing(review))
    assert beside(page) == beside(review)


def test_the_mission_sees_its_own_in_the_same_way(g9):
    page = send(g9, "/plans/new/patrol", patrol())
    assert {"1", "Mission", "Bankass"} <= texts(drawing(page))
    assert beside(page)[0].startswith("Bankass")


def test_the_longest_journey_is_drawn_within_the_weight(ngo):
    page = send(ngo, NEW, twelve())
    assert page.status_code == 200, words(page)[:300]
    assert {"1", "6", "7, 12", "11"} <= texts(drawing(page))
    assert len(page.data) < 60_000


def test_what_flies_has_no_road_to_be_known(ngo):
    page = send(ngo, NEW, notice(mode="air"))
    assert "route" not in " ".join(beside(page))
    assert "ligne droite" in beside(page)[0]


def test_the_map_is_said_in_english_to_who_reads_english(ngo):
    ngo.set_cookie("language", "en")
    ngo.post("/language", data={"language": "en"})
    page = send(ngo, NEW, notice())
    assert "the road is not known here" in beside(page)[0]
    assert "Humanitarian" in texts(drawing(page))


def test_a_disc_is_as_wide_as_the_place_is_uncertain_and_a_guessed_way_is_dotted(app, mission):
    at = Window(NOW, NOW)
    stops = (
        Stop(Location((14.0, -3.5), "", "decimal", 5_000.0), depart=at),
        Stop(Location((14.3, -3.5), "", "decimal", 10.0), arrive=replace(at, latest=NOW + timedelta(hours=3))),
    )
    with app.test_request_context():
        drawn = own_map(stops, "road", Side.HUMANITARIAN, mission)
        assert own_map((), "road", Side.HUMANITARIAN, mission) is None
    svg = ET.fromstring(drawn.svg)
    (disc,) = [e for e in svg.iter(f"{SVG}circle") if e.get("class") == "map-hum"]
    (band,) = [e for e in svg.iter(f"{SVG}path") if e.get("class") == "map-hum"]
    # A tenth of 33 km to either side of the line.
    assert float(disc.get("r", "")) * 2 / float(band.get("stroke-width", "")) == pytest.approx(5 / 3.32, rel=0.02)
    assert [e.get("stroke-dasharray") for e in svg.iter(f"{SVG}path") if e.get("marker-end")] == ["2 5"]


def test_no_place_stands_in_an_address_or_a_title(ngo):
    reference = file(ngo, NEW, notice())
    for page in (send(ngo, NEW, notice()), ngo.get(f"/notices/{reference}")):
        title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]
        addresses = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', page.text)
        assert addresses
        for text in (title, *addresses):
            assert not re.search(r"Bankass|Mopti|14[.,]\d|-3[.,]\d", text)


BEND = (14.2, -4.0)


@pytest.fixture
def roads(app, mission):
    """The mission with a road from Mopti to Bankass, which goes round by the south."""
    ends = [next(p for p in mission.gazetteer.named(name) if p.level == "town").point for name in ("Mopti", "Bankass")]
    app.extensions["mission"] = replace(mission, roads=Roads(((ends[0], BEND, ends[1]),)))


def test_a_way_by_road_is_drawn_along_it_and_said_so(roads, ngo):
    page = send(ngo, NEW, notice())
    ways = [e for e in drawing(page).iter(f"{SVG}path") if e.get("marker-end")]
    assert [e.get("stroke-dasharray") for e in ways] == ["none", "none"]
    assert all(e.get("d", "").count("L") == 2 for e in ways)
    assert re.search(r"par la route, \d+ km", beside(page)[0])
    air = send(ngo, NEW, notice(mode="air"))
    assert "par la route" not in " ".join(beside(air))


def test_the_desk_sees_the_road_of_a_journey_around_the_place_of_a_case(app, mission, roads):
    with_roads = app.extensions["mission"]
    ends = with_roads.roads.lines[0]
    at = Window(NOW, NOW)
    stops = (
        Stop(Location(ends[0], "", "decimal", 10.0), depart=at),
        Stop(Location(ends[2], "", "decimal", 10.0), arrive=replace(at, latest=NOW + timedelta(hours=3))),
    )
    (by_road,), (straight,) = (stretches_of(stops, "road", profile) for profile in (with_roads, mission))
    assert (by_road.by_road, straight.by_road) == (True, False)
    near = list(_around(MapShape("hum", by_road.points, 0.0, True, ""), BEND, 5_000.0))
    assert len(near) == 1
    assert min(distance_m(BEND, point) for point in near[0].points) < 100
    assert list(_around(MapShape("hum", straight.points, 0.0, True, ""), BEND, 5_000.0)) == []
