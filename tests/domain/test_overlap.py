from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from some_parts import BANDIAGARA, BANKASS, HOUR, MOPTI, PLACES, at, leg, near, off, stay, together, utc

from deconflict.domain import geodesy, overlap
from deconflict.domain.activity import OPEN_END, LatLon, Moment, Shape


@pytest.mark.parametrize(("halt", "apart"), [((14.0800, -3.5120), 1_403.8), ((14.1050, -3.5350), 4_197.6)])
def test_two_places_are_as_far_apart_as_the_gps_says(halt: LatLon, apart: float) -> None:
    crowd, patrol = stay(BANKASS, start=at(9), end=at(15)), stay(halt, start=at(13), end=at(16))
    assert overlap.gap_m([crowd], [patrol], 0.0) == pytest.approx(apart, abs=0.1)


def test_radii_and_uncertainties_come_off_and_never_below_zero() -> None:
    there = off(BANKASS, 40.0, 5_000.0)
    crowd = stay(BANKASS, start=at(9), end=at(15), radius_m=150.0, unsure_m=1_000.0)
    patrol = stay(there, start=at(9), end=at(15), radius_m=50.0, unsure_m=250.0)
    assert overlap.gap_m([crowd], [patrol], 0.0) == 3_550.0
    assert overlap.gap_m([crowd], [patrol], 0.0, uncertain=False) == 4_800.0
    assert overlap.gap_m([replace(crowd, uncertainty_m=4_900.0)], [patrol], 0.0) == 0.0


@pytest.mark.parametrize("metres", [0.0, 500.0, 2_000.0, 5_000.0, 10_000.0, 25_000.0])
@pytest.mark.parametrize("bearing", [0.0, 33.0, 90.0, 201.5])
def test_a_distance_filed_to_the_metre_touches_its_limit(metres: float, bearing: float) -> None:
    crowd = stay(BANKASS, start=at(9), end=at(15))
    patrol = stay(off(BANKASS, bearing, metres), start=at(15), end=at(16))
    assert overlap.gap_m([crowd], [patrol], 0.0) <= metres
    farther = replace(patrol, shape=Shape((off(BANKASS, bearing, metres + 0.01),)))
    assert overlap.gap_m([crowd], [farther], 0.0) > metres


def test_windows_that_touch_meet_and_a_second_more_does_not() -> None:
    crowd = stay(BANKASS, start=at(9), end=at(15, (0, 0.5), (0, 1)))
    patrol = stay(BANKASS, start=at(18, (0.25, 0), (0.25, 0)), end=at(19))
    assert overlap.gap_m([crowd], [patrol], HOUR) == 0.0
    assert overlap.gap_m([crowd], [patrol], HOUR - 1) == math.inf
    assert overlap.gap_m([crowd], [patrol], 2.25 * HOUR, assumed=False) == 0.0
    assert overlap.gap_m([crowd], [patrol], 2.25 * HOUR - 1, assumed=False) == math.inf


def test_an_open_ended_site_meets_a_patrol_next_year() -> None:
    site = stay(BANKASS, start=at(0), end=Moment(OPEN_END))
    patrol = leg(off(BANKASS, 300.0, 30_000.0), off(BANKASS, 120.0, 30_000.0), start=at(8_760), end=at(8_762))
    assert overlap.gap_m([site], [patrol], 0.0) == near(0.0)
    assert overlap.nominal([site], [patrol], 0.0).a_at == pytest.approx(utc(8_761), abs=timedelta(seconds=1))
    assert overlap.gap_m([site], [replace(patrol, start=at(-3), end=at(-2))], HOUR) == math.inf


def test_two_convoys_meet_head_on_only_if_they_are_on_the_road_together() -> None:
    out = leg(MOPTI, BANDIAGARA, start=at(6), end=at(8))
    back = leg(BANDIAGARA, MOPTI, start=at(6), end=at(8))
    assert overlap.gap_m([out], [back], 0.0) == near(0.0)
    later = replace(back, start=at(8.5), end=at(10.5))
    assert overlap.gap_m([out], [later], HOUR / 4) == math.inf
    assert overlap.gap_m([out], [later], HOUR / 2) == near(0.0)


def test_a_convoy_behind_another_stays_as_far_behind_as_it_left_later() -> None:
    first = leg(MOPTI, BANDIAGARA, start=at(6.5), end=at(9))
    second = leg(MOPTI, BANDIAGARA, start=at(6.5 + 1 / 3), end=at(9 + 1 / 3))
    behind = geodesy.distance_m(MOPTI, BANDIAGARA) * (1 / 3) / 2.5
    assert overlap.gap_m([first], [second], 0.0) == near(behind)
    assert overlap.gap_m([first], [second], HOUR / 6) == near(behind / 2)
    assert overlap.gap_m([first], [second], HOUR / 3) == near(0.0)


def test_crossing_roads_at_different_hours_are_apart_by_the_way_driven_in_between() -> None:
    west, east = off(BANKASS, 270.0, 30_000.0), off(BANKASS, 90.0, 30_000.0)
    south, north = off(BANKASS, 180.0, 30_000.0), off(BANKASS, 0.0, 30_000.0)
    across = leg(west, east, start=at(9), end=at(11))
    upward = leg(south, north, start=at(9.2), end=at(11.2))
    # Both drive 30 km/h at right angles, the second 12 minutes (6 km) behind: nearest when each is 3 km from the crossing.
    assert overlap.gap_m([across], [upward], 0.0) == near(6_000.0 / math.sqrt(2))


