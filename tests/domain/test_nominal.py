from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import brute
import pytest
from hypothesis import given, settings
from some_parts import (
    BANDIAGARA,
    BANKASS,
    HOUR,
    MOPTI,
    area,
    at,
    buffers,
    items,
    leg,
    near,
    off,
    split,
    square,
    stay,
    utc,
)

from deconflict.domain import geodesy, overlap
from deconflict.domain.activity import LatLon, Part


@settings(deadline=None)
@given(items(), buffers)
def test_the_nominal_distance_is_the_gap_of_what_was_declared(
    couple: tuple[list[Part], list[Part]], buffer_s: float
) -> None:
    a, b = couple
    wide = max(buffer_s, overlap.time_gap_s(a, b, assumed=False))
    told = overlap.nominal(a, b, buffer_s)
    assert told.distance_m == near(overlap.gap_m(a, b, wide, assumed=False, uncertain=False))
    assert told.time_gap_s == abs((told.a_at - told.b_at).total_seconds())
    assert min(p.start.at for p in a) <= told.a_at <= max(p.end.at for p in a)
    radii = [max(p.shape.radius_m for p in side) for side in couple]
    off_m = 0.5  # where ways cross in a plane they do on the earth; the place may be off by decimetres
    assert told.distance_m >= geodesy.distance_m(told.a_point, told.b_point) - sum(radii) - off_m
    assert any(holds(p, told.a_point, told.a_at) for p in a)
    assert any(holds(p, told.b_point, told.b_at) for p in b)


def holds(part: Part, point: LatLon, when: datetime) -> bool:
    """Is this point one that the part holds at this planned instant?"""
    if not part.start.at <= when <= part.end.at:
        return False
    if part.moving:
        place = geodesy.along(part.shape.points, (when - part.start.at) / (part.end.at - part.start.at))
        return geodesy.distance_m(place, point) < 5.0
    if part.shape.area and brute.contains(part.shape, point):
        return True
    legs = [(part.shape.points[0],) * 2, *(leg for line in brute.rings(part.shape) for leg in pairwise(line))]
    detours = [geodesy.distance_m(p, point) + geodesy.distance_m(point, q) - geodesy.distance_m(p, q) for p, q in legs]
    return min(detours) < 1.0


def test_two_presences_are_told_from_the_first_instant_they_share() -> None:
    crowd, patrol = stay(BANKASS, start=at(9), end=at(15)), stay((14.08, -3.512), start=at(13), end=at(16))
    told = overlap.nominal([crowd], [patrol], 3 * HOUR)
    assert (told.a_at, told.b_at, told.time_gap_s) == (utc(13), utc(13), 0.0)
    assert (told.a_point, told.b_point) == (BANKASS, (14.08, -3.512))


def test_a_convoy_that_crosses_a_crowd_is_told_from_when_it_reaches_it() -> None:
    """The whole way through the crowd is at distance 0: the earliest instant is kept."""
    crowd = stay(BANKASS, start=at(0), end=at(24), radius_m=5_000.0)
    drive = leg(off(BANKASS, 270.0, 30_000.0), off(BANKASS, 90.0, 30_000.0), start=at(9), end=at(11))
    told = overlap.nominal([crowd], [drive], 3 * HOUR)
    assert told.distance_m == near(0.0)
    assert told.a_at == told.b_at == pytest.approx(utc(9 + 25 / 30), abs=timedelta(seconds=2))


def test_of_two_legs_on_one_road_the_smallest_wait_is_told() -> None:
    """On the same road within the buffer they are nowhere apart: the instants nearest to each other say when."""
    slow = leg(MOPTI, BANDIAGARA, start=at(6), end=at(10))
    fast = leg(MOPTI, BANDIAGARA, start=at(9), end=at(11))
    told = overlap.nominal([slow], [fast], 6 * HOUR)
    assert told.distance_m == near(0.0)
    assert told.time_gap_s == pytest.approx(HOUR, abs=1.0)
    assert (told.a_at, told.b_at) == (utc(10), utc(11))


def test_where_nothing_is_feasible_the_smallest_time_gap_is_told_and_then_the_distance() -> None:
    crowd = stay(BANKASS, start=at(9), end=at(15, (0, 1)))
    soon, near_by = off(BANKASS, 0.0, 9_000.0), off(BANKASS, 90.0, 4_000.0)
    others = [stay(p, start=at(20), end=at(21)) for p in (soon, near_by)] + [stay(BANKASS, start=at(22), end=at(23))]
    told = overlap.nominal([crowd], others, HOUR)
    assert told.distance_m == near(4_000.0)
    assert (told.a_at, told.b_at, told.time_gap_s) == (utc(15), utc(20), 5 * HOUR)


