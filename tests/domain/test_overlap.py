from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import brute
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deconflict.domain import geodesy, overlap
from deconflict.domain.activity import OPEN_END, LatLon, Moment, Part, Shape, Slack

DAY = datetime(2019, 12, 10, tzinfo=UTC)
HOUR = 3600.0
BANKASS = (14.0700, -3.5200)
MOPTI, BANDIAGARA = (14.4900, -4.1900), (14.3500, -3.6100)


def at(hour: float, declared: tuple[float, float] = (0, 0), assumed: tuple[float, float] = (0, 0)) -> Moment:
    """An instant of the day, slacks in hours."""
    return Moment(
        DAY + timedelta(hours=hour), Slack(*(h * HOUR for h in declared)), Slack(*(h * HOUR for h in assumed))
    )


def stay(*points: LatLon, start: Moment, end: Moment, radius_m: float = 0.0, unsure_m: float = 0.0) -> Part:
    return Part("X", frozenset(), Shape(points, radius_m), start, end, moving=False, uncertainty_m=unsure_m)


def leg(*points: LatLon, start: Moment, end: Moment, unsure_m: float = 0.0) -> Part:
    return Part("X", frozenset(), Shape(points), start, end, moving=True, uncertainty_m=unsure_m)


def off(point: LatLon, bearing: float, metres: float) -> LatLon:
    return geodesy.destination(point, bearing, metres)


