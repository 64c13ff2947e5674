"""Two sides' parts face to face. What is the same whichever rule asks is worked out once, when it is first asked for.

A party may have thousands of pieces (the edges of an area), so they are compared run by run, nearest runs first, and what was
worked out is kept for a few runs only: memory is bounded, whatever is filed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from deconflict.domain.activity import Part
from deconflict.domain.area import Index
from deconflict.domain.convex import Bools, Problems
from deconflict.domain.faces import PAIRS_AT_ONCE, Couple, Face, Nearest, Sought
from deconflict.domain.geodesy import Floats
from deconflict.domain.motion import TOUCH_M, Balls, Pairs, Pieces, face_to_face
from deconflict.domain.portions import portions
from deconflict.domain.timewindow import Allow

RUN = 256  # pieces
MOST_FACES = 16  # of which anything is kept

Run = slice


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


@dataclass(frozen=True, slots=True)
class Meetings:
    """n pairs of pieces that come near enough: which question each answers, its moments, and how far apart its lines may be."""

    asked: Index
    pairs: Pairs
    problems: Problems
    reach: Floats


@dataclass(eq=False)
class Sides:
    """All parts of both sides. Methods speak of some of them, by the objects themselves, and of pieces by their number among
    those of all parts. Raises as `Pieces.of` once it is asked, and KeyError for a part of neither side."""

    a: Sequence[Part]
    b: Sequence[Part]
    _pieces: dict[Allow, Couple] = field(default_factory=dict)
    _faces: dict[int, Face] = field(default_factory=dict)
    _chosen: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[Bools, Bools]] = field(default_factory=dict)

    def pieces(self, allow: Allow) -> Couple:
        if allow not in self._pieces:
            self._pieces[allow] = face_to_face(self.a, self.b, allow)
        return self._pieces[allow]

    def nearest(self, asked: Asked, allow: Allow, *, uncertain: bool) -> Nearest | None:
        """None when nothing is near enough."""
        sought, best = self._sought(asked, allow, uncertain), None
        for least_m, face in self._near(sought):
            if best is not None and best.clear_m <= max(least_m, 0.0):
                break
            best = face.nearest(sought, best)
        return best

    def meetings(
        self, asked: Sequence[Asked], allow: Allow, *, uncertain: bool, touch_m: float = TOUCH_M, places: bool = False
    ) -> Iterator[Meetings]:
        """Everything that may meet, a bounded number of pairs at a time and never none; one for all that meet at the same
        instants, unless the `places` matter too."""
        limits = np.array([one[2:] for one in asked])
        found = (
            (n, near)
            for n, one in enumerate(asked)
            for sought in (self._sought(one, allow, uncertain),)
            for _, face in self._near(sought)
            for near in face.near(sought, places=places)
        )
        for some in portions(found, lambda one: len(one[1].rows), PAIRS_AT_ONCE):
            owner = np.repeat([n for n, _ in some], [len(near.rows) for _, near in some])
            rows, columns, flat_m = map(np.concatenate, zip(*(near for _, near in some), strict=True))
            a, b = self.pieces(allow)
            pairs = Pairs.laid(a.take(rows), b.take(columns), flat_m)
            within_m, within_s = limits[owner].T
            reach = pairs.radii_m(uncertain=uncertain) + within_m + touch_m
            kept, pairs, problems = pairs.meetings(reach, within_s)
            if len(kept):
                yield Meetings(owner[kept], pairs, problems, reach[kept])

    @property
    def pairs_kept(self) -> int:
        """Of pieces, of which anything is kept."""
        return sum(math.prod(run.stop - run.start for run in face.runs) for face in self._faces.values())

    def _sought(self, asked: Asked, allow: Allow, uncertain: bool) -> Sought:
        key = tuple(map(id, asked.a)), tuple(map(id, asked.b))
        if key not in self._chosen:
            self._chosen[key] = _among(self.a, asked.a), _among(self.b, asked.b)
        return Sought(key, *self._chosen[key], asked.within_m, asked.within_s, allow, uncertain)

    def _near(self, sought: Sought) -> Iterator[tuple[float, Face]]:
        """Every face in which something may be near enough, nearest first, with a lower bound of its clearances."""
        self.pieces(sought.allow)  # if they are the first, the others are not needed to know where they are
        if len(self._faced) < 2:
            yield from ((-math.inf, self._face(n)) for n in range(len(self._faced)))
            return
        a, b = self.placed
        mine, others = sought.mine[a.owner], sought.others[b.owner]
        least_m = self._least_m
        for n in np.argsort(least_m, kind="stable").tolist():
            rows, columns = self._faced[n]
            if least_m[n] > sought.within_m + 2 * TOUCH_M:
                return
            if mine[rows].any() and others[columns].any():
                yield float(least_m[n]), self._face(n)

    def _face(self, n: int) -> Face:
        """The last used are kept."""
        face = self._faces.pop(n, None)
        if face is None:
            rows, columns = self._faced[n]
            (a, b), (ours, theirs) = self.placed, self._balls
            face = Face((rows, columns), (a.take(rows), b.take(columns)), (ours[rows], theirs[columns]), self.pieces)
        self._faces[n] = face
        if len(self._faces) > MOST_FACES:
            del self._faces[next(iter(self._faces))]
        return face

    # What follows is the same whatever the slack.

    @cached_property
    def _faced(self) -> list[tuple[Run, Run]]:
        """Which runs are compared: each with each, but twins, which come last, with their other halves alone."""
        (ours, our_twins), (theirs, their_twins) = (_runs(side) for side in self.placed)
        return [*product(ours, theirs), *zip(our_twins, their_twins, strict=True)]

    @cached_property
    def _least_m(self) -> Floats:
        """Metres (n,) that any two pieces of two runs are clear of each other at least, with all uncertainty taken off."""
        ours, theirs = (
            replace(balls, radius_m=balls.radius_m + side.radius_m + side.unsure_m).around(runs)
            for balls, side, runs in zip(self._balls, self.placed, zip(*self._faced, strict=True), strict=True)
        )
        return np.asarray(np.linalg.norm(ours.middle - theirs.middle, axis=1) - ours.radius_m - theirs.radius_m)

    @cached_property
    def _balls(self) -> tuple[Balls, Balls]:
        a, b = self.placed
        return Balls.of(a), Balls.of(b)

    @property
    def placed(self) -> Couple:
        """Both sides' pieces, their times of no account."""
        return self.pieces(next(iter(self._pieces), Allow.ASSUMED))


def _runs(pieces: Pieces) -> tuple[list[Run], list[Run]]:
    """Of its own pieces and of its twins."""
    own = int(np.count_nonzero(pieces.twin < 0))
    return list(_cut(0, own)), list(_cut(own, len(pieces)))


def _cut(first: int, end: int) -> Iterator[Run]:
    for start in range(first, end, RUN):
        yield slice(start, min(start + RUN, end))


def _among(every: Sequence[Part], some: Sequence[Part]) -> Bools:
    """Which parts are among some: (n,)."""
    number = {id(part): n for n, part in enumerate(every)}
    among = np.zeros(len(every), dtype=bool)
    among[[number[id(part)] for part in some]] = True
    return among
