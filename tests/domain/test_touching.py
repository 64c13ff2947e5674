"""Touching counts, whatever the limit: geodesic distances from other code than ours, in whole metres and between."""

from __future__ import annotations

import pytest
from geographiclib.geodesic import Geodesic

from deconflict.domain.sides import touches

BANKASS = (14.0767, -3.5139)


@pytest.mark.parametrize("metres", [1001, 1005, 1500, 2000, 2001, 2003, 4001, 4003, 8007])
def test_a_gap_of_exactly_the_limit_touches_and_a_decimetre_more_does_not(metres: int) -> None:
    within_m = metres / 1000 * 1000  # as a limit in kilometres is read: 1.001 km are 1000.9999999999999 m
    there = Geodesic.WGS84.Direct(*BANKASS, 37, metres)
    gap_m = round(Geodesic.WGS84.Inverse(*BANKASS, there["lat2"], there["lon2"])["s12"], 3)
    assert touches(gap_m, within_m)
    assert not touches(gap_m + 0.1, within_m)