def test_the_place_settles_what_time_and_distance_leave_open() -> None:
    crowd = stay(BANKASS, start=at(9), end=at(15))
    south, north = (stay(off(BANKASS, way, 3_000.0), start=at(9), end=at(10)) for way in (180.0, 0.0))
    for others in ([north, south], [south, north]):
        assert overlap.nominal([crowd], others, 0.0).b_point == south.shape.points[0]


def _apart(a: list[Part], b: list[Part], point: LatLon) -> float:
    """How far the place is from both sides together, whenever."""
    there = [stay(point, start=at(0), end=at(23))]
    return sum(overlap.gap_m(there, side, 48 * HOUR) for side in (a, b))


@settings(deadline=None)
@given(items(), buffers)
def test_whichever_side_is_named_first_the_same_moment_and_place_are_told(
    couple: tuple[list[Part], list[Part]], buffer_s: float
) -> None:
    a, b = couple
    one, other = overlap.nominal(a, b, buffer_s), overlap.nominal(b, a, buffer_s)
    assert one.distance_m == pytest.approx(other.distance_m, abs=0.002)
    for here, there in ((one.a_at, other.b_at), (one.b_at, other.a_at)):
        assert abs(here - there) <= timedelta(milliseconds=2)
    for p, q in ((one.a_point, other.b_point), (one.b_point, other.a_point)):
        # Two lines that leave one point at a hair's angle are as near there as a few metres on.
        assert brute.metres(p, q) < 0.1 or abs(_apart(a, b, p) - _apart(a, b, q)) < 0.01


@pytest.mark.parametrize("buffer_s", [0.0, HOUR])
def test_of_a_road_that_two_hold_the_southern_end_is_told(buffer_s: float) -> None:
    north, south = off(BANKASS, 0.0, 40_000.0), off(BANKASS, 180.0, 40_000.0)
    one, other = stay(north, BANKASS, start=at(9), end=at(15)), stay(BANKASS, north, south, start=at(9), end=at(15))
    for couple in ([one], [other]), ([other], [one]):
        told = overlap.nominal(*couple, buffer_s)
        assert brute.metres(told.a_point, BANKASS) < 1.0
        assert brute.metres(told.b_point, BANKASS) < 1.0


def test_of_two_areas_that_overlap_the_southernmost_common_point_is_told() -> None:
    north_of_it = area(*square(off(BANKASS, 0.0, 8_000.0), 10_000.0), start=at(9), end=at(15))
    around = area(*square(BANKASS, 10_000.0), start=at(9), end=at(15))
    told = overlap.nominal([around], [north_of_it], 0.0)
    assert (told.distance_m, told.a_point) == (0.0, told.b_point)
    assert told.a_point[0] == pytest.approx(off(BANKASS, 180.0, 2_000.0)[0], abs=1e-4)


@pytest.mark.parametrize("aside_m", [0.0, 500.0, 5_000.0])
def test_who_walks_is_nearest_when_he_is_abeam_and_not_seconds_before(aside_m: float) -> None:
    """At 5 km/h: within a millimetre of the nearest from 3 m before, and more than a second."""
    abeam = off(BANKASS, 180.0, aside_m)
    walk = leg(off(abeam, 270.0, 5_000.0), off(abeam, 90.0, 5_000.0), start=at(9), end=at(11))
    told = overlap.nominal([stay(BANKASS, start=at(0), end=at(24))], [walk], 0.0)
    assert told.b_at == pytest.approx(utc(10), abs=timedelta(seconds=0.1))
    assert told.a_at == told.b_at


def test_half_a_road_does_not_change_how_long_after_each_other_two_are_on_it() -> None:
    """A quarter of an hour everywhere: so level that float noise leaves nothing of what is nearest."""
    road = (14.509037998821833, -4.2), (15.050542047824552, -4.17079748093782)
    first, second = leg(*road, start=at(0), end=at(0.75)), leg(*road, start=at(0.25), end=at(1))
    for couple in ([first], [second]), (split(first, 0.01), [second]), (split(first, 0.01), split(second, 0.4)):
        told = overlap.nominal(*couple, HOUR)
        assert (told.distance_m, told.time_gap_s) == (0.0, pytest.approx(HOUR / 4, abs=0.01))


def test_a_walk_into_an_area_is_told_from_its_rim() -> None:
    park = area(*square(BANKASS, 5_000.0), start=at(0), end=at(24))
    walk = leg(off(BANKASS, 270.0, 30_000.0), BANKASS, start=at(9), end=at(10))
    told = overlap.nominal([park], [walk], 0.0)
    assert (told.distance_m, told.time_gap_s) == (0.0, 0.0)
    assert told.b_at == pytest.approx(utc(9 + 25 / 30), abs=timedelta(seconds=2))
