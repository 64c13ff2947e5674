from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import brute
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from some_parts import HOUR, at, buffers, couples, items, near, no_more, slacks, split

from deconflict.domain import overlap
from deconflict.domain.activity import Part, Slack


@settings(max_examples=60, deadline=None)
@given(couples(), buffers, st.booleans(), st.booleans())
def test_the_gap_lies_between_the_bounds_of_an_independent_sampling(
    couple: tuple[Part, Part], buffer_s: float, assumed: bool, uncertain: bool
) -> None:
    lower, upper = brute.gap_bounds(*couple, buffer_s, assumed=assumed, uncertain=uncertain, steps=14)
    gap = overlap.gap_m(couple[:1], couple[1:], buffer_s, assumed=assumed, uncertain=uncertain)
    assert no_more(lower, gap)
    assert no_more(gap, upper)


@settings(max_examples=25, deadline=None)
@given(couples(moving=True, far_m=400_000.0), buffers)
def test_long_legs_keep_the_bounds_of_the_sampling_too(couple: tuple[Part, Part], buffer_s: float) -> None:
    lower, upper = brute.gap_bounds(*couple, buffer_s, assumed=True, uncertain=False, steps=20)
    gap = overlap.gap_m(couple[:1], couple[1:], buffer_s, uncertain=False)
    assert no_more(lower, gap)
    assert no_more(gap, upper)


@settings(deadline=None)
@given(items(), buffers)
def test_swapping_the_sides_changes_nothing(couple: tuple[list[Part], list[Part]], buffer_s: float) -> None:
    a, b = couple
    assert overlap.gap_m(a, b, buffer_s) == near(overlap.gap_m(b, a, buffer_s))
    assert overlap.time_gap_s(a, b) == overlap.time_gap_s(b, a)
    assert overlap.minutes_within(a, b, 5_000.0) == pytest.approx(overlap.minutes_within(b, a, 5_000.0), abs=0.1)
    assert overlap.comovement_min(a, b, buffer_s) == pytest.approx(overlap.comovement_min(b, a, buffer_s), abs=0.1)
    one, other = overlap.nominal(a, b, buffer_s), overlap.nominal(b, a, buffer_s)
    assert one.distance_m == near(other.distance_m)


@settings(deadline=None)
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


@settings(deadline=None)
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


@settings(deadline=None)
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


@settings(deadline=None)
@given(couples(), buffers)
def test_the_time_gap_is_the_least_buffer_at_which_anything_is_feasible(
    couple: tuple[Part, Part], buffer_s: float
) -> None:
    a, b = couple[:1], couple[1:]
    least = overlap.time_gap_s(a, b)
    assert math.isfinite(overlap.gap_m(a, b, least))
    assert least == 0.0 or overlap.gap_m(a, b, least - 1.0) == math.inf
    assert math.isfinite(overlap.gap_m(a, b, buffer_s)) == (least <= buffer_s)
