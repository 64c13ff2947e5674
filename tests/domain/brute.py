"""An independent oracle for overlaps: the definition itself, sampled, with geographiclib for every distance.

Sampling cannot give the minimum, but it gives two bounds that hold the exact answer between them: no sample is nearer than
the minimum, and no point is farther than half a step from a sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from geographiclib.geodesic import Geodesic

from deconflict.domain.activity import LatLon, Moment, Part

WGS84 = Geodesic.WGS84


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
    places = shares if len(part.shape.points) > 1 else [0.0]
    return [Sample(on_line(part.shape.points, f), held) for f in places]


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
    step_m = (length(a.shape.points) + length(b.shape.points)) / (2 * steps)
    lower = upper = math.inf
    for p in samples(a, steps, assumed):
        for q in samples(b, steps, assumed):
            if _feasible(p, q, buffer_s + loose_s):
                apart = metres(p.point, q.point)
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
    return (
        [on_line(part.shape.points, n / 20) for n in range(21)]
        if len(part.shape.points) > 1
        else [part.shape.points[0]]
    )


def minutes_within(a: Part, b: Part, distance_m: float, step_s: float) -> float:
    """Minutes, counted at the middle of every step."""
    first = max(a.start.at.timestamp(), b.start.at.timestamp())
    last = min(a.end.at.timestamp(), b.end.at.timestamp())
    reach = distance_m + a.shape.radius_m + b.shape.radius_m
    count = sum(
        any(metres(p, q) <= reach for p in _position(a, second) for q in _position(b, second))
        for n in range(max(0, math.ceil((last - first) / step_s)))
        if (second := first + (n + 0.5) * step_s) <= last
    )
    return count * step_s / 60
