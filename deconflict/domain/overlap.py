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
from deconflict.domain.geodesy import Floats, between, distance_m
from deconflict.domain.motion import TOUCH_S, Pairs, Pieces, face_to_face, feasible, least_apart
from deconflict.domain.timewindow import Allow, gap_s, instant, merged, total_s

TOUCH_M = 1e-3
TIE_M = 1e-8  # places at which the distance differs by less are equally near
SLIGHTLY = 1e-3  # a step west counts this much of a step south
CHUNK = 48  # pairs looked at in one go, nearest first
TOGETHER_M = 1_000.0  # co-movement: nearer than this ...
SAME_WAY = math.cos(math.radians(45.0))  # ... and headings nearer than this
A_BREATH_S = 1.0  # rounding at the joint of two legs is not a break


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
    a: Sequence[Part], b: Sequence[Part], buffer_s: float, *, assumed: bool = True, uncertain: bool = True
) -> float:
    """Metres between the nearest points held within `buffer_s` of each other, to the millimetre; declared slack always,
    assumed slack and positional uncertainty as asked. 0 when they touch, `math.inf` when no instants are near enough.
    Raises ValueError for a part that ends before it starts."""
    found = _closest(*_faced(a, b, assumed=assumed), buffer_s, uncertain=uncertain)
    if found is None:
        return math.inf
    flat_m, pair, z = found
    return _clear_m(flat_m, _points(pair, z)[0], float(pair.radii_m(uncertain=uncertain)[0]))


def time_gap_s(a: Sequence[Part], b: Sequence[Part], *, assumed: bool = True) -> float:
    """Smallest time in seconds between the parts' widened windows, wherever they are; 0 when they touch, `math.inf` for no
    parts at all."""
    allow = Allow.ASSUMED if assumed else Allow.DECLARED
    return min((gap_s(mine, other, allow) for mine in a for other in b), default=math.inf)


def nominal(a: Sequence[Part], b: Sequence[Part], buffer_s: float) -> Nominal:
    """The closest approach to show to people. Where nothing is feasible within the buffer, that at the smallest time gap.
    Raises ValueError for no parts at all."""
    buffer_s = max(buffer_s, time_gap_s(a, b, assumed=False))
    mine, other = _faced(a, b, assumed=False)
    found = _closest(mine, other, buffer_s, uncertain=False)
    if found is None:
        raise ValueError("nothing to compare: one side has no parts")
    pairs, problems, reach = _meetings(mine, other, found[0], buffer_s, uncertain=False)
    pairs, moments = _first_moments(pairs, problems, reach)
    seconds = [pairs.a.at[:, 0] + moments[:, 0] * pairs.a.lasts, pairs.b.at[:, 0] + moments[:, 1] * pairs.b.lasts]
    points = _points(pairs, _nearest_at(pairs, moments))
    n = min(range(len(points)), key=lambda n: _southwest(points[n]))
    a_at, b_at = instant(float(seconds[0][n])), instant(float(seconds[1][n]))
    clear_m = _clear_m(found[0], points[n], float(pairs.radii_m(uncertain=False)[n]))
    return Nominal(clear_m, abs((a_at - b_at).total_seconds()), a_at, b_at, *points[n])


def minutes_within(a: Sequence[Part], b: Sequence[Part], distance_m: float) -> float:
    """Minutes of planned instants at which both are at most `distance_m` apart: no slack, no uncertainty."""
    spans, _ = _spans(*face_to_face(a, b, Allow.NONE), distance_m, 0.0)
    return round(total_s(spans) / 60, 3)


def stays(a: Sequence[Part], b: Sequence[Part], distance_m: float) -> list[tuple[datetime, datetime]]:
    """When they are at most `distance_m` apart, as planned: disjoint spans in time order; no slack, no uncertainty."""
    spans, _ = _spans(*face_to_face(a, b, Allow.NONE), distance_m, 0.0)
    return [(instant(first), instant(last)) for first, last in merged(spans, A_BREATH_S)]


