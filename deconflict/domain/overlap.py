"""How near two activities come, in space and in time, exactly. See docs/architecture.md for the definition.

At any two planned instants (s, t) that slack and buffer allow to fall together, each side holds a set of points; the gap is
the smallest distance between them. Nothing is sampled. Windows and distances are closed: touching counts, and
a millimetre and a hundredth of a millisecond are given away so that it survives float noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from deconflict.domain.activity import LatLon, Part
from deconflict.domain.area import Index
from deconflict.domain.convex import Bools, Problems
from deconflict.domain.geodesy import Floats, between, distance_m
from deconflict.domain.motion import TOUCH_S, Pairs
from deconflict.domain.sides import TOUCH_M, Asked, Meetings, Sides
from deconflict.domain.timewindow import Allow, gap_s, instant, merged, total_s

TIE_M = 1e-8  # places at which the distance differs by less are equally near
SLIGHTLY = 1e-3  # a step west counts this much of a step south
TOGETHER_M = 1_000.0  # co-movement: nearer than this ...
SAME_WAY = math.cos(math.radians(45.0))  # ... and headings nearer than this
A_BREATH_S = 1.0  # rounding at the joint of two legs is not a break

Meeting = tuple[datetime, datetime]


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
    ours, theirs = sides.pieces(allow)
    points = _on(ours.ends[found.row], found.u), _on(theirs.ends[found.column], found.w)
    return _clear_m(found.clear_m, points, found.radii_m)


def time_gap_s(a: Sequence[Part], b: Sequence[Part], *, assumed: bool = True) -> float:
    """Smallest time in seconds between the parts' widened windows, wherever they are; 0 when they touch, `math.inf` for no
    parts at all."""
    allow = _allow(assumed=assumed)
    return min((gap_s(mine, other, allow) for mine in a for other in b), default=math.inf)


def nominal(a: Sequence[Part], b: Sequence[Part], buffer_s: float, *, among: Sides | None = None) -> Nominal:
    """The closest approach to show to people. Where nothing is feasible within the buffer, that at the smallest time gap.
    Raises ValueError for no parts at all."""
    return each_nominal([Asked(a, b, math.inf, buffer_s)], among or Sides(a, b))[0]


def each_nominal(asked: Sequence[Asked], sides: Sides) -> list[Nominal]:
    """As `nominal` for each, whatever its distance."""
    return [told for some in sides.portions(asked) for told in _nominals_of(some, sides)]


def _nominals_of(asked: Sequence[Asked], sides: Sides) -> list[Nominal]:
    nearest = [_nearest(one, sides) for one in asked]
    whose, pairs, moments = _first_moments(sides.meetings(nearest, Allow.DECLARED, uncertain=False))
    points = _points(pairs, _nearest_at(pairs, moments))
    seconds = zip(*(side.at[:, 0] + moments[:, n] * side.lasts for n, side in enumerate(pairs.sides)), strict=True)
    instants = [(instant(float(a_s)), instant(float(b_s))) for a_s, b_s in seconds]
    radii_m = pairs.radii_m(uncertain=False).tolist()
    told = []
    for k, one in enumerate(nearest):
        n = min(np.nonzero(whose == k)[0], key=lambda n: _southwest(points[n]))
        clear_m, (a_at, b_at) = _clear_m(one.within_m, points[n], radii_m[n]), instants[n]
        told.append(Nominal(clear_m, abs((a_at - b_at).total_seconds()), a_at, b_at, *points[n]))
    return told


def minutes_within(a: Sequence[Part], b: Sequence[Part], distance_m: float, *, among: Sides | None = None) -> float:
    """Minutes of planned instants at which both are at most `distance_m` apart: no slack, no uncertainty."""
    spans, _ = _spans(Asked(a, b, distance_m, 0.0), among)
    return round(total_s(spans) / 60, 3)


def stays(
    a: Sequence[Part], b: Sequence[Part], distance_m: float, *, among: Sides | None = None
) -> list[tuple[datetime, datetime]]:
    """When they are at most `distance_m` apart, as planned: disjoint spans in time order; no slack, no uncertainty."""
    spans, _ = _spans(Asked(a, b, distance_m, 0.0), among)
    return [(instant(first), instant(last)) for first, last in merged(spans, A_BREATH_S)]


def comovement_min(a: Sequence[Part], b: Sequence[Part], buffer_s: float, *, among: Sides | None = None) -> float:
    """Minutes that a side, whichever has more, moves with a partner within `buffer_s`, at most a kilometre away and heading the
    same way within 45 degrees. Planned instants, no slack, no uncertainty."""
    mine, others = ([part for part in side if part.moving] for side in (a, b))
    spans = _spans(Asked(mine, others, TOGETHER_M, buffer_s), among, same_way=True)
    return round(max(total_s(side) for side in spans) / 60, 3)


def together(a: Sequence[Part], b: Sequence[Part], distance_m: float, buffer_s: float) -> Meeting | None:
    """When the meeting begins and ends: the first and the last instant at which, with all slack and uncertainty, one of them
    may be in the overlap. None exactly when `gap_m(a, b, buffer_s) > distance_m`, up to float noise."""
    return each_together([Asked(a, b, distance_m, buffer_s)], Sides(a, b))[0]


def each_together(asked: Sequence[Asked], sides: Sides) -> list[Meeting | None]:
    """As `together` for each."""
    return [told for some in sides.portions(asked) for told in _togethers_of(some, sides)]


def _togethers_of(asked: Sequence[Asked], sides: Sides) -> list[Meeting | None]:
    whose, pairs, extent = _ranges(sides.meetings(asked, Allow.ASSUMED, uncertain=True))
    (a_first, a_last), (b_first, b_last) = (
        (_linear(early, extent[:, n]).min(axis=1), _linear(late, extent[:, n]).max(axis=1))
        for n, (early, late) in enumerate(side.by_time() for side in pairs.sides)
    )
    # Whoever may come first is in the overlap only from a buffer before the other may come; and so at the end.
    buffer_s = np.array([one.within_s for one in asked])[whose]
    first = np.maximum(np.minimum(a_first, b_first), np.maximum(a_first, b_first) - buffer_s)
    last = np.minimum(np.maximum(a_last, b_last), np.minimum(a_last, b_last) + buffer_s)
    each = [np.nonzero(whose == k)[0] for k in range(len(asked))]
    return [(instant(float(first[n].min())), instant(float(last[n].max()))) if len(n) else None for n in each]


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
    if not len(met.asked):
        return met.asked, met.pairs, np.empty((0, 2, 2))
    axes = np.broadcast_to(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), (len(met.asked), 4, 2))
    least, _ = met.problems.least(axes, met.reach)
    kept = np.nonzero(np.isfinite(least).all(axis=1))[0]
    return met.asked[kept], met.pairs.take(kept), np.stack([least[kept][:, [0, 2]], -least[kept][:, [1, 3]]], axis=-1)


def _linear(ends: Floats, share: Floats) -> Floats:
    """Values (n, m) at the fractions (n, m) between two ends (n, 2)."""
    return np.asarray(ends[:, :1] * (1 - share) + ends[:, 1:] * share)


def _spans(
    asked: Asked, among: Sides | None, *, same_way: bool = False
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Planned seconds of each side that have a partner near enough, pair by pair."""
    sides = among or Sides(asked.a, asked.b)
    if not sides.may_meet(asked, Allow.NONE, uncertain=False):
        return [], []
    _, pairs, extent = _ranges(sides.meetings([asked], Allow.NONE, uncertain=False))
    kept = _same_way(pairs) if same_way else np.ones(len(pairs), dtype=bool)
    spans = (_linear(side.at, extent[:, n])[kept].tolist() for n, side in enumerate(pairs.sides))
    mine, theirs = ([(first, last) for first, last in side] for side in spans)
    return mine, theirs


