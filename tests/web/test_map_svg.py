"""The drawn map: well-formed, allowed by a strict policy, true to scale, and told in words."""

from __future__ import annotations

import csv
import io
import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import destination, distance_m
from deconflict.domain.places import gazetteer_from_rows
from deconflict.web.map_frame import View, layers
from deconflict.web.map_svg import MapShape, draw
from deconflict.web.map_words import length, whereabouts

MISSION = Path(__file__).resolve().parents[2] / "config/missions/mali-minusma"
BASEMAP = MISSION / "basemap"
FILES = [path.read_text(encoding="utf-8") for path in sorted((MISSION / "gazetteer").glob("*.csv"))]
MALI = gazetteer_from_rows([row for text in FILES for row in csv.DictReader(io.StringIO(text))], "COD 2021-12-20")
SVG = "{http://www.w3.org/2000/svg}"
BANKASS, PATROL = (14.0700, -3.5200), (14.0800, -3.5120)
PAIR = (
    MapShape("hum", (BANKASS,), 1000, False, "Distribution 4F7K2"),
    MapShape("mil", (PATROL, (14.2, -3.4)), 500, True, "Plan 7QXN3"),
)
FAR = (
    MapShape("hum", ((11.32, -5.67), (14.49, -4.19)), 1000, True, "Convoi"),
    MapShape("mil", ((18.44, 1.40),), 2000, False, "Halte"),
)


def drawn(
    shapes: tuple[MapShape, ...] = PAIR, lang: str = "fr", closest: tuple[LatLon, LatLon] | None = None
) -> ET.Element:
    return ET.fromstring(draw(shapes, basemap=BASEMAP, lang=lang, gazetteer=MALI, closest=closest))


def texts(svg: ET.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def classed(svg: ET.Element, name: str) -> list[ET.Element]:
    return [element for element in svg.iter() if element.get("class") == name]


def pixels(svg: ET.Element) -> list[tuple[float, float]]:
    """Every absolute position drawn outside definitions."""
    for definitions in svg.findall(f"{SVG}defs"):
        svg.remove(definitions)
    found = [
        (float(e.get(x, "")), float(e.get(y, "")))
        for x, y in (("cx", "cy"), ("x", "y"))
        for e in svg.iter()
        if e.get(x)
    ]
    for path in svg.iter(f"{SVG}path"):
        found += [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get("d", ""))]
    return found


