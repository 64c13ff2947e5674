"""Lines as people draw or record them, of very many points: fewer of them, and which line a place lies beside."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import Floats, ecef, off_leg_m


def nearest_lines(lines: Sequence[Sequence[LatLon]], places: Sequence[LatLon]) -> list[int]:
    """Of each place, the position of the line with the point nearest to it."""
    if len(lines) < 2:
        return [0] * len(places)
    corners = [ecef(np.array(line)) for line in lines]
    here = [ecef(np.array(place)) for place in places]
    gaps = [[float(np.min(np.linalg.norm(line - at, axis=-1))) for line in corners] for at in here]
    return [row.index(min(row)) for row in gaps]


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
