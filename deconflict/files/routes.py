"""Lines, areas and points that people draw or record: KML and KMZ (Google Earth), GPX (hand-held devices).

KML's (longitude, latitude) is turned round where it is read. Heights and times are left out, nothing that a file refers to elsewhere
is fetched.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import Floats, ecef, off_leg_m
from deconflict.domain.msgid import N_
from deconflict.files.formats import format_of
from deconflict.files.gpx import heard_gpx
from deconflict.files.kml import heard_kml
from deconflict.files.limits import BadFile, guarded, unpacked
from deconflict.files.shapes import MOST_ROUTES, Kind, Shape, Shapes, too_many

__all__ = ["Kind", "Route", "read_routes", "thinned"]


@dataclass(frozen=True, slots=True)
class Route:
    """`points` in degrees; an area does not repeat its first corner. `places`: (name or "", position) of the single points that
    lie nearest to this line of all lines of the file, in the file's order; only lines have some."""

    name: str
    kind: Kind
    points: tuple[LatLon, ...]
    places: tuple[tuple[str, LatLon], ...]


def read_routes(raw: bytes) -> tuple[Route, ...]:
    """In the order of the file. Single points are routes of their own where the file has no line. Raises BadFile."""
    shapes = _shapes(raw)
    if not shapes.found:
        if shapes.elsewhere:
            raise BadFile(
                N_(
                    "The file only refers to another one, which is not fetched. Open it, save what it shows as KMZ and send that."
                )
            )
        raise BadFile(N_("There is no line, area or point in the file. Draw one, save the file anew and send that."))
    lines = [shape for shape in shapes.found if shape.kind == "line"]
    points = [shape for shape in shapes.found if shape.kind == "point"] if lines else []
    places = _nearest(lines, points)
    routes = tuple(_routes(shapes.found, places, alone=not lines))
    if len(routes) > MOST_ROUTES:
        raise too_many()
    return routes


def _shapes(raw: bytes) -> Shapes:
    match format_of(raw):
        case "kml":
            return heard_kml([raw.lstrip()])
        case "kmz":
            with guarded(raw) as archive:
                inner = next(name for name in archive.namelist() if name.casefold().endswith(".kml"))
                return heard_kml(unpacked(archive, inner))
        case "gpx":
            return heard_gpx([raw.lstrip()])
        case _:
            raise BadFile(N_("This is a table, not a route (KML, KMZ or GPX). Send it as a table."))


def _routes(found: Sequence[Shape], places: Sequence[list[Shape]], *, alone: bool) -> Iterator[Route]:
    beside = iter(places)
    for shape in found:
        if shape.kind == "line":
            named = tuple((place.name, place.points[0]) for place in next(beside))
            yield Route(shape.name, "line", shape.points, named)
        elif shape.kind == "area" or alone:
            yield Route(shape.name, shape.kind, shape.points, ())


def _nearest(lines: Sequence[Shape], points: Sequence[Shape]) -> list[list[Shape]]:
    """Of each line, the points that are nearer to a point of it than to one of any other line."""
    shares: list[list[Shape]] = [[] for _ in lines]
    corners = [ecef(np.array(line.points)) for line in lines]
    for point in points:
        here = ecef(np.array(point.points[0]))
        gaps = [float(np.min(np.linalg.norm(line - here, axis=-1))) for line in corners] if len(lines) > 1 else [0.0]
        shares[gaps.index(min(gaps))].append(point)
    return shares


def thinned(points: Sequence[LatLon], most: int) -> tuple[tuple[LatLon, ...], float]:
    """At most `most` (two or more) of the points, both ends among them, and how many metres the straight legs between them are
    from the line at worst. Douglas and Peucker (1973), cutting where the line is farthest off until there are enough points; a
    leg is as far from the line as its farthest point, since the way from one of its ends to the other passes over all of it."""
    if most < 2:
        raise ValueError("a line has two ends")
    if len(points) <= most:
        return tuple(points), 0.0
    line = np.array(points)
    kept = {0, len(points) - 1}
    open_legs = [_farthest(line, 0, len(points) - 1)]
    while len(kept) < most and open_legs[0].off_m > 0.0:
        leg = heapq.heappop(open_legs)
        kept.add(leg.at)
        heapq.heappush(open_legs, _farthest(line, leg.start, leg.at))
        heapq.heappush(open_legs, _farthest(line, leg.at, leg.end))
    return tuple(points[n] for n in sorted(kept)), open_legs[0].off_m


@dataclass(frozen=True, slots=True)
class _Leg:
    """Between two points of a line; the point between them that is farthest off it, in metres."""

    off_m: float
    at: int
    start: int
    end: int

    def __lt__(self, other: _Leg) -> bool:
        return self.off_m > other.off_m  # a heap gives the least: the farthest off


def _farthest(line: Floats, start: int, end: int) -> _Leg:
    if end - start < 2:
        return _Leg(0.0, start, start, end)
    ends = [(float(lat), float(lon)) for lat, lon in line[[start, end]]]
    off = off_leg_m(line[start + 1 : end], ends[0], ends[1])
    at = int(np.argmax(off))
    return _Leg(float(off[at]), start + 1 + at, start, end)