@pytest.mark.parametrize("shapes", [PAIR, FAR])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_strict_content_policy_has_nothing_to_refuse(shapes: tuple[MapShape, ...], lang: str) -> None:
    text = str(draw(shapes, basemap=BASEMAP, lang=lang, gazetteer=MALI, closest=(BANKASS, PATROL)))
    ET.fromstring(text)
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href=|url\((?!#)", text)
    assert len(text.encode()) < 20_000


@pytest.mark.parametrize("shapes", [PAIR, FAR])
def test_everything_drawn_lies_on_the_paper(shapes: tuple[MapShape, ...]) -> None:
    points = pixels(drawn(shapes, closest=(BANKASS, PATROL) if shapes is PAIR else None))
    assert len(points) > 10
    assert all(0 <= x <= 640 and 0 <= y <= 420 for x, y in points)


land = st.tuples(st.floats(-60, 60), st.floats(-180, 180))
near = st.tuples(st.floats(0, 360), st.floats(1, 200_000))


@given(land, st.lists(near, min_size=1, max_size=6), st.floats(0, 20_000), st.booleans())
def test_shapes_anywhere_on_earth_are_drawn_whole(
    start: LatLon, steps: list[tuple[float, float]], radius_m: float, moving: bool
) -> None:
    line = (start, *(destination(start, bearing, metres) for bearing, metres in steps))
    shapes = (MapShape("hum", line, radius_m, moving, ""), MapShape("mil", (line[-1],), radius_m, False, ""))
    svg = ET.fromstring(draw(shapes, basemap=BASEMAP))
    assert all(0 <= x <= 640 and 0 <= y <= 420 for x, y in pixels(svg))
    for disc in classed(svg, "map-mil"):
        x, y, r = (float(disc.get(key, "")) for key in ("cx", "cy", "r"))
        assert r <= min(x, y, 640 - x, 420 - y)


@given(st.floats(10, 25), st.floats(-12, 4), st.floats(0, 360), st.floats(500, 200_000))
def test_distances_on_the_paper_are_true_to_one_in_fifty(lat: float, lon: float, bearing: float, metres: float) -> None:
    a = (lat, lon)
    b = destination(a, bearing, metres)
    view = View.around([a, b], 0, 640, 420)
    assert math.dist(view.xy(a), view.xy(b)) * view.metres_per_px == pytest.approx(metres, rel=0.02)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    svg = drawn(closest=(BANKASS, PATROL))
    scale = classed(svg, "map-scale")[0]
    amount, unit = texts(scale)[0].replace(",", ".").split()
    metres = float(amount) * {"m": 1, "km": 1000}[unit]
    bar = re.search(r"H([\d.]+)", (scale[0].get("d") or ""))
    line = re.findall(r"(-?[\d.]+) (-?[\d.]+)", classed(svg, "map-closest")[0].get("d") or "")
    assert bar is not None
    drawn_px = math.dist(*[(float(x), float(y)) for x, y in line])
    per_px = metres / (float(bar.group(1)) - 10)
    assert drawn_px * per_px == pytest.approx(distance_m(BANKASS, PATROL), rel=0.02)


def test_the_line_of_closest_approach_carries_its_length() -> None:
    assert "1,4 km" in texts(drawn(closest=(BANKASS, PATROL)))
    assert "1.4 km" in texts(drawn(closest=(BANKASS, PATROL), lang="en"))
    assert not classed(drawn(), "map-closest")


def test_the_sides_differ_in_pattern_outline_and_mark_and_not_by_colour_alone() -> None:
    svg = drawn((PAIR[0], MapShape("mil", (PATROL,), 500, False, "")))
    hum, mil = classed(svg, "map-hum")[0], classed(svg, "map-mil")[0]
    assert hum.get("stroke-dasharray") != mil.get("stroke-dasharray")
    patterns = {p.get("id"): [child.tag for child in p] for p in svg.iter(f"{SVG}pattern")}
    filled = [patterns[(disc.get("fill") or "")[5:-1]] for disc in (hum, mil)]
    assert filled[0] != filled[1]


def test_a_place_where_several_shapes_begin_is_marked_once_for_each_side() -> None:
    there, back = MapShape("hum", (BANKASS, PATROL), 0, True, ""), MapShape("hum", (PATROL, BANKASS), 0, True, "")
    stays = MapShape("hum", (BANKASS,), 0, False, "")
    marks = [e for e in drawn((there, stays, back, stays)).iter(f"{SVG}circle") if e.get("r") == "5"]
    assert len(marks) == 2
    other = MapShape("mil", (BANKASS,), 0, False, "")
    assert any("h10v10" in (e.get("d") or "") for e in drawn((stays, other)).iter(f"{SVG}path"))


def test_a_shape_without_a_label_is_told_without_one() -> None:
    told = drawn((MapShape("mil", (BANKASS, PATROL), 0, True, ""),), lang="en").find(f"{SVG}desc")
    assert told is not None
    assert (told.text or "").startswith("Mission: moving, ")


def test_only_what_moves_has_an_arrow() -> None:
    def arrows(moving: bool) -> int:
        return sum(
            e.get("marker-end") is not None for e in drawn((MapShape("hum", (BANKASS, PATROL), 0, moving, ""),)).iter()
        )

    assert (arrows(True), arrows(False)) == (1, 0)


def test_a_reader_who_hears_the_page_is_told_the_whole_map() -> None:
    svg = drawn(closest=(BANKASS, PATROL))
    title, told = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert svg.get("role") == "img"
    assert (svg.get("aria-labelledby") or "").split() == [title.get("id"), told.get("id")]
    assert title.text == "Carte : Humanitaire, Mission"
    assert told.text == (
        "Humanitaire : Distribution 4F7K2, rayon 1 km, 634 m SO de Bankass. "
        "Mission : Plan 7QXN3, en mouvement, rayon 500 m, 840 m NE de Bankass. 1,4 km au plus près."
    )


def test_the_english_map_says_it_in_english() -> None:
    told = drawn(lang="en", closest=(BANKASS, PATROL)).find(f"{SVG}desc")
    assert told is not None
    assert "Humanitarian: Distribution 4F7K2, radius 1 km, 634 m SW of Bankass" in (told.text or "")
    assert "1.4 km at the closest" in (told.text or "")


def test_what_people_wrote_is_shown_as_text() -> None:
    svg = drawn((MapShape("hum", (BANKASS,), 0, False, "<script>alert(1)</script> & \"'"),))
    assert "<script>alert(1)</script> & \"'" in texts(svg)
    assert not list(svg.iter(f"{SVG}script"))


def test_two_maps_on_one_page_share_no_identifier() -> None:
    one, other = ({e.get("id") for e in drawn(shapes).iter() if e.get("id")} for shapes in (PAIR, FAR))
    assert len(one) >= 6
    assert not one & other


def test_every_reference_inside_the_map_is_defined_in_it() -> None:
    text = str(draw(PAIR, basemap=BASEMAP))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(re.findall(r'id="([^"]+)"', text))


def test_the_nearest_towns_are_named() -> None:
    assert "Bankass" in texts(drawn())
    assert {"Mopti", "Gao", "Kidal"} <= set(texts(drawn(FAR)))
    assert "Taoudénit" in texts(drawn((MapShape("mil", ((22.6, -3.9),), 0, False, ""),)))


def test_rough_lines_are_left_out_where_they_would_mislead_and_named_rough_elsewhere() -> None:
    close, far = drawn((MapShape("hum", ((16.2685, -0.0502),), 500, False, ""),)), drawn(FAR)
    assert not classed(close, "map-rivers") + classed(close, "map-borders")
    assert classed(far, "map-rivers")
    assert classed(far, "map-borders")
    assert "Frontières et cours d'eau approximatifs" in texts(far)


def test_names_written_on_the_map_do_not_cover_each_other() -> None:
    boxes = []
    for names in classed(drawn(FAR, closest=((14.49, -4.19), (18.44, 1.40))), "map-names"):
        for text in names:
            x, y = float(text.get("x", "")), float(text.get("y", ""))
            boxes.append((x, y - 10, x + 5.5 * len(text.text or ""), y + 2))
    assert len(boxes) >= 6
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def test_a_map_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a point"):
        draw((), basemap=BASEMAP)


def test_a_shape_without_a_point_is_refused_by_the_shape() -> None:
    with pytest.raises(ValueError, match="needs a point"):
        MapShape("hum", (), 500, False, "")


def test_a_mission_without_a_base_map_still_has_maps(tmp_path: Path) -> None:
    assert "Plan 7QXN3" in draw(PAIR, basemap=tmp_path)


@pytest.mark.parametrize(
    ("metres", "fr", "en"),
    [
        (0, "0 m", "0 m"),
        (838.6, "839 m", "839 m"),
        (999, "1 km", "1 km"),
        (1400, "1,4 km", "1.4 km"),
        (12_340, "12 km", "12 km"),
    ],
)
def test_lengths_are_said_as_people_say_them(metres: float, fr: str, en: str) -> None:
    assert (length(metres, "fr"), length(metres, "en")) == (fr, en)


def test_a_position_is_said_from_the_nearest_town() -> None:
    town = MALI.named("Aguelhok")[0].point
    assert whereabouts(destination(town, 225, 12_000), MALI, "fr") == "12 km SO d'Aguelhok"
    assert whereabouts(destination(town, 225, 12_000), MALI, "en") == "12 km SW of Aguelhok"
    assert whereabouts(destination(town, 225, 100), MALI, "fr") == "Aguelhok"


@pytest.mark.parametrize(
    ("town", "said"), [("Ouattagouna", "de Ouattagouna"), ("Ouro-Modi", "d'Ouro-Modi"), ("Gao", "de Gao")]
)
def test_french_elides_before_a_vowel_and_not_before_a_w_sound(town: str, said: str) -> None:
    assert whereabouts(destination(MALI.named(town)[0].point, 90, 600), MALI, "fr") == f"600 m E {said}"


# The base map


def test_the_base_map_is_small_and_not_finer_than_it_is_true() -> None:
    files = sorted(BASEMAP.glob("*.geojson"))
    assert {file.stem for file in files} >= {"borders", "countries", "rivers"}
    assert sum(file.stat().st_size for file in BASEMAP.iterdir()) <= 60_000
    assert not [file.name for file in files if re.search(r"\d\.\d{4,}", file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("town", ["Bamako", "Koulikoro", "Ségou", "Gao", "Bourem", "Ansongo", "Diré"])
def test_the_river_runs_by_the_towns_on_its_banks(town: str) -> None:
    point = MALI.named(town)[0].point
    rivers = next(layer for layer in layers(BASEMAP) if layer.name == "rivers")
    assert min(_away(point, a, b) for line in rivers.lines for a, b in pairwise(line)) < 6_000


def _away(point: LatLon, a: LatLon, b: LatLon) -> float:
    """From a point to a short straight piece, by trying a hundred places of it."""
    steps = [(a[0] + (b[0] - a[0]) * i / 100, a[1] + (b[1] - a[1]) * i / 100) for i in range(101)]
    if min(abs(p[0] - point[0]) + abs(p[1] - point[1]) for p in (a, b)) > 1.5:
        return math.inf
    return min(distance_m(point, step) for step in steps)


def test_a_base_map_of_another_kind_of_shape_is_refused_by_file(tmp_path: Path) -> None:
    (tmp_path / "lakes.geojson").write_text(
        '{"features": [{"properties": {}, "geometry": {"type": "Polygon", "coordinates": [[]]}}]}', encoding="utf-8"
    )
    with pytest.raises(ValueError, match=r"lakes\.geojson: a Polygon"):
        layers(tmp_path)
