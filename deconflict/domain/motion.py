"""Parts as straight pieces at constant speed, and two sides' pieces face to face in flat metres.

A piece runs from its first point to its second while a fraction goes from 0 to 1. Legs are cut at PIECE_M, and each pair of
pieces gets a frame of its own between them, so that for two that are within reach of any rule the plane agrees with
the ellipsoid within 0.003 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from deconflict.domain.activity import Part, Shape
from deconflict.domain.area import Index, rim_of
from deconflict.domain.convex import Bools, Problems
from deconflict.domain.geodesy import PIECE_M, Floats, cut, ecef, local_xy, middles, stretches
from deconflict.domain.timewindow import Allow, seconds, slack

TOUCH_S, TOUCH_M = 1e-5, 1e-3  # windows and distances are closed: touching must survive float noise
WHOLE = np.array([0.0, 1.0])  # from the beginning to the end


@dataclass(frozen=True, slots=True)
class Pieces:
    """n pieces. `ends` (n, 2, 2) are lat-lon; `at`, `early`, `late` (n, 2) are seconds at both ends: of the way for a moving
    piece, of the window for a stationary one. `radius_m`, `unsure_m` and `moving` are those of its part, whose number is
    `owner`. `twin` is the number of a stretch that both sides have, as one lies in the other's area; -1 for all others."""

    ends: Floats
    at: Floats
    early: Floats
    late: Floats
    radius_m: Floats
    unsure_m: Floats
    moving: Bools
    owner: Index
    twin: Index

    @classmethod
    def of(cls, parts: Sequence[Part], allow: Allow) -> Pieces:
        """Those of an area are its edges. Raises ValueError for a part that ends before it starts, or an area that moves."""
        ways = [_way(part.shape) for part in parts]
        owner = np.repeat(np.arange(len(parts)), [len(way.ends) for way in ways])
        rows = np.array([_timed(part, allow) for part in parts]).reshape(-1, 9)[owner]
        ends = np.concatenate([np.empty((0, 2, 2)), *(way.ends for way in ways)])
        share = np.concatenate([np.empty((0, 2)), *(way.shares for way in ways)])
        moving = rows[:, 8] > 0
        share = np.where(moving[:, None], share, WHOLE)
        at, early, late = (rows[:, n, None] * (1 - share) + rows[:, n + 1, None] * share for n in (0, 2, 4))
        return cls(ends, at, early, late, rows[:, 6], rows[:, 7], moving, owner, np.full(len(owner), -1))

    def __len__(self) -> int:
        return len(self.at)

    def take(self, index: Index | slice) -> Pieces:
        return Pieces(*(column[index] for column in _columns(self)))

    def __add__(self, more: Pieces) -> Pieces:
        return Pieces(*map(np.concatenate, zip(_columns(self), _columns(more), strict=True)))

    def stretch(self, index: Index, shares: Floats) -> Pieces:
        """Of the pieces at `index` (m,), what lies between two fractions (m, 2) each."""
        whole = self.take(index)
        timed = np.where(whole.moving[:, None], shares, WHOLE)
        at, early, late = (v[:, :1] * (1 - timed) + v[:, 1:] * timed for v in (whole.at, whole.early, whole.late))
        return replace(whole, ends=stretches(whole.ends, shares), at=at, early=early, late=late)

    @property
    def lasts(self) -> Floats:
        return np.asarray(self.at[:, 1] - self.at[:, 0])

    def by_place(self) -> tuple[Floats, Floats]:
        """Earliest and latest second (n, 2) that somebody may be at the first and at the last point of each piece."""
        early, late, still = self.at - self.early, self.at + self.late, ~self.moving[:, None]
        return np.where(still, early[:, :1], early), np.where(still, late[:, 1:], late)

    def by_time(self) -> tuple[Floats, Floats]:
        """Earliest and latest second (n, 2) that may stand for the first and for the last planned instant of each piece."""
        return self.at - self.early, self.at + self.late


_columns = attrgetter(*(field.name for field in fields(Pieces)))  # looking the fields up takes longer than the rest


class _Way(NamedTuple):
    """The pieces of a shape: ends (n, 2, 2) and, for a line, their fractions of its length (n, 2)."""

    ends: Floats
    shares: Floats


@lru_cache(maxsize=4096)
def _way(shape: Shape) -> _Way:
    if shape.area:
        ends = rim_of(shape).ends
        return _Way(ends, np.broadcast_to(WHOLE, (len(ends), 2)))
    waypoints = cut(shape.points, PIECE_M)
    points, shares = np.array([p for _, p in waypoints]), np.array([f for f, _ in waypoints])
    return _Way(np.stack([points[:-1], points[1:]], axis=1), np.stack([shares[:-1], shares[1:]], axis=1))


