"""The only distance functions: metres on the WGS84 ellipsoid. Points are (lat, lon) in degrees, bearings in degrees.

Frames are azimuthal equidistant: distances from their origin are exact, others are stretched by at most r^2 / 6R^2 at r
metres from it (0.002 % at 75 km, 0.02 % at 200 km). Whoever needs more accuracy moves the origin, not the formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from deconflict.domain.activity import LatLon

Floats = NDArray[np.float64]

WGS84 = Geod(ellps="WGS84")
PIECE_M = 50_000.0  # a leg or an edge is cut at this length before it is laid into a plane
SMALLEST_RADIUS_M = 6_335_439.0  # of curvature anywhere on WGS84: along the meridian, at the equator


def distance_m(a: LatLon, b: LatLon) -> float:
    """Metres along the geodesic."""
    return float(WGS84.inv(a[1], a[0], b[1], b[0])[2])


def bearing_deg(a: LatLon, b: LatLon) -> float:
    """Degrees clockwise from north, in [0, 360), in which one leaves `a` for `b`."""
    return float(WGS84.inv(a[1], a[0], b[1], b[0])[0]) % 360.0


def destination(point: LatLon, bearing_deg: float, distance_m: float) -> LatLon:
    lon, lat, _ = WGS84.fwd(point[1], point[0], bearing_deg, distance_m)
    return float(lat), float(lon)


def surface_km2(outline: BaseGeometry) -> float:
    """Of a polygon or several, in degrees (longitude first)."""
    return abs(float(WGS84.geometry_area_perimeter(outline)[0])) / 1e6


def line_length_m(points: Sequence[LatLon]) -> float:
    """Metres along the geodesic legs; 0 for a single point."""
    return sum(distance_m(p, q) for p, q in pairwise(points))


def along(points: Sequence[LatLon], fraction: float) -> LatLon:
    """The point at this fraction (0 to 1) of the line's length."""
    legs = _legs(points)
    goal = min(max(fraction, 0.0), 1.0) * sum(leg.length_m for leg in legs)
    for leg in legs:
        if goal <= leg.length_m:
            return leg.at(goal)
        goal -= leg.length_m
    return points[-1]


def between(a: LatLon, b: LatLon, fraction: float) -> LatLon:
    """The point at this fraction (0 to 1) of the geodesic from `a` to `b`."""
    return along((a, b), fraction)


def cut(points: Sequence[LatLon], max_m: float) -> list[tuple[float, LatLon]]:
    """Waypoints (fraction of the length, point) at every vertex and, between them, at most `max_m` apart along the
    geodesic. Always two or more: a single point is a line of no length, from fraction 0 to 1."""
    legs = _legs(points)
    total = sum(leg.length_m for leg in legs)
    if total == 0.0:
        return [(0.0, points[0]), (1.0, points[-1])]
    return [(0.0, points[0]), *_waypoints(legs, max_m, total)]


def _waypoints(legs: Sequence[_Leg], max_m: float, total: float) -> Iterator[tuple[float, LatLon]]:
    done = 0.0
    for leg in legs:
        pieces = max(1, math.ceil(leg.length_m / max_m))
        for n in range(1, pieces):
            yield (done + leg.length_m * n / pieces) / total, leg.at(leg.length_m * n / pieces)
        done += leg.length_m
        yield min(done / total, 1.0), leg.end


@dataclass(frozen=True, slots=True)
class _Leg:
    start: LatLon
    end: LatLon
    azimuth_deg: float
    length_m: float

    def at(self, metres: float) -> LatLon:
        return self.end if metres >= self.length_m else destination(self.start, self.azimuth_deg, metres)


def _legs(points: Sequence[LatLon]) -> list[_Leg]:
    """Those that go somewhere."""
    return [_leg(p, q) for p, q in pairwise(points) if p != q]


def _leg(start: LatLon, end: LatLon) -> _Leg:
    azimuth, _, metres = WGS84.inv(start[1], start[0], end[1], end[0])
    return _Leg(start, end, float(azimuth) % 360.0, float(metres))


def box(points: Sequence[LatLon], margin_m: float) -> tuple[float, float, float, float]:
    """(south, west, north, east) holding everything within `margin_m` of the geodesic legs: never too small. A line that ends
    where it began (a ring) holds its inside too. One that would cross the antimeridian or hold a pole runs right round
    (-180 to 180), so that a plain comparison stays right."""
    step_m = 2_000.0
    lats, lons = zip(*(point for _, point in cut(points, step_m)), strict=True)
    if points[0] == points[-1] and _winds(lons):
        lats = (*lats, math.copysign(90.0, sum(lats)))
    margin = margin_m + (step_m / 2 if len(points) > 1 else 0.0)  # between two waypoints a geodesic may bulge
    lat_margin = math.degrees(margin / SMALLEST_RADIUS_M)
    south, north = min(lats) - lat_margin, max(lats) + lat_margin
    if south <= -90.0 or north >= 90.0:
        return max(south, -90.0), -180.0, min(north, 90.0), 180.0
    parallel_m = SMALLEST_RADIUS_M * math.cos(math.radians(max(abs(south), abs(north))))
    lon_margin = math.degrees(margin / parallel_m)
    west, east = min(lons) - lon_margin, max(lons) + lon_margin
    if west < -180.0 or east > 180.0 or any(abs(p - q) > 180.0 for p, q in pairwise(lons)):
        return south, -180.0, north, 180.0
    return south, west, north, east


