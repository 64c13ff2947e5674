"""Geodesic truth for the distance between two parts: a search of its own over geographiclib.

Every part is a few curves: the legs of its line, the edges of its rings, or one point. Between two straight curves the
distance is convex, and so is its least along the one for each place of the other: a golden section within a golden section
finds it. For two movers the one's moment and the share of the moments the buffer leaves the other are searched; else a
place on either, from where a mover may be while the other is there. The search goes by chords, which order distances of
this size alike; the figure handed back is geographiclib's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from typing import Any, TypeVar

from brute import contains, metres, rings
from geographiclib.geodesic import Geodesic

from deconflict.domain.activity import LatLon, Part

WGS84 = Geodesic.WGS84
FLATTER = (1 - WGS84.f) ** 2
GOLDEN = (math.sqrt(5) - 1) / 2
ROUNDS = 32  # 0.2 ppm of the curve

Xyz = tuple[float, float, float]
Found = TypeVar("Found", tuple[float, float], tuple[float, LatLon, LatLon])


@dataclass(frozen=True)
class Curve:
    """A geodesic, held from second to second: passed along it at constant speed, or all of it throughout."""

    start: LatLon
    end: LatLon
    first: float
    last: float

    @cached_property
    def line(self) -> Any:
        return WGS84.InverseLine(*self.start, *self.end, Geodesic.LATITUDE | Geodesic.LONGITUDE | Geodesic.DISTANCE_IN)

    def at(self, share: float) -> LatLon:
        there = self.line.Position(share * self.line.s13, Geodesic.LATITUDE | Geodesic.LONGITUDE)
        return there["lat2"], there["lon2"]

    @property
    def length(self) -> float:
        return float(self.line.s13)

    def between(self, first: float, last: float) -> Curve:
        """What of a way is passed from one second to another."""
        start, end = (self.at((second - self.first) / (self.last - self.first)) for second in (first, last))
        return Curve(start, end, first, last)


def gap_m(a: Part, b: Part, buffer_s: float) -> float:
    """Metres between the nearest points that the two hold within the buffer of each other; no slack, radii and
    uncertainty taken off."""
    margin = sum(part.shape.radius_m + part.uncertainty_m for part in (a, b))
    return max(0.0, _apart(a, b, buffer_s) - margin)


def _apart(a: Part, b: Part, buffer_s: float) -> float:
    mine, theirs = _curves(a), _curves(b)
    if not (a.moving and b.moving):
        mine, theirs = _clipped(mine, theirs, buffer_s, a.moving), _clipped(theirs, mine, buffer_s, b.moving)
        held = [p.start for p in mine if b.shape.area and theirs and contains(b.shape, p.start)]
        held += [q.start for q in theirs if a.shape.area and mine and contains(a.shape, q.start)]
        if held:
            return 0.0
    least = math.inf
    for p, q in sorted(product(mine, theirs), key=_at_least):
        if _at_least((p, q)) < least:
            least = min(least, _movers(p, q, buffer_s) if a.moving and b.moving else _nearest(p, _whenever(q)))
    return least


def _whenever(curve: Curve) -> Callable[[float], Curve]:
    return lambda _: curve


def _at_least(couple: tuple[Curve, Curve]) -> float:
    """No two of their points are nearer."""
    p, q = couple
    return metres(p.at(0.5), q.at(0.5)) - (p.length + q.length) / 2


def _curves(part: Part) -> list[Curve]:
    first, last = part.start.at.timestamp(), part.end.at.timestamp()
    lines = rings(part.shape) or [part.shape.points * 2]
    legs = [leg for line in lines for leg in pairwise(line)]
    if not part.moving:
        return [Curve(*leg, first, last) for leg in legs]
    done, curves = first, []
    whole = sum(metres(*leg) for leg in legs)
    for leg in legs:
        curves.append(Curve(*leg, done, done + (last - first) * metres(*leg) / whole))
        done = curves[-1].last
    return curves


def _clipped(curves: list[Curve], others: list[Curve], buffer_s: float, moving: bool) -> list[Curve]:
    """What is held within the buffer of the others' hours."""
    low = min(other.first for other in others) - buffer_s
    high = max(other.last for other in others) + buffer_s
    held = [curve for curve in curves if curve.first <= high and low <= curve.last]
    return [curve.between(max(curve.first, low), min(curve.last, high)) for curve in held] if moving else held


def _movers(p: Curve, q: Curve, buffer_s: float) -> float:
    first, last = max(p.first, q.first - buffer_s), min(p.last, q.last + buffer_s)
    if first > last:
        return math.inf
    mine = p.between(first, last)

    def open_to(share: float) -> Curve:
        second = first + share * (last - first)
        return q.between(max(q.first, second - buffer_s), min(q.last, second + buffer_s))

    return _nearest(mine, open_to)


def _nearest(mine: Curve, theirs: Callable[[float], Curve]) -> float:
    """The least distance from where the one is to what the other then holds."""

    def least(share: float) -> tuple[float, LatLon, LatLon]:
        here, curve = mine.at(share), theirs(share)
        xyz = _xyz(here)
        apart, w = _golden(lambda w: (math.dist(xyz, _xyz(curve.at(w))), w), curve.length)
        return apart, here, curve.at(w)

    _, here, there = _golden(least, mine.length)
    return metres(here, there)


def _golden(find: Callable[[float], Found], length: float) -> Found:
    """The least of a convex function over [0, 1]."""
    low, high = 0.0, 1.0
    best = find(0.0)
    if length == 0.0:
        return best
    best = min(best, find(1.0))
    p, q = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_p, at_q = find(p), find(q)
    for _ in range(ROUNDS):
        if at_p[0] <= at_q[0]:
            high, q, at_q = q, p, at_p
            p = high - GOLDEN * (high - low)
            at_p = find(p)
        else:
            low, p, at_p = p, q, at_q
            q = low + GOLDEN * (high - low)
            at_q = find(q)
    return min(best, at_p, at_q)


def _xyz(point: LatLon) -> Xyz:
    lat, lon = map(math.radians, point)
    normal = WGS84.a / math.sqrt(1 - (1 - FLATTER) * math.sin(lat) ** 2)
    across = normal * math.cos(lat)
    return across * math.cos(lon), across * math.sin(lon), normal * FLATTER * math.sin(lat)