def comovement_min(a: Sequence[Part], b: Sequence[Part], buffer_s: float) -> float:
    """Minutes that a side, whichever has more, moves with a partner within `buffer_s`, at most a kilometre away and heading the
    same way within 45 degrees. Planned instants, no slack, no uncertainty."""
    mine, other = (Pieces.of([part for part in side if part.moving], Allow.NONE) for side in (a, b))
    spans = _spans(mine, other, TOGETHER_M, buffer_s, same_way=True)
    return round(max(total_s(side) for side in spans) / 60, 3)


def together(
    a: Sequence[Part], b: Sequence[Part], distance_m: float, buffer_s: float
) -> tuple[datetime, datetime] | None:
    """When the meeting begins and ends: the first and the last instant at which, with all slack and uncertainty, one of them
    may be in the overlap. None exactly when `gap_m(a, b, buffer_s) > distance_m`, up to float noise."""
    ranges = _ranges(*_meetings(*_faced(a, b, assumed=True), distance_m, buffer_s, uncertain=True))
    if ranges is None:
        return None
    pairs, extent = ranges
    (a_first, a_last), (b_first, b_last) = (
        (_linear(early, extent[:, n]).min(axis=1), _linear(late, extent[:, n]).max(axis=1))
        for n, (early, late) in enumerate((pairs.a.by_time(), pairs.b.by_time()))
    )
    # Whoever may come first is in the overlap only from a buffer before the other may come; and so at the end.
    first = np.maximum(np.minimum(a_first, b_first), np.maximum(a_first, b_first) - buffer_s)
    last = np.minimum(np.maximum(a_last, b_last), np.minimum(a_last, b_last) + buffer_s)
    return instant(float(first.min())), instant(float(last.max()))


def _faced(a: Sequence[Part], b: Sequence[Part], *, assumed: bool) -> tuple[Pieces, Pieces]:
    return face_to_face(a, b, Allow.ASSUMED if assumed else Allow.DECLARED)


def _clear_m(flat_m: float, points: tuple[LatLon, LatLon], radii_m: float) -> float:
    """Metres along the geodesic. Ways that cross in the plane cross on the earth too: only the place is off, by centimetres."""
    if flat_m == radii_m == 0.0:
        return 0.0
    return max(0.0, round(distance_m(*points) - radii_m, 3))


def _closest(a: Pieces, b: Pieces, buffer_s: float, *, uncertain: bool) -> tuple[float, Pairs, Floats] | None:
    """The smallest clearance in flat metres, never below 0, with its one pair of pieces and (u, w), (1, 2); None when nothing is
    feasible. Pairs are taken nearest first and left once even their lower bound is no better."""
    best: tuple[float, Pairs, Floats] | None = None
    for lower_m, pairs in _nearest_first(a, b, buffer_s, uncertain=uncertain):
        if best is not None and best[0] <= max(lower_m, 0.0):
            break
        apart, z = pairs.feasible_places(buffer_s).closest()
        clear = np.maximum(apart - pairs.radii_m(uncertain=uncertain), 0.0)
        n = np.array([clear.argmin()])
        if math.isfinite(clear[n[0]]) and (best is None or clear[n[0]] < best[0]):
            best = float(clear[n[0]]), pairs.take(n), z[n]
    return best


def _candidates(a: Pieces, b: Pieces, buffer_s: float, *, uncertain: bool) -> tuple[Index, Index, Floats]:
    """Pairs that may be feasible, with a lower bound of their clearance."""
    rows, columns = feasible(a, b, buffer_s)
    a_margin, b_margin = (side.radius_m + side.unsure_m if uncertain else side.radius_m for side in (a, b))
    return rows, columns, least_apart(a, b, rows, columns) - a_margin[rows] - b_margin[columns]


def _nearest_first(a: Pieces, b: Pieces, buffer_s: float, *, uncertain: bool) -> Iterator[tuple[float, Pairs]]:
    rows, columns, lower_m = _candidates(a, b, buffer_s, uncertain=uncertain)
    order = np.argsort(lower_m, kind="stable")
    for start in range(0, len(order), CHUNK):
        chunk = order[start : start + CHUNK]
        yield float(lower_m[chunk[0]]), Pairs.of(a.take(rows[chunk]), b.take(columns[chunk]))


