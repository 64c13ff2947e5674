"""Minutes within, co-movement, together, passing."""

from __future__ import annotations

import math
from datetime import timedelta

import brute
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from some_parts import BANDIAGARA, BANKASS, HOUR, MOPTI, at, buffers, couples, items, leg, off, stay, together, utc

from deconflict.domain import geodesy, overlap
from deconflict.domain.activity import OPEN_END, Moment, Part

# --- minutes ---


def test_two_presences_share_the_minutes_of_both_windows() -> None:
    crowd, patrol = stay(BANKASS, start=at(9), end=at(15)), stay((14.08, -3.512), start=at(13), end=at(16))
    assert overlap.minutes_within([crowd], [patrol], 2_000.0) == 120.0
    assert overlap.minutes_within([crowd], [patrol], 1_400.0) == 0.0
    assert overlap.minutes_within([crowd, crowd], [patrol], 2_000.0) == 120.0


def test_head_on_convoys_are_within_reach_for_as_long_as_their_speeds_say() -> None:
    out, back = leg(MOPTI, BANDIAGARA, start=at(6), end=at(8)), leg(BANDIAGARA, MOPTI, start=at(6), end=at(8))
    per_min = geodesy.distance_m(MOPTI, BANDIAGARA) / 120
    assert overlap.minutes_within([out], [back], 2_000.0) == pytest.approx(4_000.0 / (2 * per_min), rel=1e-3)


def test_slack_and_uncertainty_do_not_count_as_minutes() -> None:
    crowd = stay(BANKASS, start=at(9, (3, 3), (3, 3)), end=at(15, (3, 3), (3, 3)), unsure_m=9_000.0)
    patrol = stay(off(BANKASS, 10.0, 5_000.0), start=at(15), end=at(20), unsure_m=9_000.0)
    assert overlap.minutes_within([crowd], [patrol], 4_000.0) == 0.0
    assert overlap.minutes_within([crowd], [patrol], 6_000.0) == 0.0


@settings(max_examples=25, deadline=None)
@given(couples(), st.sampled_from([2_000.0, 10_000.0, 30_000.0]))
def test_minutes_agree_with_counting_them(couple: tuple[Part, Part], distance_m: float) -> None:
    a, b = couple
    low, high = brute.minutes_bounds(a, b, distance_m, 90.0)
    assert low - 6.0 <= overlap.minutes_within([a], [b], distance_m) <= high + 6.0


# --- co-movement ---


def test_golden_scenario_six_is_an_apparent_escort() -> None:
    convoy = leg(MOPTI, BANDIAGARA, start=at(6.5), end=at(9))
    mission = leg(MOPTI, BANDIAGARA, start=at(6.5 + 1 / 3), end=at(9 + 1 / 3))
    assert overlap.comovement_min([convoy], [mission], HOUR) == pytest.approx(150.0, abs=0.1)
    afternoon = leg(MOPTI, BANDIAGARA, start=at(13), end=at(15.5))
    assert overlap.comovement_min([convoy], [afternoon], HOUR) == 0.0


def test_the_other_way_and_across_is_no_escort() -> None:
    convoy = leg(MOPTI, BANDIAGARA, start=at(6.5), end=at(9))
    back = leg(BANDIAGARA, MOPTI, start=at(6.5), end=at(9))
    assert overlap.comovement_min([convoy], [back], HOUR) == 0.0
    beside = stay(MOPTI, start=at(6), end=at(9))
    assert overlap.comovement_min([convoy], [beside], HOUR) == 0.0


@pytest.mark.parametrize(("turn", "together"), [(44.0, True), (46.0, False)])
def test_headings_are_the_same_up_to_45_degrees(turn: float, together: bool) -> None:
    ours = leg(BANKASS, off(BANKASS, 80.0, 20_000.0), start=at(8), end=at(9))
    theirs = leg(BANKASS, off(BANKASS, 80.0 + turn, 20_000.0), start=at(8), end=at(9))
    assert (overlap.comovement_min([ours], [theirs], 0.0) > 0.0) is together


