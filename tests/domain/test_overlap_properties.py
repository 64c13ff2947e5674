from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations_with_replacement

import brute
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from some_parts import HOUR, KINDS, PLACES, at, buffers, couples, items, near, no_more, parts, slacks, split, together

from deconflict.domain import geodesy, overlap
from deconflict.domain.activity import OPEN_END, Moment, Part, Slack

PAIRS = list(combinations_with_replacement(KINDS, 2))


@pytest.mark.parametrize("kinds", PAIRS, ids="-".join)
@settings(max_examples=6, deadline=None)
@given(st.data(), buffers, st.booleans(), st.booleans())
def test_the_gap_lies_between_the_bounds_of_an_independent_sampling(
    kinds: tuple[str, str], data: st.DataObject, buffer_s: float, assumed: bool, uncertain: bool
) -> None:
    couple = data.draw(couples(kinds=kinds))
    lower, upper = brute.gap_bounds(*couple, buffer_s, assumed=assumed, uncertain=uncertain, steps=10)
    gap = overlap.gap_m(couple[:1], couple[1:], buffer_s, assumed=assumed, uncertain=uncertain)
    assert no_more(lower, gap)
    assert no_more(gap, upper)


@settings(max_examples=15, deadline=None)
@given(items(), buffers)
def test_of_several_parts_the_nearest_two_count(couple: tuple[list[Part], list[Part]], buffer_s: float) -> None:
    a, b = couple
    bounds = [
        brute.gap_bounds(p, q, buffer_s, assumed=True, uncertain=True, steps=6) for p, q in itertools.product(a, b)
    ]
    lower, upper = (min(side) for side in zip(*bounds, strict=True))
    gap = overlap.gap_m(a, b, buffer_s)
    assert no_more(lower, gap)
    assert no_more(gap, upper)


@settings(max_examples=25, deadline=None)
@given(couples(moving=True, far_m=400_000.0), buffers)
def test_long_legs_keep_the_bounds_of_the_sampling_too(couple: tuple[Part, Part], buffer_s: float) -> None:
    lower, upper = brute.gap_bounds(*couple, buffer_s, assumed=True, uncertain=False, steps=20)
    gap = overlap.gap_m(couple[:1], couple[1:], buffer_s, uncertain=False)
    assert no_more(lower, gap)
    assert no_more(gap, upper)


@settings(deadline=None, max_examples=50)
@given(items(), buffers)
def test_swapping_the_sides_changes_nothing(couple: tuple[list[Part], list[Part]], buffer_s: float) -> None:
    a, b = couple
    assert overlap.gap_m(a, b, buffer_s) == near(overlap.gap_m(b, a, buffer_s))
    assert overlap.time_gap_s(a, b) == overlap.time_gap_s(b, a)
    assert overlap.minutes_within(a, b, 5_000.0) == pytest.approx(overlap.minutes_within(b, a, 5_000.0), abs=0.1)
    assert overlap.comovement_min(a, b, buffer_s) == pytest.approx(overlap.comovement_min(b, a, buffer_s), abs=0.1)
    one, other = overlap.nominal(a, b, buffer_s), overlap.nominal(b, a, buffer_s)
    assert one.distance_m == near(other.distance_m)


@settings(deadline=None, max_examples=50)
@given(couples(), buffers, st.integers(1, 99))
def test_splitting_a_leg_in_two_changes_nothing(couple: tuple[Part, Part], buffer_s: float, percent: int) -> None:
    a, b = couple
    assume(a.moving)
    halves = split(a, percent / 100)
    assert overlap.gap_m(halves, [b], buffer_s) == near(overlap.gap_m([a], [b], buffer_s))
    assert overlap.minutes_within(halves, [b], 9_000.0) == pytest.approx(
        overlap.minutes_within([a], [b], 9_000.0), abs=0.1
    )
    assert overlap.nominal(halves, [b], buffer_s).distance_m == near(overlap.nominal([a], [b], buffer_s).distance_m)


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(PLACES), st.data(), buffers, st.floats(0.01, 0.99))
def test_a_corner_more_on_an_edge_of_an_area_changes_nothing(
    place: tuple[float, float], data: st.DataObject, buffer_s: float, share: float
) -> None:
    park, other = data.draw(parts(place, kind="area")), data.draw(parts(place))
    first, second, *rest = park.shape.points
    more = first, geodesy.between(first, second, share), second, *rest
    finer = replace(park, shape=replace(park.shape, points=more))
    assert overlap.gap_m([finer], [other], buffer_s) == near(overlap.gap_m([park], [other], buffer_s))
    assert overlap.minutes_within([finer], [other], 9_000.0) == pytest.approx(
        overlap.minutes_within([park], [other], 9_000.0), abs=0.1
    )


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(PLACES), st.data(), buffers, st.integers(0, 4), st.booleans())
def test_where_a_ring_begins_and_which_way_it_runs_changes_nothing(
    place: tuple[float, float], data: st.DataObject, buffer_s: float, first: int, back: bool
) -> None:
    park, other = data.draw(parts(place, kind="area")), data.draw(parts(place))
    ring = park.shape.points[first:] + park.shape.points[:first]
    turned = replace(park, shape=replace(park.shape, points=ring[::-1] if back else ring))
    assert overlap.gap_m([turned], [other], buffer_s) == near(overlap.gap_m([park], [other], buffer_s))