def test_slack_runs_along_a_leg_from_one_ends_to_the_others() -> None:
    """Leaves on the minute, arrives two hours either way: half-way it may be an hour late, and no more."""
    start, end = off(BANKASS, 270.0, 30_000.0), off(BANKASS, 90.0, 30_000.0)
    mover = leg(start, end, start=at(8), end=at(10, (2, 2)))
    post = stay(BANKASS, start=at(10), end=at(12))
    assert overlap.gap_m([mover], [post], 0.0) == near(0.0)
    at_start = stay(start, start=at(10), end=at(12))
    # It may be at fraction f as late as 8 h + 2 f + 2 f: from 10 o'clock on only beyond the middle.
    assert overlap.gap_m([mover], [at_start], 0.0) == near(30_000.0)


def test_a_corridor_is_as_wide_as_its_radius() -> None:
    road = stay(MOPTI, BANDIAGARA, start=at(0), end=at(24), radius_m=1_000.0)
    middle = geodesy.along((MOPTI, BANDIAGARA), 0.5)
    beside = stay(off(middle, geodesy.bearing_deg(middle, BANDIAGARA) + 90.0, 3_000.0), start=at(3), end=at(4))
    assert overlap.gap_m([road], [beside], 0.0) == near(2_000.0)


def test_a_leg_without_duration_holds_its_whole_way() -> None:
    jump = leg(MOPTI, BANDIAGARA, start=at(9), end=at(9))
    post = stay(geodesy.along((MOPTI, BANDIAGARA), 0.5), start=at(9), end=at(10))
    assert overlap.gap_m([jump], [post], 0.0) == near(0.0)
    assert overlap.gap_m([jump], [replace(post, start=at(9.5))], 0.0) == math.inf


@pytest.mark.parametrize("place", PLACES)
def test_long_legs_are_measured_along_the_geodesic(place: LatLon) -> None:
    start, end = off(place, 250.0, 200_000.0), off(place, 70.0, 200_000.0)
    middle = geodesy.along((start, end), 0.5)
    post_at = off(middle, geodesy.bearing_deg(middle, end) + 90.0, 2_000.0)
    mover, post = leg(start, end, start=at(4), end=at(14)), stay(post_at, start=at(0), end=at(24))
    assert overlap.gap_m([mover], [post], 0.0) == near(2_000.0)
    assert overlap.nominal([mover], [post], 0.0).a_at == pytest.approx(utc(9), abs=timedelta(seconds=2))


def test_nothing_meets_nobody() -> None:
    post = stay(BANKASS, start=at(9), end=at(10))
    assert overlap.gap_m([], [post], 1e9) == math.inf
    assert overlap.time_gap_s([post], []) == math.inf
    assert together([], [post], 1e9, 1e9) is None
    assert overlap.minutes_within([], [post], 1e9) == overlap.comovement_min([], [post], 1e9) == 0.0
    with pytest.raises(ValueError, match="nothing to compare"):
        overlap.nominal([], [post], 0.0)


def test_a_part_that_ends_before_it_starts_is_refused() -> None:
    post = stay(BANKASS, start=at(9), end=at(10))
    with pytest.raises(ValueError, match="ends before it starts"):
        overlap.gap_m([post], [replace(post, end=at(8))], 0.0)


@pytest.mark.parametrize("place", PLACES)
def test_long_roads_that_leave_each_other_at_right_angles_are_measured_where_they_are_nearest(place: LatLon) -> None:
    end = off(place, 90.0, 400_000.0)
    fork = geodesy.along((place, end), 0.3)
    aside = geodesy.bearing_deg(fork, end) - 90.0
    branch = off(fork, aside, 2_000.0), off(fork, aside, 402_000.0)
    road, other = stay(place, end, start=at(0), end=at(24)), stay(*branch, start=at(0), end=at(24))
    assert overlap.gap_m([road], [other], 0.0) == near(2_000.0)
    assert together([road], [other], 2_001.0, 0.0) == (utc(0), utc(24))
    assert together([road], [other], 1_999.0, 0.0) is None


def test_the_nearest_of_many_is_found_behind_those_that_only_look_near() -> None:
    """Long roads well aside have their middles near enough to be looked at first; a short one beyond them is nearer."""
    post = stay(BANKASS, start=at(9), end=at(15))
    middles = [off(BANKASS, float(way), 20_000.0) for way in range(0, 360, 3)]
    aside = [(m, geodesy.bearing_deg(m, BANKASS) + 90.0) for m in middles]
    roads = [stay(off(m, w, -24_000.0), off(m, w, 24_000.0), start=at(9), end=at(15)) for m, w in aside]
    nearest = stay(off(BANKASS, 10.0, 3_000.0), start=at(9), end=at(15))
    assert overlap.gap_m([post], roads, 0.0) == near(20_000.0)
    assert overlap.gap_m([post], [*roads, nearest], 0.0) == near(3_000.0)