def _winds(lons: Sequence[float]) -> bool:
    """Does a ring with these longitudes run round a pole?"""
    return abs(sum((q - p + 180.0) % 360.0 - 180.0 for p, q in pairwise(lons))) > 180.0


def stretches(ends: Floats, shares: Floats) -> Floats:
    """Of each geodesic (n, 2, 2), the points at the two fractions (n, 2): (n, 2, 2). Exact at 0 and 1, and where it is a point."""
    azimuth, _, length = WGS84.inv(ends[:, 0, 1], ends[:, 0, 0], ends[:, 1, 1], ends[:, 1, 0])
    start = np.repeat(ends[:, 0], 2, axis=0)
    lon, lat, _ = WGS84.fwd(start[:, 1], start[:, 0], np.repeat(azimuth, 2), (shares * length[:, None]).ravel())
    points = np.stack([lat, lon], axis=-1).reshape(-1, 2, 2)
    at_start, at_end = ((shares == 0.0) | (length == 0.0)[:, None])[..., None], (shares == 1.0)[..., None]
    return np.where(at_start, ends[:, :1], np.where(at_end, ends[:, 1:], points))


def middles(a: Floats, b: Floats) -> Floats:
    """Points (n, 2) half-way between those of `a` and `b`, the short way round; exact enough for a frame's origin."""
    step = b - a
    step[..., 1] = (step[..., 1] + 180.0) % 360.0 - 180.0
    return a + step / 2


def local_xy(origins: Floats, points: Floats) -> Floats:
    """Metres east and north (n, 2) of each point (n, 2) in the frame of its own origin (n, 2)."""
    azimuth, _, distance = WGS84.inv(origins[:, 1], origins[:, 0], points[:, 1], points[:, 0])
    azimuth = np.radians(azimuth)
    return np.stack([distance * np.sin(azimuth), distance * np.cos(azimuth)], axis=-1)


def ecef(points: Floats) -> Floats:
    """Metres (n, 3) in the earth-centred frame. A chord there is never longer than the geodesic: a cheap lower bound."""
    lat, lon = np.radians(points[..., 0]), np.radians(points[..., 1])
    normal = WGS84.a / np.sqrt(1 - WGS84.es * np.sin(lat) ** 2)
    across = normal * np.cos(lat)
    return np.stack([across * np.cos(lon), across * np.sin(lon), normal * (1 - WGS84.es) * np.sin(lat)], axis=-1)


def off_leg_m(points: Floats, start: LatLon, end: LatLon) -> Floats:
    """Metres (n,) of each point (n, 2) from the geodesic leg, within 0.1 % or 1 m up to 100 km from a leg of 1,000 km. One pass
    over all points for each piece of the leg: for lines of many points."""
    at = ecef(points)
    pieces = max(PIECE_M, distance_m(start, end) / 20)
    corners = ecef(np.array([point for _, point in cut((start, end), pieces)]))
    least = np.full(len(points), np.inf)
    for a, b in pairwise(corners):
        upright = np.cross(a, b - a)  # of two corners a hair apart a x b would be nothing but rounding
        length = float(np.linalg.norm(upright))
        nearest = np.minimum(np.linalg.norm(at - a, axis=-1), np.linalg.norm(at - b, axis=-1))
        if length > 0.0:
            beside = (at @ np.cross(upright, a) >= 0.0) & (at @ np.cross(b, upright) >= 0.0)
            nearest = np.where(beside, np.abs(at @ upright) / length, nearest)
        least = np.minimum(least, nearest)
    return 2 * SMALLEST_RADIUS_M * np.arcsin(np.minimum(least / (2 * SMALLEST_RADIUS_M), 1.0))


@dataclass(frozen=True, slots=True)
class Frame:
    """A plane tangent at `origin`, in metres east (x) and north (y)."""

    origin: LatLon

    @classmethod
    def around(cls, points: Sequence[LatLon]) -> Frame:
        """Centred half-way between the outermost latitudes and longitudes, across the antimeridian if that is shorter."""
        first = points[0]
        turns = [(lon - first[1] + 180.0) % 360.0 - 180.0 for _, lon in points]
        lats = [lat for lat, _ in points]
        lon = first[1] + (min(turns) + max(turns)) / 2
        return cls(((min(lats) + max(lats)) / 2, (lon + 180.0) % 360.0 - 180.0))

    def to_xy(self, point: LatLon) -> tuple[float, float]:
        x, y = local_xy(np.array([self.origin]), np.array([point]))[0]
        return float(x), float(y)

    def to_latlon(self, x: float, y: float) -> LatLon:
        return destination(self.origin, math.degrees(math.atan2(x, y)), math.hypot(x, y))