@settings(deadline=None, max_examples=50)
@given(items(), buffers, st.floats(0.0, 40_000.0), st.floats(0.0, 40_000.0))
def test_a_larger_distance_is_never_a_shorter_meeting(
    couple: tuple[list[Part], list[Part]], buffer_s: float, less_m: float, more_m: float
) -> None:
    a, b = couple
    near_m, far_m = sorted((less_m, more_m))
    assert overlap.minutes_within(a, b, near_m) <= overlap.minutes_within(a, b, far_m) + 0.001
    narrow, wide = (together(a, b, metres, buffer_s) for metres in (near_m, far_m))
    if narrow is not None:
        assert wide is not None
        blink = timedelta(seconds=0.1)
        assert wide[0] <= narrow[0] + blink
        assert narrow[1] - blink <= wide[1]


@settings(deadline=None, max_examples=50)
@given(couples(), buffers)
def test_a_part_without_an_end_is_no_farther_than_one_with_it(couple: tuple[Part, Part], buffer_s: float) -> None:
    a, b = couple
    assume(not a.moving)
    site = replace(a, end=Moment(OPEN_END))
    assert no_more(overlap.gap_m([site], [b], buffer_s), overlap.gap_m([a], [b], buffer_s))
    assert overlap.minutes_within([site], [b], 9_000.0) >= overlap.minutes_within([a], [b], 9_000.0) - 0.001
    later = replace(b, start=at(8_760), end=at(8_764))
    always = replace(a, start=replace(a.start, at=at(-99_999).at), end=Moment(OPEN_END))
    assert overlap.gap_m([site], [later], 0.0) == near(overlap.gap_m([always], [b], 0.0))


@settings(deadline=None, max_examples=50)
@given(items(), buffers, st.integers(-90_000, 90_000))
def test_shifting_both_in_time_changes_nothing(
    couple: tuple[list[Part], list[Part]], buffer_s: float, minutes: int
) -> None:
    def shifted(some: Sequence[Part]) -> list[Part]:
        step = timedelta(minutes=minutes)
        return [
            replace(p, start=replace(p.start, at=p.start.at + step), end=replace(p.end, at=p.end.at + step))
            for p in some
        ]

    a, b = couple
    assert overlap.gap_m(shifted(a), shifted(b), buffer_s) == near(overlap.gap_m(a, b, buffer_s))
    assert overlap.time_gap_s(shifted(a), shifted(b)) == overlap.time_gap_s(a, b)
    before, after = overlap.nominal(a, b, buffer_s), overlap.nominal(shifted(a), shifted(b), buffer_s)
    assert after.a_at - before.a_at == pytest.approx(timedelta(minutes=minutes), abs=timedelta(seconds=1))


@settings(deadline=None, max_examples=50)
@given(couples(), buffers, slacks)
def test_more_buffer_slack_or_uncertainty_never_widens_the_gap(
    couple: tuple[Part, Part], buffer_s: float, more: Slack
) -> None:
    a, b = couple
    gap = overlap.gap_m([a], [b], buffer_s)
    assert no_more(overlap.gap_m([a], [b], buffer_s + HOUR), gap)
    assert no_more(gap, overlap.gap_m([a], [b], buffer_s, assumed=False))
    assert no_more(gap, overlap.gap_m([a], [b], buffer_s, uncertain=False))
    wider = Slack(a.start.assumed.early_s + more.early_s, a.start.assumed.late_s + more.late_s)
    assert no_more(overlap.gap_m([replace(a, start=replace(a.start, assumed=wider))], [b], buffer_s), gap)
    assert no_more(overlap.gap_m([replace(a, uncertainty_m=a.uncertainty_m + 300.0)], [b], buffer_s), gap)
    assert no_more(overlap.gap_m([a, replace(a, start=at(3), end=at(4))], [b], buffer_s), gap)


@settings(deadline=None, max_examples=50)
@given(couples(), buffers)
def test_the_time_gap_is_the_least_buffer_at_which_anything_is_feasible(
    couple: tuple[Part, Part], buffer_s: float
) -> None:
    a, b = couple[:1], couple[1:]
    least = overlap.time_gap_s(a, b)
    assert math.isfinite(overlap.gap_m(a, b, least))
    assert least == 0.0 or overlap.gap_m(a, b, least - 1.0) == math.inf
    assert math.isfinite(overlap.gap_m(a, b, buffer_s)) == (least <= buffer_s)
