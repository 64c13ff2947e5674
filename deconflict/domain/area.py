"""Areas: the rim of a polygon, and what of a straight piece lies inside it.

Seen from the earth's centre an edge of at most PIECE_M is straight to 0.2 m, wherever the polygon lies and however wide it
is: no frame, no zone, no meridian matters. The line of a piece crosses the rims of all rings an even number of times,
and lies inside between the first and the second crossing, the third and the fourth ...: holes need no case of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from deconflict.domain.activity import LatLon, Shape
from deconflict.domain.geodesy import PIECE_M, Floats, cut, ecef

Index = NDArray[np.intp]

STILL_M = 1e-3
SEEN_AT_ONCE = 250_000  # corners from pieces: a rim may have thousands


@dataclass(frozen=True, slots=True)
class Rim:
    """All edges of an area, cut at PIECE_M: `ends` (n, 2, 2) lat-lon; `corners` (n, 3) where each begins, earth-centred; `after`
    (n,) the edge that begins where each ends. A ball of `radius_m` around `middle` (3,) holds the area."""

    ends: Floats
    corners: Floats
    after: Index
    middle: Floats
    radius_m: float

    @classmethod
    def of(cls, shape: Shape) -> Rim:
        rings = [closed(ring) for ring in (shape.points, *shape.holes)]
        ends = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
        counts = np.array([len(ring) - 1 for ring in rings])
        lasts = np.cumsum(counts) - 1
        after = np.arange(1, len(ends) + 1)
        after[lasts] = lasts - counts + 1
        corners = ecef(ends[:, 0])
        middle = corners.mean(axis=0)
        # On the globe a ball is a cap, and a cap that holds the corners holds the geodesics between them to a few metres.
        radius = float(np.linalg.norm(corners - middle, axis=1).max()) + 10.0
        return cls(ends, corners, after, middle, radius)

    def near(self, ends: Floats) -> Index:
        """Which of the pieces (n, 2, 2) may have something inside."""
        points = ecef(ends)
        middles, halves = points.mean(axis=1), np.linalg.norm(points[:, 1] - points[:, 0], axis=1) / 2
        return np.nonzero(np.linalg.norm(middles - self.middle, axis=1) <= self.radius_m + halves)[0]

    def inside(self, ends: Floats) -> tuple[Index, Floats]:
        """The stretches (m, 2) of the pieces (n, 2, 2) that lie inside, from fraction to fraction, and whose they are (m,)."""
        near = self.near(ends)
        few = max(1, SEEN_AT_ONCE // len(self.corners))
        found = [self._inside(near[n : n + few], ends) for n in range(0, max(1, len(near)), few)]
        whose, stretches = map(np.concatenate, zip(*found, strict=True))
        return whose, stretches

    def _inside(self, some: Index, ends: Floats) -> tuple[Index, Floats]:
        begins, lasts, crossings = self._seen_from(ecef(ends[some]))
        low = np.maximum(crossings[..., 0], begins[:, None])
        high = np.minimum(crossings[..., 1], lasts[:, None])
        whose, which = np.nonzero(low <= high)  # beyond the last crossing, both are infinite
        turned = np.stack([low, high], axis=-1)[whose, which] - begins[whose, None]
        whole = (lasts - begins)[whose, None]
        point = whole == 0.0
        return some[whose], np.where(point, [0.0, 1.0], turned / np.where(point, 1.0, whole))

    def _seen_from(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Along the line of each piece (n, 2, 3), as angles at the earth's centre: where the piece begins and ends (n,), and
        from where to where the line is inside (n, k, 2), infinite where there is no more."""
        up, way, aside = _axes(points)
        ahead, across, above = (np.einsum("vd,nd->nv", self.corners, axis) for axis in (way, aside, up))
        left = across < 0.0
        n, v = np.nonzero(left != left[:, self.after])
        to = self.after[v]
        along, over = (side[n, v] * across[n, to] - side[n, to] * across[n, v] for side in (ahead, above))
        pairs = (int(np.bincount(n, minlength=1).max()) + 1) // 2
        angles = np.full((len(points), 2 * pairs), np.inf)
        angle = np.arctan(along / over)
        place = np.arange(len(n)) - np.searchsorted(n, n)  # nonzero gives n in ascending order
        angles[n, place] = angle[np.lexsort((angle, n))]
        begins, lasts = (
            np.arctan2(np.einsum("nd,nd->n", end, way), np.einsum("nd,nd->n", end, up))
            for end in (points[:, 0], points[:, 1])
        )
        return (
            begins,
            np.maximum(begins, lasts),
            angles.reshape(len(points), pairs, 2),
        )  # a still one may seem to go back


def _axes(points: Floats) -> tuple[Floats, Floats, Floats]:
    """Unit vectors (n, 3) up from the middle of each piece, along it (any way, for a single point) and aside."""
    up = points.sum(axis=1)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    way = points[:, 1] - points[:, 0]
    still = np.linalg.norm(way, axis=1, keepdims=True) < STILL_M  # of so short a way no figure tells the direction
    way = np.where(still, np.eye(3)[np.abs(up).argmin(axis=1)], way)
    way = way - np.einsum("nd,nd->n", way, up)[:, None] * up
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    return up, way, np.cross(up, way)


def closed(ring: Sequence[LatLon]) -> Floats:
    """The ring's corners and the points at which its edges are cut, (n, 2), the first again at the end."""
    return np.array([point for _, point in cut((*ring, ring[0]), PIECE_M)])


@lru_cache(maxsize=1024)
def rim_of(shape: Shape) -> Rim:
    return Rim.of(shape)
