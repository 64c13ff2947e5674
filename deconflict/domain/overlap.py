"""How near two parties come, and when: exact, never sampled (docs/architecture.md, "What an overlap is").

Every function takes the parts of both sides that a rule speaks of, and gives the same answer when the sides change places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from deconflict.domain.activity import LatLon, Part
from deconflict.domain.geodesy import Floats, between
from deconflict.domain.motion import Index, Pairs, Pieces, feasible
from deconflict.domain.timewindow import Allow, gap_s, instant, total_s

PASSING_S = 900.0
SAME_M = 1e-3  # distances nearer to each other than this are one


@dataclass(frozen=True, slots=True)
class Nominal:
    """Where and when the two are nearest by what was filed. `distance_m` has both radii taken off, no uncertainty;
    `time_gap_s` is the time between the two instants."""

    distance_m: float
    time_gap_s: float
    a_at: datetime
    b_at: datetime
    a_point: LatLon
    b_point: LatLon


def gap_m(
    a: Sequence[Part], b: Sequence[Part], buffer_s: float, *, assumed: bool = True, uncertain: bool = True
) -> float:
    """The least distance left between them at instants no further apart than the buffer, slack counted and both radii (and
    uncertainties) taken off; infinite when no two instants are."""
    pairs = _pairs(a, b, buffer_s, Allow.ASSUMED if assumed else Allow.DECLARED)
    if not len(pairs):
        return math.inf
    least, _ = pairs.feasible_places(buffer_s).closest()
    return max(0.0, float((least - pairs.radii_m(uncertain=uncertain)).min()))


def time_gap_s(a: Sequence[Part], b: Sequence[Part], *, assumed: bool = True) -> float:
    """Seconds between the nearest two windows, widened by their slack; 0 when they touch, infinite without parts."""
    allow = Allow.ASSUMED if assumed else Allow.DECLARED
    return min((gap_s(p, q, allow) for p in a for q in b), default=math.inf)


def nominal(a: Sequence[Part], b: Sequence[Part], buffer_s: float) -> Nominal:
    """The smallest distance at instants within the buffer, declared slack counted; where there are none, the smallest time
    between them and then the smallest distance. Ties go to the smaller time between, then to the earlier. Raises ValueError
    without parts on both sides."""
    pairs = _pairs(a, b, buffer_s, Allow.DECLARED)
    if len(pairs):
        least, z = pairs.feasible_places(buffer_s).closest()
        if np.isfinite(least).any():
            return _nearest(pairs, least, z)
    every = _pairs(a, b, math.inf, Allow.DECLARED)
    if not len(every):
        raise ValueError("both sides need a part")
    least, z = every.places().closest()
    (a_first, a_last), (b_first, b_last) = every.a.bounds_s, every.b.bounds_s
    apart_s = np.maximum(np.maximum(a_first - b_last, b_first - a_last), 0.0)
    soonest = np.nonzero(apart_s <= apart_s.min() + SAME_M)[0]
    return _nearest(every.take(soonest), least[soonest], z[soonest])


def minutes_within(a: Sequence[Part], b: Sequence[Part], distance_m: float) -> float:
    """Minutes during which the two, as planned to the second, are no further apart than this."""
    pairs = _pairs(a, b, 0.0, Allow.NONE)
    if not len(pairs):
        return 0.0
    return total_s(_together_s(pairs, distance_m + pairs.radii_m(uncertain=False), 0.0)) / 60.0


def passes(mover: Part, other: Sequence[Part], distance_m: float, *, siblings: Sequence[Part] = ()) -> bool:
    """Whether `mover` only drives by: on the move, none of its side's declared halts within the distance, and there for less
    than a quarter of an hour. The other side counts as always there: who drives by does so whatever the hour."""
    if not mover.moving:
        return False
    halts = [part for part in siblings if part.halt and not part.moving]
    if halts and _apart_m(halts, other) <= distance_m:
        return False
    pairs = _pairs([mover], other, math.inf, Allow.NONE)
    reach = distance_m + pairs.radii_m(uncertain=False)
    least, _ = pairs.places().closest()
    near = pairs.take(np.nonzero(least <= reach)[0])
    return total_s(_stretches_s(near, distance_m)) < PASSING_S


def together(
    a: Sequence[Part], b: Sequence[Part], distance_m: float, buffer_s: float
) -> tuple[datetime, datetime] | None:
    """From when to when somebody of either may be in the overlap, all slack and uncertainty counted; None when nobody ever
    is."""
    pairs = _pairs(a, b, buffer_s, Allow.ASSUMED)
    if not len(pairs):
        return None
    spans = _meeting_s(pairs, distance_m + pairs.radii_m(uncertain=True), buffer_s)
    if not spans:
        return None
    return instant(min(first for first, _ in spans)), instant(max(last for _, last in spans))


def _pairs(a: Sequence[Part], b: Sequence[Part], buffer_s: float, allow: Allow) -> Pairs:
    ours, theirs = Pieces.of(a, allow), Pieces.of(b, allow)
    rows, columns = feasible(ours, theirs, buffer_s)
    return Pairs.of(ours.take(rows), theirs.take(columns))


def _apart_m(a: Sequence[Part], b: Sequence[Part]) -> float:
    """The least distance between the shapes, whenever; radii taken off."""
    pairs = _pairs(a, b, math.inf, Allow.NONE)
    if not len(pairs):
        return math.inf
    least, _ = pairs.places().closest()
    return max(0.0, float((least - pairs.radii_m(uncertain=False)).min()))


def _nearest(pairs: Pairs, least: Floats, z: Floats) -> Nominal:
    left = np.maximum(least - pairs.radii_m(uncertain=False), 0.0)
    a_s, b_s = _instants(pairs, z)
    apart_s = np.abs(a_s - b_s)
    best = min(
        np.nonzero(left <= left.min() + SAME_M)[0],
        key=lambda n: (round(apart_s[n], 3), round(min(a_s[n], b_s[n]), 3), round(max(a_s[n], b_s[n]), 3), n),
    )
    return Nominal(
        distance_m=float(left[best]),
        time_gap_s=float(apart_s[best]),
        a_at=instant(float(a_s[best])),
        b_at=instant(float(b_s[best])),
        a_point=_point(pairs.a, best, float(z[best, 0])),
        b_point=_point(pairs.b, best, float(z[best, 1])),
    )


def _instants(pairs: Pairs, z: Floats) -> tuple[Floats, Floats]:
    """The planned instants at which both are at those places: of a mover when it is there, of who stands there the instant
    nearest to the other's, of two who stand the first that both share."""
    a, b = pairs.a, pairs.b
    a_way, b_way = a.at[:, 0] + z[:, 0] * a.lasts, b.at[:, 0] + z[:, 1] * b.lasts
    a_still = np.clip(np.where(b.moving, b_way, b.at[:, 0]), a.at[:, 0], a.at[:, 1])
    a_s = np.where(a.moving, a_way, a_still)
    b_still = np.clip(a_s, b.at[:, 0], b.at[:, 1])
    return a_s, np.where(b.moving, b_way, b_still)


