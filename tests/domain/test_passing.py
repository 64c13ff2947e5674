"""Who drives by, and who stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from some_parts import BANKASS, area, at, leg, off, split, square, stay

from deconflict.domain.activity import Part
from deconflict.domain.judgement import DELAYS, POSITION
from deconflict.domain.passing import Beside, Manner

CROWD = stay(BANKASS, start=at(9), end=at(15))
QUARTER_S = 15 * 60.0


def goes_by(mover: Part, place: Part = CROWD, *, siblings: Sequence[Part] = (), under_s: float = QUARTER_S) -> bool:
    return Beside(siblings or [mover], place).passes(mover, 2_000.0, under_s)


def drive_by(offset_m: float, minutes: float = 60.0, *, start_h: float = 13.0) -> Part:
    """A leg of 20 km past Bankass at `offset_m` to the south."""
    abeam = off(BANKASS, 180.0, offset_m)
    ends = off(abeam, 270.0, 10_000.0), off(abeam, 90.0, 10_000.0)
    return leg(*ends, start=at(start_h), end=at(start_h + minutes / 60))


def with_stop(minutes: float) -> list[Part]:
    """At 20 km/h into the crowd, a stop there, and on."""
    arrives, leaves = 13.5, 13.5 + minutes / 60
    first = leg(off(BANKASS, 270.0, 10_000.0), BANKASS, start=at(13), end=at(arrives))
    wait = stay(BANKASS, start=at(arrives), end=at(leaves))
    return [first, wait, leg(BANKASS, off(BANKASS, 90.0, 10_000.0), start=at(leaves), end=at(leaves + 0.5))]


def test_who_drives_by_in_less_than_a_quarter_of_an_hour_passes() -> None:
    # 4 km of the way are within 2 km: 20 km/h makes 12 minutes of them, 15 km/h makes 16.
    assert goes_by(drive_by(0.0))
    assert not goes_by(drive_by(0.0, 80.0))
    assert goes_by(drive_by(0.0, 80.0), under_s=1_000.0)
    assert goes_by(drive_by(1_500.0, 80.0))


@pytest.mark.parametrize(("minutes", "passing"), [(74.9, True), (75.1, False)])
def test_a_quarter_of_an_hour_is_no_passing_any_more(minutes: float, passing: bool) -> None:
    assert goes_by(drive_by(0.0, minutes)) is passing


def test_the_hour_of_the_drive_does_not_matter_for_how_long_it_stays_near_a_place() -> None:
    assert not goes_by(drive_by(0.0, 80.0, start_h=16.0))
    assert goes_by(drive_by(0.0, start_h=16.0))


def test_who_stands_there_does_not_pass() -> None:
    assert not goes_by(stay(BANKASS, start=at(13), end=at(13.1)))


def test_a_declared_halt_within_the_distance_is_no_passing() -> None:
    past = drive_by(0.0)
    halts = [
        replace(stay(off(BANKASS, 90.0, far), start=at(20), end=at(21), unsure_m=unsure), halt=True)
        for far, unsure in ((1_900.0, 0.0), (2_500.0, 600.0), (9_000.0, 0.0))
    ]
    assert [goes_by(past, siblings=[past, halt]) for halt in halts] == [False, False, True]
    assert not goes_by(halts[2], siblings=[past, halts[2]])


def test_a_halt_where_a_convoy_is_driving_by_at_another_hour_is_nowhere_near_it() -> None:
    convoy, patrol = drive_by(0.0, start_h=9.0), drive_by(0.0, start_h=9.0)
    halts = [replace(stay(BANKASS, start=at(hour), end=at(hour + 1)), halt=True) for hour in (9, 15)]
    assert [goes_by(patrol, convoy, siblings=[patrol, halt], under_s=7_200.0) for halt in halts] == [False, True]


def test_a_stop_on_the_way_lengthens_the_stay_and_another_day_does_not() -> None:
    first, wait, onward = with_stop(30.0)
    assert goes_by(first)
    assert not any(goes_by(part, siblings=[first, wait, onward]) for part in (first, wait, onward))
    back = drive_by(0.0, start_h=18.0)
    assert goes_by(back, siblings=[first, back])
    assert not goes_by(first, siblings=[first, wait, back])


def test_a_stop_of_a_moment_is_part_of_the_way() -> None:
    parts = with_stop(2.0)  # 12 minutes of driving and two of standing
    assert all(goes_by(part, siblings=parts) for part in parts)


def test_a_way_without_hours_may_be_one_long_wait() -> None:
    somewhere = replace(drive_by(0.0), moving=False, end=at(13))
    assert not goes_by(somewhere)


def test_who_leaves_and_comes_back_on_one_leg_passes_twice() -> None:
    """Across a belt with nothing within: out of reach in the middle."""
    belt = area(*square(BANKASS, 30_000.0), holes=(square(BANKASS, 20_000.0),), start=at(9), end=at(15))
    ways = off(BANKASS, 270.0, 35_000.0), off(BANKASS, 90.0, 35_000.0)
    fast, slow = leg(*ways, start=at(10), end=at(10.9)), leg(*ways, start=at(10), end=at(12))
    # 3 km before the rim, 10 km across and 2 km after: a little over 11 minutes at 78 km/h, on either side.
    assert goes_by(fast, belt)
    assert not goes_by(slow, belt)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2_500), st.integers(40, 110), st.integers(1, 99))
def test_two_parts_of_a_drive_pass_no_more_and_no_less_than_the_whole(
    offset_m: int, minutes: int, percent: int
) -> None:
    whole = drive_by(float(offset_m), minutes + 0.25)
    halves = split(whole, percent / 100)
    kept = [half for half in halves if half.start.at < half.end.at]
    there = {goes_by(half, siblings=halves) for half in kept}
    assert goes_by(whole) == (there == {True})


# -- what is not known of places and hours


def manner(mover: Part, place: Part = CROWD, *, siblings: Sequence[Part] = ()) -> Manner:
    return Beside(siblings or [mover], place).manner(mover, 2_000.0, QUARTER_S)


@pytest.mark.parametrize(
    ("unsure_m", "doubts"), [(0.0, ()), (1_200.0, ()), (1_400.0, (POSITION,)), (9_000.0, (POSITION,))]
)
def test_a_slow_drive_further_off_may_lead_nearer_and_stay(unsure_m: float, doubts: tuple[str, ...]) -> None:
    """At 15 km/h, 1.9 km off: a quarter of an hour if it leads within 700 m."""
    assert manner(replace(drive_by(1_900.0, 80.0), uncertainty_m=unsure_m)) == Manner(True, doubts)
    vague = replace(CROWD, uncertainty_m=unsure_m)
    assert manner(drive_by(1_900.0, 80.0), vague) == Manner(True, doubts)


def test_a_way_that_is_hardly_known_makes_nobody_slow() -> None:
    """At 20 km/h nobody is within 2 km for a quarter of an hour, wherever the way leads."""
    for aside_m in (0.0, 1_900.0, 8_000.0):
        assert manner(replace(drive_by(aside_m), uncertainty_m=9_000.0)) == Manner(True)


def test_a_slow_drive_that_may_lead_near_enough_to_stay_is_in_doubt_only_as_far_as_that() -> None:
    found = [manner(replace(drive_by(aside_m, 80.0), uncertainty_m=3_000.0)).doubts for aside_m in (3_600.0, 3_800.0)]
    assert found == [(POSITION,), ()]


def test_who_stays_as_planned_stays_whatever_is_not_known() -> None:
    slow = drive_by(0.0, 80.0)
    for unsure_m in (0.0, 5_000.0):
        assert manner(replace(slow, uncertainty_m=unsure_m)) == Manner(False)


def test_a_halt_that_may_be_within_the_distance_leaves_it_open() -> None:
    past = drive_by(0.0)
    halt = replace(stay(off(BANKASS, 90.0, 2_500.0), start=at(20), end=at(21), unsure_m=600.0), halt=True)
    assert manner(past, siblings=[past, halt]) == Manner(True, (POSITION,))
    near = replace(halt, shape=replace(halt.shape, points=(off(BANKASS, 90.0, 1_500.0),)))
    assert manner(past, siblings=[past, near]) == Manner(False)


def test_a_halt_that_a_convoy_may_meet_by_a_delay_leaves_it_open() -> None:
    convoy, patrol = drive_by(0.0, start_h=9.0), drive_by(0.0, start_h=9.0)

    def halting(late_h: float, unsure_m: float = 0.0) -> Part:
        place = stay(off(BANKASS, 90.0, 9_000.0), start=at(10.5, (0, 0), (late_h, 0)), end=at(11.5), unsure_m=unsure_m)
        return replace(place, halt=True)

    def passes(halt: Part) -> Manner:
        return Beside([patrol, halt], convoy).manner(patrol, 2_000.0, 7_200.0)

    assert passes(halting(0.25)) == Manner(True)
    assert passes(halting(0.75)) == Manner(True, (DELAYS,))