def utc(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


# --- parts at random: around places that are hard for maps, of all sizes a notice or a plan may have ---

PLACES = [(14.5, -4.2), (17.0, 0.0), (16.3, -6.0), (60.0, 30.0), (-35.0, 18.0), (0.0, 36.0), (-17.0, 179.95)]
hours = st.integers(0, 96).map(lambda quarter: quarter / 4)
slacks = st.tuples(*[st.integers(0, 12).map(lambda quarter: quarter * HOUR / 4)] * 2).map(lambda s: Slack(*s))


@st.composite
def lines(draw: st.DrawFn, place: LatLon, size: int, far_m: float) -> tuple[LatLon, ...]:
    points = [off(place, draw(st.integers(0, 359)), draw(st.integers(0, 40)) * 1_000.0)]
    while len(points) < size:
        points.append(off(points[-1], draw(st.integers(0, 359)), draw(st.floats(1_000.0, far_m))))
    return tuple(points)


@st.composite
def parts(draw: st.DrawFn, place: LatLon, *, moving: bool | None = None, far_m: float = 60_000.0) -> Part:
    moves = draw(st.booleans()) if moving is None else moving
    size = draw(st.integers(2, 3) if moves else st.integers(1, 2))
    begins = draw(hours)
    start = Moment(utc(begins), draw(slacks), draw(slacks))
    end = Moment(utc(begins + draw(st.integers(2, 32)) / 4), draw(slacks), draw(slacks))
    radius = 0.0 if moves else draw(st.sampled_from([0.0, 150.0, 2_500.0]))
    shape = Shape(draw(lines(place, size, far_m)), radius)
    return Part("X", frozenset(), shape, start, end, moves, draw(st.sampled_from([0.0, 20.0, 1_500.0])))


@st.composite
def couples(draw: st.DrawFn, *, moving: bool | None = None, far_m: float = 60_000.0) -> tuple[Part, Part]:
    place = draw(st.sampled_from(PLACES))
    return draw(parts(place, moving=moving, far_m=far_m)), draw(parts(place, moving=moving, far_m=far_m))


@st.composite
def items(draw: st.DrawFn) -> tuple[list[Part], list[Part]]:
    place = draw(st.sampled_from(PLACES))
    return draw(st.lists(parts(place), min_size=1, max_size=3)), draw(st.lists(parts(place), min_size=1, max_size=3))


buffers = st.sampled_from([0.0, HOUR, 3 * HOUR, 12 * HOUR])


def near(metres: float) -> object:
    """Equal as far as a frame may err: 0.1 % or a metre."""
    return pytest.approx(metres, rel=1e-3, abs=1.0)


def no_more(smaller: float, larger: float) -> bool:
    """`smaller` is no more than `larger`, float noise and near ties between frames aside."""
    return smaller <= larger * (1 + 1e-4) + 0.5


# --- gap: worked by hand ---


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
    assert overlap.together([], [post], 1e9, 1e9) is None
    assert overlap.minutes_within([], [post], 1e9) == overlap.comovement_min([], [post], 1e9) == 0.0
    with pytest.raises(ValueError, match="nothing to compare"):
        overlap.nominal([], [post], 0.0)


def test_a_part_that_ends_before_it_starts_is_refused() -> None:
    post = stay(BANKASS, start=at(9), end=at(10))
    with pytest.raises(ValueError, match="ends before it starts"):
        overlap.gap_m([post], [replace(post, end=at(8))], 0.0)


# --- gap: what must hold for all ---


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


def split(part: Part, share: float) -> list[Part]:
    """The same leg as two: same way, same speed, slack on its line."""

    def mixed(p: Slack, q: Slack) -> Slack:
        early, late = (x + share * (y - x) for x, y in ((p.early_s, q.early_s), (p.late_s, q.late_s)))
        return Slack(early, late)

    waypoints = geodesy.cut(part.shape.points, 1e9)
    middle = geodesy.along(part.shape.points, share)
    before = [point for f, point in waypoints if f < share]
    after = [point for f, point in waypoints if f > share]
    when = Moment(
        part.start.at + share * (part.end.at - part.start.at),
        mixed(part.start.declared, part.end.declared),
        mixed(part.start.assumed, part.end.assumed),
    )
    return [
        replace(part, shape=Shape((*before, middle)), end=when),
        replace(part, shape=Shape((middle, *after)), start=when),
    ]


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


# --- nominal ---


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
    assert told.distance_m >= geodesy.distance_m(told.a_point, told.b_point) - sum(radii) - 0.01
    assert any(holds(p, told.a_point, told.a_at) for p in a)
    assert any(holds(p, told.b_point, told.b_at) for p in b)


def holds(part: Part, point: LatLon, when: datetime) -> bool:
    """Is this point one that the part holds at this planned instant?"""
    if not part.start.at <= when <= part.end.at:
        return False
    if part.moving:
        place = geodesy.along(part.shape.points, (when - part.start.at) / (part.end.at - part.start.at))
        return geodesy.distance_m(place, point) < 5.0
    legs = [(part.shape.points[0],) * 2, *pairwise(part.shape.points)]
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


@settings(max_examples=40, deadline=None)
@given(couples(), st.sampled_from([2_000.0, 10_000.0, 30_000.0]))
def test_minutes_agree_with_counting_them(couple: tuple[Part, Part], distance_m: float) -> None:
    a, b = couple
    step_s = 60.0
    counted = brute.minutes_within(a, b, distance_m, step_s)
    exact = overlap.minutes_within([a], [b], distance_m)
    # A stationary line is sampled at 21 points, so counting may miss what a step between them would add.
    spare = 6.0 if all(p.moving or len(p.shape.points) == 1 for p in couple) else 30.0
    assert counted - 6.0 <= exact <= counted + spare


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


def test_the_side_that_is_longer_on_the_shared_road_counts() -> None:
    slow, fast = leg(MOPTI, BANDIAGARA, start=at(6), end=at(10)), leg(MOPTI, BANDIAGARA, start=at(7), end=at(9))
    for a, b in ((slow, fast), (fast, slow)):
        assert overlap.comovement_min([a], [b], 2 * HOUR) == pytest.approx(240.0, abs=0.1)


# --- together ---


def test_the_meeting_lasts_from_the_first_to_the_last_who_has_a_partner_within_the_buffer() -> None:
    crowd, patrol = stay(BANKASS, start=at(9), end=at(15)), stay((14.08, -3.512), start=at(13), end=at(16))
    assert overlap.together([crowd], [patrol], 2_000.0, HOUR) == (utc(12), utc(16))
    assert overlap.together([crowd], [patrol], 1_400.0, HOUR) is None
    late = stay((14.08, -3.512), start=at(13), end=at(16, (0, 2)))
    assert overlap.together([crowd], [late], 2_000.0, HOUR) == (utc(12), utc(16))
    assert overlap.together([crowd], [late], 2_000.0, 3 * HOUR) == (utc(10), utc(18))


def test_only_the_stretch_of_the_way_within_reach_is_a_meeting() -> None:
    site = stay(BANKASS, start=at(0), end=Moment(OPEN_END))
    drive = leg(off(BANKASS, 270.0, 30_000.0), off(BANKASS, 90.0, 30_000.0), start=at(9), end=at(11))
    span = overlap.together([site], [drive], 15_000.0, 0.0)
    assert span is not None
    assert span[0] == pytest.approx(utc(9.5), abs=timedelta(seconds=2))
    assert span[1] == pytest.approx(utc(10.5), abs=timedelta(seconds=2))


@settings(deadline=None)
@given(items(), buffers, st.sampled_from([0.0, 2_000.0, 10_000.0]))
def test_there_is_a_meeting_exactly_when_the_gap_is_within_the_distance(
    couple: tuple[list[Part], list[Part]], buffer_s: float, distance_m: float
) -> None:
    a, b = couple
    gap = overlap.gap_m(a, b, buffer_s)
    assume(math.isinf(gap) or abs(gap - distance_m) > 2.0 or distance_m == gap == 0.0)
    span = overlap.together(a, b, distance_m, buffer_s)
    assert (span is not None) == (gap <= distance_m)
    assert span is None or span[0] <= span[1]
    mirrored = overlap.together(b, a, distance_m, buffer_s)
    assert (mirrored is None) == (span is None)


# --- passing ---


def drive_by(offset_m: float, minutes: float = 60.0, *, start_h: float = 13.0) -> Part:
    """A leg of 20 km past Bankass at `offset_m` to the south."""
    abeam = off(BANKASS, 180.0, offset_m)
    ends = off(abeam, 270.0, 10_000.0), off(abeam, 90.0, 10_000.0)
    return leg(*ends, start=at(start_h), end=at(start_h + minutes / 60))


CROWD = stay(BANKASS, start=at(9), end=at(15))


def test_who_drives_by_in_less_than_a_quarter_of_an_hour_passes() -> None:
    # 4 km of the way are within 2 km: 20 km/h makes 12 minutes of them, 15 km/h makes 16.
    assert overlap.passes(drive_by(0.0), [CROWD], 2_000.0)
    assert not overlap.passes(drive_by(0.0, 80.0), [CROWD], 2_000.0)
    assert overlap.passes(drive_by(0.0, 80.0), [CROWD], 2_000.0, under_s=1_000.0)
    assert overlap.passes(drive_by(1_500.0, 80.0), [CROWD], 2_000.0)


def test_the_hour_of_the_drive_does_not_matter_for_how_long_it_stays_near_a_place() -> None:
    assert not overlap.passes(drive_by(0.0, 80.0, start_h=16.0), [CROWD], 2_000.0)
    assert overlap.passes(drive_by(0.0, start_h=16.0), [CROWD], 2_000.0)


def test_who_stands_there_does_not_pass() -> None:
    assert not overlap.passes(stay(BANKASS, start=at(13), end=at(13.1)), [CROWD], 2_000.0)


def test_a_declared_halt_within_the_distance_is_no_passing() -> None:
    past = drive_by(0.0)
    halts = [
        replace(stay(off(BANKASS, 90.0, far), start=at(20), end=at(21), unsure_m=unsure), halt=True)
        for far, unsure in ((1_900.0, 0.0), (2_500.0, 600.0), (9_000.0, 0.0))
    ]
    assert [overlap.passes(past, [CROWD], 2_000.0, siblings=[past, halt]) for halt in halts] == [False, False, True]


def test_an_undeclared_wait_on_the_way_lengthens_the_stay_and_another_day_does_not() -> None:
    first = leg(off(BANKASS, 270.0, 10_000.0), BANKASS, start=at(13), end=at(13.5))
    wait = stay(BANKASS, start=at(13.5), end=at(14))
    onward = leg(BANKASS, off(BANKASS, 90.0, 10_000.0), start=at(14), end=at(14.5))
    assert overlap.passes(first, [CROWD], 2_000.0)
    assert not overlap.passes(first, [CROWD], 2_000.0, siblings=[first, wait, onward])
    back = drive_by(0.0, start_h=18.0)
    assert overlap.passes(back, [CROWD], 2_000.0, siblings=[first, back])
    assert not overlap.passes(first, [CROWD], 2_000.0, siblings=[first, wait, back])


def test_two_halves_of_a_slow_drive_pass_no_more_than_the_whole() -> None:
    whole = drive_by(0.0, 80.0)
    halves = split(whole, 0.5)
    assert [overlap.passes(half, [CROWD], 2_000.0, siblings=halves) for half in halves] == [False, False]