def test_roads_that_cross_at_a_slant_are_shared_only_around_the_crossing() -> None:
    """At 30 degrees a road is within a kilometre of the other for 2 km on either side: 8 minutes at 30 km/h."""
    ours, theirs = (
        leg(off(BANKASS, way + 180.0, 30_000.0), off(BANKASS, way, 30_000.0), start=at(9), end=at(11))
        for way in (60.0, 90.0)
    )
    assert overlap.comovement_min([ours], [theirs], 12 * HOUR) == pytest.approx(8.0, abs=0.05)


def test_the_side_that_is_longer_on_the_shared_road_counts() -> None:
    slow, fast = leg(MOPTI, BANDIAGARA, start=at(6), end=at(10)), leg(MOPTI, BANDIAGARA, start=at(7), end=at(9))
    for a, b in ((slow, fast), (fast, slow)):
        assert overlap.comovement_min([a], [b], 2 * HOUR) == pytest.approx(240.0, abs=0.1)


# --- together ---


def test_the_meeting_lasts_from_the_first_to_the_last_who_has_a_partner_within_the_buffer() -> None:
    crowd, patrol = stay(BANKASS, start=at(9), end=at(15)), stay((14.08, -3.512), start=at(13), end=at(16))
    assert together([crowd], [patrol], 2_000.0, HOUR) == (utc(12), utc(16))
    assert together([crowd], [patrol], 1_400.0, HOUR) is None
    late = stay((14.08, -3.512), start=at(13), end=at(16, (0, 2)))
    assert together([crowd], [late], 2_000.0, HOUR) == (utc(12), utc(16))
    assert together([crowd], [late], 2_000.0, 3 * HOUR) == (utc(10), utc(18))


def test_only_the_stretch_of_the_way_within_reach_is_a_meeting() -> None:
    site = stay(BANKASS, start=at(0), end=Moment(OPEN_END))
    drive = leg(off(BANKASS, 270.0, 30_000.0), off(BANKASS, 90.0, 30_000.0), start=at(9), end=at(11))
    span = together([site], [drive], 15_000.0, 0.0)
    assert span is not None
    assert span[0] == pytest.approx(utc(9.5), abs=timedelta(seconds=2))
    assert span[1] == pytest.approx(utc(10.5), abs=timedelta(seconds=2))


def test_two_ways_that_cross_are_a_meeting_as_far_as_each_is_within_reach_of_the_other() -> None:
    """At 30 km/h the kilometre before the crossing takes two minutes, whatever the buffer."""
    across = leg(off(BANKASS, 270.0, 30_000.0), off(BANKASS, 90.0, 30_000.0), start=at(9), end=at(11))
    upward = leg(off(BANKASS, 180.0, 30_000.0), off(BANKASS, 0.0, 30_000.0), start=at(9), end=at(11))
    span = together([across], [upward], 1_000.0, 12 * HOUR)
    assert span is not None
    assert span[0] == pytest.approx(utc(10 - 2 / 60), abs=timedelta(seconds=2))
    assert span[1] == pytest.approx(utc(10 + 2 / 60), abs=timedelta(seconds=2))


@settings(deadline=None)
@given(items(), buffers, st.sampled_from([0.0, 2_000.0, 10_000.0]))
def test_there_is_a_meeting_exactly_when_the_gap_is_within_the_distance(
    couple: tuple[list[Part], list[Part]], buffer_s: float, distance_m: float
) -> None:
    a, b = couple
    gap = overlap.gap_m(a, b, buffer_s)
    assume(math.isinf(gap) or abs(gap - distance_m) > 2.0 or distance_m == gap == 0.0)
    span = together(a, b, distance_m, buffer_s)
    assert (span is not None) == (gap <= distance_m)
    assert span is None or span[0] <= span[1]
    mirrored = together(b, a, distance_m, buffer_s)
    assert (mirrored is None) == (span is None)
