"""The nearest settlement of many points at once is the one that is found for each alone."""

from __future__ import annotations

import random

import pytest

from deconflict.domain.geodesy import distance_m
from deconflict.domain.places import Gazetteer


def test_many_at_once_are_as_each_alone(mission):
    chance = random.Random(5)
    points = [(chance.uniform(10.5, 24.5), chance.uniform(-12.0, 4.0)) for _ in range(500)]
    gazetteer = mission.gazetteer
    for point, place in zip(points, gazetteer.nearest_each(points), strict=True):
        alone = gazetteer.nearest(point)
        assert alone is not None
        assert place is alone[0] or distance_m(point, place.point) < alone[1] * 1.02  # as good as equally far


def test_no_points_need_no_settlement_and_some_do():
    empty = Gazetteer("none", ())
    assert empty.nearest_each([]) == []
    with pytest.raises(LookupError):
        empty.nearest_each([(14.0, -3.0)])
