"""Some pieces of each side face to face: numbers by pair, worked out when they are first asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from deconflict.domain.area import Index
from deconflict.domain.convex import Bools
from deconflict.domain.geodesy import Floats
from deconflict.domain.motion import TOUCH_M, TOUCH_S, Balls, Pairs, Pieces, flat, waits_s
from deconflict.domain.timewindow import Allow

CHUNK = 48  # pairs looked at in one go at first, nearest first
PAIRS_AT_ONCE = 2_000
ROUND = 1.01  # no way on the ground or in a plane is longer than the line through the earth by more, up to 1,000 km

Couple = tuple[Pieces, Pieces]
Timing = tuple[Allow, float]  # the slack that counts, and the buffer in seconds


class Sought(NamedTuple):
    """What is asked of pairs: of which parts, by number among all of their side (and a key of these), how many metres they are
    clear of each other at most and how long after each other, with which slack, and whether uncertainty comes off."""

    key: tuple[tuple[int, ...], tuple[int, ...]]
    mine: Bools
    others: Bools
    within_m: float
    within_s: float
    allow: Allow
    uncertain: bool

    @property
    def timing(self) -> Timing:
        return self.allow, self.within_s


class Nearest(NamedTuple):
    """Which two pieces are clear of each other by the fewest flat metres, never below 0, at which fractions of them, and what
    was taken off the distance between the lines."""

    clear_m: float
    row: int
    column: int
    u: float
    w: float
    radii_m: float


class Near(NamedTuple):
    """n pairs that may be near enough: their pieces, and what `motion.flat` says of them (n, 6)."""

    rows: Index
    columns: Index
    flat_m: Floats


class Kept:
    """Numbers by pair of pieces, computed when first asked for."""

    def __init__(self, shape: tuple[int, int], compute: Callable[[Index, Index], Floats]) -> None:
        self._compute = compute
        self._place = np.full(shape, -1, dtype=np.int32)
        self._values: Floats | None = None

    def of(self, rows: Index, columns: Index) -> Floats:
        """(n, k) for n pairs."""
        place = self._place[rows, columns]
        new = place < 0
        if self._values is None or new.any():
            computed = self._compute(rows[new], columns[new])
            before = computed[:0] if self._values is None else self._values
            place[new] = np.arange(len(before), len(before) + len(computed))
            self._place[rows, columns] = place
            self._values = np.concatenate([before, computed])
        return self._values[place]


@dataclass(eq=False)
class Face:
    """The pieces of two runs (`placed`: their times are of no account), and the balls around them. Outside, pieces go by their
    number among all of their side, `whole`."""

    runs: tuple[slice, slice]
    placed: Couple
    balls: tuple[Balls, Balls]
    whole: Callable[[Allow], Couple]
    _pieces: dict[Allow, Couple] = field(default_factory=dict)
    _waits_s: dict[Allow, tuple[Floats, Floats]] = field(default_factory=dict)
    _closest: dict[Timing, Kept] = field(default_factory=dict)
    _radii: dict[bool, Floats] = field(default_factory=dict)
    _least: dict[bool, Floats] = field(default_factory=dict)
    _among: dict[tuple[tuple[int, ...], tuple[int, ...]], Bools] = field(default_factory=dict)

    def nearest(self, sought: Sought, best: Nearest | None) -> Nearest | None:
        """`best` or what is nearer. Pairs are taken nearest first and left once even their lower bound is no better."""
        rows, columns, lower_m = self._candidates(sought)
        order = np.argsort(lower_m, kind="stable")
        start, size = 0, CHUNK
        while start < len(order):
            chunk = order[start : start + size]
            if best is not None and best.clear_m <= max(lower_m[chunk[0]], 0.0):
                break
            row, column = rows[chunk], columns[chunk]
            apart, u, w = self._closest_of(sought.timing).of(row, column).T
            radii = self._radii_m(sought.uncertain)[row, column]
            clear = np.maximum(apart - radii, 0.0)
            n = clear.argmin()
            if clear[n] < (math.inf if best is None else best.clear_m):
                ours, theirs = (run.start + side for run, side in zip(self.runs, (row, column), strict=True))
                best = Nearest(*(value[n].item() for value in (clear, ours, theirs, u, w, radii)))
            start, size = start + size, min(2 * size, PAIRS_AT_ONCE)
        return best

    def near(self, sought: Sought, *, places: bool) -> Iterator[Near]:
        """Pairs that may be near enough, PAIRS_AT_ONCE at most. Unless the places matter too, one pair stands for all in
        which the same meet at the same instants."""
        rows, columns, _ = self._candidates(sought)
        if not places and len(rows) > CHUNK:
            kept = self._telling(sought, rows, columns)
            rows, columns = rows[kept], columns[kept]
        for start in range(0, len(rows), PAIRS_AT_ONCE):
            row, column = rows[start : start + PAIRS_AT_ONCE], columns[start : start + PAIRS_AT_ONCE]
            yield Near(self.runs[0].start + row, self.runs[1].start + column, self._frames.of(row, column))

    def _candidates(self, sought: Sought) -> tuple[Index, Index, Floats]:
        """Pairs that may be near enough, with a lower bound of their clearance."""
        lower_m, (wait_s, _) = self._least_m(sought.uncertain), self._waits_of(sought.allow)
        # Twice, as a gap is rounded to the millimetre before it is asked whether it touches.
        near = (lower_m <= sought.within_m + 2 * TOUCH_M) & (wait_s <= sought.within_s + TOUCH_S)
        rows, columns = np.nonzero(near & self._among_those(sought))
        return rows, columns, lower_m[rows, columns]

    def _telling(self, sought: Sought, rows: Index, columns: Index) -> Bools:
        """Without those that add no instant: a part that stands, or a stretch of a way, that is near enough with all of
        itself to one piece of a part that stands is so whichever of its pieces is asked."""
        (a, b), (ours, theirs) = self.placed, self.balls
        halves_m = ours.radius_m[rows] + theirs.radius_m[columns]
        farthest_m = (self._apart_m[rows, columns] + 2 * halves_m) * ROUND
        sure = farthest_m - self._radii_m(sought.uncertain)[rows, columns] <= sought.within_m
        mine, others = (np.where(side.moving[n], -1 - n, side.owner[n]) for side, n in ((a, rows), (b, columns)))
        return _told(mine * (len(b) + len(sought.others)) + others, sure)

    def _waits_of(self, allow: Allow) -> tuple[Floats, Floats]:
        if allow not in self._waits_s:
            self._waits_s[allow] = waits_s(*self._pieces_of(allow))
        return self._waits_s[allow]

    def _closest_of(self, timing: Timing) -> Kept:
        """Metres between two lines where they come nearest within the buffer, and at which fractions of them."""

        def compute(rows: Index, columns: Index) -> Floats:
            allow, buffer_s = timing
            bound = self._waits_of(allow)[1][rows, columns] > buffer_s
            closest = np.empty((len(rows), 3))
            if not bound.all():
                closest[~bound] = self._closest_ever.of(rows[~bound], columns[~bound])
            if bound.any():
                pairs = self._pairs(self._pieces_of(allow), rows[bound], columns[bound])
                closest[bound] = np.column_stack(pairs.feasible_places(buffer_s).closest())
            return closest

        if timing not in self._closest:
            self._closest[timing] = Kept(self._apart_m.shape, compute)
        return self._closest[timing]

    def _pieces_of(self, allow: Allow) -> Couple:
        if allow not in self._pieces:
            a, b = self.whole(allow)
            self._pieces[allow] = a.take(self.runs[0]), b.take(self.runs[1])
        return self._pieces[allow]

    # What follows is the same whatever the slack.

    def _among_those(self, sought: Sought) -> Bools:
        """Which pairs are of these parts alone."""
        if sought.key not in self._among:
            a, b = self.placed
            those = sought.mine[a.owner][:, None] & sought.others[b.owner]
            self._among[sought.key] = those & self._comparable
        return self._among[sought.key]

    @cached_property
    def _comparable(self) -> Bools:
        """A twin has its other half, all others have each other."""
        a, b = self.placed
        return np.asarray(a.twin[:, None] == b.twin)

    def _radii_m(self, uncertain: bool) -> Floats:
        """What comes off the distance between two lines."""
        if uncertain not in self._radii:
            a, b = self.placed
            radii = a.radius_m[:, None] + b.radius_m
            self._radii[uncertain] = radii + a.unsure_m[:, None] + b.unsure_m if uncertain else radii
        return self._radii[uncertain]

    def _least_m(self, uncertain: bool) -> Floats:
        """Metres that two pieces are clear of each other at least, whenever they are held."""
        if uncertain not in self._least:
            self._least[uncertain] = self._apart_m - self._radii_m(uncertain)
        return self._least[uncertain]

    @cached_property
    def _apart_m(self) -> Floats:
        """Metres that two pieces are apart at least, radius not taken off. Chords, so cheap and never too long."""
        middles_m, halves_m = self.balls[0].apart(self.balls[1])
        return middles_m - halves_m

    @cached_property
    def _frames(self) -> Kept:
        a, b = self.placed
        return Kept(self._apart_m.shape, lambda rows, columns: flat(a.ends[rows], b.ends[columns]))

    @cached_property
    def _closest_ever(self) -> Kept:
        """Of two pieces that may be held together at any of their points: hours do not matter."""

        def compute(rows: Index, columns: Index) -> Floats:
            return np.column_stack(self._pairs(self.placed, rows, columns).places().closest())

        return Kept(self._apart_m.shape, compute)

    def _pairs(self, pieces: Couple, rows: Index, columns: Index) -> Pairs:
        a, b = pieces
        return Pairs.laid(a.take(rows), b.take(columns), self._frames.of(rows, columns))


def _told(who: Index, sure: Bools) -> Bools:
    """One of all that are the same and of which one is sure, and all others."""
    _, same = np.unique(who, return_inverse=True)
    places = np.nonzero(sure)[0][::-1]
    first = np.full(len(who), -1)
    first[same[places]] = places  # the last that is written stays
    return np.asarray((first[same] < 0) | (first[same] == np.arange(len(who))))
