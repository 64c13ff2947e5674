"""All boxes against all: the same pairs as comparing each with each, however they are filed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deconflict.domain import sweep
from deconflict.domain.boxes import Boxes, Squares, touching
from deconflict.domain.geodesy import WGS84

YEAR_S = 365 * 86_400.0
PLACES = [(14.5, -4.2), (16.0, 0.0), (-17.0, 179.9), (84.0, 20.0), (-89.5, 0.0)]


def some_boxes(chance: np.random.Generator, place: tuple[float, float], number: int) -> Boxes:
    """Points, streets, districts and countries; hours, weeks and for ever; a few right round the earth."""
    size = chance.choice([0.0, 0.01, 0.3, 3.0, 50.0], size=number, p=[0.5, 0.3, 0.1, 0.07, 0.03])
    south = np.clip(place[0] + chance.normal(0, 0.5, number), -90, 90)
    west = np.clip(place[1] + chance.normal(0, 0.5, number), -180, 180)
    begins = 1.5e9 + chance.choice([86_400.0, YEAR_S]) * chance.random(number)
    lasts = chance.choice([0.0, 7_200.0, 90_000.0, 2e6, 5e9], size=number)
    around = chance.random(number) < 0.02
    north, east = np.minimum(south + size, 90), np.minimum(west + size, 180)
    return Boxes(south, np.where(around, -180.0, west), north, np.where(around, 180.0, east), begins, begins + lasts)


def each_with_each(a: Boxes, b: Boxes, within_m: float, within_s: float) -> set[tuple[int, int]]:
    rows, columns = (index.ravel() for index in np.indices((len(a), len(b))))
    kept = touching(a.widened(within_m, within_s).take(rows), b.take(columns))
    return set(zip(rows[kept].tolist(), columns[kept].tolist(), strict=True))


def swept(a: Boxes, b: Boxes, within_m: float, within_s: float) -> list[tuple[int, int]]:
    return [
        (int(row), int(column))
        for rows, columns in sweep.near(a, b, within_m, within_s)
        for row, column in zip(rows, columns, strict=True)
    ]


@given(
    seed=st.integers(0, 10**9),
    place=st.sampled_from(PLACES),
    within_m=st.sampled_from([0.0, 800.0, 5_000.0, 80_000.0, 3e6, math.inf]),
    within_s=st.sampled_from([0.0, 3_600.0, 604_800.0, 1e10]),
)
@settings(max_examples=150, deadline=None)
def test_the_sweep_finds_each_pair_that_comes_near_and_finds_it_once(
    seed: int, place: tuple[float, float], within_m: float, within_s: float
) -> None:
    chance = np.random.default_rng(seed)
    a, b = some_boxes(chance, place, 60), some_boxes(chance, place, 80)
    found = swept(a, b, within_m, within_s)
    assert len(found) == len(set(found))
    assert set(found) == each_with_each(a, b, within_m, within_s)


def test_a_portion_that_does_not_fit_is_cut_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "PAIRS_AT_ONCE", 50)
    monkeypatch.setattr(sweep, "BOXES_AT_ONCE", 7)
    chance = np.random.default_rng(1)
    a, b = some_boxes(chance, PLACES[0], 100), some_boxes(chance, PLACES[0], 100)
    assert set(swept(a, b, 5_000.0, 86_400.0)) == each_with_each(a, b, 5_000.0, 86_400.0)


@given(seed=st.integers(0, 10**9), within_s=st.sampled_from([0.0, 7_200.0, 1e6]))
@settings(max_examples=50, deadline=None)
def test_the_same_code_at_about_the_same_time_is_found_wherever_it_is(seed: int, within_s: float) -> None:
    chance = np.random.default_rng(seed)
    a, b = some_boxes(chance, PLACES[0], 50), some_boxes(chance, PLACES[1], 50)
    codes, others = chance.integers(-6, -1, (2, 50))
    found = [pair for some in sweep.alike(codes, a, others, b, within_s) for pair in zip(*some, strict=True)]
    expected = {
        (n, m)
        for n in range(50)
        for m in range(50)
        if codes[n] == others[m] and a.begins_s[n] - within_s <= b.ends_s[m] and b.begins_s[m] <= a.ends_s[n] + within_s
    }
    assert len(found) == len(expected)
    assert {(int(n), int(m)) for n, m in found} == expected


def test_nothing_is_near_nothing() -> None:
    nobody = Boxes(*np.zeros((6, 0)))
    somebody = some_boxes(np.random.default_rng(3), PLACES[0], 3)
    assert not swept(nobody, somebody, 1e6, 1e6)
    assert not swept(somebody, nobody, 1e6, 1e6)


@given(
    lat=st.floats(-89.9, 89.9),
    lon=st.floats(-180, 180),
    azimuth=st.floats(0, 360),
    metres=st.floats(0, 2e6),
)
@settings(max_examples=400, deadline=None)
def test_a_widened_box_holds_whatever_is_within_its_metres(
    lat: float, lon: float, azimuth: float, metres: float
) -> None:
    to_lon, to_lat, _ = WGS84.fwd(lon, lat, azimuth, metres)
    here, there = Boxes.of([(lat, lon, lat, lon, 0.0, 0.0)]), Boxes.of([(to_lat, to_lon, to_lat, to_lon, 0.0, 0.0)])
    assert touching(here.widened(metres * (1 + 1e-9) + 1e-3, 0.0), there).all()


@given(deg=st.sampled_from([0.02, 0.1, 0.5, 4.0, 60.0, 360.0]), seed=st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_whoever_looks_around_a_box_visits_the_square_of_all_that_touches_it(deg: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    low = np.stack([chance.uniform(-90, 90, 40), np.round(chance.uniform(-180, 180, 40), 1)])
    high = np.minimum(low + chance.uniform(0, deg, (2, 40)), [[90.0], [180.0]])
    filed = Boxes(low[0], low[1], high[0], high[1], np.zeros(40), np.zeros(40))
    around = filed.widened(20_000.0, 0.0)
    squares = Squares(deg)
    for n in range(40):
        visited = set(squares.numbers_around(around.rows()[n], 10**6))
        mine = touching(around.take(np.full(40, n)), filed)
        assert set(squares.number(filed)[mine].tolist()) <= visited
