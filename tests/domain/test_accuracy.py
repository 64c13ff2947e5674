"""Against geodesic truth, found by other code: within 0.1 % or a metre, and no decision near a limit that differs."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations_with_replacement
from random import Random

import brute
import pytest
import truth
from some_parts import BANKASS, HOUR, area, at, leg, off, stay

from deconflict.domain import overlap
from deconflict.domain.activity import LatLon, Part

KINDS = ("point", "line", "area", "leg", "way")
EDGES_OF_MAPS = [  # zone borders, Greenwich at Gao, the antimeridian, the equator, both ends of the inhabited world
    (14.5, -6.0), (16.27, -0.04), (60.0, 6.0), (58.0, -179.97), (-17.0, 179.95), (-35.0, 18.0), (0.0, 36.0), (-35.0, -180.0),
]  # fmt: skip
FARTHEST_M = 50_000.0
PAIRS = list(combinations_with_replacement(KINDS, 2))


def anywhere(dice: Random) -> LatLon:
    return dice.choice(EDGES_OF_MAPS) if dice.random() < 0.7 else (dice.uniform(-35, 60), dice.uniform(-180, 180))


def part(dice: Random, kind: str, place: LatLon, far_m: float) -> Part:
    """Near the place; areas up to `far_m` wide with a hole, lines with legs up to `far_m` long, half of them through it."""
    start, end = at(dice.uniform(0, 6)), at(dice.uniform(7, 14))
    near = off(place, dice.uniform(0, 360), dice.uniform(0, 40_000.0))
    way, size = dice.uniform(0, 360), dice.uniform(2_000.0, far_m)
    match kind:
        case "point":
            return stay(near, start=start, end=end, radius_m=dice.choice([0.0, 500.0]))
        case "area":
            ways = [way, way + dice.uniform(100, 140), way + dice.uniform(220, 260)]
            rings = [tuple(off(near, w, size * share / 2) for w in ways) for share in (1.0, 0.4)]
            return area(*rings[0], holes=(rings[1],), start=start, end=end)
    here = off(near, way, -size * dice.random())
    points = [here, off(here, way, size)]
    if kind == "way":
        points.append(off(points[-1], dice.uniform(0, 360), dice.uniform(2_000.0, far_m)))
    return stay(*points, start=start, end=end) if kind == "line" else leg(*points, start=start, end=end)


def couple(dice: Random, kinds: tuple[str, str], far_m: float) -> tuple[Part, Part]:
    place = anywhere(dice)
    a, b = (part(dice, kind, place, far_m) for kind in kinds)
    return a, b


@pytest.mark.parametrize("kinds", PAIRS, ids="-".join)
@pytest.mark.parametrize("far_m", [40_000.0, 400_000.0])
def test_the_gap_is_the_geodesic_one_within_a_thousandth_or_a_metre(kinds: tuple[str, str], far_m: float) -> None:
    dice, measured = Random(f"{kinds} {far_m}"), 0
    for _ in range(6):
        a, b = couple(dice, kinds, far_m)
        buffer_s = dice.choice([0.0, HOUR])
        exact = truth.gap_m(a, b, buffer_s)
        if exact <= FARTHEST_M:
            assert overlap.gap_m([a], [b], buffer_s) == pytest.approx(exact, rel=1e-3, abs=1.0)
            measured += 1
    assert measured >= 2


def test_no_decision_near_a_limit_differs_from_the_geodesic_one() -> None:
    dice = Random(20191210)
    decided = 0
    for kinds in PAIRS * 6:
        a, b = couple(dice, kinds, 60_000.0)
        exact, gap = truth.gap_m(a, b, 0.0), overlap.gap_m([a], [b], 0.0)
        if not 100.0 <= exact <= FARTHEST_M:
            continue
        limits = [exact * dice.uniform(0.95, 1.05) for _ in range(100)]
        assert [gap <= limit for limit in limits] == [exact <= limit for limit in limits]
        decided += len(limits)
    assert decided >= 3_000


@pytest.mark.parametrize("limit_m", [500.0, 2_000.0, 5_000.0, 10_000.0, 25_000.0])
def test_two_places_near_a_limit_are_decided_as_the_geodesic_decides(limit_m: float) -> None:
    dice = Random(limit_m)
    post = stay(BANKASS, start=at(9), end=at(15))
    for _ in range(300):
        here = anywhere(dice)
        there = off(here, dice.uniform(0, 360), limit_m * dice.uniform(0.95, 1.05))
        a, b = (replace(post, shape=replace(post.shape, points=(point,))) for point in (here, there))
        assert (overlap.gap_m([a], [b], 0.0) <= limit_m) == (brute.metres(here, there) <= limit_m)


def test_the_truth_itself_knows_an_area_from_its_hole() -> None:
    """The oracle is checked too: figures that a pair of compasses gives."""
    dice = Random(3)
    ring = [off(BANKASS, way, 30_000.0) for way in range(0, 360, 5)]
    hole = [off(BANKASS, way, 10_000.0) for way in range(0, 360, 5)]
    park = area(*ring, holes=(tuple(hole),), start=at(0), end=at(24))
    apothem = math.cos(math.radians(2.5))
    for far, gap in ((0.0, 10_000.0 * apothem), (20_000.0, 0.0), (45_000.0, 15_000.0)):
        post = stay(off(BANKASS, 5.0 * dice.randrange(72), far), start=at(9), end=at(15))
        assert truth.gap_m(park, post, 0.0) == pytest.approx(gap, abs=1.0)
