"""Lines of a map made ready to be a network: where they meet, and how far along them one is. Near a point a plane is true enough."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

from shapely import STRtree, box
from shapely.geometry import LineString, Polygon

from deconflict.domain import geodesy
from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import distance_m

MEETS_M = 50.0  # what is no further apart is one place
Line = tuple[LatLon, ...]


class Nodes:
    """Numbers for places; the first that was named within the tolerance stands for all."""

    def __init__(self) -> None:
        self._points: list[LatLon] = []
        self._cells: dict[tuple[int, int], list[int]] = {}

    def of(self, point: LatLon) -> int:
        row, column = (
            math.floor(v / 0.001) for v in point
        )  # 111 m, of longitude never less than the tolerance below 60 degrees
        for cell in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for node in self._cells.get(cell, ()):
                if distance_m(self._points[node], point) <= MEETS_M:
                    return node
        self._points.append(point)
        self._cells.setdefault((row, column), []).append(len(self._points) - 1)
        return len(self._points) - 1


def cut_where_met(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines in pieces: cut at corners that several share, and where the end of one comes near the middle of another."""
    shared, met = _shared_corners(lines), _met(lines)
    for number, line in enumerate(lines):
        piece = [line[0]]
        for leg, there in enumerate(line[1:]):
            for _, point in sorted(met.get((number, leg), ())):
                if point != piece[-1]:
                    piece.append(point)
                yield tuple(piece)
                piece = [point]
            if there != piece[-1]:
                piece.append(there)
            if there in shared:
                yield tuple(piece)
                piece = [there]
        yield tuple(piece)


def _met(lines: Sequence[Line]) -> dict[tuple[int, int], list[tuple[float, LatLon]]]:
    """By number of the line and of its leg: where the ends of lines come near it, by share of the leg. Ends near ends need no cut."""
    legs = [(n, leg) for n, line in enumerate(lines) for leg in range(len(line) - 1)]
    tree, met = tree_of(lines[n][leg : leg + 2] for n, leg in legs), dict[tuple[int, int], list[tuple[float, LatLon]]]()
    for end in dict.fromkeys(end for line in lines for end in (line[0], line[-1])):
        for n, leg in (legs[found] for found in tree.query(square(end, MEETS_M)).tolist()):
            here, there = lines[n][leg : leg + 2]
            away_m, share = nearest(end, here, there)
            point = along_leg(here, there, share)
            if away_m <= MEETS_M and point not in (lines[n][0], lines[n][-1]):
                met.setdefault((n, leg), []).append((share, point))
    return met


def _shared_corners(lines: Iterable[Line]) -> set[LatLon]:
    once: set[LatLon] = set()
    return {point for line in lines for point in line if point in once or once.add(point)}  # type: ignore[func-returns-value]


def tree_of(legs: Iterable[Sequence[LatLon]]) -> STRtree:
    return STRtree([LineString([(lon, lat) for lat, lon in leg]) for leg in legs])


def nearest(point: LatLon, a: LatLon, b: LatLon) -> tuple[float, float]:
    """How far a point is from a leg, and at which share of it the leg is nearest."""
    scale = math.cos(math.radians(point[0]))
    (ax, ay), (bx, by) = (((lon - point[1]) * scale, lat - point[0]) for lat, lon in (a, b))
    dx, dy = bx - ax, by - ay
    long = dx * dx + dy * dy
    share = min(max(-(ax * dx + ay * dy) / long, 0.0), 1.0) if long else 0.0
    return distance_m(point, along_leg(a, b, share)), share


def along_leg(a: LatLon, b: LatLon, share: float) -> LatLon:
    if share in (0.0, 1.0):
        return b if share else a
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def reached_m(points: Line) -> tuple[float, ...]:
    return tuple(accumulate((distance_m(p, q) for p, q in pairwise(points)), initial=0.0))


def square(point: LatLon, within_m: float) -> Polygon:
    south, west, north, east = geodesy.box([point], within_m)
    return box(west, south, east, north)
