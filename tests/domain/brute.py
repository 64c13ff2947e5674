"""An independent oracle for overlaps: the definition itself, sampled, with geographiclib for every distance.

Sampling cannot give the minimum, but it gives two bounds that hold the exact answer between them: no sample is nearer than
the minimum, and no point is farther than half a step from a sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from geographiclib.geodesic import Geodesic

from deconflict.domain.activity import LatLon, Moment, Part, Shape

WGS84 = Geodesic.WGS84
PLACES = 20  # along a shape, for what is held at an instant


def metres(p: LatLon, q: LatLon) -> float:
    return float(WGS84.Inverse(p[0], p[1], q[0], q[1], Geodesic.DISTANCE)["s12"])


def length(points: Sequence[LatLon]) -> float:
    return sum(metres(p, q) for p, q in pairwise(points))


def on_line(points: Sequence[LatLon], share: float) -> LatLon:
    goal = share * length(points)
    for p, q in pairwise(points):
        leg = WGS84.InverseLine(*p, *q)
        if goal <= leg.s13:
            at = leg.Position(goal)
            return at["lat2"], at["lon2"]
        goal -= leg.s13
    return points[-1]


def rings(shape: Shape) -> list[tuple[LatLon, ...]]:
    """The lines that bound the shape: its rings, closed, or its line; nothing for a point."""
    if shape.area:
        return [(*ring, ring[0]) for ring in (shape.points, *shape.holes)]
    return [shape.points] if len(shape.points) > 1 else []


def contains(shape: Shape, point: LatLon) -> bool:
    """Whether an area holds the point: each ring turns once round what it encloses, seen from there."""
    return [abs(_turn(ring, point)) > 180.0 for ring in rings(shape)] == [True] + [False] * len(shape.holes)


def _turn(ring: Sequence[LatLon], point: LatLon) -> float:
    ways = [float(WGS84.Inverse(*point, *corner, Geodesic.AZIMUTH)["azi1"]) for corner in ring]
    return sum((there - here + 180.0) % 360.0 - 180.0 for here, there in pairwise(ways))


@dataclass
class Sample:
    """One point and the instants at which it is held: (planned second, early slack, late slack)."""

    point: LatLon
    instants: list[tuple[float, float, float]]


def _slack(moment: Moment, assumed: bool) -> tuple[float, float]:
    early, late = moment.declared.early_s, moment.declared.late_s
    return (early + moment.assumed.early_s, late + moment.assumed.late_s) if assumed else (early, late)


def samples(part: Part, steps: int, assumed: bool) -> list[Sample]:
    shares = [n / steps for n in range(steps + 1)]
    (e0, l0), (e1, l1) = _slack(part.start, assumed), _slack(part.end, assumed)
    start, end = part.start.at.timestamp(), part.end.at.timestamp()
    if part.moving:
        times = [(start + f * (end - start), e0 + f * (e1 - e0), l0 + f * (l1 - l0)) for f in shares]
        return [Sample(on_line(part.shape.points, f), [t]) for f, t in zip(shares, times, strict=True)]
    held = [(start + f * (end - start), e0, l1) for f in shares]
    return [Sample(point, held) for point in _places(part.shape, steps)]


@cache
def _places(shape: Shape, steps: int) -> list[LatLon]:
    """Points along the line or the rings, each in as many steps."""
    lines = rings(shape)
    return [on_line(line, n / steps) for line in lines for n in range(steps + 1)] or [shape.points[0]]


def _couples(a: Part, b: Part, steps: int, assumed: bool) -> Iterator[tuple[Sample, Sample, float]]:
    """Every sample against every other and how far it is, nothing for one that the other's area holds."""
    mine, theirs = samples(a, steps, assumed), samples(b, steps, assumed)
    yield from ((p, q, metres(p.point, q.point)) for p in mine for q in theirs)
    if b.shape.area:
        yield from ((p, theirs[0], 0.0) for p in mine if contains(b.shape, p.point))
    if a.shape.area:
        yield from ((mine[0], q, 0.0) for q in theirs if contains(a.shape, q.point))


def _feasible(a: Sample, b: Sample, buffer_s: float) -> bool:
    return any(
        s - t <= buffer_s + ea + lb and t - s <= buffer_s + la + eb
        for s, ea, la in a.instants
        for t, eb, lb in b.instants
    )


def _drift_s(part: Part, steps: int, assumed: bool) -> float:
    """How far a planned instant with its slack may lie from the nearest sample's."""
    (e0, l0), (e1, l1) = _slack(part.start, assumed), _slack(part.end, assumed)
    lasts = (part.end.at - part.start.at).total_seconds()
    return (lasts + (max(abs(e1 - e0), abs(l1 - l0)) if part.moving else 0.0)) / (2 * steps)


def gap_bounds(a: Part, b: Part, buffer_s: float, *, assumed: bool, uncertain: bool, steps: int) -> tuple[float, float]:
    """Two figures between which the exact gap lies."""
    margin = a.shape.radius_m + b.shape.radius_m + (a.uncertainty_m + b.uncertainty_m if uncertain else 0.0)
    loose_s = _drift_s(a, steps, assumed) + _drift_s(b, steps, assumed)
    step_m = sum(max(map(length, rings(part.shape)), default=0.0) for part in (a, b)) / (2 * steps)
    lower = upper = math.inf
    for p, q, apart in _couples(a, b, steps, assumed):
        if _feasible(p, q, buffer_s + loose_s):
            lower = min(lower, max(0.0, apart - step_m - margin))
            if _feasible(p, q, buffer_s):
                upper = min(upper, max(0.0, apart - margin))
    return lower, upper


def _position(part: Part, second: float) -> list[LatLon]:
    """Points held at this instant: one for a mover, some along the shape for the other."""
    start, end = part.start.at.timestamp(), part.end.at.timestamp()
    if not start <= second <= end:
        return []
    if part.moving:
        return [on_line(part.shape.points, (second - start) / (end - start))]
    return _places(part.shape, PLACES)


def _within(a: Part, b: Part, second: float, reach_m: float) -> bool:
    mine, theirs = _position(a, second), _position(b, second)
    return (
        any(metres(p, q) <= reach_m for p in mine for q in theirs)
        or (b.shape.area and bool(theirs) and any(contains(b.shape, p) for p in mine))
        or (a.shape.area and bool(mine) and any(contains(a.shape, q) for q in theirs))
    )


def minutes_bounds(a: Part, b: Part, distance_m: float, step_s: float) -> tuple[float, float]:
    """Two figures between which the minutes lie but for half a step at each coming and going: counted at the middle of every
    step, without and with what may lie between two samples of a shape."""
    first = max(a.start.at.timestamp(), b.start.at.timestamp())
    last = min(a.end.at.timestamp(), b.end.at.timestamp())
    reach_m = distance_m + a.shape.radius_m + b.shape.radius_m
    loose_m = sum(_step_m(part) for part in (a, b) if not part.moving)
    seconds = [first + (n + 0.5) * step_s for n in range(max(0, math.ceil((last - first) / step_s)))]
    low, high = (
        sum(_within(a, b, second, reach) for second in seconds if second <= last)
        for reach in (reach_m, reach_m + loose_m)
    )
    return low * step_s / 60, high * step_s / 60


def _step_m(part: Part) -> float:
    return max(map(length, rings(part.shape)), default=0.0) / (2 * PLACES)