def face_to_face(a: Sequence[Part], b: Sequence[Part], allow: Allow) -> tuple[Pieces, Pieces]:
    """Both sides' pieces. Where a piece of one lies inside an area of the other, each side has that stretch of it as well, at
    the end and in one order: one side is there, and the area holds it too, so these twins are as near as can be, and no
    other piece has to be compared with them. Raises as `Pieces.of`."""
    mine, other = Pieces.of(a, allow), Pieces.of(b, allow)
    if not any(part.shape.area for part in (*a, *b)):
        return mine, other
    in_b, held_by_b = _inside(mine, b, allow)
    in_a, held_by_a = _inside(other, a, allow)
    twins = np.arange(len(in_b) + len(in_a))
    return mine + replace(in_b + held_by_a, twin=twins), other + replace(held_by_b + in_a, twin=twins)


def _inside(pieces: Pieces, parts: Sequence[Part], allow: Allow) -> tuple[Pieces, Pieces]:
    """The stretches of the pieces inside the areas among the parts, and the same stretches as the areas hold them."""
    crossing = holding = Pieces.of([], allow)
    for n, part in enumerate(parts):
        if part.shape.area:
            index, shares = rim_of(part.shape).inside(pieces.ends)
            stretch = pieces.stretch(index, shares)
            area = Pieces.of([part], allow).take(np.zeros(len(index), dtype=np.intp))
            crossing = crossing + stretch
            holding = holding + replace(area, ends=stretch.ends, owner=np.full(len(index), n))
    return crossing, holding


def _timed(part: Part, allow: Allow) -> tuple[float, ...]:
    first, last = slack(part.start, allow), slack(part.end, allow)
    starts, ends = seconds(part.start.at), seconds(part.end.at)
    if ends < starts:
        raise ValueError("a part ends before it starts")
    if part.moving and part.shape.area:
        raise ValueError("an area does not move")
    # A stationary part keeps the early slack of its start and the late slack of its end at every instant.
    early = (first.early_s, last.early_s if part.moving else first.early_s)
    late = (first.late_s if part.moving else last.late_s, last.late_s)
    return (starts, ends, *early, *late, part.shape.radius_m, part.uncertainty_m, float(part.moving))


def waits_s(a: Pieces, b: Pieces) -> tuple[Floats, Floats]:
    """The least buffer (na, nb) within which two pieces may be held at some of their points, as far as whole windows tell, and
    one within which they may be at any: the former too small perhaps, the latter too large."""
    (a_first, a_last), (b_first, b_last) = a.by_place(), b.by_place()
    some = a_first.min(axis=1)[:, None] - b_last.max(axis=1), b_first.min(axis=1) - a_last.max(axis=1)[:, None]
    every = a_first.max(axis=1)[:, None] - b_last.min(axis=1), b_first.max(axis=1) - a_last.min(axis=1)[:, None]
    return np.maximum(*some), np.maximum(*every)


@dataclass(frozen=True, slots=True)
class Balls:
    """Centres (n, 3) and radii (n,), earth-centred, of balls that hold something each."""

    middle: Floats
    radius_m: Floats

    @classmethod
    def of(cls, pieces: Pieces) -> Balls:
        """Around each piece."""
        ends = ecef(pieces.ends)
        return cls(ends.mean(axis=1), np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) / 2)

    def __getitem__(self, run: slice) -> Balls:
        return Balls(self.middle[run], self.radius_m[run])

    def around(self, runs: Sequence[slice]) -> Balls:
        """One around all of each run."""
        middles = np.array([self.middle[run].mean(axis=0) for run in runs])
        away = (
            np.linalg.norm(self.middle[run] - middle, axis=1) + self.radius_m[run]
            for run, middle in zip(runs, middles, strict=True)
        )
        return Balls(middles, np.array([metres.max() for metres in away]))

    def apart(self, other: Balls) -> tuple[Floats, Floats]:
        """Metres (n, m) of the straight line between the centres, and both radii together."""
        middles = np.linalg.norm(self.middle[:, None] - other.middle, axis=2)
        return np.asarray(middles), self.radius_m[:, None] + other.radius_m


def flat(a: Floats, b: Floats) -> Floats:
    """Two straight lines (n, 2, 2) each in a plane of their own: how far apart they start, and where each leads, (n, 6)."""
    origins = middles(middles(a[:, 0], a[:, 1]), middles(b[:, 0], b[:, 1]))
    points = np.concatenate([a, b], axis=1)
    xy = local_xy(np.repeat(origins, 4, axis=0), points.reshape(-1, 2)).reshape(-1, 4, 2)
    return np.concatenate([xy[:, 0] - xy[:, 2], xy[:, 1] - xy[:, 0], xy[:, 3] - xy[:, 2]], axis=1)


