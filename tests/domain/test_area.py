"""Areas: their inside, holes, rims and the ways across them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import brute
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from some_parts import BANKASS, HOUR, PLACES, area, areas, at, leg, near, off, square, stay, together, utc

from deconflict.domain import geodesy, overlap
from deconflict.domain.activity import OPEN_END, LatLon, Moment, Part, Shape
from deconflict.domain.area import rim_of
from deconflict.domain.sides import Sides
from deconflict.domain.timewindow import instant, merged

PARK = area(*square(BANKASS, 10_000.0), start=at(9), end=at(15))
BELT = replace(PARK, shape=replace(PARK.shape, holes=(square(BANKASS, 4_000.0),)))


def post(bearing: float, metres: float, middle: LatLon = BANKASS) -> Part:
    return stay(off(middle, bearing, metres), start=at(9), end=at(10))


def on_rim(shape: Shape, point: LatLon) -> bool:
    """Within a metre of it, where it may count as either."""
    rim = [stay(*ring, start=at(9), end=at(10)) for ring in brute.rings(shape)]
    return overlap.gap_m([stay(point, start=at(9), end=at(10))], rim, 0.0) < 1.0


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(PLACES), st.data())
def test_what_lies_inside_is_what_the_rings_turn_round(place: LatLon, data: st.DataObject) -> None:
    shape = data.draw(areas(place, 0.0, 400_000.0))
    points = [off(place, data.draw(st.floats(0, 360)), data.draw(st.floats(0, 300_000))) for _ in range(12)]
    points = [p for p in points if not on_rim(shape, p)]
    assume(points)
    inside, _ = rim_of(shape).inside(np.array([(p, p) for p in points]))
    assert inside.tolist() == [n for n, p in enumerate(points) if brute.contains(shape, p)]


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(PLACES), st.data())
def test_a_way_across_is_inside_where_its_points_are(place: LatLon, data: st.DataObject) -> None:
    shape = data.draw(areas(place, 0.0, 60_000.0))
    start, end = (off(place, data.draw(st.floats(0, 360)), data.draw(st.floats(0, 25_000))) for _ in range(2))
    _, stretches = rim_of(shape).inside(np.array([(start, end)]))
    for n in range(1, 20):
        claimed = any(low <= n / 20 <= high for low, high in stretches.tolist())
        point = geodesy.between(start, end, n / 20)
        assert claimed == brute.contains(shape, point) or on_rim(shape, point)


@pytest.mark.parametrize(("metres", "gap"), [(0.0, 4_000.0), (3_000.0, 1_000.0), (7_000.0, 0.0), (12_000.0, 2_000.0)])
def test_an_area_holds_its_inside_but_not_its_hole(metres: float, gap: float) -> None:
    assert overlap.gap_m([BELT], [post(90.0, metres)], 0.0) == near(gap)
    assert overlap.gap_m([PARK], [post(90.0, metres)], 0.0) == near(max(0.0, metres - 10_000.0))


def test_a_corner_of_the_rim_belongs_to_it() -> None:
    for corner in (*BELT.shape.points, *BELT.shape.holes[0]):
        assert overlap.gap_m([BELT], [stay(corner, start=at(9), end=at(10))], 0.0) == 0.0


def test_the_radius_of_an_area_widens_it_inward_too() -> None:
    wide = replace(BELT, shape=replace(BELT.shape, radius_m=1_500.0), uncertainty_m=500.0)
    assert overlap.gap_m([wide], [post(90.0, 0.0)], 0.0) == near(2_000.0)
    assert overlap.gap_m([wide], [post(90.0, 12_000.0)], 0.0) == 0.0
    assert overlap.gap_m([wide], [post(90.0, 13_000.0)], 0.0, uncertain=False) == near(1_500.0)


def test_a_small_area_in_a_large_one_a_hole_and_a_gap() -> None:
    for far, gap in ((0.0, 3_000.0), (7_000.0, 0.0), (13_000.0, 2_000.0)):
        small = area(*square(off(BANKASS, 90.0, far), 1_000.0), start=at(9), end=at(10))
        assert overlap.gap_m([BELT], [small], 0.0) == near(gap)
        assert overlap.gap_m([small], [BELT], 0.0) == near(gap)


def test_a_way_across_an_area_is_a_meeting_while_it_is_inside() -> None:
    """At 30 km/h: 20 km before the rim, 6 km to the hole, 8 km across it, 6 km to the rim again."""
    drive = leg(off(BANKASS, 270.0, 30_000.0), off(BANKASS, 90.0, 30_000.0), start=at(9), end=at(11))
    assert overlap.minutes_within([BELT], [drive], 0.0) == pytest.approx(24.0, abs=0.02)
    assert overlap.minutes_within([PARK], [drive], 0.0) == pytest.approx(40.0, abs=0.02)
    assert overlap.minutes_within([BELT], [drive], 4_000.0) == pytest.approx(56.0, abs=0.02)
    (spans,) = overlap.stays(Sides([drive], [BELT]), 0.0)
    expected = [(utc(9 + 2 / 3), utc(9 + 13 / 15)), (utc(10 + 2 / 15), utc(10 + 1 / 3))]
    for (begins, ends), (first, last) in zip(merged(spans, 1.0), expected, strict=True):
        assert instant(begins) == pytest.approx(first, abs=timedelta(seconds=2))
        assert instant(ends) == pytest.approx(last, abs=timedelta(seconds=2))
    met = together([PARK], [drive], 0.0, 0.0)
    assert met is not None
    assert met[0] == pytest.approx(utc(9 + 2 / 3), abs=timedelta(seconds=2))
    assert met[1] == pytest.approx(utc(10 + 1 / 3), abs=timedelta(seconds=2))


def test_only_what_is_driven_while_the_area_is_held_counts() -> None:
    drive = leg(off(BANKASS, 270.0, 30_000.0), BANKASS, start=at(7), end=at(8))
    assert overlap.gap_m([PARK], [drive], 0.0) == math.inf
    assert overlap.gap_m([PARK], [drive], HOUR) == 0.0
    late = replace(drive, start=at(8.5), end=at(9.5))  # half-way when the park opens, so 5 km from its rim
    assert overlap.gap_m([replace(PARK, end=at(9))], [late], 0.0) == near(5_000.0)
    assert overlap.gap_m([PARK], [late], 0.0) == 0.0
    assert (
        overlap.gap_m(
            [replace(PARK, start=at(0), end=Moment(OPEN_END))], [replace(late, start=at(8_760), end=at(8_761))], 0
        )
        == 0.0
    )


def test_a_wait_inside_lasts_as_long_as_both() -> None:
    wait = leg(BANKASS, BANKASS, start=at(14), end=at(17))
    assert overlap.minutes_within([PARK], [wait], 0.0) == 60.0
    assert overlap.comovement_min([PARK], [wait], HOUR) == 0.0


@pytest.mark.parametrize(
    "middle", [(0.0, 0.0), (16.0, 6.0), (-17.0, 180.0), (60.0, -180.0), (-35.0, 18.0), (89.5, 77.0)]
)
def test_a_country_is_an_area_wherever_it_lies(middle: LatLon) -> None:
    country = area(
        *square(middle, 200_000.0), holes=(square(off(middle, 45.0, 60_000.0), 30_000.0),), start=at(9), end=at(15)
    )
    for bearing, metres, gap in ((200.0, 170_000.0, 0.0), (45.0, 60_000.0, 30_000.0), (45.0, 60_000.0 + 60_000.0, 0.0)):
        assert overlap.gap_m([country], [post(bearing, metres, middle)], 0.0) == near(gap)
    outside = stay(off(middle, 45.0, 200_000.0 * math.sqrt(2) + 20_000.0), start=at(9), end=at(10))
    assert overlap.gap_m([country], [outside], 0.0) == near(20_000.0)


def test_an_area_does_not_move() -> None:
    with pytest.raises(ValueError, match="does not move"):
        overlap.gap_m([replace(PARK, moving=True)], [PARK], 0.0)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([*PLACES, (88.0, 20.0), (-89.0, 170.0)]), st.data(), st.floats(0.0, 30_000.0))
def test_a_box_around_a_ring_holds_all_of_the_area(place: LatLon, data: st.DataObject, margin_m: float) -> None:
    shape = data.draw(areas(place, 0.0, 300_000.0))
    south, west, north, east = geodesy.box((*shape.points, shape.points[0]), margin_m)
    points = [off(place, data.draw(st.floats(0, 360)), data.draw(st.floats(0, 300_000))) for _ in range(10)]
    corners = [off(corner, data.draw(st.floats(0, 360)), margin_m) for corner in shape.points]
    for lat, lon in corners + [p for p in points if brute.contains(shape, p)]:
        assert south - 1e-9 <= lat <= north + 1e-9
        assert west - 1e-9 <= lon <= east + 1e-9


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_a_box_around_a_ring_about_a_pole_reaches_it(pole: float) -> None:
    lat = math.copysign(80.0, pole)
    ring = ((lat, 0.0), (lat, 120.0), (lat, -120.0), (lat, 0.0))
    south, west, north, east = geodesy.box(ring, 0.0)
    assert (pole in (south, north), west, east) == (True, -180.0, 180.0)
