"""The distance between two points that each move straight, over a convex polygon of moments: closed forms, many at a time.

With u and w in the unit square, one point is at `a + u va`, the other at `b + w vb`. Their distance is a convex function of
(u, w), so its minimum over a polygon lies where the two paths cross, if that is inside, or else on an edge, where it is a
parabola in one variable. In the same way the farthest (u, w) of those within a distance lie on an edge or where
the ellipse of that distance touches a line. Nothing here is sampled and nothing is iterated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deconflict.domain.geodesy import Floats

Bools = NDArray[np.bool_]

PARALLEL = 1e-12  # sine below which two directions are one
STILL_M = 1e-7  # metres over the whole square: less is standing still
AXES = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])


@dataclass(frozen=True, slots=True)
class Edges:
    """Line k of problem n runs through `foot` along the unit vector `way`, inside the polygon from `low` to `high`; there is
    no such edge where `low > high`. Shapes (n, k, 2), (n, k, 2), (n, k), (n, k)."""

    foot: Floats
    way: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Problems:
    """n pairs of straight moves. `apart` = a - b, `va`, `vb`: (n, 2) metres. The polygon is every (u, w) with
    `normals . (u, w) <= bounds`: (n, k, 2) and (n, k)."""

    apart: Floats
    va: Floats
    vb: Floats
    normals: Floats
    bounds: Floats

    @classmethod
    def within(cls, apart: Floats, va: Floats, vb: Floats, low: Floats, high: Floats) -> Problems:
        """Over the rectangle from `low` to `high`, (n, 2) each."""
        normals = np.broadcast_to(AXES, (len(apart), 4, 2))
        bounds = np.stack([high[:, 0], -low[:, 0], high[:, 1], -low[:, 1]], axis=1)
        return cls(apart, va, vb, normals, bounds)

    def but(self, normals: Floats, bounds: Floats) -> Problems:
        """With more half-planes, (n, j, 2) and (n, j)."""
        return replace(
            self,
            normals=np.concatenate([self.normals, normals], axis=1),
            bounds=np.concatenate([self.bounds, bounds], axis=1),
        )

    def difference(self, z: Floats) -> Floats:
        """a - b in metres, (n, m, 2), at the moments `z`, (n, m, 2)."""
        return self.apart[:, None] + z[..., :1] * self.va[:, None] - z[..., 1:] * self.vb[:, None]

    def rate(self, way: Floats) -> Floats:
        """How a - b changes along `way`, (n, m, 2)."""
        return way[..., :1] * self.va[:, None] - way[..., 1:] * self.vb[:, None]

    def inside(self, z: Floats) -> Bools:
        """Which of the moments `z`, (n, m, 2), are in the polygon: (n, m)."""
        return np.asarray((np.einsum("nkd,nmd->nmk", self.normals, z) <= self.bounds[:, None]).all(axis=-1))

    def edges(self) -> Edges:
        size = np.linalg.norm(self.normals, axis=-1)
        safe = np.where(size == 0.0, 1.0, size)  # a half-plane that does not depend on (u, w) is all or nothing
        unit = self.normals / safe[..., None]
        foot = unit * (self.bounds / safe)[..., None]
        way = np.stack([-unit[..., 1], unit[..., 0]], axis=-1)
        low, high = self._clipped(foot, way, size)
        nowhere = size == 0.0
        return Edges(foot, way, np.where(nowhere, 0.0, low), np.where(nowhere & (high > -np.inf), 0.0, high))

    def _clipped(self, foot: Floats, way: Floats, size: Floats) -> tuple[Floats, Floats]:
        """From where to where each line lies in all other half-planes; (n, k) each, the first above the second if nowhere."""
        slope = np.einsum("njd,nkd->nkj", self.normals, way)
        room = self.bounds[:, None] - np.einsum("njd,nkd->nkj", self.normals, foot)
        level = np.abs(slope) <= PARALLEL * size[:, None]
        own = np.eye(self.bounds.shape[1], dtype=bool) & (size != 0.0)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            cut = room / slope
        high = np.where(~level & (slope > 0), cut, np.inf).min(axis=-1)
        low = np.where(~level & (slope < 0), cut, -np.inf).max(axis=-1)
        shut = (level & ~own & (room < 0)).any(axis=-1)
        return low, np.where(shut, -np.inf, high)

    def crossing(self) -> tuple[Floats, Bools]:
        """The (u, w) at which both are at the same point, (n, 2), and whether the two directions allow one."""
        det = _cross(self.vb, self.va)
        size = np.linalg.norm(self.va, axis=-1) * np.linalg.norm(self.vb, axis=-1)
        real = np.abs(det) > PARALLEL * size
        safe = np.where(real, det, 1.0)
        return np.stack([_cross(self.apart, self.vb) / safe, _cross(self.apart, self.va) / safe], axis=-1), real

    def closest(self) -> tuple[Floats, Floats]:
        """The smallest distance, (n,) metres, infinite over an empty polygon, and where: (n, 2)."""
        edges = self.edges()
        start, rate = self.difference(edges.foot), self.rate(edges.way)
        real = edges.low <= edges.high
        k = np.where(real, np.clip(_lowest(start, rate)[0], edges.low, np.maximum(edges.low, edges.high)), 0.0)
        z = edges.foot + k[..., None] * edges.way
        length = np.where(real, np.linalg.norm(self.difference(z), axis=-1), np.inf)
        meet, crosses = self.crossing()
        met = crosses & self.inside(meet[:, None])[:, 0]
        length = np.concatenate([np.where(met, 0.0, np.inf)[:, None], length], axis=1)
        z = np.concatenate([meet[:, None], z], axis=1)
        best = length.argmin(axis=1)
        rows = np.arange(len(best))
        return length[rows, best], z[rows, best]

    def least(self, aims: Floats, reach: Floats) -> tuple[Floats, Floats]:
        """For each aim, (n, m, 2): the smallest `aim . (u, w)` among the moments in the polygon at which the distance is at
        most `reach`, (n,) metres. Values (n, m), infinite where there is no such moment, and where: (n, m, 2)."""
        on_edges, real = self._edge_ends(reach)
        touching, touches = self._touching(aims, reach)
        values = np.where(real[:, None], np.einsum("nmd,nkd->nmk", aims, on_edges), np.inf)
        last = np.where(touches, np.einsum("nmd,nmd->nm", aims, touching), np.inf)
        values = np.concatenate([values, last[..., None]], axis=-1)
        best = values.argmin(axis=-1)
        z = np.where((best == on_edges.shape[1])[..., None], touching, _rows(on_edges, best))
        return np.take_along_axis(values, best[..., None], axis=-1)[..., 0], z

    def extents(self, reach: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Which of the n have a moment at which the distance is at most `reach`, (n,) metres, by number (m,), and from where
        to where u and w of these moments go: (m, 2, 2)."""
        least, _ = self.least(np.broadcast_to(AXES, (len(reach), 4, 2)), reach)
        kept = np.nonzero(np.isfinite(least).all(axis=1))[0]
        return kept, np.stack([least[kept][:, [0, 2]], -least[kept][:, [1, 3]]], axis=-1)

    def _edge_ends(self, reach: Floats) -> tuple[Floats, Bools]:
        """Both ends of what each edge has within reach, (n, 2k, 2), and whether it has any."""
        edges = self.edges()
        start, rate = self.difference(edges.foot), self.rate(edges.way)
        k, speed2 = _lowest(start, rate)
        nearest = np.linalg.norm(start + k[..., None] * rate, axis=-1)
        spare = reach[:, None] ** 2 - nearest**2
        half = np.where(speed2 > 0, np.sqrt(np.maximum(spare, 0.0) / np.where(speed2 > 0, speed2, 1.0)), np.inf)
        low, high = np.maximum(edges.low, k - half), np.minimum(edges.high, k + half)
        real = (low <= high) & (spare >= 0)
        ends = np.where(real[..., None], np.stack([low, high], axis=-1), 0.0)
        z = edges.foot[:, :, None] + ends[..., None] * edges.way[:, :, None]
        n, k_lines = real.shape
        return z.reshape(n, 2 * k_lines, 2), np.repeat(real, 2, axis=1)

    def _touching(self, aims: Floats, reach: Floats) -> tuple[Floats, Bools]:
        """Where the ellipse of distance `reach` goes farthest against each aim, (n, m, 2), and whether the polygon holds it."""
        meet, real = self.crossing()
        # With M = [va, -vb] the ellipse is meet + M^-1 d, |d| <= reach: farthest against the aim at d = -M^-T aim, scaled.
        det = np.where(real, _cross(self.vb, self.va), 1.0)
        inverse = (
            np.stack(
                [
                    np.stack([-self.vb[:, 1], self.vb[:, 0]], axis=-1),
                    np.stack([-self.va[:, 1], self.va[:, 0]], axis=-1),
                ],
                axis=1,
            )
            / det[:, None, None]
        )
        pull = np.einsum("nij,nmi->nmj", inverse, aims)
        size = np.linalg.norm(pull, axis=-1, keepdims=True)
        outward = -pull / np.where(size == 0.0, 1.0, size) * reach[:, None, None]
        z = meet[:, None] + np.einsum("nij,nmj->nmi", inverse, outward)
        return z, real[:, None] & self.inside(z)


def _lowest(start: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Where |start + k rate| is smallest, and the square of the rate; both 0 where it stands still."""
    speed2 = np.einsum("nkd,nkd->nk", rate, rate)
    speed2 = np.where(speed2 <= STILL_M**2, 0.0, speed2)
    return np.where(speed2 > 0, -np.einsum("nkd,nkd->nk", start, rate) / np.where(speed2 > 0, speed2, 1.0), 0.0), speed2


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _rows(points: Floats, index: NDArray[np.intp]) -> Floats:
    """points (n, k, 2) at index (n, m), where one past the last stands for nothing."""
    return np.take_along_axis(points, np.minimum(index, points.shape[1] - 1)[..., None], axis=1)