def _meetings(
    a: Pieces, b: Pieces, within_m: float, buffer_s: float, *, uncertain: bool
) -> tuple[Pairs, Problems, Floats]:
    """The pairs that come within `within_m` clear of each other, their moments, and how far apart their lines may be."""
    rows, columns, lower_m = _candidates(a, b, buffer_s, uncertain=uncertain)
    near = np.nonzero(lower_m <= within_m + TOUCH_M)[0]
    pairs = Pairs.of(a.take(rows[near]), b.take(columns[near]))
    pairs, problems = pairs.meetings(pairs.radii_m(uncertain=uncertain) + within_m + TOUCH_M, buffer_s)
    return pairs, problems, pairs.radii_m(uncertain=uncertain) + within_m + TOUCH_M


def _ranges(pairs: Pairs, problems: Problems, reach: Floats) -> tuple[Pairs, Floats] | None:
    """The pairs that have a moment, and from where to where their u and w go: (n, 2, 2)."""
    axes = np.broadcast_to(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), (len(pairs), 4, 2))
    least, _ = problems.least(axes, reach)
    kept = np.nonzero(np.isfinite(least).all(axis=1))[0]
    extent = np.stack([least[kept][:, [0, 2]], -least[kept][:, [1, 3]]], axis=-1)
    return (pairs.take(kept), extent) if len(kept) else None


def _linear(ends: Floats, share: Floats) -> Floats:
    """Values (n, m) at the fractions (n, m) between two ends (n, 2)."""
    return np.asarray(ends[:, :1] * (1 - share) + ends[:, 1:] * share)


def _spans(
    a: Pieces, b: Pieces, within_m: float, buffer_s: float, *, same_way: bool = False
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Planned seconds of each side that have a partner within metres and seconds, pair by pair."""
    ranges = _ranges(*_meetings(a, b, within_m, buffer_s, uncertain=False))
    if ranges is None:
        return [], []
    pairs, extent = ranges
    kept = _same_way(pairs) if same_way else np.ones(len(pairs), dtype=bool)
    sides = (_linear(pairs.a.at, extent[:, 0])[kept], _linear(pairs.b.at, extent[:, 1])[kept])
    mine, theirs = ([(float(first), float(last)) for first, last in side] for side in sides)
    return mine, theirs


def _same_way(pairs: Pairs) -> Bools:
    along = np.einsum("nd,nd->n", pairs.va, pairs.vb)
    size = np.linalg.norm(pairs.va, axis=1) * np.linalg.norm(pairs.vb, axis=1)
    return np.asarray((size > 0) & (along >= SAME_WAY * size))


def _first_moments(pairs: Pairs, problems: Problems, reach: Floats) -> tuple[Pairs, Floats]:
    """The pairs and (u, w), (n, 2), at which the planned instants are nearest to each other, and of these the earliest."""
    lasts = np.stack([pairs.a.lasts, pairs.b.lasts], axis=-1)
    later = np.stack([lasts * [1.0, -1.0], lasts * [-1.0, 1.0]], axis=1)  # how s - t, and t - s, change with (u, w)
    ahead = pairs.a.at[:, 0] - pairs.b.at[:, 0]
    least, _ = problems.least(later, reach)
    wait = np.maximum(np.maximum(ahead + least[:, 0], least[:, 1] - ahead), 0.0)
    limit = wait.min() + TOUCH_S
    narrowed = problems.but(later, np.stack([limit - ahead, limit + ahead], axis=-1))
    total, z = narrowed.least(lasts[:, None], reach)
    both = total[:, 0] + pairs.a.at[:, 0] + pairs.b.at[:, 0]
    kept = np.nonzero(both <= both.min() + TOUCH_M)[0]
    return pairs.take(kept), np.clip(z[kept, 0], 0.0, 1.0)


def _nearest_at(pairs: Pairs, moments: Floats) -> Floats:
    """Where on their pieces (n, 2) the two are nearest at these moments, a mover where it is then, the other anywhere; of
    equally near places the southernmost, and along a parallel the westernmost."""
    moving = np.stack([pairs.a.moving, pairs.b.moving], axis=1)
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
