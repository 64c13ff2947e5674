"""How near two activities come, in space and in time, exactly. See docs/architecture.md for the definition.

At any two planned instants (s, t) that slack and buffer allow to fall together, each side holds a set of points; the gap is
the smallest distance between them. Nothing is sampled. Windows and distances are closed: touching counts, and
a millimetre and a hundredth of a millisecond are given away so that it survives float noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from deconflict.domain.activity import LatLon, Part
from deconflict.domain.area import Index
from deconflict.domain.convex import Bools, Problems
from deconflict.domain.faces import Nearest
from deconflict.domain.geodesy import Floats, between, distance_m, stretches
from deconflict.domain.motion import TOUCH_M, TOUCH_S, Pairs
from deconflict.domain.sides import Asked, Meetings, Sides, touches
from deconflict.domain.timewindow import Allow, gap_s, instant, total_s

# Moments at which the distance differs by less are equally near: who walks is seconds early by a millimetre.
LEVEL_M = 1e-6
TIE_M = 1e-8  # and so are places
SLIGHTLY = 1e-3  # a step west counts this much of a step south
TOGETHER_M = 1_000.0  # co-movement: nearer than this ...
SAME_WAY = math.cos(math.radians(45.0))  # ... and headings nearer than this

Meeting = tuple[datetime, datetime]
Span = tuple[float, float]  # seconds


@dataclass(frozen=True, slots=True)
class Nominal:
    """Where and when two activities come nearest as planned: declared slack, no assumed slack, no uncertainty.

    `distance_m` has the shapes' radii taken off; `time_gap_s` is |a_at - b_at|, 0 when the instants can coincide. The points
    are those of the lines or centres. Of equal distances the smallest time gap is kept, then the earlier, then the place
    (south, then west, first).
    """

    distance_m: float
    time_gap_s: float
    a_at: datetime
    b_at: datetime
    a_point: LatLon
    b_point: LatLon


def gap_m(
    a: Sequence[Part],
    b: Sequence[Part],
    buffer_s: float,
    *,
    assumed: bool = True,
    uncertain: bool = True,
    most_m: float = math.inf,
    among: Sides | None = None,
) -> float:
    """Metres between the nearest points held within `buffer_s` of each other, to the millimetre; declared slack always,
    assumed slack and positional uncertainty as asked. 0 when they touch, `math.inf` when no instants are near enough, or
    perhaps when it is more than `most_m`. Raises ValueError for a part that ends before it starts."""
    sides, allow = among or Sides(a, b), _allow(assumed=assumed)
    found = sides.nearest(Asked(a, b, most_m, buffer_s), allow, uncertain=uncertain)
    if found is None:
        return math.inf
    return _clear_m(found.clear_m, _points_of(found, sides), found.radii_m)


def closest(
    a: Sequence[Part], b: Sequence[Part], buffer_s: float, *, most_m: float = math.inf, among: Sides | None = None
) -> tuple[LatLon, LatLon] | None:
    """The points of their lines or centres at which the two come nearest as planned, within `buffer_s` of each other; None when
    no instants are near enough, or when it is more than `most_m`."""
    sides = among or Sides(a, b)
    found = sides.nearest(Asked(a, b, most_m, buffer_s), Allow.NONE, uncertain=False)
    if found is None or not touches(found.clear_m, most_m):
        return None
    return _points_of(found, sides)


def time_gap_s(a: Sequence[Part], b: Sequence[Part], *, assumed: bool = True) -> float:
    """Smallest time in seconds between the parts' widened windows, wherever they are; 0 when they touch, `math.inf` for no
    parts at all."""
    return gap_s(a, b, _allow(assumed=assumed))


def nominal(a: Sequence[Part], b: Sequence[Part], buffer_s: float, *, among: Sides | None = None) -> Nominal:
    """The closest approach to show to people. Where nothing is feasible within the buffer, that at the smallest time gap.
    Raises ValueError for no parts at all."""
    return each_nominal([Asked(a, b, math.inf, buffer_s)], among or Sides(a, b))[0]


def each_nominal(asked: Sequence[Asked], sides: Sides) -> list[Nominal]:
    """As `nominal` for each, whatever its distance."""
    nearest = [_nearest(one, sides) for one in asked]
    first: dict[int, _Moment] = {}
    for touch_m in (LEVEL_M, TOUCH_M):  # the latter where float noise is more than the former
        left = [k for k in range(len(asked)) if k not in first]
        some = [nearest[k] for k in left]
        for met in sides.meetings(some, Allow.DECLARED, uncertain=False, touch_m=touch_m, places=True):
            for n, moment in _first_moments(met):
                k = left[n]
                first[k] = min(first.get(k, moment), moment, key=_Moment.order)
    return [_nominal(one, first[k]) for k, one in enumerate(nearest)]


def _nominal(asked: Asked, first: _Moment) -> Nominal:
    a_at, b_at = map(instant, first.seconds)
    clear_m = _clear_m(asked.within_m, first.points, first.radii_m)
    return Nominal(clear_m, abs((a_at - b_at).total_seconds()), a_at, b_at, *first.points)


def minutes_within(a: Sequence[Part], b: Sequence[Part], distance_m: float, *, among: Sides | None = None) -> float:
    """Minutes of planned instants at which both are at most `distance_m` apart: no slack, no uncertainty."""
    found = _spans(Asked(a, b, distance_m, 0.0), among)
    return round(total_s([span for _, spans, _ in found for span in spans]) / 60, 3)


def stays(sides: Sides, distance_m: float) -> list[list[Span]]:
    """When each part of side a is at most `distance_m` from any of side b, as planned: seconds, in no order and perhaps several
    times; no slack, no uncertainty."""
    each: list[list[Span]] = [[] for _ in sides.a]
    for owners, spans, _ in _spans(Asked(sides.a, sides.b, distance_m, 0.0), sides):
        for owner, span in zip(owners.tolist(), spans, strict=True):
            each[owner].append(span)
    return each


def comovement_min(a: Sequence[Part], b: Sequence[Part], buffer_s: float, *, among: Sides | None = None) -> float:
    """Minutes that a side, whichever has more, moves with a partner within `buffer_s`, at most a kilometre away and heading the
    same way within 45 degrees. Planned instants, no slack, no uncertainty."""
    mine, others = ([part for part in side if part.moving] for side in (a, b))
    found = list(_spans(Asked(mine, others, TOGETHER_M, buffer_s), among, same_way=True))
    each = ([span for spans in found for span in spans[n]] for n in (1, 2))
    return round(max(map(total_s, each)) / 60, 3)


def each_together(asked: Sequence[Asked], sides: Sides) -> list[Meeting | None]:
    """When each meeting begins and ends: the first and the last instant at which, with all slack and uncertainty, one of them
    may be in the overlap. None exactly when the gap is more than the distance asked for, up to float noise."""
    first, last = np.full(len(asked), np.inf), np.full(len(asked), -np.inf)
    buffers_s = np.array([one.within_s for one in asked])
    for met in sides.meetings(asked, Allow.ASSUMED, uncertain=True):
        whose, pairs, extent = _ranges(met)
        (a_first, a_last), (b_first, b_last) = (
            (_linear(early, extent[:, n]).min(axis=1), _linear(late, extent[:, n]).max(axis=1))
            for n, (early, late) in enumerate(side.by_time() for side in pairs.sides)
        )
        # Whoever may come first is in the overlap only from a buffer before the other may come; and so at the end.
        buffer_s = buffers_s[whose]
        np.minimum.at(first, whose, np.maximum(np.minimum(a_first, b_first), np.maximum(a_first, b_first) - buffer_s))
        np.maximum.at(last, whose, np.minimum(np.maximum(a_last, b_last), np.minimum(a_last, b_last) + buffer_s))
    spans = zip(first.tolist(), last.tolist(), strict=True)
    return [(instant(begins), instant(ends)) if begins < math.inf else None for begins, ends in spans]


def _nearest(asked: Asked, sides: Sides) -> Asked:
    """With the hours it takes, and the flat metres of the nearest that they come."""
    buffer_s = max(asked.within_s, time_gap_s(asked.a, asked.b, assumed=False))
    asked = asked._replace(within_m=math.inf, within_s=buffer_s)
    found = sides.nearest(asked, Allow.DECLARED, uncertain=False)
    if found is None:
        raise ValueError("nothing to compare: one side has no parts")
    return asked._replace(within_m=found.clear_m)


def _allow(*, assumed: bool) -> Allow:
    return Allow.ASSUMED if assumed else Allow.DECLARED


def _clear_m(flat_m: float, points: tuple[LatLon, LatLon], radii_m: float) -> float:
    """Metres along the geodesic. Ways that cross in the plane cross on the earth too: only the place is off, by centimetres."""
    if flat_m == radii_m == 0.0:
        return 0.0
    return max(0.0, round(distance_m(*points) - radii_m, 3))


def _ranges(met: Meetings) -> tuple[Index, Pairs, Floats]:
    """Which question is answered by which pairs that have a moment, and from where to where their u and w go: (n, 2, 2)."""
    kept, extent = met.problems.extents(met.reach)
    return met.asked[kept], met.pairs.take(kept), extent


def _linear(ends: Floats, share: Floats) -> Floats:
    """Values (n, m) at the fractions (n, m) between two ends (n, 2)."""
    return np.asarray(ends[:, :1] * (1 - share) + ends[:, 1:] * share)


def _spans(
    asked: Asked, among: Sides | None, *, same_way: bool = False
) -> Iterator[tuple[Index, list[Span], list[Span]]]:
    """Planned seconds of each side that have a partner near enough, pair by pair, and which part of side a it is, by number."""
    sides = among or Sides(asked.a, asked.b)
    for met in sides.meetings([asked], Allow.NONE, uncertain=False):
        _, pairs, extent = _ranges(met)
        kept = _same_way(pairs) if same_way else np.ones(len(pairs), dtype=bool)
        mine, theirs = (_linear(side.at, extent[:, n])[kept].tolist() for n, side in enumerate(pairs.sides))
        yield pairs.a.owner[kept], mine, theirs


def _same_way(pairs: Pairs) -> Bools:
    along = np.einsum("nd,nd->n", pairs.va, pairs.vb)
    size = np.linalg.norm(pairs.va, axis=1) * np.linalg.norm(pairs.vb, axis=1)
    return np.asarray((size > 0) & (along >= SAME_WAY * size))


@dataclass(frozen=True, slots=True)
class _Moment:
    """A closest approach: planned seconds, points, and what comes off the distance between these."""

    seconds: tuple[float, float]
    points: tuple[LatLon, LatLon]
    radii_m: float

    def order(self) -> tuple[int, int, tuple[float, float, list[LatLon]]]:
        """The smallest time gap first, then the earlier, then the place."""
        a_s, b_s = self.seconds
        return round(abs(a_s - b_s) / TOUCH_S), round((a_s + b_s) / TOUCH_S), _southwest(self.points)


def _first_moments(met: Meetings) -> Iterator[tuple[int, _Moment]]:
    """Of each question the moments at which the planned instants are nearest to each other, and of these the earliest."""
    pairs, problems = met.pairs, met.problems
    lasts = np.stack([pairs.a.lasts, pairs.b.lasts], axis=-1)
    later = np.stack([lasts * [1.0, -1.0], lasts * [-1.0, 1.0]], axis=1)  # how s - t, and t - s, change with (u, w)
    ahead = pairs.a.at[:, 0] - pairs.b.at[:, 0]
    least, soonest = problems.least(later, met.reach)
    waits = np.stack([ahead + least[:, 0], least[:, 1] - ahead], axis=-1)
    wait = np.maximum(waits.max(axis=1), 0.0)
    limit = np.nan_to_num(_least(met.asked, wait), posinf=0.0) + TOUCH_S  # none of the question's may have a moment
    narrowed = problems.but(later, np.stack([limit - ahead, limit + ahead], axis=-1))
    total, z = narrowed.least(lasts[:, None], met.reach)
    # Of what is very narrow float noise may leave nothing: then the moment of the shortest wait is told.
    z = np.where(np.isfinite(total), z[:, 0], soonest[np.arange(len(wait)), waits.argmax(axis=1)])
    both = np.einsum("nd,nd->n", lasts, z) + pairs.a.at[:, 0] + pairs.b.at[:, 0]
    both = np.where(wait <= limit, both, np.inf)
    kept = np.nonzero(np.isfinite(both) & (both <= _least(met.asked, both) + TOUCH_S))[0]
    yield from zip(met.asked[kept].tolist(), _moments(pairs.take(kept), np.clip(z[kept], 0.0, 1.0)), strict=True)


def _moments(pairs: Pairs, z: Floats) -> Iterator[_Moment]:
    """At the fractions (n, 2) of their instants, where they are nearest then."""
    seconds = np.stack([side.at[:, 0] + z[:, n] * side.lasts for n, side in enumerate(pairs.sides)], axis=-1)
    radii_m = pairs.radii_m(uncertain=False)
    points = _points(pairs, _nearest_at(pairs, z))
    for (a_s, b_s), two, comes_off in zip(seconds.tolist(), points, radii_m.tolist(), strict=True):
        yield _Moment((a_s, b_s), two, comes_off)


def _least(asked: Index, values: Floats) -> Floats:
    """For each value the least of the same question, (n,)."""
    least = np.full(asked.max() + 1, np.inf)
    np.minimum.at(least, asked, values)
    return least[asked]


def _nearest_at(pairs: Pairs, moments: Floats) -> Floats:
    """Where on their pieces (n, 2) the two are nearest at these moments, a mover where it is then, the other anywhere; of
    equally near places the southernmost, and along a parallel the westernmost."""
    moving = np.stack([pairs.a.moving, pairs.b.moving], axis=1)
    wide = np.stack([pairs.va.any(axis=1), pairs.vb.any(axis=1)], axis=1)
    if not (wide & ~moving).any():
        return moments
    low, high = np.where(moving, moments, 0.0), np.where(moving, moments, 1.0)
    problems = Problems.within(pairs.apart, pairs.va, pairs.vb, low, high)
    apart, nearest = problems.closest()
    northward = np.stack([way[:, 1] + way[:, 0] * SLIGHTLY for way in (pairs.va, pairs.vb)], axis=-1)
    least, z = problems.least(northward[:, None], apart + TIE_M)
    return np.where(np.isfinite(least), z[:, 0], nearest)


def _southwest(couple: tuple[LatLon, LatLon]) -> tuple[float, float, list[LatLon]]:
    """Orders pairs of points, whichever comes first; a centimetre is float noise."""
    (lat, lon), (other_lat, other_lon) = couple
    return round(lat + other_lat, 7), round(lon + other_lon, 7), sorted(couple)


def _points(pairs: Pairs, z: Floats) -> Iterator[tuple[LatLon, LatLon]]:
    """Both points of each pair at (u, w), (n, 2), on their geodesics."""
    ours, theirs = (stretches(side.ends, z[:, [n, n]])[:, 0].tolist() for n, side in enumerate(pairs.sides))
    yield from zip(map(_latlon, ours), map(_latlon, theirs), strict=True)


def _latlon(pair: list[float]) -> LatLon:
    return pair[0], pair[1]


def _points_of(found: Nearest, sides: Sides) -> tuple[LatLon, LatLon]:
    ours, theirs = sides.placed
    return _on(ours.ends[found.row], found.u), _on(theirs.ends[found.column], found.w)


def _on(ends: Floats, share: float) -> LatLon:
    (lat, lon), (to_lat, to_lon) = ends.tolist()
    return between((lat, lon), (to_lat, to_lon), share)
