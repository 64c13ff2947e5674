"""The mission's roads as a network: the shortest way along them from one point to another, where both stand near enough to one.

Lines meet where ends come within a tolerance of each other or of the middle of another line, and at corners they share. Where two cross
without either, one passes over the other. Distances are of the ellipsoid; near a point a plane is true enough.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from shapely import STRtree
from shapely.geometry import LineString

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import distance_m
from deconflict.domain.road_lines import Line, Nodes, cut_where_met, nearest, reached_m, square, tree_of

SIMPLER_M = 20.0  # what a corner must be worth to be kept: little beside the half-width of any corridor
REMEMBERED = 4_096  # ways; the same few are asked for at every look at an item
NOWHERE = -1
Step = tuple[int, float, float]  # of an edge, from where to where along it


@dataclass(frozen=True, slots=True)
class Edge:
    """A piece of road between two nodes. `reached_m`: how far along it each corner lies."""

    ends: tuple[int, int]
    points: Line
    reached_m: tuple[float, ...]

    @property
    def length_m(self) -> float:
        return self.reached_m[-1]

    def piece(self, first_m: float, last_m: float) -> Iterator[LatLon]:
        """The corners from one place along it to another, either way round."""
        backwards = first_m > last_m
        low, high = sorted((first_m, last_m))
        inner = [p for p, at in zip(self.points, self.reached_m, strict=True) if low < at < high]
        line = [self._at(low), *inner, self._at(high)]
        yield from reversed(line) if backwards else line

    def _at(self, metres: float) -> LatLon:
        lats, lons = zip(*self.points, strict=True)
        return float(np.interp(metres, self.reached_m, lats)), float(np.interp(metres, self.reached_m, lons))


@dataclass(frozen=True, slots=True)
class Access:
    """Where a road is entered that passes a point: `at_m` along the edge, `away_m` from the point."""

    edge: int
    at_m: float
    away_m: float


@dataclass(frozen=True)
class Roads:
    """All lines of the map. The network is built once, when first asked for."""

    lines: tuple[Line, ...]

    def way(self, start: LatLon, end: LatLon, *, within_m: float, detour_at_most: float) -> Line | None:
        """The shortest way along roads, both ends included; None where an end is further than `within_m` from any, none connects
        them, or it is more than so many times as long as the straight line."""
        asked = (start, end, within_m, detour_at_most)
        if asked not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[asked] = self._way(*asked)
        return self._known[asked]

    def accesses(self, point: LatLon, within_m: float) -> list[Access]:
        """Every edge within reach, entered where it is nearest."""
        best: dict[int, Access] = {}
        for n in sorted(self._tree.query(square(point, within_m)).tolist()):
            edge, leg = self._legs[n]
            here, there = self.edges[edge].points[leg : leg + 2]
            away_m, share = nearest(point, here, there)
            first_m, last_m = self.edges[edge].reached_m[leg : leg + 2]
            if away_m <= within_m and (edge not in best or away_m < best[edge].away_m):
                best[edge] = Access(edge, first_m + share * (last_m - first_m), away_m)
        return list(best.values())

    def _way(self, start: LatLon, end: LatLon, within_m: float, detour_at_most: float) -> Line | None:
        straight_m = distance_m(start, end)
        begins, ends = self.accesses(start, within_m), self.accesses(end, within_m)
        if not (begins and ends and straight_m):
            return None
        line = self._shortest(begins, ends, detour_at_most * straight_m)
        return _simpler([start, *line, end]) if line else None

    def _shortest(self, begins: Sequence[Access], ends: Sequence[Access], most_m: float) -> list[LatLon]:
        """From any of these places to any of those (Dijkstra), the ways to and from the road counted; nothing where all are longer."""
        best_m, best = self._on_one_edge(begins, ends, most_m)
        leaves: dict[int, tuple[float, Step]] = {}
        for cost, node, (edge, here_m, there_m), _ in self._steps(ends):
            if node not in leaves or cost < leaves[node][0]:
                leaves[node] = cost, (edge, there_m, here_m)
        queue, came = self._steps(begins), dict[int, tuple[Step, int]]()
        heapq.heapify(queue)
        while queue and queue[0][0] <= best_m:
            cost, node, step, before = heapq.heappop(queue)
            if node in came:
                continue
            came[node] = step, before
            if node in leaves and cost + leaves[node][0] <= best_m:
                best_m, best = cost + leaves[node][0], [*_back(came, node), leaves[node][1]]
            for edge, other, (first_m, last_m) in self._from[node]:
                if other not in came:
                    heapq.heappush(queue, (cost + abs(last_m - first_m), other, (edge, first_m, last_m), node))
        return [point for edge, first_m, last_m in best for point in self.edges[edge].piece(first_m, last_m)]

    def _on_one_edge(self, begins: Sequence[Access], ends: Sequence[Access], most_m: float) -> tuple[float, list[Step]]:
        best_m, best = most_m, list[Step]()
        for first, last in product(begins, ends):
            along_m = first.away_m + abs(first.at_m - last.at_m) + last.away_m
            if first.edge == last.edge and along_m <= best_m:
                best_m, best = along_m, [(first.edge, first.at_m, last.at_m)]
        return best_m, best

    def _steps(self, places: Sequence[Access]) -> list[tuple[float, int, Step, int]]:
        """From the points that these roads pass to either end of each: what it costs, the node, the piece of road, and NOWHERE before."""
        return [
            (place.away_m + abs(place.at_m - end_m), node, (place.edge, place.at_m, end_m), NOWHERE)
            for place in places
            for node, end_m in zip(self.edges[place.edge].ends, (0.0, self.edges[place.edge].length_m), strict=True)
        ]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        nodes = Nodes()
        return tuple(
            Edge((nodes.of(piece[0]), nodes.of(piece[-1])), piece, reached_m(piece))
            for piece in cut_where_met(self.lines)
            if len(set(piece)) > 1
        )

    @cached_property
    def _from(self) -> dict[int, list[tuple[int, int, tuple[float, float]]]]:
        """By node: each edge that leaves it, to which node, and from where to where along it."""
        found: dict[int, list[tuple[int, int, tuple[float, float]]]] = {}
        for number, edge in enumerate(self.edges):
            first, last = edge.ends
            found.setdefault(first, []).append((number, last, (0.0, edge.length_m)))
            found.setdefault(last, []).append((number, first, (edge.length_m, 0.0)))
        return found

    @cached_property
    def _legs(self) -> list[tuple[int, int]]:
        return [(n, leg) for n, edge in enumerate(self.edges) for leg in range(len(edge.points) - 1)]

    @cached_property
    def _tree(self) -> STRtree:
        return tree_of(self.edges[n].points[leg : leg + 2] for n, leg in self._legs)

    @cached_property
    def _known(self) -> dict[tuple[LatLon, LatLon, float, float], Line | None]:
        return {}


def _back(came: Mapping[int, tuple[Step, int]], node: int) -> list[Step]:
    """The pieces of road that led to a node, in their order."""
    steps = []
    while node != NOWHERE:
        step, node = came[node]
        steps.append(step)
    return steps[::-1]


def _simpler(points: Sequence[LatLon]) -> Line:
    """Without points said twice and without corners that nobody would miss."""
    scale = math.cos(math.radians(points[0][0]))
    line = LineString([(lon * scale, lat) for lat, lon in points]).simplify(SIMPLER_M / 111_000)
    inner = [(lat, x / scale) for x, lat in line.coords[1:-1]]
    return (points[0], *inner, points[-1])


def roads_from(collection: Mapping[str, Any]) -> Roads:
    """`collection`: GeoJSON, lines or collections of lines. Raises ValueError for what is none, or is not on earth."""
    try:
        shapes = [row["geometry"] for row in collection["features"]]
        found = [line for shape in shapes for line in _lines_of(shape)]
        lines = tuple(tuple((float(lat), float(lon)) for lon, lat, *_height in line) for line in found)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not a collection of lines ({error})") from None
    for number, line in enumerate(lines, 1):
        if len(set(line)) < 2:
            raise ValueError(f"line {number} has fewer than two points")
        if not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in line):
            raise ValueError(f"line {number} is not in degrees, longitude before latitude")
    return Roads(lines)


def _lines_of(shape: Mapping[str, Any]) -> list[Any]:
    match shape["type"]:
        case "LineString":
            return [shape["coordinates"]]
        case "MultiLineString":
            return list(shape["coordinates"])
        case other:
            raise ValueError(f"a {other} is no line")