@dataclass(frozen=True, slots=True)
class Pairs:
    """n pairs of pieces, in flat metres. `apart`, `va`, `vb` as in convex.Problems: (n, 2)."""

    a: Pieces
    b: Pieces
    apart: Floats
    va: Floats
    vb: Floats

    @classmethod
    def of(cls, a: Pieces, b: Pieces) -> Pairs:
        return cls.laid(a, b, flat(a.ends, b.ends))

    @classmethod
    def laid(cls, a: Pieces, b: Pieces, flat_m: Floats) -> Pairs:
        """With what `flat` says of their ends."""
        return cls(a, b, flat_m[:, 0:2], flat_m[:, 2:4], flat_m[:, 4:6])

    def __len__(self) -> int:
        return len(self.a)

    @property
    def sides(self) -> tuple[Pieces, Pieces]:
        return self.a, self.b

    def take(self, index: Index) -> Pairs:
        return Pairs(self.a.take(index), self.b.take(index), self.apart[index], self.va[index], self.vb[index])

    def radii_m(self, *, uncertain: bool) -> Floats:
        """What comes off the distance between the two lines of each pair: (n,)."""
        radii = self.a.radius_m + self.b.radius_m
        return radii + self.a.unsure_m + self.b.unsure_m if uncertain else radii

    def places(self) -> Problems:
        """Any point of the one against any point of the other, whenever."""
        zeros = np.zeros((len(self), 2))
        return Problems.within(self.apart, self.va, self.vb, zeros, zeros + 1.0)

    def feasible_places(self, buffer_s: float) -> Problems:
        """Any point of the one against any point of the other that may be held within the buffer of each other."""
        return _within_buffer(self.places(), self.a.by_place(), self.b.by_place(), buffer_s)

    def meetings(self, reach: Floats, buffer_s: Floats) -> tuple[Index, Pairs, Problems]:
        """Which pairs come within reach (n,) metres, these, and their planned instants (u, w) as fractions of `at`, such that
        the distance stays within reach and the instants within the buffer (n,). Once a stationary piece is within reach of a
        stretch of the other's way, only that stretch and the times matter: the distance is nothing from then on."""
        kept, low, high = self._stretches(reach)
        pairs = self.take(kept)
        both = (pairs.a.moving & pairs.b.moving)[:, None]
        apart, va, vb = (np.where(both, metres, 0.0) for metres in (pairs.apart, pairs.va, pairs.vb))
        problems = Problems.within(apart, va, vb, low, high)
        return kept, pairs, _within_buffer(problems, pairs.a.by_time(), pairs.b.by_time(), buffer_s[kept, None])

    def _stretches(self, reach: Floats) -> tuple[Index, Floats, Floats]:
        """The pairs that come within reach, whenever, and the fractions (n, 2) of their ways between which a mover is within
        reach of what stands. How near two movers come depends on when: they are left for later, whole."""
        moving = np.stack([self.a.moving, self.b.moving], axis=1)
        if moving.all():
            return np.arange(len(self)), np.zeros((len(self), 2)), np.ones((len(self), 2))
        kept, extent = self.places().extents(reach)
        alone = (moving & ~moving.all(axis=1, keepdims=True))[kept]
        low = np.where(alone, extent[..., 0], 0.0)
        return kept, low, np.where(alone, np.maximum(low, extent[..., 1]), 1.0)


def _within_buffer(
    problems: Problems, a: tuple[Floats, Floats], b: tuple[Floats, Floats], buffer_s: Floats | float
) -> Problems:
    """With `first_a(u) - last_b(w) <= buffer` and `first_b(w) - last_a(u) <= buffer`, each linear between the ends given."""
    (a_first, a_last), (b_first, b_last) = a, b
    slope, room = np.empty((len(a_first), 2, 2)), np.empty((len(a_first), 2))
    slope[:, 0, 0], slope[:, 0, 1] = a_first[:, 1] - a_first[:, 0], b_last[:, 0] - b_last[:, 1]
    slope[:, 1, 0], slope[:, 1, 1] = a_last[:, 0] - a_last[:, 1], b_first[:, 1] - b_first[:, 0]
    room[:, 0], room[:, 1] = b_last[:, 0] - a_first[:, 0], a_last[:, 0] - b_first[:, 0]
    return problems.but(slope, room + buffer_s + TOUCH_S)
