"""Two sides' parts face to face. What is the same whichever rule asks is worked out once, when it is first asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from deconflict.domain.activity import Part
from deconflict.domain.area import Index
from deconflict.domain.convex import Bools, Problems
from deconflict.domain.geodesy import Floats
from deconflict.domain.motion import TOUCH_S, Pairs, Pieces, face_to_face, flat, least_apart, waits_s
from deconflict.domain.timewindow import Allow

TOUCH_M = 1e-3
CHUNK = 48  # pairs looked at in one go, nearest first
PAIRS_AT_ONCE = 2_000

Timing = tuple[Allow, float]  # the slack that counts, and the buffer in seconds


def touches(gap_m: float, within_m: float) -> bool:
    """Touching counts. A gap is said in whole millimetres and a limit in kilometres is no round number of metres: the
    millimetre between the two is given away."""
    return gap_m <= within_m + TOUCH_M


class Asked(NamedTuple):
    """Some parts of both sides, how far apart they may be, and how long after each other."""

    a: Sequence[Part]
    b: Sequence[Part]
    within_m: float
    within_s: float


class Nearest(NamedTuple):
    """Which two pieces are clear of each other by the fewest flat metres, never below 0, at which fractions of them, and what
    was taken off the distance between the lines."""

    clear_m: float
    row: int
    column: int
    u: float
    w: float
    radii_m: float


@dataclass(frozen=True, slots=True)
class Meetings:
    """n pairs of pieces that come near enough: which question each answers, its moments, and how far apart its lines may be."""

    asked: Index
    pairs: Pairs
    problems: Problems
    reach: Floats


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
class Sides:
    """All parts of both sides. Methods speak of some of them, by the objects themselves, and of pieces by their number among
    those of all parts. Raises as `Pieces.of` once it is asked, and KeyError for a part of neither side."""

    a: Sequence[Part]
    b: Sequence[Part]
    _pieces: dict[Allow, tuple[Pieces, Pieces]] = field(default_factory=dict)
    _waits_s: dict[Allow, tuple[Floats, Floats]] = field(default_factory=dict)
    _closest: dict[Timing, Kept] = field(default_factory=dict)
    _radii: dict[bool, Floats] = field(default_factory=dict)
    _least: dict[bool, Floats] = field(default_factory=dict)
    _chosen: dict[tuple[tuple[int, ...], tuple[int, ...]], Bools] = field(default_factory=dict)

    def pieces(self, allow: Allow) -> tuple[Pieces, Pieces]:
        if allow not in self._pieces:
            self._pieces[allow] = face_to_face(self.a, self.b, allow)
        return self._pieces[allow]

    def nearest(self, asked: Asked, allow: Allow, *, uncertain: bool) -> Nearest | None:
        """None when nothing is near enough. Pairs are taken nearest first and left once even their lower bound is no better."""
        rows, columns, lower_m = self._candidates(asked, allow, uncertain=uncertain)
        best: Nearest | None = None
        order = np.argsort(lower_m, kind="stable")
        for start in range(0, len(order), CHUNK):
            chunk = order[start : start + CHUNK]
            if best is not None and best.clear_m <= max(lower_m[chunk[0]], 0.0):
                break
            row, column = rows[chunk], columns[chunk]
            apart, u, w = self._closest_of((allow, asked.within_s)).of(row, column).T
            radii = self._radii_m(uncertain)[row, column]
            clear = np.maximum(apart - radii, 0.0)
            n = clear.argmin()
            if clear[n] < (math.inf if best is None else best.clear_m):
                best = Nearest(*(value[n].item() for value in (clear, row, column, u, w, radii)))
        return best

    def may_meet(self, asked: Asked, allow: Allow, *, uncertain: bool) -> bool:
        """As far as chords and whole windows tell."""
        rows, _, _ = self._candidates(asked, allow, uncertain=uncertain)
        return len(rows) > 0

    def portions(self, asked: Iterable[Asked]) -> Iterator[list[Asked]]:
        """The same in order, as many at a time as keep memory bounded: an area may have thousands of edges."""
        some: list[Asked] = []
        room = PAIRS_AT_ONCE
        for one in asked:
            number = int(np.count_nonzero(self._chosen_of(one)))
            if some and number > room:
                yield some
                some, room = [], PAIRS_AT_ONCE
            some.append(one)
            room -= number
        if some:
            yield some

    def meetings(self, asked: Sequence[Asked], allow: Allow, *, uncertain: bool) -> Meetings:
        found = [self._candidates(one, allow, uncertain=uncertain) for one in asked]
        owner = np.repeat(np.arange(len(asked)), [len(rows) for rows, _, _ in found])
        rows, columns, _ = map(np.concatenate, zip(*found, strict=True))
        pairs = self._pairs(allow, rows, columns)
        within_m, within_s = np.array([one[2:] for one in asked])[owner].T
        reach = pairs.radii_m(uncertain=uncertain) + within_m + TOUCH_M
        kept, pairs, problems = pairs.meetings(reach, within_s)
        return Meetings(owner[kept], pairs, problems, reach[kept])

    def _candidates(self, asked: Asked, allow: Allow, *, uncertain: bool) -> tuple[Index, Index, Floats]:
        """Pairs that may be near enough, with a lower bound of their clearance."""
        lower_m, (wait_s, _) = self._least_m(uncertain), self._waits_of(allow)
        # Twice, as a gap is rounded to the millimetre before it is asked whether it touches.
        near = (lower_m <= asked.within_m + 2 * TOUCH_M) & (wait_s <= asked.within_s + TOUCH_S)
        rows, columns = np.nonzero(near & self._chosen_of(asked))
        return rows, columns, lower_m[rows, columns]

    def _pairs(self, allow: Allow, rows: Index, columns: Index) -> Pairs:
        a, b = self.pieces(allow)
        return Pairs.laid(a.take(rows), b.take(columns), self._frames.of(rows, columns))

    def _waits_of(self, allow: Allow) -> tuple[Floats, Floats]:
        if allow not in self._waits_s:
            self._waits_s[allow] = waits_s(*self.pieces(allow))
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
                pairs = self._pairs(allow, rows[bound], columns[bound])
                closest[bound] = np.column_stack(pairs.feasible_places(buffer_s).closest())
            return closest

        if timing not in self._closest:
            self._closest[timing] = Kept(self._apart_m.shape, compute)
        return self._closest[timing]

    # What follows is the same whatever the slack.

    def _chosen_of(self, asked: Asked) -> Bools:
        """Which pairs of pieces are of these parts alone."""
        key = tuple(map(id, asked.a)), tuple(map(id, asked.b))
        if key not in self._chosen:
            mine, others = _among(self.a, asked.a), _among(self.b, asked.b)
            ours, theirs = self._placed
            self._chosen[key] = _of(ours, mine, others)[:, None] & _of(theirs, others, mine)
        return self._chosen[key]

    def _radii_m(self, uncertain: bool) -> Floats:
        """What comes off the distance between two lines."""
        if uncertain not in self._radii:
            a, b = self._placed
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
        return least_apart(*self._placed)

    @cached_property
    def _frames(self) -> Kept:
        a, b = self._placed
        return Kept(self._apart_m.shape, lambda rows, columns: flat(a.ends[rows], b.ends[columns]))

    @cached_property
    def _closest_ever(self) -> Kept:
        """Of two pieces that may be held together at any of their points: hours do not matter."""

        def compute(rows: Index, columns: Index) -> Floats:
            return np.column_stack(self._pairs(next(iter(self._pieces)), rows, columns).places().closest())

        return Kept(self._apart_m.shape, compute)

    @property
    def _placed(self) -> tuple[Pieces, Pieces]:
        return self.pieces(next(iter(self._pieces), Allow.ASSUMED))


def _among(every: Sequence[Part], some: Sequence[Part]) -> Bools:
    """Which parts are among some, and that nobody (-1) is."""
    number = {id(part): n for n, part in enumerate(every)}
    among = np.zeros(len(every) + 1, dtype=bool)
    among[[-1, *(number[id(part)] for part in some)]] = True
    return among


def _of(pieces: Pieces, mine: Bools, others: Bools) -> Bools:
    """Which pieces are those of my parts, and shared with none but the others."""
    return np.asarray(mine[pieces.owner] & others[pieces.partner])