def _point(pieces: Pieces, n: int, fraction: float) -> LatLon:
    first, last = pieces.ends[n]
    lat, lon = between((first[0], first[1]), (last[0], last[1]), min(max(fraction, 0.0), 1.0))
    return float(lat), float(lon)


def _together_s(pairs: Pairs, reach: Floats, buffer_s: float) -> list[tuple[float, float]]:
    """The planned seconds of the first side at which the second is within reach at most `buffer_s` away."""
    kept, problems = pairs.meetings(reach, buffer_s)
    if not len(kept):
        return []
    axes = np.broadcast_to(np.array([[1.0, 0.0], [-1.0, 0.0]]), (len(kept), 2, 2))
    wide = np.where(kept.a.moving & kept.b.moving, _reach_of(pairs, kept, reach), np.inf)
    least, _ = problems.least(axes, np.where(np.isinf(wide), 1.0, wide))
    return [
        (float(kept.a.at[n, 0] + low * kept.a.lasts[n]), float(kept.a.at[n, 0] - high * kept.a.lasts[n]))
        for n, (low, high) in enumerate(least)
        if np.isfinite(low) and np.isfinite(high)
    ]


def _reach_of(pairs: Pairs, kept: Pairs, reach: Floats) -> Floats:
    """`reach` of the pairs that were kept; it depends on the radii alone, which they carry."""
    spare = float((reach - pairs.radii_m(uncertain=False)).min())
    return kept.radii_m(uncertain=False) + spare


def _meeting_s(pairs: Pairs, reach: Floats, buffer_s: float) -> list[tuple[float, float]]:
    """From when to when somebody of each pair that meets may be in it: the part of the way that lies within reach, with the
    slack there, cut to what the other's window and the buffer leave."""
    axes = np.broadcast_to(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), (len(pairs), 4, 2))
    least, _ = pairs.feasible_places(buffer_s).least(axes, reach)
    kept: Index = np.nonzero(np.isfinite(least).all(axis=1))[0]
    spans = []
    for n in kept:
        a_first, a_last = _held_s(pairs.a, n, float(least[n, 0]), -float(least[n, 1]))
        b_first, b_last = _held_s(pairs.b, n, float(least[n, 2]), -float(least[n, 3]))
        first = min(max(a_first, b_first - buffer_s), max(b_first, a_first - buffer_s))
        last = max(min(a_last, b_last + buffer_s), min(b_last, a_last + buffer_s))
        spans.append((first, last))
    return spans


def _held_s(pieces: Pieces, n: int, low: float, high: float) -> tuple[float, float]:
    """First and last second at which the stretch from `low` to `high` of the piece may be held."""
    first, last = (times[n] for times in pieces.by_place())
    return (
        float(min(first[0] + f * (first[1] - first[0]) for f in (low, high))),
        float(max(last[0] + f * (last[1] - last[0]) for f in (low, high))),
    )


def _stretches_s(pairs: Pairs, distance_m: float) -> list[tuple[float, float]]:
    """The planned seconds of the first side's movers on what of their way lies within the distance of the other's shapes."""
    if not len(pairs):
        return []
    axes = np.broadcast_to(np.array([[1.0, 0.0], [-1.0, 0.0]]), (len(pairs), 2, 2))
    least, _ = pairs.places().least(axes, distance_m + pairs.radii_m(uncertain=False))
    return [
        (float(pairs.a.at[n, 0] + low * pairs.a.lasts[n]), float(pairs.a.at[n, 0] - high * pairs.a.lasts[n]))
        for n, (low, high) in enumerate(least)
        if np.isfinite(low) and np.isfinite(high)
    ]
