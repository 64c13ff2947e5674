"""Areas as maps draw them, with thousands of corners: memory stays bounded, and the answer is that of any other area."""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace

import pytest
from some_parts import BANKASS, area, at, leg, off, split, stay, together, utc

from deconflict.domain import overlap
from deconflict.domain.activity import LatLon, Part
from deconflict.domain.sides import MOST_FACES, RUN, Sides

RADIUS_M = 10_000.0
MANY = 2_000


def round_area(middle: LatLon, corners: int = MANY, waves: int = 0, radius_m: float = RADIUS_M) -> Part:
    """A ring of so many corners, in and out again by a tenth `waves` times."""
    ways = [360.0 * n / corners for n in range(corners)]
    reach = [radius_m * (1 + 0.1 * math.sin(math.radians(waves * way))) for way in ways]
    ring = (off(middle, way, metres) for way, metres in zip(ways, reach, strict=True))
    return area(*ring, start=at(9), end=at(15))


@pytest.mark.parametrize("apart_m", [15_000.0, 25_000.0])
def test_two_areas_of_thousands_of_corners_are_compared_in_bounded_memory(apart_m: float) -> None:
    """All at once, 4 million pairs of edges would take gigabytes."""
    ours, theirs = round_area(BANKASS, waves=7), round_area(off(BANKASS, 90.0, apart_m), waves=7)
    sides = Sides([ours], [theirs])
    tracemalloc.start()
    try:
        overlap.gap_m([ours], [theirs], 0.0, among=sides)
        overlap.nominal([ours], [theirs], 0.0, among=sides)
        overlap.minutes_within([ours], [theirs], 50_000.0, among=sides)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0 < sides.pairs_kept <= MOST_FACES * RUN**2
    assert peak < 250e6


def test_round_areas_are_as_far_apart_as_circles() -> None:
    """Between corners a chord lies up to 12 cm inside the circle."""
    for apart_m, gap in ((25_000.0, 5_000.0), (20_500.0, 500.0), (15_000.0, 0.0), (0.0, 0.0)):
        ours, theirs = round_area(BANKASS), round_area(off(BANKASS, 33.0, apart_m))
        sides = Sides([ours], [theirs])
        assert overlap.gap_m([ours], [theirs], 0.0, among=sides) == pytest.approx(gap, abs=0.5)
        assert overlap.nominal([ours], [theirs], 0.0, among=sides).distance_m == pytest.approx(gap, abs=0.5)
        assert overlap.minutes_within([ours], [theirs], gap + 1, among=sides) == 360.0
        assert overlap.minutes_within([ours], [theirs], max(0.0, gap - 1), among=sides) == (0.0 if gap else 360.0)


def test_an_area_in_the_hole_of_another_and_in_its_inside() -> None:
    belt = round_area(BANKASS)
    belt = replace(belt, shape=replace(belt.shape, holes=(round_area(BANKASS, radius_m=6_000.0).shape.points,)))
    for far, gap in ((0.0, 4_000.0), (3_000.0, 1_000.0), (8_000.0, 0.0)):
        small = round_area(off(BANKASS, 200.0, far), radius_m=2_000.0)
        assert overlap.gap_m([belt], [small], 0.0) == pytest.approx(gap, abs=0.5)


def test_a_drive_of_hundreds_of_legs_past_an_area_of_thousands_of_corners() -> None:
    """At 30 km/h from 30 km west to 30 km east of the middle, cut into as many legs: 20 km within the area."""
    park = round_area(BANKASS)
    whole = leg(off(BANKASS, 270.0, 30_000.0), off(BANKASS, 90.0, 30_000.0), start=at(10), end=at(12))
    legs = [whole]
    for _ in range(8):
        legs = [half for one in legs for half in split(one, 0.5)]
    assert len(legs) == 256
    for drive in ([whole], legs):
        assert overlap.minutes_within([park], drive, 0.0) == pytest.approx(40.0, abs=0.01)
        assert overlap.minutes_within([park], drive, 4_000.0) == pytest.approx(56.0, abs=0.01)
        assert overlap.nominal([park], drive, 0.0).b_at.timestamp() == pytest.approx(
            utc(10 + 2 / 3).timestamp(), abs=0.1
        )
        span = together([park], drive, 0.0, 0.0)
        assert span is not None
        assert [one.timestamp() for one in span] == pytest.approx(
            [utc(10 + n / 3).timestamp() for n in (2, 4)], abs=0.1
        )


def test_many_places_that_a_patrol_visits_are_each_compared() -> None:
    """More than one run of pieces on either side; one place of all is near, wherever it stands in the list."""
    posts = [stay(off(BANKASS, float(n), 40_000.0 + 10 * n), start=at(9), end=at(15)) for n in range(RUN + 44)]
    others = [stay(off(BANKASS, float(n), 20_000.0), start=at(9), end=at(15)) for n in range(RUN + 44)]
    near = stay(off(BANKASS, 123.0, 40_000.0 + 10 * 123 - 700), start=at(9), end=at(15))
    for place in (0, RUN - 1, RUN, len(others)):
        theirs = [*others[:place], near, *others[place:]]
        assert overlap.gap_m(posts, theirs, 0.0) == pytest.approx(700.0, abs=0.01)
        assert overlap.minutes_within(posts, theirs, 701.0) == 360.0
        assert overlap.minutes_within(posts, theirs, 699.0) == 0.0
