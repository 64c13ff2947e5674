"""The engine on many pairs of pieces at once, each pair for itself: what a sweep decides with.

Most pairs are nowhere near a limit. Straight lines through the earth, computed once per piece, say so: never longer than the
geodesic, and shorter by no more than is known. Only what they leave open takes the engine's own arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from deconflict.domain.boxes import Index
from deconflict.domain.convex import Bools
from deconflict.domain.geodesy import SMALLEST_RADIUS_M, Floats, ecef
from deconflict.domain.motion import Pairs, Pieces

PAIRS_AT_ONCE = 50_000
PARALLEL = 1e-12
SPARE_M = 0.05  # how far a share of a chord may lie beside the same share of its geodesic, and float noise


@dataclass(frozen=True, slots=True)
class Chords:
    """n pieces as straight lines through the earth: where they start and lead (n, 3), how far the ground may lie from them
    (n,), from when until when each end may be held (n, 2), and the radius that comes off."""

    start: Floats
    way: Floats
    sag: Floats
    first: Floats
    last: Floats
    radius_m: Floats

    @classmethod
    def of(cls, pieces: Pieces) -> Chords:
        ends = ecef(pieces.ends)
        way = ends[:, 1] - ends[:, 0]
        sag = np.einsum("nd,nd->n", way, way) / (7.5 * SMALLEST_RADIUS_M) + SPARE_M
        return cls(ends[:, 0], way, sag, *pieces.by_place(), pieces.radius_m + pieces.unsure_m)

    def take(self, index: Index) -> Chords:
        some = (self.start, self.way, self.sag, self.first, self.last, self.radius_m)
        return Chords(*(values[index] for values in some))


def within(
    a: Pieces, rows: Index, b: Pieces, columns: Index, within_m: Floats | float, buffer_s: Floats | float
) -> Bools:
    """Whether (n,) piece `a[rows[n]]` and piece `b[columns[n]]` come within metres of each other, held within the buffer of
    each other, all slack and uncertainty taken: `overlap.gap_m` of two straight pieces against a limit. No areas."""
    kept = np.zeros(len(rows), dtype=bool)
    ours, theirs = Chords.of(a), Chords.of(b)
    metres, seconds = np.broadcast_to(within_m, rows.shape), np.broadcast_to(buffer_s, rows.shape)
    for some in _portions(len(rows)):
        n, m, buffer = rows[some], columns[some], seconds[some]
        sure, open_ = _by_chords(ours.take(n), theirs.take(m), metres[some], buffer)
        kept[some] = sure
        if open_.any():
            left = np.nonzero(open_)[0]
            for buffer_here in np.unique(buffer[left]):
                alike = left[buffer[left] == buffer_here]
                clear = clearances_m(a.take(n[alike]), b.take(m[alike]), float(buffer_here))
                kept[some.start + alike] = clear <= metres[some][alike]
    return kept


def clearances_m(a: Pieces, b: Pieces, buffer_s: float) -> Floats:
    """Metres (n,) that the pieces of each pair are clear of each other at least; infinite where their hours never meet."""
    pairs = Pairs.of(a, b)
    apart, _ = pairs.feasible_places(buffer_s).closest()
    return np.asarray(np.maximum(apart - pairs.radii_m(uncertain=True), 0.0))


def _by_chords(a: Chords, b: Chords, within_m: Floats, buffer_s: Floats) -> tuple[Bools, Bools]:
    """Surely within the limit; and where chords do not tell."""
    apart, u, w = _nearest(a.start - b.start, a.way, b.way)
    limit, spare = within_m + a.radius_m + b.radius_m, a.sag + b.sag
    farthest = apart + spare
    farthest *= 1 + (farthest / SMALLEST_RADIUS_M) ** 2 / 20  # how much longer than its chord the way round may be
    near = apart - spare <= limit
    sure = near & (farthest <= limit) & _held(a, u, b, w, buffer_s)
    return sure, near & ~sure & _meet(a, b, buffer_s)


def _nearest(gap: Floats, va: Floats, vb: Floats) -> tuple[Floats, Floats, Floats]:
    """How far apart two segments are that start `gap` apart, and at which fractions of them: (n,) each."""
    aa, bb, ab, ga, gb = (np.einsum("nd,nd->n", p, q) for p, q in ((va, va), (vb, vb), (va, vb), (gap, va), (gap, vb)))
    across = aa * bb - ab * ab
    u = np.clip(_over(ab * gb - ga * bb, np.where(across > PARALLEL * aa * bb, across, 0.0)), 0.0, 1.0)
    w = np.clip(_over(ab * u + gb, bb), 0.0, 1.0)
    u = np.clip(_over(ab * w - ga, aa), 0.0, 1.0)
    return np.linalg.norm(gap + u[:, None] * va - w[:, None] * vb, axis=1), u, w


def _held(a: Chords, u: Floats, b: Chords, w: Floats, buffer_s: Floats) -> Bools:
    """Whether somebody may be at these fractions of the two within the buffer."""
    a_first, a_last = _mixed(a.first, u), _mixed(a.last, u)
    b_first, b_last = _mixed(b.first, w), _mixed(b.last, w)
    return np.asarray((a_first - b_last <= buffer_s) & (b_first - a_last <= buffer_s))


def _meet(a: Chords, b: Chords, buffer_s: Floats) -> Bools:
    """Whether the hours of the two come near at all."""
    limit = buffer_s + 1.0
    return np.asarray(
        (a.first.min(axis=1) - b.last.max(axis=1) <= limit) & (b.first.min(axis=1) - a.last.max(axis=1) <= limit)
    )


def _mixed(ends: Floats, share: Floats) -> Floats:
    return np.asarray(ends[:, 0] + share * (ends[:, 1] - ends[:, 0]))


def _over(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.zeros(len(above)), where=below != 0))


def _portions(number: int) -> Iterator[slice]:
    for start in range(0, number, PAIRS_AT_ONCE):
        yield slice(start, min(start + PAIRS_AT_ONCE, number))
