"""Two areas with many corners, as maps draw them: what it takes to compare them, beside one plain array of all corners against
all corners."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from deconflict.domain.activity import Activity, LatLon, Moment, Part, Shape, Side
from deconflict.domain.all_pairs import Limits, overlap_of
from deconflict.domain.geodesy import WGS84, Floats, ecef
from tests.figures import Figure, figure, timed

CORNERS = 2_000
RADIUS_M, APART_M = 10_000.0, 15_000.0
LIMITS = Limits(5_000.0, 3 * 3_600.0)
FIRST = datetime(2019, 12, 10, 9, tzinfo=UTC)
LONGEST_S, MOST_MB = 3.0, 500.0


def many_corners() -> Iterator[Figure]:
    """Seconds and megabytes: the gap, firm and possible, the closest approach and the minutes of two that overlap in part."""
    lon, lat, _ = WGS84.fwd(-3.52, 14.07, 90.0, APART_M)
    ours, theirs = _ring((14.07, -3.52)), _ring((lat, lon))
    pair = _activity(0, Side.HUMANITARIAN, ours), _activity(1, Side.MISSION, theirs)
    spent, found = timed(lambda: overlap_of(*pair, LIMITS, None))
    assert found is not None
    beside, _ = timed(lambda: _plain_m(ours, theirs))
    name = f"two areas of {CORNERS:,} corners"
    yield figure(f"{name}, compared", spent, "s", beside, goal=LONGEST_S)
    plain = _peak_mb(lambda: _plain_m(ours, theirs))
    yield figure(f"{name}, memory", _peak_mb(lambda: overlap_of(*pair, LIMITS, None)), "MB", plain, goal=MOST_MB)


def _ring(middle: LatLon) -> Floats:
    ways = np.arange(CORNERS) * 360.0 / CORNERS
    reach = RADIUS_M * (1 + 0.1 * np.sin(np.radians(7 * ways)))
    lon, lat, _ = WGS84.fwd(np.full(CORNERS, middle[1]), np.full(CORNERS, middle[0]), ways, reach)
    return np.stack([lat, lon], axis=1)


def _activity(number: int, side: Side, ring: Floats) -> Activity:
    shape = Shape(tuple((lat, lon) for lat, lon in ring.tolist()), area=True)
    window = Moment(FIRST), Moment(FIRST + timedelta(hours=6))
    return Activity(number, 1, side, (Part("X", frozenset(), shape, *window, moving=False, uncertainty_m=0.0),))


def _plain_m(ours: Floats, theirs: Floats) -> float:
    return float(np.linalg.norm(ecef(ours)[:, None] - ecef(theirs), axis=2).min())


def _peak_mb(work: Callable[[], object]) -> float:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