def _same_way(pairs: Pairs) -> Bools:
    along = np.einsum("nd,nd->n", pairs.va, pairs.vb)
    size = np.linalg.norm(pairs.va, axis=1) * np.linalg.norm(pairs.vb, axis=1)
    return np.asarray((size > 0) & (along >= SAME_WAY * size))


def _first_moments(met: Meetings) -> tuple[Index, Pairs, Floats]:
    """Which question is answered by which pairs and (u, w), (n, 2), at which its planned instants are nearest to each other,
    and of these the earliest."""
    pairs, problems = met.pairs, met.problems
    lasts = np.stack([pairs.a.lasts, pairs.b.lasts], axis=-1)
    later = np.stack([lasts * [1.0, -1.0], lasts * [-1.0, 1.0]], axis=1)  # how s - t, and t - s, change with (u, w)
    ahead = pairs.a.at[:, 0] - pairs.b.at[:, 0]
    least, _ = problems.least(later, met.reach)
    wait = np.maximum(np.maximum(ahead + least[:, 0], least[:, 1] - ahead), 0.0)
    limit = _least(met.asked, wait) + TOUCH_S
    narrowed = problems.but(later, np.stack([limit - ahead, limit + ahead], axis=-1))
    total, z = narrowed.least(lasts[:, None], met.reach)
    both = total[:, 0] + pairs.a.at[:, 0] + pairs.b.at[:, 0]
    kept = np.nonzero(both <= _least(met.asked, both) + TOUCH_M)[0]
    return met.asked[kept], pairs.take(kept), np.clip(z[kept, 0], 0.0, 1.0)


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


def _points(pairs: Pairs, z: Floats) -> list[tuple[LatLon, LatLon]]:
    """Both points of each pair at (u, w), (n, 2), on their geodesics."""
    return [(_on(pairs.a.ends[n], float(z[n, 0])), _on(pairs.b.ends[n], float(z[n, 1]))) for n in range(len(pairs))]


def _on(ends: Floats, share: float) -> LatLon:
    (lat, lon), (to_lat, to_lon) = ends.tolist()
    return between((lat, lon), (to_lat, to_lon), share)
